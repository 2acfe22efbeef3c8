"""Every page of a login in Dutch and in English; what DigiD prescribes letter by letter stays Dutch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.support.browser import Browser
from tests.support.system import Plan, System
from tests.support.system_fixtures import SystemMaker

pytestmark = pytest.mark.flow

LITERAL = "Inloggen bij deze organisatie is niet gelukt."


def _choice(system: System, browser: Browser) -> None:
    browser.open(system.portal().begin().url)


def _cancelled(system: System, browser: Browser) -> None:
    _choice(system, browser)
    browser.press("DigiD")
    browser.press("Annuleren")


def _failed(system: System, browser: Browser) -> None:
    system.fault("unsigned")
    _choice(system, browser)
    browser.press("DigiD")
    system.pass_digid(browser)


def _no_account(system: System, browser: Browser) -> None:
    _choice(system, browser)
    browser.press("DigiD")
    system.pass_digid(browser, "jelle")


def _refreshed(system: System, browser: Browser) -> None:
    browser.open(f"{system.issuer}/saml/cz/digid/acs?SAMLart=x&RelayState=y")


def _form_post(system: System, browser: Browser) -> None:
    browser.open(system.portal().begin(response_mode="form_post", prompt="none").url)


def _logout(system: System, browser: Browser) -> None:
    browser.open(f"{system.issuer}/oauth2/logout")


def _confirm(system: System, browser: Browser) -> None:
    _choice(system, browser)
    browser.press("DigiD")
    system.pass_digid(browser)
    browser.open(f"{system.issuer}/oauth2/logout")


def _home(system: System, browser: Browser) -> None:
    browser.open(system.issuer + "/")


def _nowhere(system: System, browser: Browser) -> None:
    browser.open(system.issuer + "/nowhere")


def _bad_request(system: System, browser: Browser) -> None:
    browser.open(system.issuer + "/oauth2/authorize")


PAGES: dict[str, tuple[Callable[[System, Browser], None], str, str]] = {
    "choice": (_choice, "Inloggen bij Mijn CZ", "Log in to Mijn CZ"),
    "cancelled": (_cancelled, "Inloggen geannuleerd", "Login cancelled"),
    "failed": (_failed, "Inloggen is niet gelukt", "Logging in did not work"),
    "no account": (
        _no_account,
        "Maak uw Mijn CZ-account",
        "Make your Mijn CZ account",
    ),
    "refreshed": (_refreshed, "Deze inlogpoging is al voorbij", "This login attempt is already over"),
    "form post": (_form_post, "U gaat verder naar Mijn CZ", "You are going on to Mijn CZ"),
    "logout": (_logout, "U bent uitgelogd", "You are logged out"),
    "confirm": (_confirm, "Weet u zeker dat u wilt uitloggen?", "Are you sure you want to log out?"),
    "home": (_home, "Waar wilt u inloggen?", "Where do you want to log in?"),
    "nowhere": (_nowhere, "Deze pagina bestaat niet", "This page does not exist"),
    "bad request": (
        _bad_request,
        "De link naar deze inlogpagina klopt niet",
        "The link to this login page is not right",
    ),
}


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("language", ["nl", "en"])
def test_page_is_in_the_language_of_the_browser(system: System, name: str, language: str) -> None:
    """The page says which language it is in, and is."""
    visit, dutch, english = PAGES[name]
    browser = system.browser(language=language)
    visit(system, browser)
    assert browser.page.language == language
    said, unsaid = (dutch, english) if language == "nl" else (english, dutch)
    assert said in browser.page.text
    assert unsaid not in browser.page.text


def test_ui_locales_of_the_portal_holds_for_every_page_of_the_attempt(system: System) -> None:
    """The portal knows its visitor: choice, notice and registration are English in a Dutch browser."""
    browser = system.browser(language="nl")
    browser.open(system.portal().begin(ui_locales="en-GB nl").url)
    assert browser.page.language == "en"
    browser.press("DigiD")
    browser.press("Annuleren")
    assert browser.page.language == "en"
    browser.press("DigiD")
    system.pass_digid(browser, "jelle")
    assert (browser.page.status, browser.page.language) == (200, "en")
    assert browser.page.heading == "Make your Mijn CZ account"


def test_ui_locales_holds_for_the_page_that_carries_the_request(plan: Plan, make_system: SystemMaker) -> None:
    """Also where nobody looks for long: the page of the POST binding."""
    words = {'request_binding = "redirect"': 'request_binding = "post"'}
    with make_system(replace(plan, replaced=words)) as system:
        browser = system.browser(language="nl")
        browser.open(system.portal().begin(ui_locales="en").url)
        browser.press("DigiD")
        assert browser.page.language == "en"


def test_language_that_a_person_picks_stays(system: System) -> None:
    """The switch is a link; the choice holds for later pages and wins from the portal's wish."""
    browser = system.browser(language="nl")
    browser.open(system.portal().begin(ui_locales="nl").url)
    browser.follow("English")
    assert browser.page.language == "en"
    browser.press("DigiD")
    browser.press("Annuleren")
    assert browser.page.language == "en"
    assert browser.open(system.portal().begin(ui_locales="nl").url).language == "en"


def test_sentence_of_digid_stays_dutch_on_an_english_page(system: System) -> None:
    """Logius tests it letter by letter; a screen reader is told that it is Dutch."""
    browser = system.browser(language="en")
    _failed(system, browser)
    assert browser.page.language == "en"
    sentence = browser.page.soup.find("p", lang="nl")
    assert sentence is not None
    assert sentence.get_text().startswith(LITERAL)


@pytest.mark.parametrize("wish", ["fr", "x-klingon de", "..", "en\u0000"])
def test_wish_for_a_language_we_do_not_have_is_no_error(system: System, wish: str) -> None:
    """An unknown tag is passed over; one that cannot be is told to the portal."""
    page = system.browser(language="nl").open(system.portal().begin(ui_locales=wish).url)
    assert page.language == "nl" or "error=invalid_request" in page.url
