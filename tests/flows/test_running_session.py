"""What a running session is good for: silence, freshness, age, person, level (Core 3.1.2.1)."""

from __future__ import annotations

import json

import pytest

from broker.domain.accounts import AccountState
from tests.support.browser import Browser
from tests.support.relying_party import Attempt
from tests.support.system import System, digid_of

pytestmark = pytest.mark.flow

SUBSTANTIAL = "http://eidas.europa.eu/LoA/substantial"
LOW = "http://eidas.europa.eu/LoA/low"


def _post(system: System, browser: Browser, attempt: Attempt) -> str:
    """Send the request as a form, as a portal must whose hint holds a BSN; where that ended."""
    return browser.post_from_elsewhere(f"{system.issuer}/oauth2/authorize", attempt.fields).url


def _ask(system: System, browser_url: str) -> dict[str, str]:
    return system.portal().answer(browser_url)


def test_silent_request_without_a_session_is_answered_login_required(system: System) -> None:
    """No page, no cookie, no attempt."""
    browser, story = system.browser(), system.story()
    attempt = system.portal().begin(prompt="none")
    answer = _ask(system, browser.open(attempt.url).url)
    assert answer["error"] == "login_required"
    assert (answer["state"], answer["iss"]) == (attempt.state, system.issuer)
    assert browser.cookies(system.issuer) == {}
    assert [(event.kind, event.detail["reason"]) for event in story.events()] == [
        ("login.refused", "login_required")
    ]


def test_silent_request_with_a_session_gets_a_code_and_no_page(system: System) -> None:
    """The same login, the same moment, the same session."""
    browser, portal = system.browser(), system.portal()
    first = system.enter(browser)
    attempt = portal.begin(prompt="none")
    story = system.story()
    second = portal.tokens(browser.open(attempt.url).url, attempt)
    for name in ("sub", "sid", "auth_time", "acr", "bsn"):
        assert second.claims[name] == first.claims[name]
    assert story.events()[0].detail["by_earlier_login"] is True


def test_request_with_a_session_asks_nothing(system: System) -> None:
    """A second visit to the same portal goes straight through."""
    browser, portal = system.browser(), system.portal()
    system.enter(browser)
    attempt = portal.begin()
    tokens = portal.tokens(browser.follow_link_from_elsewhere(attempt.url).url, attempt)
    assert tokens.claims["bsn"] == digid_of("sanne").bsn


@pytest.mark.parametrize("prompt", ["login", "select_account", "consent", "login consent"])
def test_request_for_a_new_login_shows_the_login_page(system: System, prompt: str) -> None:
    """The running session does not answer, and after the new login auth_time is new."""
    browser, portal = system.browser(), system.portal()
    first = system.enter(browser)
    system.clock.advance(60)
    attempt = portal.begin(prompt=prompt)
    browser.open(attempt.url)
    assert browser.page.heading == "Inloggen bij Mijn CZ"
    browser.press("Inloggen met DigiD")
    second = portal.tokens(system.pass_digid(browser), attempt)
    assert second.claims["auth_time"] >= first.claims["auth_time"] + 60


def test_max_age_lets_a_young_login_pass_and_asks_an_old_one_again(system: System) -> None:
    """Measured from the moment that DigiD states."""
    browser, portal = system.browser(), system.portal()
    system.enter(browser)
    system.clock.advance(290)
    young = portal.begin(max_age="300")
    assert portal.tokens(browser.open(young.url).url, young).claims["bsn"] == digid_of("sanne").bsn
    system.clock.advance(20)
    old = portal.begin(max_age="300")
    assert browser.open(old.url).heading == "Inloggen bij Mijn CZ"
    silent = portal.begin(max_age="300", prompt="none")
    assert _ask(system, browser.open(silent.url).url)["error"] == "login_required"


def test_max_age_zero_always_asks(system: System) -> None:
    """Core 3.1.2.1: max_age=0 is the same as prompt=login."""
    browser = system.browser()
    system.enter(browser)
    assert browser.open(system.portal().begin(max_age="0").url).heading == "Inloggen bij Mijn CZ"


def test_hint_of_the_same_person_is_satisfied_by_the_session(system: System) -> None:
    """The portal asks whether it is still she."""
    browser, portal = system.browser(), system.portal()
    tokens = system.enter(browser)
    attempt = portal.begin(prompt="none", id_token_hint=tokens.id_token)
    assert portal.tokens(_post(system, browser, attempt), attempt).claims["sub"] == tokens.claims["sub"]


def test_hint_with_a_bsn_in_the_address_is_refused(system: System) -> None:
    """History and logs would keep it; by POST the same hint is good (as at logout)."""
    browser, portal = system.browser(), system.portal()
    tokens = system.enter(browser)
    attempt = portal.begin(prompt="none", id_token_hint=tokens.id_token)
    answer = _ask(system, browser.open(attempt.url).url)
    assert (answer["error"], answer["state"]) == ("invalid_request", attempt.state)
    assert "code" in _ask(system, _post(system, browser, attempt))


def test_hint_of_another_person_is_not_satisfied_by_the_session(system: System) -> None:
    """Silence gives login_required; the session that is there stays as it was."""
    browser, portal = system.browser(), system.portal()
    henk = system.enter(system.browser(), "henk")
    sanne = system.enter(browser, "sanne")
    attempt = portal.begin(prompt="none", id_token_hint=henk.id_token)
    assert _ask(system, _post(system, browser, attempt))["error"] == "login_required"
    assert portal.userinfo(sanne.access_token).status_code == 200


