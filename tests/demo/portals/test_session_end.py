"""J39: the end is announced, there is a way to stay, a page says when it is over; with script and without."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.demo.portals.conftest import HandClock
from tests.demo.portals.honest_provider import SESSION_SECONDS, HonestProvider

LogIn = Callable[[], TestResponse]
JSON = {"Accept": "application/json"}
JUST_BEFORE = timedelta(seconds=SESSION_SECONDS - 60)


@pytest.fixture
def alive(provider: HonestProvider, log_in: LogIn) -> HonestProvider:
    """The provider gives refresh tokens, and somebody is logged in."""
    provider.refreshes = True
    log_in()
    return provider


def _refresh_of(page: str) -> str:
    found = BeautifulSoup(page, "html.parser").select_one("meta[http-equiv=refresh]")
    return str(found["content"]) if found else ""


def test_page_without_script_goes_to_the_warning_two_minutes_before_the_end(
    alive: HonestProvider, browser: FlaskClient, hand_clock: HandClock
) -> None:
    """The page to come back to goes along."""
    hand_clock.advance(timedelta(seconds=30))
    page = browser.get("/dossier").text
    assert f"{SESSION_SECONDS - 30 - 120};url=/sessie-verloopt?terug=/dossier" in _refresh_of(page)
    assert BeautifulSoup(page, "html.parser").select_one("head noscript meta[http-equiv=refresh]")
    assert alive.given_refresh_tokens == ["r-0"]


def test_warning_page_names_the_end_and_stays_until_then(
    alive: HonestProvider, browser: FlaskClient, hand_clock: HandClock
) -> None:
    """Looking at it is no activity; at the end it looks again."""
    hand_clock.advance(JUST_BEFORE)
    page = browser.get("/sessie-verloopt?terug=/contact").text
    assert "Uw sessie eindigt om 21:45" in page
    assert "Blijf ingelogd" in page
    assert _refresh_of(page).startswith("61;url=/sessie-verloopt")
    assert alive.given_refresh_tokens == ["r-0"]


def test_button_moves_the_end_and_leads_back(
    alive: HonestProvider, browser: FlaskClient, hand_clock: HandClock
) -> None:
    """Without script: one press, and one is where one was, with a new end."""
    hand_clock.advance(JUST_BEFORE)
    answer = browser.post("/blijf-ingelogd", data={"terug": "/contact"})
    assert (answer.status_code, answer.location) == (303, "/contact")
    assert alive.given_refresh_tokens == ["r-0", "r-1"]
    assert browser.get("/sessie").get_json()["seconds_left"] == SESSION_SECONDS


def test_script_asks_without_being_active_and_stays_by_one_request(
    alive: HonestProvider, browser: FlaskClient, hand_clock: HandClock
) -> None:
    """The state tells the seconds that are left and the end in the Netherlands."""
    hand_clock.advance(JUST_BEFORE)
    before = browser.get("/sessie", headers=JSON).get_json()
    assert before == {"can_stay": True, "ends_at": "21:45", "ends_on": "14-03-2031", "seconds_left": 60}
    after = browser.post("/blijf-ingelogd", headers=JSON).get_json()
    assert after == {
        "can_stay": True,
        "ends_at": "21:59",
        "ends_on": "14-03-2031",
        "seconds_left": SESSION_SECONDS,
    }


def test_pressing_twice_refreshes_once(
    alive: HonestProvider, browser: FlaskClient, hand_clock: HandClock
) -> None:
    """A refresh token that comes twice would end the session at the broker."""
    hand_clock.advance(JUST_BEFORE)
    for _ in range(2):
        assert browser.post("/blijf-ingelogd", headers=JSON).status_code == 200
    assert alive.given_refresh_tokens == ["r-0", "r-1"]


def test_absolute_end_is_announced_without_a_button(
    provider: HonestProvider, log_in: LogIn, browser: FlaskClient, hand_clock: HandClock
) -> None:
    """No activity moves it, so nothing is offered that would not work."""
    provider.refreshes = True
    idle = int((hand_clock() + timedelta(hours=1)).timestamp())
    provider.alter = lambda claims: claims | {"session_idle_expires_at": idle}
    log_in()
    page = browser.get("/sessie-verloopt").text
    assert "Blijf ingelogd" not in page
    assert "Uitloggen" in page
    assert browser.get("/sessie").get_json()["can_stay"] is False


def test_button_after_the_end_says_that_it_is_over(
    alive: HonestProvider, browser: FlaskClient, hand_clock: HandClock
) -> None:
    """The page of the end offers to log in again; the script hears 401."""
    hand_clock.advance(timedelta(seconds=SESSION_SECONDS))
    assert browser.post("/blijf-ingelogd").location == "/sessie-beeindigd"
    assert browser.post("/blijf-ingelogd", headers=JSON).status_code == 401
    assert browser.get("/sessie").status_code == 401
    page = browser.get("/sessie-beeindigd").text
    assert "Uw sessie is beëindigd" in page
    assert "Opnieuw inloggen" in page
    assert alive.given_refresh_tokens == ["r-0"]


def test_button_says_so_when_the_broker_gives_no_answer(
    alive: HonestProvider, browser: FlaskClient, hand_clock: HandClock
) -> None:
    """Unknown is not over: the person may press again."""
    hand_clock.advance(JUST_BEFORE)
    alive.token_down = True
    answer = browser.post("/blijf-ingelogd")
    assert answer.status_code == 503
    assert "Probeer het nog een keer" in answer.text
    assert browser.get("/sessie").status_code == 200
    hand_clock.advance(timedelta(seconds=11))
    assert browser.post("/blijf-ingelogd", headers=JSON).status_code == 503


@pytest.mark.parametrize(
    "back",
    [
        "//evil.example",
        "https://evil.example/",
        "/\\evil.example",
        "/a//b",
        "javascript:alert(1)",
        "",
        "/a?x=1",
    ],
)
def test_button_leads_to_our_own_pages_only(alive: HonestProvider, browser: FlaskClient, back: str) -> None:
    """Whatever the address says, one ends up here."""
    assert browser.post("/blijf-ingelogd", data={"terug": back}).location == "/dossier"


def test_other_sites_cannot_keep_a_session_alive(
    alive: HonestProvider, browser: FlaskClient, hand_clock: HandClock
) -> None:
    """A page elsewhere that posts here gets nowhere."""
    hand_clock.advance(JUST_BEFORE)
    answer = browser.post("/blijf-ingelogd", headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert alive.given_refresh_tokens == ["r-0"]


def test_page_of_the_end_is_not_for_who_is_logged_in(alive: HonestProvider, browser: FlaskClient) -> None:
    """A stale tab that comes there goes back to the file."""
    assert browser.get("/sessie-beeindigd").location == "/dossier"
    assert alive.given_refresh_tokens == ["r-0"]


def test_logging_out_oneself_is_not_told_as_a_session_that_ended(
    alive: HonestProvider, browser: FlaskClient
) -> None:
    """Whoever presses `Uitloggen` knows."""
    browser.get("/logout")
    assert browser.get("/dossier").location == "/inloggen"
    assert alive.given_refresh_tokens == ["r-0"]
