"""A consumer takes everything of themselves out of the account; who works for an organisation asks there."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from broker.web.account.area import PATH, AccountArea, Visitor, acting_visitor, page_of, visitor_of
from broker.web.account.proof import is_proven, to_proof
from broker.web.account.session_pages import leave_page
from broker.web.dead_end import DeadEnd

_HERE: Final = "erase"
_UNPROCESSABLE: Final = 422


def add_erasure_pages(blueprint: Blueprint, area: AccountArea) -> None:
    """``/<brand>/account/erase``, for consumers."""

    @blueprint.get(f"{PATH}/erase")
    def erase(brand: str) -> ResponseReturnValue:
        visitor = visitor_of(area, brand)
        _consumers_only(visitor)
        return _page(visitor)

    @blueprint.post(f"{PATH}/erase")
    def erase_now(brand: str) -> ResponseReturnValue:
        visitor = acting_visitor(area, brand)
        _consumers_only(visitor)
        if request.form.get("sure") != "yes":
            return _page(visitor, is_unsure=True), _UNPROCESSABLE
        if not is_proven(area, visitor):
            return to_proof(visitor, _HERE)
        area.records.erase(visitor.account)
        return leave_page(visitor)


def _consumers_only(visitor: Visitor) -> None:
    """The account of a colleague is the organisation's to end."""
    if visitor.is_business:
        raise DeadEnd("not-found", 404, brand=visitor.brand)


def _page(visitor: Visitor, *, is_unsure: bool = False) -> str:
    return page_of(visitor, "account/erase.html", _HERE, is_unsure=is_unsure, action=visitor.url("erase_now"))
