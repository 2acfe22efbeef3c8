"""The session: server side, per browser, renewed at login, ended by time or by hand (A26-A29, B4-17)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.support.browser import Browser
from tests.support.system import Plan, System
from tests.support.system_fixtures import SystemMaker

pytestmark = pytest.mark.flow

SESSION_COOKIE = "__Host-voordeur-session-cz"
IDLE_SECONDS = 900
ABSOLUTE_SECONDS = 7200


def _is_logged_in(system: System, browser: Browser) -> bool:
    """Ask in silence; a session that answers counts this as activity."""
    page = browser.open(system.portal().begin(prompt="none").url)
    return "code" in system.portal().answer(page.url)


def test_session_cookie_is_new_at_every_login_and_the_sid_stays(system: System) -> None:
    """A27: the value of before is worth nothing, while portals keep recognising the session."""
    browser = system.browser()
    first = system.enter(browser)
    before = browser.cookies(system.issuer)[SESSION_COOKIE]
    second = system.enter(browser, prompt="login")
    after = browser.cookies(system.issuer)[SESSION_COOKIE]
    assert first.claims["sid"] == second.claims["sid"]
    assert before != after
    thief = system.browser()
    thief.plant(system.issuer, SESSION_COOKIE, before)
    assert not _is_logged_in(system, thief)
    assert _is_logged_in(system, browser)


def test_session_cookie_planted_before_the_login_is_worth_nothing_after_it(system: System) -> None:
    """B4-17: an attacker's own live session value in the victim's browser does not become the victim's."""
    attacker, victim = system.browser(), system.browser()
    system.enter(attacker, "henk")
    planted = attacker.cookies(system.issuer)[SESSION_COOKIE]
    victim.plant(system.issuer, SESSION_COOKIE, planted)
    tokens = system.enter(victim, "sanne", prompt="login")
    assert victim.cookies(system.issuer)[SESSION_COOKIE] != planted
    assert not _is_logged_in(system, attacker)
    assert _is_logged_in(system, victim)
    assert not victim.cookies(system.issuer)[SESSION_COOKIE].startswith(planted.partition(".")[0])
    assert planted.partition(".")[0] != tokens.claims["sid"]


def test_session_cookie_made_up_by_a_client_never_names_a_session(system: System) -> None:
    """The sid of the portals' tokens is known to many; without the secret it opens nothing."""
    sid = system.enter(system.browser()).claims["sid"]
    for value in (sid, f"{sid}.", f"{sid}.{'A' * 43}", f"{sid}.{sid}"):
        stranger = system.browser()
        stranger.plant(system.issuer, SESSION_COOKIE, value)
        assert not _is_logged_in(system, stranger)


def test_login_of_somebody_else_in_the_same_browser_ends_the_session_there(system: System) -> None:
    """Two people never share a session, nor its name."""
    browser, portal = system.browser(), system.portal()
    henk = system.enter(browser, "henk")
    sanne = system.enter(browser, "sanne", prompt="login")
    assert henk.claims["sid"] != sanne.claims["sid"]
    assert portal.userinfo(henk.access_token).status_code == 401
    assert portal.userinfo(sanne.access_token).status_code == 200


def test_session_ends_after_a_quarter_of_an_hour_without_activity(system: System) -> None:
    """A28: no code, no userinfo; one second earlier it lives."""
    browser, portal = system.browser(), system.portal()
    tokens = system.enter(browser)
    system.clock.advance(IDLE_SECONDS - 60)
    assert _is_logged_in(system, browser)
    system.clock.advance(IDLE_SECONDS + 1)
    assert not _is_logged_in(system, browser)
    assert portal.userinfo(tokens.access_token).status_code == 401


def test_session_ends_after_two_hours_whatever_happens(system: System) -> None:
    """A28: steady use does not prolong it beyond the absolute limit."""
    browser = system.browser()
    system.enter(browser)
    passed = 0
    while passed + 600 < ABSOLUTE_SECONDS:
        system.clock.advance(600)
        passed += 600
        assert _is_logged_in(system, browser)
    system.clock.advance(ABSOLUTE_SECONDS - passed)
    assert not _is_logged_in(system, browser)


def test_session_end_takes_the_code_and_userinfo_with_it(system: System) -> None:
    """A code of a session that ended meanwhile gives no tokens, and living tokens die."""
    browser, portal = system.browser(), system.portal()
    tokens = system.enter(browser)
    attempt = portal.begin(prompt="none")
    code = portal.answer(browser.open(attempt.url).url)["code"]
    assert portal.userinfo(tokens.access_token).status_code == 200
    browser.post_from_elsewhere(f"{system.issuer}/oauth2/logout", {"id_token_hint": tokens.id_token})
    refused = portal.redeem(code, attempt)
    assert (refused.status_code, (refused.json or {})["error"]) == (400, "invalid_grant")
    assert portal.userinfo(tokens.access_token).status_code == 401


def test_code_is_good_for_a_minute(system: System) -> None:
    """A39: at 61 seconds it is worth nothing."""
    browser, portal = system.browser(), system.portal()
    attempt = portal.begin()
    code = portal.answer(system.log_in(browser, attempt.url))["code"]
    system.clock.advance(61)
    assert portal.redeem(code, attempt).status_code == 400


def test_code_used_twice_ends_the_tokens_of_the_first_use(system: System) -> None:
    """A39: the second redemption is refused and takes the access token along."""
    browser, portal, story = system.browser(), system.portal(), system.story()
    attempt = portal.begin()
    code = portal.answer(system.log_in(browser, attempt.url))["code"]
    first = portal.redeem(code, attempt).json
    assert first is not None
    assert portal.userinfo(first["access_token"]).status_code == 200
    assert portal.redeem(code, attempt).status_code == 400
    assert story.last().detail["reason"] == "code-replayed"
    assert portal.userinfo(first["access_token"]).status_code == 401


def test_code_of_one_login_does_not_fit_another(system: System) -> None:
    """B3-01: the verifier of another attempt spends the code for good."""
    portal = system.portal()
    first, second = portal.begin(), portal.begin()
    code = portal.answer(system.log_in(system.browser(), first.url))["code"]
    system.log_in(system.browser(), second.url)
    assert portal.redeem(code, second).status_code == 400
    assert portal.redeem(code, first).status_code == 400


def test_session_of_one_portal_is_not_a_session_at_another(plan: Plan, make_system: SystemMaker) -> None:
    """D2: a DigiD login serves the portal it was made for; the other one of the brand asks again."""
    with make_system(replace(plan, second_portal="cz-ander")) as system:
        browser = system.browser()
        system.enter(browser)
        other = replace(system.portal(), client_id="cz-ander", redirect_uri="http://127.0.0.1:8499/callback")
        silent = other.answer(browser.open(other.begin(prompt="none").url).url)
        assert silent["error"] == "login_required"
        assert browser.open(other.begin().url).heading == "Inloggen bij Ander portaal"
        assert _is_logged_in(system, browser)
