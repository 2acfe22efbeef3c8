"""J27, J39: the portal tells the broker of activity, shows the true end, and obeys the broker's word."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from joserfc.jwk import ECKey
from werkzeug.test import TestResponse

from tests.demo.portals.conftest import HandClock
from tests.demo.portals.honest_provider import SESSION_SECONDS, HonestProvider

LogIn = Callable[[], TestResponse]


def _shown_end(browser: FlaskClient) -> str:
    found = BeautifulSoup(browser.get("/dossier").text, "html.parser").select_one("p.until")
    return found.text if found else ""


def _is_logged_in(browser: FlaskClient) -> bool:
    return browser.get("/claims").status_code == 200


@pytest.fixture
def alive(provider: HonestProvider, log_in: LogIn) -> HonestProvider:
    """The provider gives refresh tokens, and somebody is logged in."""
    provider.refreshes = True
    log_in()
    return provider


def test_page_view_after_a_minute_moves_the_shown_end(
    alive: HonestProvider, browser: FlaskClient, hand_clock: HandClock
) -> None:
    """20:30 UTC in March is 21:30 in Amsterdam; five minutes later the quarter of an hour begins anew."""
    assert "21:45" in _shown_end(browser)
    hand_clock.advance(timedelta(minutes=5))
    assert "21:50" in _shown_end(browser)
    assert alive.given_refresh_tokens == ["r-0", "r-1"]


def test_page_views_within_a_minute_ask_once(
    alive: HonestProvider, browser: FlaskClient, hand_clock: HandClock
) -> None:
    """Clicking fast does not load the broker."""
    for _ in range(6):
        hand_clock.advance(timedelta(seconds=29))
        browser.get("/dossier")
    assert len(alive.given_refresh_tokens) == 1 + 2


def test_session_that_is_used_outlives_its_first_end(
    alive: HonestProvider, browser: FlaskClient, hand_clock: HandClock
) -> None:
    """Ten minutes apart, three times: 30 minutes is twice the idle time."""
    for _ in range(3):
        hand_clock.advance(timedelta(minutes=10))
        assert _is_logged_in(browser)


def test_shown_end_is_the_nearer_of_idle_and_absolute(
    provider: HonestProvider, log_in: LogIn, browser: FlaskClient, hand_clock: HandClock
) -> None:
    """Both stand in the ID token; whichever comes first is the truth."""
    idle = int((hand_clock() + timedelta(minutes=7)).timestamp())
    provider.alter = lambda claims: {**claims, "session_idle_expires_at": idle}
    log_in()
    assert "21:37" in _shown_end(browser)


def test_session_that_the_broker_ended_ends_at_the_next_refresh(
    alive: HonestProvider, browser: FlaskClient, hand_clock: HandClock
) -> None:
    """The person reads that the session is over."""
    alive.session_over = True
    hand_clock.advance(timedelta(minutes=2))
    assert not _is_logged_in(browser)
    assert "Uw sessie is beëindigd" in browser.get("/dossier", follow_redirects=True).text


def test_refresh_that_gets_no_answer_changes_nothing(
    alive: HonestProvider, browser: FlaskClient, hand_clock: HandClock
) -> None:
    """Unknown is not over: the shown end still holds, and at that end it is over."""
    alive.token_down = True
    hand_clock.advance(timedelta(minutes=5))
    assert "21:45" in _shown_end(browser)
    hand_clock.advance(timedelta(seconds=SESSION_SECONDS))
    assert not _is_logged_in(browser)


@pytest.mark.parametrize("changes", [{"sub": "somebody-else"}, {"sid": "another"}, {"iss": "http://evil"}])
def test_refreshed_id_token_of_another_login_ends_the_session(
    alive: HonestProvider, browser: FlaskClient, hand_clock: HandClock, changes: dict[str, str]
) -> None:
    """OpenID Connect Core 12.2."""
    alive.alter = lambda claims: claims | changes
    hand_clock.advance(timedelta(minutes=2))
    assert not _is_logged_in(browser)


def _order(browser: FlaskClient, token: str) -> TestResponse:
    return browser.post("/backchannel-logout", data={"logout_token": token})


@pytest.mark.parametrize("changes", [{}, {"sub": None}, {"sid": None}])
def test_logout_token_ends_the_session(
    alive: HonestProvider, browser: FlaskClient, changes: dict[str, Any]
) -> None:
    """Named by session, by person, or by both."""
    answer = _order(browser, alive.logout_token(**changes))
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    assert not _is_logged_in(browser)
    assert "Uw sessie is beëindigd" in browser.get("/dossier", follow_redirects=True).text


def test_logout_token_of_another_session_ends_nothing_here(
    alive: HonestProvider, browser: FlaskClient
) -> None:
    """The same person's other browser; the answer is still 200."""
    assert _order(browser, alive.logout_token(sid="session-2")).status_code == 200
    assert _is_logged_in(browser)


REFUSED: list[dict[str, Any]] = [
    {"typ": "JWT"},
    {"typ": "at+jwt"},
    {"iss": "http://evil.example"},
    {"aud": "another-portal"},
    {"events": None},
    {"events": {"http://schemas.openid.net/event/other": {}}},
    {"events": {"http://schemas.openid.net/event/backchannel-logout": None}},
    {"nonce": "n"},
    {"sid": None, "sub": None},
    {"sid": 7},
    {"jti": None},
    {"exp": None},
    {"iat": None},
    {"exp": 1},
    {"iat": 9_999_999_999},
    {"exp": 9_999_999_999},
]


@pytest.mark.parametrize("changes", REFUSED, ids=[str(changes) for changes in REFUSED])
def test_logout_token_with_one_thing_wrong_is_refused(
    alive: HonestProvider, browser: FlaskClient, changes: dict[str, Any]
) -> None:
    """Back-Channel Logout 2.6: 400, and the session lives."""
    assert _order(browser, alive.logout_token(**changes)).status_code == 400
    assert _is_logged_in(browser)


def test_logout_token_counts_once(alive: HonestProvider, browser: FlaskClient, log_in: LogIn) -> None:
    """A replay cannot end a later login."""
    token = alive.logout_token()
    assert _order(browser, token).status_code == 200
    log_in()
    assert _order(browser, token).status_code == 400
    assert _is_logged_in(browser)


def test_logout_token_signed_by_somebody_else_is_refused(alive: HonestProvider, browser: FlaskClient) -> None:
    """Also under the broker's own key id."""
    real = alive.key
    alive.key = ECKey.generate_key("P-256", {"kid": "op-1"})
    forged = alive.logout_token()
    alive.key = real
    assert _order(browser, forged).status_code == 400
    assert _order(browser, "").status_code == 400
    assert _is_logged_in(browser)
