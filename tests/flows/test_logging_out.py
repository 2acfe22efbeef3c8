"""Logging out (RP-Initiated Logout 1.0; B3-22, A29): proved by a hint, or asked of the person."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest

from tests.support.browser import Browser, Page, filled
from tests.support.relying_party import Tokens
from tests.support.system import System

pytestmark = pytest.mark.flow

SESSION_COOKIE = "__Host-voordeur-session-cz"
HOME = "http://127.0.0.1:8401/"


def _get(system: System, browser: Browser, **parameters: str) -> Page:
    return browser.follow_link_from_elsewhere(f"{system.issuer}/oauth2/logout?{urlencode(parameters)}")


def _post(system: System, browser: Browser, **parameters: str) -> Page:
    return browser.post_from_elsewhere(f"{system.issuer}/oauth2/logout", parameters, origin=HOME[:-1])


def _lives(system: System, tokens: Tokens) -> bool:
    return system.portal().userinfo(tokens.access_token).status_code == 200


def _broken(token: str) -> str:
    head, claims, signature = token.split(".")
    return ".".join((head, claims, ("B" if signature[0] == "A" else "A") + signature[1:]))


def test_logout_with_a_posted_hint_ends_the_session_and_goes_back(system: System) -> None:
    """The portal's own way: at once, with its state, and everything of the session is dead."""
    browser = system.browser()
    tokens = system.enter(browser)
    old = browser.cookies(system.issuer)[SESSION_COOKIE]
    story = system.story()
    page = _post(system, browser, id_token_hint=tokens.id_token, post_logout_redirect_uri=HOME, state="a b&c")
    assert page.url == HOME + "?state=a+b%26c"
    assert [(event.kind, event.detail["reason"]) for event in story.events()] == [
        ("session.ended", "portal-logged-out")
    ]
    assert not _lives(system, tokens)
    thief = system.browser()
    thief.plant(system.issuer, SESSION_COOKIE, old)
    silent = thief.open(system.portal().begin(prompt="none").url)
    assert system.portal().answer(silent.url)["error"] == "login_required"
    assert system.enter(browser).claims["sid"] != tokens.claims["sid"]


def test_logout_clears_what_the_browser_kept_but_no_cookies(system: System) -> None:
    """A66: clearing cookies would end logins at every brand."""
    browser = system.browser()
    tokens = system.enter(browser)
    _post(system, browser, id_token_hint=tokens.id_token, post_logout_redirect_uri=HOME)
    answer = browser.history[-2]
    assert answer.header("Clear-Site-Data") == '"cache", "storage"'


def test_logout_with_a_hint_that_holds_a_bsn_in_the_url_asks_first(system: System) -> None:
    """Such a hint counts for nothing in a URL: nothing ends before the person says yes."""
    browser = system.browser()
    tokens = system.enter(browser)
    page = _get(system, browser, id_token_hint=tokens.id_token, post_logout_redirect_uri=HOME, state="s")
    assert page.heading == "Weet u zeker dat u wilt uitloggen?"
    assert tokens.id_token not in page.html
    assert _lives(system, tokens)
    assert browser.press("Uitloggen").url == HOME + "?state=s"
    assert not _lives(system, tokens)
    assert SESSION_COOKIE not in browser.cookies(system.issuer)


def test_logout_with_a_hint_without_bsn_in_the_url_is_done_at_once(own_system_without_bsn: System) -> None:
    """The standard's plain GET."""
    system = own_system_without_bsn
    browser = system.browser()
    tokens = system.enter(browser)
    assert "bsn" not in tokens.claims
    page = _get(system, browser, id_token_hint=tokens.id_token, post_logout_redirect_uri=HOME, state="s")
    assert page.url == HOME + "?state=s"
    assert not _lives(system, tokens)
    assert SESSION_COOKIE not in browser.cookies(system.issuer)


def test_logout_with_an_expired_hint_still_works(system: System) -> None:
    """An ID token lives five minutes, a session longer (RP-Initiated Logout 2)."""
    browser = system.browser()
    tokens = system.enter(browser)
    system.clock.advance(400)
    assert _lives(system, tokens)
    _post(system, browser, id_token_hint=tokens.id_token, post_logout_redirect_uri=HOME)
    assert browser.page.url == HOME
    silent = browser.open(system.portal().begin(prompt="none").url)
    assert system.portal().answer(silent.url)["error"] == "login_required"


def test_logout_with_a_hint_ends_only_the_session_that_it_names(system: System) -> None:
    """Somebody else's hint in this browser ends somebody else's session."""
    browser = system.browser()
    henk = system.enter(system.browser(), "henk")
    sanne = system.enter(browser, "sanne")
    _post(system, browser, id_token_hint=henk.id_token, post_logout_redirect_uri=HOME)
    assert not _lives(system, henk)
    assert _lives(system, sanne)
    assert SESSION_COOKIE in browser.cookies(system.issuer)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_logout_with_a_forged_hint_ends_nothing_and_goes_nowhere(system: System, method: str) -> None:
    """A changed signature, another kind of token, rubbish: a page, no redirect."""
    browser = system.browser()
    tokens = system.enter(browser)
    call = _get if method == "GET" else _post
    for hint in (_broken(tokens.id_token), tokens.access_token, "x.y.z", "rubbish"):
        page = call(system, browser, id_token_hint=hint, post_logout_redirect_uri=HOME)
        assert (page.status, page.heading) == (400, "Uitloggen via deze link is niet gelukt")
        assert page.support_code
    assert _lives(system, tokens)


