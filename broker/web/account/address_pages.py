"""Another e-mail address, asked for in the account area by who proved just now who they are."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from broker.domain.email_address import EmailAddress, InvalidEmailAddress, comparable, parse_email_address
from broker.web.account.area import (
    PATH,
    AccountArea,
    Visitor,
    acting_visitor,
    back,
    no_such_page,
    page_of,
    visitor_of,
)
from broker.web.account.notes import ADDRESS_ASKED
from broker.web.account.proof import is_proven, to_proof
from broker.web.parameters import once
from broker.web.registration_texts import field_fault

_HERE: Final = "address"
_UNPROCESSABLE: Final = 422


def add_address_pages(blueprint: Blueprint, area: AccountArea) -> None:
    """``/<brand>/account/address``, where the brand sends mail."""

    @blueprint.get(f"{PATH}/address")
    def address(brand: str) -> ResponseReturnValue:
        visitor = visitor_of(area, brand)
        _where_mail_is_sent(area, visitor)
        return _page(area, visitor) if is_proven(area, visitor) else to_proof(visitor, _HERE)

    @blueprint.post(f"{PATH}/address")
    def change_address(brand: str) -> ResponseReturnValue:
        visitor = acting_visitor(area, brand)
        _where_mail_is_sent(area, visitor)
        if not is_proven(area, visitor):
            return to_proof(visitor, _HERE)
        text = once(request.form, "email")
        found = _judged(visitor, text)
        if isinstance(found, str):
            return _page(area, visitor, text, found), _UNPROCESSABLE
        if not area.addresses.ask(visitor.account, found, visitor.session.sid):
            return _page(area, visitor, text, _too_often()), _UNPROCESSABLE
        return back(area, visitor, "details", ADDRESS_ASKED)


def _where_mail_is_sent(area: AccountArea, visitor: Visitor) -> None:
    if not area.mails.can_tell(visitor.brand.id):
        raise no_such_page(visitor)


def _judged(visitor: Visitor, text: str) -> EmailAddress | str:
    """The address, or what is wrong with it in words."""
    try:
        found = parse_email_address(text)
    except InvalidEmailAddress as invalid:
        return field_fault(invalid.fault) or ""
    if found.normal == comparable(visitor.account.email):
        return str(gettext("Dit is al uw e-mailadres. Vul een ander e-mailadres in."))
    return found


def _too_often() -> str:
    return str(
        gettext(
            "U heeft dit al een paar keer gevraagd. Gebruik de link in de nieuwste e-mail, of wacht een uur."
        )
    )


def _page(area: AccountArea, visitor: Visitor, text: str = "", fault: str | None = None) -> str:
    return page_of(
        visitor,
        "account/address.html",
        "details",
        person_email=visitor.account.email,
        by_password=visitor.has_password,
        email=text,
        fault=fault,
        note=None if fault else area.memory.noted(visitor.session.sid, _HERE),
        action=visitor.url("change_address"),
        cancel_url=visitor.url("details"),
    )
