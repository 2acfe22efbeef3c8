"""A flood of guesses fills the place where passwords are judged: people read what to do, and lose nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from broker.accounts.passwords.turnstile import Turnstile
from broker.wiring.passwords import password_hashing
from tests.support.account_area import at, inside
from tests.support.business import IZA, PASSWORD, Business, Colleague

pytestmark = pytest.mark.flow

BUSY = {"nl": "Het is nu even te druk", "en": "It is too busy right now"}


@contextmanager
def _crowd() -> Iterator[None]:
    """As if others of this process hash and wait to hash: no place is taken from any other process."""
    turnstile = getattr(password_hashing()._turn, "__self__", None)
    assert isinstance(turnstile, Turnstile)
    room = turnstile._present
    taken = 0
    while room.acquire(blocking=False):
        taken += 1
    try:
        yield
    finally:
        for _ in range(taken):
            room.release()


def _try_to_log_in(somebody: Colleague) -> None:
    somebody.arrive()
    with _crowd():
        somebody.type_password("Inloggen" if somebody.language == "nl" else "Log in")


@pytest.mark.parametrize("language", ["nl", "en"])
def test_login_in_a_crowd_is_told_to_wait_and_goes_on_in_the_same_attempt(
    business: Business, language: str
) -> None:
    """503 with when to come back and a code; the way back is to the form, and there the password is right."""
    pieter = business.colleague(IZA, language=language)
    story = business.system.story()
    _try_to_log_in(pieter)
    page = pieter.page
    assert (page.status, page.heading, page.language) == (503, BUSY[language], language)
    assert dict(page.headers)["Retry-After"] == "15"
    assert page.support_code
    assert story.kinds() == ["login.started"]
    pieter.browser.follow("Terug naar inloggen" if language == "nl" else "Back to logging in")
    pieter.type_password("Inloggen" if language == "nl" else "Log in")
    assert pieter.is_in


def test_crowd_counts_as_no_try(business: Business) -> None:
    """Who finds no place may try as often as before: the password was not looked at."""
    pieter = business.colleague(IZA)
    for _ in range(12):
        _try_to_log_in(pieter)
        assert pieter.page.status == 503
    pieter.log_in()
    assert pieter.is_in


def test_crowd_is_the_same_for_an_address_without_account(business: Business) -> None:
    """B4-02: nobody learns from it who has an account."""
    pieter = business.colleague(IZA)
    _try_to_log_in(pieter)
    known = (pieter.page.status, pieter.page.heading, dict(pieter.page.headers)["Retry-After"])
    nobody = business.colleague(IZA)
    nobody.arrive()
    with _crowd():
        page = nobody.browser.press("Inloggen", email="nobody@bedrijf.example", password=PASSWORD)
    assert (page.status, page.heading, dict(page.headers)["Retry-After"]) == known


def test_proof_in_a_crowd_leads_back_to_its_page(business: Business) -> None:
    """In the account area the way back is to the page with the same form."""
    pieter = inside(business.colleague(IZA))
    at(pieter, "confirm?to=factors")
    with _crowd():
        page = pieter.browser.press("Verder", password=PASSWORD)
    assert (page.status, page.heading) == (503, BUSY["nl"])
    assert pieter.browser.follow("Terug naar de vorige pagina").heading == "Bevestig dat u het bent"