def test_logout_hint_of_another_client_than_named_is_refused(system: System) -> None:
    """client_id and hint must agree."""
    browser = system.browser()
    tokens = system.enter(browser)
    page = _post(system, browser, id_token_hint=tokens.id_token, client_id="another")
    assert page.status == 400
    assert _lives(system, tokens)


@pytest.mark.parametrize(
    "address", ["https://elsewhere.example/", HOME + "x", HOME + "?a=b", "HTTP://127.0.0.1:8401/", "//x"]
)
def test_logout_never_goes_to_an_address_that_was_not_registered(system: System, address: str) -> None:
    """Even with a good hint: the person is asked, and then reads that it is done, on our own page."""
    browser = system.browser()
    tokens = system.enter(browser)
    page = _post(system, browser, id_token_hint=tokens.id_token, post_logout_redirect_uri=address, state="s")
    assert page.heading == "Weet u zeker dat u wilt uitloggen?"
    assert "elsewhere" not in page.html
    assert browser.press("Uitloggen").heading == "U bent uitgelogd"
    assert browser.page.url.startswith(system.issuer)
    assert not _lives(system, tokens)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_logout_without_a_hint_asks_the_person(system: System, method: str) -> None:
    """A49: nothing ends by a link or a form on another site, and nobody reads that it did."""
    browser = system.browser()
    tokens = system.enter(browser)
    call = _get if method == "GET" else _post
    page = call(system, browser, client_id="mijn-cz", post_logout_redirect_uri=HOME)
    assert page.heading == "Weet u zeker dat u wilt uitloggen?"
    assert _lives(system, tokens)
    assert "form-action 'self' http://127.0.0.1:8401;" in (page.header("Content-Security-Policy") or "")
    assert browser.press("Uitloggen").url == HOME
    assert not _lives(system, tokens)


def test_logout_can_be_thought_better_of(system: System) -> None:
    """The link to stay leads to the portal, and the session lives."""
    browser = system.browser()
    tokens = system.enter(browser)
    _get(system, browser)
    assert browser.follow("Ingelogd blijven").url == HOME
    assert _lives(system, tokens)


def test_logout_confirmation_wants_our_own_page(system: System) -> None:
    """B4-18: no token, a wrong token, another site: refused and written down, and the session lives."""
    browser = system.browser()
    tokens = system.enter(browser)
    form = filled(_get(system, browser).form("Uitloggen"), "Uitloggen")
    target = f"{system.issuer}/oauth2/logout/confirmed"
    for fields in ({}, form | {"csrf_token": "0" * 64}, form | {"csrf_token": ""}):
        story = system.story()
        page = browser.post_here(target, fields)
        assert (page.status, page.heading) == (403, "Wij konden uw keuze niet verwerken")
        assert [(event.kind, event.support_code) for event in story.events()] == [
            ("request.forged", page.support_code)
        ]
    browser.post_from_elsewhere(target, form)
    assert _lives(system, tokens)


def test_logout_of_somebody_who_is_not_logged_in_is_done(system: System) -> None:
    """No error for pressing twice."""
    page = _get(system, system.browser(), client_id="mijn-cz")
    assert (page.status, page.heading) == (200, "U bent uitgelogd")
    assert page.soup.find("a", href=HOME)


def test_logout_that_no_portal_asked_for_leads_back_to_where_the_person_was(system: System) -> None:
    """J40: an address that was typed. The portal of the session is the way on, in its brand's look."""
    browser = system.browser()
    system.enter(browser)
    _get(system, browser)
    page = browser.press("Uitloggen")
    assert (page.status, page.heading) == (200, "U bent uitgelogd")
    assert "U bent uitgelogd op alle websites van CZ waar u met deze inlog was." in page.text
    assert browser.follow("Terug naar Mijn CZ").url == HOME


def test_logout_of_nobody_that_no_portal_asked_for_leads_to_the_first_page(system: System) -> None:
    """J40: there is nowhere to go back to, and still a way on."""
    browser = system.browser()
    page = _get(system, browser)
    assert (page.status, page.heading) == (200, "U bent uitgelogd")
    assert browser.follow("Naar de beginpagina").heading == "Waar wilt u inloggen?"


def test_logout_twice_with_the_same_hint_is_done(system: System) -> None:
    """The second time there is nothing to end, and still the way back."""
    browser = system.browser()
    tokens = system.enter(browser)
    for _ in range(2):
        page = _post(system, browser, id_token_hint=tokens.id_token, post_logout_redirect_uri=HOME)
        assert page.url == HOME


def test_logout_with_a_parameter_twice_is_refused(system: System) -> None:
    """B3-30."""
    page = system.browser().open(f"{system.issuer}/oauth2/logout?state=a&state=b")
    assert page.status == 400
