"""An address that breaks a rule of the brand: asked about, or refused where the brand is strict."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask

from broker.accounts.requesting.service import Wanted
from broker.domain.email_address import EmailFault
from broker.domain.roles import RoleCatalogue
from broker.domain.work_address import WorkAddressFault, WorkAddressRules
from broker.web.account_request_form import RequestForm, read_request_form

RULES = WorkAddressRules(frozenset({"gmail.com"}), frozenset({"info"}), is_strict=False)
PRIVATE = {"name": "Joost van Dam", "email": "joost@gmail.com"}


def read(rules: WorkAddressRules | None, **sent: str) -> Wanted | RequestForm:
    """What the form makes of it."""
    with Flask("test").test_request_context("/", method="POST", data=sent):
        return read_request_form(RoleCatalogue(), rules)


def test_brand_without_rules_takes_every_address() -> None:
    """There is nothing to ask."""
    assert isinstance(read(None, **PRIVATE), Wanted)


def test_address_is_asked_about_and_taken_from_who_is_sure() -> None:
    """A question is no fault."""
    asked = read(RULES, **PRIVATE)
    assert isinstance(asked, RequestForm)
    assert (asked.asked_about, asked.is_faulty) == (WorkAddressFault.FREE_MAIL, False)
    assert (asked.name, asked.email) == ("Joost van Dam", "joost@gmail.com")
    assert isinstance(read(RULES, **PRIVATE, sure="yes"), Wanted)


def test_strict_brand_refuses_it_however_sure_somebody_is() -> None:
    """The field says what is wrong."""
    refused = read(replace(RULES, is_strict=True), **PRIVATE, sure="yes")
    assert isinstance(refused, RequestForm)
    assert (refused.email_fault, refused.asked_about) == (WorkAddressFault.FREE_MAIL, None)


@pytest.mark.parametrize("is_strict", [True, False])
def test_what_is_no_address_is_told_first(is_strict: bool) -> None:
    """There is no domain to judge yet."""
    refused = read(replace(RULES, is_strict=is_strict), name="Joost", email="joost")
    assert isinstance(refused, RequestForm)
    assert (refused.email_fault, refused.asked_about) == (EmailFault.MALFORMED, None)
