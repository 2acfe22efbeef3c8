"""J4: turning back, being refused, DigiD out of order: a clear page, and nothing half logged in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from broker.domain.accounts import AccountState
from tests.support.browser import Browser
from tests.support.system import Plan, System, digid_of
from tests.support.system_fixtures import SystemMaker

pytestmark = pytest.mark.flow

SESSION_COOKIE = "__Host-voordeur-session-cz"
LITERAL_SENTENCE = (
    "Inloggen bij deze organisatie is niet gelukt. Probeert u het later nog een keer. "
    "Lukt het nog steeds niet? Log in bij Mijn DigiD. Zo controleert u of uw DigiD goed werkt. "
    "Mogelijk is er een storing bij de organisatie waar u inlogt."
)


def _begin(system: System, browser: Browser) -> None:
    browser.open(system.portal().begin().url)
    browser.press("Inloggen met DigiD")


def _is_logged_in(system: System, browser: Browser) -> bool:
    page = browser.open(system.portal().begin(prompt="none").url)
    return "code" in system.portal().answer(page.url)


def test_cancel_on_our_page_tells_the_portal(system: System) -> None:
    """access_denied with state and iss; the attempt and its cookie are gone."""
    browser, portal = system.browser(), system.portal()
    attempt = portal.begin()
    browser.open(attempt.url)
    start, story = browser.page.url, system.story()
    answer = portal.answer(browser.press("Terug naar Mijn CZ").url)
    assert answer["error"] == "access_denied"
    assert (answer["state"], answer["iss"]) == (attempt.state, system.issuer)
    assert browser.cookies(system.issuer) == {}
    assert [(event.kind, event.detail["reason"]) for event in story.events()] == [
        ("login.refused", "access_denied")
    ]
    assert browser.open(start).status == 400


def test_cancel_at_digid_leads_back_to_the_choice(system: System) -> None:
    """The notice says what happened, the button is there again, and it works."""
    browser, portal = system.browser(), system.portal()
    attempt = portal.begin()
    browser.open(attempt.url)
    browser.press("Inloggen met DigiD")
    story = system.story()
    page = browser.press("Annuleren")
    assert page.heading == "Inloggen bij Mijn CZ"
    assert "U heeft het inloggen met DigiD geannuleerd." in page.text
    assert SESSION_COOKIE not in browser.cookies(system.issuer)
    assert [(event.kind, event.detail["outcome"]) for event in story.events()] == [
        ("login.provider-answered", "cancelled")
    ]
    browser.press("Inloggen met DigiD")
    assert portal.tokens(system.pass_digid(browser), attempt).claims["bsn"] == digid_of("sanne").bsn


def test_cancel_notice_is_gone_once_the_person_goes_on(system: System) -> None:
    """Back on the page after pressing the button, the old message is not repeated."""
    browser = system.browser()
    _begin(system, browser)
    choice = browser.press("Annuleren").url
    browser.press("Inloggen met DigiD")
    assert "geannuleerd" not in browser.open(choice).text


def test_cancel_at_digid_ends_the_session_that_was_running(system: System) -> None:
    """KVS 3.x: a login that failed leaves no older one running, and its tokens die."""
    browser, portal = system.browser(), system.portal()
    tokens = system.enter(browser)
    browser.open(portal.begin(prompt="login").url)
    browser.press("Inloggen met DigiD")
    story = system.story()
    browser.press("Annuleren")
    assert story.kinds() == ["login.provider-answered", "session.ended"]
    assert SESSION_COOKIE not in browser.cookies(system.issuer)
    assert portal.userinfo(tokens.access_token).status_code == 401


def test_rejecting_on_the_phone_is_a_cancel(system: System) -> None:
    """J2 and J4: the person says no in the app."""
    browser = system.browser()
    _begin(system, browser)
    browser.follow("Met de DigiD app")
    browser.press("Inloggen", username=digid_of("fatima").username)
    assert system.answer_on_phone("fatima", "reject") == "rejected"
    page = browser.press("Ik heb bevestigd")
    assert "U heeft het inloggen met DigiD geannuleerd." in page.text


@pytest.fixture
def explaining(plan: Plan, make_system: SystemMaker) -> Iterator[System]:
    """A system whose portal lets nobody make an account."""
    explain = {'without_account = "register"': 'without_account = "explain"'}
    with make_system(replace(plan, replaced=explain)) as running:
        yield running


def test_person_without_an_account_reads_so_and_gets_nothing(explaining: System) -> None:
    """J3: DigiD alone is not enough; no session, no code, and the page's code is in the log."""
    system, browser, portal = explaining, explaining.browser(), explaining.portal()
    _begin(system, browser)
    story = system.story()
    system.pass_digid(browser, "jelle")
    page = browser.page
    assert page.status == 403
    assert page.heading == "U heeft nog geen account"
    assert browser.page.soup.find("a", href="http://127.0.0.1:8401/")
    assert SESSION_COOKIE not in browser.cookies(system.issuer)
    assert [(event.kind, event.support_code) for event in story.events()] == [
        ("login.provider-answered", page.support_code),
        ("login.refused", page.support_code),
    ]
    assert story.last().detail["reason"] == "no-account"
    assert not _is_logged_in(system, browser)
    assert digid_of("jelle").bsn not in page.html
    assert portal.client_id not in page.text


