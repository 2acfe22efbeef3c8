"""J28: ``Wijzigen van uw wachtwoord`` by who is logged in."""

from __future__ import annotations

import re

import pytest

from broker.storage.passwords import PasswordRepository
from tests.support.account_area import NEW_PASSWORD, at, inside, notice
from tests.support.browser import Page
from tests.support.business import IZA, PASSWORD, Business, Colleague

pytestmark = pytest.mark.flow

BUTTON = "Wachtwoord wijzigen"


def _change(bea: Colleague, current: str = PASSWORD, new: str = NEW_PASSWORD) -> Page:
    at(bea, "password")
    return bea.browser.press(BUTTON, current=current, password=new)


def _fault(page: Page, field: str) -> str:
    found = page.soup.select_one(f"#{field}-fault")
    return found.get_text(" ", strip=True) if found else ""


def test_new_password_works_and_the_old_one_does_not(business: Business) -> None:
    """J28, with its event and its mail."""
    bea = inside(business.colleague(IZA))
    story = business.system.story()
    page = _change(bea)
    assert (page.status, notice(page)) == (200, "Uw wachtwoord is gewijzigd")
    assert story.kinds() == ["password.changed"]
    assert bea.worker.mails_to(bea.account.email) == ["Uw wachtwoord is gewijzigd – IZA"]
    other = bea.elsewhere()
    other.arrive()
    other.browser.press("Inloggen", email=bea.account.email, password=PASSWORD)
    assert not other.is_in
    other.browser.press("Inloggen", email=bea.account.email, password=NEW_PASSWORD)
    assert other.is_in


def test_every_other_session_ends_and_this_one_goes_on_with_another_secret(business: Business) -> None:
    """A05, A27: the old cookie of this browser is dead, and so is the other browser."""
    bea = inside(business.colleague(IZA))
    other = inside(bea.elsewhere())
    issuer, name = business.system.issuer, "__Host-voordeur-session-iza"
    before = bea.browser.cookies(issuer)[name]
    _change(bea)
    after = bea.browser.cookies(issuer)[name]
    assert after != before
    assert after.partition(".")[0] == before.partition(".")[0]
    assert at(bea).status == 200
    assert at(other).status == 403
    bea.browser.plant(issuer, name, before)
    assert at(bea).status == 403


def test_wrong_current_password_changes_nothing(business: Business) -> None:
    """A05: the page again, the fault at its field, nothing filled in, an event."""
    bea = inside(business.colleague(IZA))
    kept = PasswordRepository(business.system.stores.database)
    before, story = kept.get(bea.account.id), business.system.story()
    page = _change(bea, current="niet dit wachtwoord")
    assert page.status == 422
    assert "Dit is niet uw huidige wachtwoord" in _fault(page, "current")
    assert page.soup.select_one("#current")["aria-describedby"].split() == ["current-fault"]  # type: ignore[index, union-attr]  # One value.
    assert NEW_PASSWORD not in page.html
    assert story.kinds() == ["password.not-changed"]
    assert kept.get(bea.account.id) == before


def test_guessing_the_current_password_is_held_as_at_the_login(business: Business) -> None:
    """A09: after some tries the right one is not judged either, here nor there."""
    bea = inside(business.colleague(IZA))
    for _ in range(5):
        assert _change(bea, current="niet dit wachtwoord").status == 422
    assert _change(bea).status == 422
    business.pass_time(31)
    assert _change(bea).status == 200


@pytest.mark.parametrize(
    ("new", "said"),
    [
        ("kort", "te kort"),
        ("bea bakker bedrijf", "lijkt te veel op"),
        ("wachtwoord1234", "te makkelijk te raden"),
        (PASSWORD, "uw huidige wachtwoord"),
        ("x" * 200, "te lang"),
    ],
)
def test_new_password_is_one_that_we_take(business: Business, new: str, said: str) -> None:
    """The policy of A01 to A04, without a try at the current password being counted."""
    bea, story = inside(business.colleague(IZA)), business.system.story()
    page = _change(bea, new=new)
    assert page.status == 422
    assert said in _fault(page, "password")
    assert story.kinds() == []


def test_reset_link_of_before_does_nothing_any_more(business: Business) -> None:
    """Somebody else may hold it."""
    bea = inside(business.colleague(IZA))
    other = business.system.browser()
    other.open(f"{business.system.issuer}/iza/reset")
    other.press("Stuur mij een e-mail", email=bea.account.email)
    bea.worker.delivery.run()
    found = re.search(r"http://localhost:8000/iza/reset/\S+", bea.worker.mailbox.last().body("plain"))
    assert found is not None
    link = found[0]
    assert "Nieuw wachtwoord" in [label.text for label in other.open(link).soup("label")]
    business.pass_time()
    _change(bea)
    assert "Nieuw wachtwoord" not in [label.text for label in other.open(link).soup("label")]
