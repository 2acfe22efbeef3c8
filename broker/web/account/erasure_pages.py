"""Somebody takes everything of themselves out of the account, for good."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from broker.web.account.area import PATH, AccountArea, Visitor, acting_visitor, page_of, visitor_of
from broker.web.account.mails import Change
from broker.web.account.proof import is_proven, to_proof
from broker.web.account.session_pages import leave_page

_HERE: Final = "erase"
_UNPROCESSABLE: Final = 422


def add_erasure_pages(blueprint: Blueprint, area: AccountArea) -> None:
    """``/<brand>/account/erase``."""

    @blueprint.get(f"{PATH}/erase")
    def erase(brand: str) -> ResponseReturnValue:
        return _page(area, visitor_of(area, brand))

    @blueprint.post(f"{PATH}/erase")
    def erase_now(brand: str) -> ResponseReturnValue:
        visitor = acting_visitor(area, brand)
        if request.form.get("sure") != "yes":
            return _page(area, visitor, is_unsure=True), _UNPROCESSABLE
        if not is_proven(area, visitor):
            return to_proof(visitor, _HERE)
        with area.together():
            # Of two who press at once one erases, and one mail tells of it.
            if area.records.erase(visitor.account):
                area.mails.tell(visitor.account, Change.ERASED)
        return leave_page(area, visitor)


def _page(area: AccountArea, visitor: Visitor, *, is_unsure: bool = False) -> str:
    return page_of(
        visitor,
        "account/erase.html",
        _HERE,
        is_unsure=is_unsure,
        by_password=visitor.has_password,
        note=None if is_unsure else area.memory.noted(visitor.session.sid, _HERE),
        action=visitor.url("erase_now"),
    )