def test_person_without_an_account_is_not_left_in_the_session_of_another(system: System) -> None:
    """Sanne was logged in, Jelle logs in at the same browser: Sanne's session does not go on."""
    browser, portal = system.browser(), system.portal()
    sanne = system.enter(browser)
    browser.open(portal.begin(prompt="login").url)
    browser.press("Inloggen met DigiD")
    system.pass_digid(browser, "jelle")
    assert browser.page.heading == "Maak uw Mijn CZ-account"
    assert not _is_logged_in(system, browser)
    assert portal.userinfo(sanne.access_token).status_code == 401


def test_disabled_account_is_refused_with_a_page(own_system: System) -> None:
    """The login itself was right; nothing is given out, and a running session gives no code either."""
    system, browser = own_system, own_system.browser()
    system.enter(browser)
    system.set_account_state("sanne", AccountState.DISABLED)
    assert not _is_logged_in(system, browser)
    stranger, story = system.browser(), system.story()
    _begin(system, stranger)
    system.pass_digid(stranger)
    page = stranger.page
    assert (page.status, page.heading) == (403, "Uw account is geblokkeerd")
    assert SESSION_COOKIE not in stranger.cookies(system.issuer)
    assert (story.last().detail["reason"], story.last().support_code) == (
        "account-disabled",
        page.support_code,
    )
    system.set_account_state("sanne", AccountState.ACTIVE)
    assert system.enter(system.browser()).claims["bsn"] == digid_of("sanne").bsn


def test_level_below_the_one_asked_is_no_login(system: System) -> None:
    """DigiD answers with less than was asked: back at the choice with the reason, and nothing given out."""
    browser = system.browser()
    system.fault("level-lower")
    _begin(system, browser)
    story = system.story()
    system.pass_digid(browser)
    assert browser.page.heading == "Inloggen bij Mijn CZ"
    assert SESSION_COOKIE not in browser.cookies(system.issuer)
    assert "login.granted" not in story.kinds()
    assert not _is_logged_in(system, browser)


@pytest.mark.parametrize("fault", ["unsigned", "wrong-audience", "two-assertions", "no-response", "redirect"])
def test_answer_that_is_not_believed_shows_the_literal_sentence(system: System, fault: str) -> None:
    """The same page for every reason; the log alone knows which (B1-37)."""
    browser = system.browser()
    system.fault(fault)
    _begin(system, browser)
    story = system.story()
    system.pass_digid(browser)
    page = browser.page
    assert page.status == 200
    assert LITERAL_SENTENCE in page.text
    assert SESSION_COOKIE not in browser.cookies(system.issuer)
    assert [(event.kind, event.result) for event in story.events()] == [
        ("login.provider-answered", "refused")
    ]
    assert story.last().detail["reason"] not in page.html


@pytest.mark.parametrize("fault", ["dead", "http-500"])
def test_digid_out_of_order_is_said_in_so_many_words(system: System, fault: str) -> None:
    """The person reads that DigiD cannot be reached, and can try again."""
    browser = system.browser()
    system.fault(fault)
    _begin(system, browser)
    system.pass_digid(browser)
    assert "Wij kunnen DigiD nu niet bereiken." in browser.page.text
    browser.press("Inloggen met DigiD")
    system.pass_digid(browser)
    assert _is_logged_in(system, browser)


def test_second_press_of_cancel_is_past(system: System) -> None:
    """Two clicks: the first answers the portal, the second finds nothing."""
    browser = system.browser()
    browser.open(system.portal().begin().url)
    action = str(browser.page.form("Terug naar Mijn CZ")["action"])
    token = browser.page.soup.select_one("input[name=csrf_token]")
    assert token is not None
    browser.press("Terug naar Mijn CZ")
    again = browser.post_here(system.issuer + action, {"csrf_token": str(token["value"])})
    assert again.status == 400