def test_login_of_another_person_than_hinted_gives_no_code_and_no_session(system: System) -> None:
    """Somebody else logs in than the portal named: login_required, and nothing stays behind."""
    browser, portal = system.browser(), system.portal()
    henk = system.enter(system.browser(), "henk")
    attempt = portal.begin(id_token_hint=henk.id_token)
    story = system.story()
    _post(system, browser, attempt)
    browser.press("Inloggen met DigiD")
    answer = _ask(system, system.pass_digid(browser, "sanne"))
    assert answer["error"] == "login_required"
    assert "code" not in answer
    assert browser.cookies(system.issuer) == {}
    assert story.kinds()[-2:] == ["session.ended", "login.refused"]
    silent = portal.begin(prompt="none")
    assert _ask(system, browser.open(silent.url).url)["error"] == "login_required"


def test_higher_level_is_asked_of_digid_and_reaches_the_portal(system: System) -> None:
    """acr_values raises the portal's minimum; Zoë can reach it with the app, and SMS is not offered."""
    browser, portal = system.browser(), system.portal()
    attempt = portal.begin(acr_values=SUBSTANTIAL)
    browser.open(attempt.url)
    browser.press("Inloggen met DigiD")
    assert "Met controle via SMS" not in browser.page.text
    claims = portal.tokens(system.pass_digid_with_app(browser, "zoe"), attempt).claims
    assert claims["acr"] == SUBSTANTIAL
    assert claims["assurance"] == {"scheme": "digid", "level": "substantieel"}


def test_lower_level_is_never_given_because_it_was_asked(system: System) -> None:
    """A portal cannot ask for less than its own minimum."""
    browser, portal = system.browser(), system.portal()
    attempt = portal.begin(acr_values="urn:voordeur:loa:basis")
    browser.open(attempt.url)
    browser.press("Inloggen met DigiD")
    assert "Met gebruikersnaam en wachtwoord" not in browser.page.text
    assert portal.tokens(system.pass_digid(browser), attempt).claims["acr"] == LOW


def test_session_of_a_low_level_does_not_answer_a_request_for_a_higher_one(system: System) -> None:
    """B2-02: logged in by SMS, asked for substantial: the login page, and in silence login_required."""
    browser, portal = system.browser(), system.portal()
    system.enter(browser)
    assert browser.open(portal.begin(acr_values=SUBSTANTIAL).url).heading == "Inloggen bij Mijn CZ"
    silent = portal.begin(acr_values=SUBSTANTIAL, prompt="none")
    assert _ask(system, browser.open(silent.url).url)["error"] == "login_required"


def test_step_up_in_a_running_session_keeps_the_session_and_raises_its_level(system: System) -> None:
    """The sid stays, so that portals know the session again; the level is the new one."""
    browser, portal = system.browser(), system.portal()
    first = system.enter(browser, "zoe")
    attempt = portal.begin(acr_values=SUBSTANTIAL)
    browser.open(attempt.url)
    browser.press("Inloggen met DigiD")
    second = portal.tokens(system.pass_digid_with_app(browser, "zoe"), attempt).claims
    assert (first.claims["acr"], second["acr"]) == (LOW, SUBSTANTIAL)
    assert first.claims["sid"] == second["sid"]


def test_essential_level_that_nobody_can_reach_is_refused_at_once(system: System) -> None:
    """An essential acr that is not ours: unmet_authentication_requirements, and no page."""
    wanted = json.dumps({"id_token": {"acr": {"essential": True, "values": ["urn:example:none-such"]}}})
    attempt = system.portal().begin(claims=wanted)
    answer = _ask(system, system.browser().open(attempt.url).url)
    assert answer["error"] == "unmet_authentication_requirements"
    assert (answer["state"], answer["iss"]) == (attempt.state, system.issuer)


def test_essential_level_is_demanded_of_digid(system: System) -> None:
    """An essential acr that DigiD has is what DigiD is asked for."""
    wanted = json.dumps({"id_token": {"acr": {"essential": True, "values": [SUBSTANTIAL]}}})
    browser, portal = system.browser(), system.portal()
    attempt = portal.begin(claims=wanted)
    browser.open(attempt.url)
    browser.press("Inloggen met DigiD")
    assert portal.tokens(system.pass_digid_with_app(browser, "zoe"), attempt).claims["acr"] == SUBSTANTIAL


def test_bsn_is_not_given_because_a_request_asks_for_it_at_userinfo(system: System) -> None:
    """B3-20: the claims parameter selects within the contract and moves nothing to another place."""
    wanted = json.dumps({"userinfo": {"bsn": {"essential": True}, "roles": None, "name": None}})
    told = system.portal().userinfo(system.enter(system.browser(), claims=wanted).access_token)
    assert digid_of("sanne").bsn not in told.get_data(as_text=True)
    assert told.json is not None
    assert "roles" not in told.json


def test_disabled_account_loses_its_tokens_at_once(own_system: System) -> None:
    """A30: the access token that was given out before says nothing any more."""
    tokens = own_system.enter(own_system.browser())
    assert own_system.portal().userinfo(tokens.access_token).status_code == 200
    own_system.set_account_state("sanne", AccountState.DISABLED)
    assert own_system.portal().userinfo(tokens.access_token).status_code == 401
