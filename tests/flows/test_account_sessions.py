"""A33: somebody sees where they are logged in, and ends it."""

from __future__ import annotations

import pytest

from tests.support.account_area import at, inside, notice
from tests.support.business import IZA, Business
from tests.support.system import System

pytestmark = pytest.mark.flow


def test_list_shows_every_session_and_ending_one_ends_that_one(business: Business) -> None:
    """Two browsers; the one ends the other, which is told to log in, and the log knows."""
    bea = inside(business.colleague(IZA))
    other = inside(bea.elsewhere())
    page = at(bea, "sessions")
    assert page.text.count("Ingelogd ") >= 2
    assert page.text.count("dit apparaat") == 1
    assert {"Mijn IZA", "127.0.0.0/24"} <= {found.get_text(strip=True) for found in page.soup("dd")}
    story = business.system.story()
    assert notice(bea.browser.press("Dit apparaat uitloggen")) == "Dat apparaat is uitgelogd"
    (ended,) = story.events()
    assert (ended.kind, ended.detail["reason"]) == ("session.ended", "ended-by-owner")
    assert at(bea).status == 200
    assert at(other).status == 403


def test_everything_ends_at_once(business: Business) -> None:
    """``Overal uitloggen``: here too, with the cookie gone and the cache cleared."""
    bea = inside(business.colleague(IZA))
    other = inside(bea.elsewhere())
    at(bea, "sessions")
    page = bea.browser.press("Overal uitloggen")
    assert page.heading == "U bent uitgelogd"
    assert page.header("Clear-Site-Data") == '"cache", "storage"'
    assert not bea.has_session
    assert (at(bea).status, at(other).status) == (403, 403)


def test_session_of_somebody_else_cannot_be_ended(business: Business) -> None:
    """A76: its id, which portals know, ends nothing here."""
    mine, theirs = inside(business.colleague(IZA)), inside(business.colleague(IZA))
    sid = theirs.browser.cookies(business.system.issuer)["__Host-voordeur-session-iza"].partition(".")[0]
    at(mine, "sessions")
    mine.browser.press("Hier uitloggen", session=sid)
    assert (at(mine).status, at(theirs).status) == (200, 200)


def test_ending_this_session_is_logging_out(business: Business) -> None:
    """The page says so; the old cookie opens nothing."""
    bea = inside(business.colleague(IZA))
    at(bea, "sessions")
    assert bea.browser.press("Hier uitloggen").heading == "U bent uitgelogd"
    assert at(bea).status == 403


def test_consumer_sees_and_ends_sessions_as_well(system: System) -> None:
    """The same page without the advice about a password."""
    browser = system.browser()
    system.enter(browser)
    page = browser.open(f"{system.issuer}/cz/account/sessions")
    assert "wijzig daarna meteen uw wachtwoord" not in page.text
    browser.press("Overal uitloggen")
    assert browser.open(f"{system.issuer}/cz/account/").status == 403
