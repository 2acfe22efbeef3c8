"""J15a: a bank account number is for the insured person to change, and is offered to nobody else."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from demo.portals.bank_account import BankAccounts, in_groups, parse_iban
from tests.demo.portals.honest_provider import HonestProvider

LogIn = Callable[[], TestResponse]
PAGE, LABEL = "/rekeningnummer", "Mijn rekeningnummer"
NUMBER = "NL91ABNA0417164300"
HERE = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture(params=["consumer", "business", None])
def account_type(request: pytest.FixtureRequest, provider: HonestProvider, log_in: LogIn) -> str | None:
    """Somebody is logged in, with this claim or without any."""
    told = {"account_type": request.param} if request.param else {}
    provider.alter = lambda claims: claims | told
    log_in()
    return None if request.param is None else str(request.param)


def test_bank_account_is_offered_to_the_insured_person_only(
    browser: FlaskClient, account_type: str | None
) -> None:
    """By the claim `account_type`; where it is missing nobody is taken for the insured person."""
    own = account_type == "consumer"
    assert (LABEL in browser.get("/dossier").text) == own
    assert browser.get(PAGE).status_code == (200 if own else 403)
    answer = browser.post(PAGE, data={"rekeningnummer": NUMBER}, headers=HERE)
    assert answer.status_code == (303 if own else 403)


def _insured(provider: HonestProvider, log_in: LogIn) -> None:
    provider.alter = lambda claims: claims | {"account_type": "consumer"}
    log_in()


def test_number_is_changed_and_shown(provider: HonestProvider, browser: FlaskClient, log_in: LogIn) -> None:
    """However it was typed, it comes back in groups of four."""
    _insured(provider, log_in)
    answer = browser.post(PAGE, data={"rekeningnummer": "nl91 abna0417 1643 00"}, headers=HERE)
    page = browser.get(answer.location).text
    assert "Uw rekeningnummer is gewijzigd." in page
    assert "NL91 ABNA 0417 1643 00" in page


@pytest.mark.parametrize("typed", ["", "NL91ABNA0417164301", "NL91", "<b>", "x" * 500, "NL91ABNA04171643001"])
def test_wrong_number_changes_nothing(
    provider: HonestProvider, browser: FlaskClient, log_in: LogIn, typed: str
) -> None:
    """One digit off is found."""
    _insured(provider, log_in)
    before = BeautifulSoup(browser.get(PAGE).text, "html.parser").select_one(".lead strong")
    answer = browser.post(PAGE, data={"rekeningnummer": typed}, headers=HERE)
    assert answer.status_code == 422
    assert "Dit rekeningnummer klopt niet." in answer.text
    assert BeautifulSoup(browser.get(PAGE).text, "html.parser").select_one(".lead strong") == before


def test_form_of_another_site_changes_nothing(
    provider: HonestProvider, browser: FlaskClient, log_in: LogIn
) -> None:
    """The browser says where a form stood."""
    _insured(provider, log_in)
    foreign = {"Sec-Fetch-Site": "cross-site"}
    assert browser.post(PAGE, data={"rekeningnummer": NUMBER}, headers=foreign).status_code == 403


def test_stranger_is_sent_to_log_in(browser: FlaskClient) -> None:
    """Without a login there is no number to show."""
    assert browser.get(PAGE).location == "/inloggen"


@pytest.mark.parametrize("subject", [f"subject-{number}" for number in range(20)])
def test_made_up_number_is_a_number(subject: str) -> None:
    """The same each time, and right by its own check."""
    accounts = BankAccounts()
    assert parse_iban(accounts.of(subject)) == accounts.of(subject) == BankAccounts().of(subject)
    assert in_groups(accounts.of(subject)).startswith("NL")
