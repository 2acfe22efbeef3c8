"""J39 in the account area: how long the session still lasts, and the button that makes it last."""

from __future__ import annotations

import json

import pytest

from tests.support.account_area import at, inside
from tests.support.browser import Page
from tests.support.business import IZA, ZAKELIJK, Business, Colleague

pytestmark = pytest.mark.flow

IDLE, ABSOLUTE = 1800, 28800
JSON = "application/json"
# The clock of a test runs on, and a machine may be slow.
SLACK = 90


def _state(someone: Colleague) -> Page:
    return at(someone, "session")


def _is_whole(seconds: object) -> bool:
    """Whether as good as nothing of the time without activity has passed."""
    return isinstance(seconds, int) and IDLE - SLACK < seconds <= IDLE


def _stay(someone: Colleague, accept: str) -> Page:
    token = at(someone, "session-ends").soup.select_one("input[name=csrf_token]")
    assert token is not None
    address = f"{someone.system.issuer}/{someone.account.brand}/account/session"
    return someone.browser.post_here(address, {"csrf_token": str(token["value"])}, accept=accept)


def test_page_tells_its_script_how_long_the_session_lasts(business: Business) -> None:
    """In seconds, beside the words; only there may a script call home, and only to us."""
    bea = inside(business.colleague(IZA))
    page = at(bea)
    warning = page.soup.select_one("#session-warning")
    assert warning is not None
    assert warning.has_attr("hidden")
    assert _is_whole(int(str(warning["data-seconds-left"])))
    assert "connect-src 'self'" in (page.header("Content-Security-Policy") or "")
    bea.arrive(prompt="login")
    assert "connect-src" not in (bea.page.header("Content-Security-Policy") or "")


def test_looking_at_the_end_does_not_move_it(business: Business) -> None:
    """Not for the script, and not for the page of who runs none."""
    bea = inside(business.colleague(IZA))
    at(bea)
    business.pass_time(IDLE - 100)
    told = json.loads(_state(bea).html)
    assert (told["seconds_left"] <= 100, told["can_stay"]) == (True, True)
    page = at(bea, "session-ends")
    assert page.heading == f"Uw sessie eindigt om {told['ends_at']}"
    assert json.loads(_state(bea).html)["seconds_left"] <= told["seconds_left"]
    business.pass_time(100)
    assert _state(bea).status == 403
    assert at(bea, "session-ends").heading == "Log eerst in"


@pytest.mark.parametrize("by_script", [True, False])
def test_staying_makes_the_session_last(business: Business, *, by_script: bool) -> None:
    """For the script in its own words, else back to the account."""
    bea = inside(business.colleague(IZA))
    at(bea)
    business.pass_time(IDLE - 100)
    page = _stay(bea, JSON if by_script else "text/html")
    if by_script:
        assert _is_whole(json.loads(page.html)["seconds_left"])
    else:
        assert page.heading == "Mijn persoonsgegevens"
    assert _is_whole(json.loads(_state(bea).html)["seconds_left"])


def test_staying_too_late_is_told(business: Business) -> None:
    """The script goes to a page that says where to log in."""
    bea = inside(business.colleague(IZA))
    at(bea)
    token = at(bea, "session-ends").soup.select_one("input[name=csrf_token]")
    assert token is not None
    business.pass_time(IDLE)
    address = f"{bea.system.issuer}/iza/account/session"
    fields = {"csrf_token": str(token["value"])}
    assert bea.browser.post_here(address, fields, accept=JSON).status == 403
    assert bea.browser.post_here(address, fields).heading == "Log eerst in"


def test_absolute_end_cannot_be_moved(business: Business) -> None:
    """And the page does not offer it."""
    bea = inside(business.colleague(ZAKELIJK).with_app())
    for _ in range(ABSOLUTE // 1500):
        at(bea)
        business.pass_time(1500)
    at(bea)
    told = json.loads(_state(bea).html)
    assert (told["seconds_left"] <= ABSOLUTE - ABSOLUTE // 1500 * 1500, told["can_stay"]) == (True, False)
    assert "Blijf ingelogd" not in (at(bea, "session-ends").soup.select_one("main") or bea.page.soup).text


def test_staying_needs_our_own_page(business: Business) -> None:
    """B4-18: nobody keeps somebody else's session alive."""
    bea = inside(business.colleague(IZA))
    address = f"{bea.system.issuer}/iza/account/session"
    assert bea.browser.post_here(address, {"csrf_token": "0" * 64}).status == 403
