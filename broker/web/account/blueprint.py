"""The pages of the account area, put together; a page that has no code has no address and no menu item."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue

from broker.web.account.address_pages import add_address_pages
from broker.web.account.area import (
    PATH,
    AccountArea,
    Stranger,
    around_the_page,
    page_of,
    stranger_page,
    visitor_of,
)
from broker.web.account.erasure_pages import add_erasure_pages
from broker.web.account.factor_pages import add_factor_pages
from broker.web.account.password_pages import add_password_pages
from broker.web.account.proof_pages import add_proof_pages
from broker.web.account.record_pages import add_record_pages
from broker.web.account.session_pages import add_session_pages
from broker.web.account.staying_pages import add_staying_pages


def account_blueprint(area: AccountArea) -> Blueprint:
    """``/<brand>/account/…``, for who is logged in at a portal of the brand."""
    blueprint = Blueprint("account", __name__)
    blueprint.context_processor(around_the_page)
    blueprint.register_error_handler(Stranger, stranger_page)
    _add_details(blueprint, area)
    add_address_pages(blueprint, area)
    add_password_pages(blueprint, area)
    add_factor_pages(blueprint, area)
    add_session_pages(blueprint, area)
    add_staying_pages(blueprint, area)
    add_proof_pages(blueprint, area)
    add_record_pages(blueprint, area)
    add_erasure_pages(blueprint, area)
    return blueprint


def _add_details(blueprint: Blueprint, area: AccountArea) -> None:
    @blueprint.get(f"{PATH}/")
    def details(brand: str) -> ResponseReturnValue:
        visitor = visitor_of(area, brand)
        return page_of(
            visitor,
            "account/details.html",
            "details",
            person={"name": visitor.account.name, "email": visitor.account.email},
            by_password=visitor.has_password,
            change_url=visitor.url("address") if area.mails.can_tell(brand) else None,
            note=area.memory.noted(visitor.session.sid, "details"),
        )
