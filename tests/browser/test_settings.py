"""J11, J24, J28 and the list of sessions in a real browser on the real demo, at both sizes."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pyotp
import pytest
from playwright.sync_api import Browser, expect

from scripts.gallery_browser import TAGS
from tests.browser.test_session_warning import AXE
from tests.support.running_demo import Demo
from tests.support.visitor import SIZES, Visitor, new_visitor, tab_to

pytestmark = [pytest.mark.browser, pytest.mark.slow]

IZA, BROKER = "http://127.0.0.1:8403", "http://localhost:8000"
PASSWORD, NEW_PASSWORD = "lantaarn-brug-fiets-38", "zeven paarse krokodillen"
STEP_SECONDS = 30


def _newcomer(demo: Demo) -> str:
    """The address of somebody at Mijn IZA who has a password and nothing else yet."""
    email = f"lotte.{uuid4().hex[:10]}@gemeente-lindeveen.example"
    demo.add_business_account("iza", email, PASSWORD)
    return email


def _log_in(visitor: Visitor, email: str, password: str = PASSWORD) -> None:
    """From the portal's first page to the first page inside."""
    page = visitor.page
    page.goto(f"{IZA}/")
    page.get_by_role("link", name="Inloggen").first.click()
    page.get_by_label("E-mailadres").fill(email)
    page.get_by_label("Wachtwoord").fill(password)
    page.get_by_role("button", name="Inloggen").click()
    expect(page.get_by_label("Uw sessie", exact=True)).to_contain_text("U bent ingelogd als")


def _settings(visitor: Visitor) -> None:
    visitor.page.get_by_role("link", name="Instellingen").click()
    visitor.page.get_by_role("link", name="Mijn persoonsgegevens").click()
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text("Mijn persoonsgegevens")


def _judge(visitor: Visitor, what: str) -> None:
    """Fits the screen, and axe-core finds nothing."""
    visitor.look(what)
    result = visitor.page.evaluate("tags => axe.run({runOnly: tags})", list(TAGS))
    assert [one["id"] for one in result["violations"]] == [], what


@pytest.fixture(params=list(SIZES))
def guest(demo: Demo, chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Visitor]:
    """Somebody whose pages axe-core looks at; in the end the console must be silent."""
    made = new_visitor(chromium, f"{request.node.originalname}-{request.param}", request.param)
    made.page.add_init_script(path=AXE)
    yield made
    made.context.close()
    assert made.complaints == []


def _add_app(demo: Demo, visitor: Visitor) -> str:
    """The three steps; the secret that the page showed."""
    page = visitor.page
    page.get_by_role("button", name="Code ontvangen via een app").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Registreer uw apparaat")
    _judge(visitor, "scan")
    secret = page.locator(".secret-text").inner_text().replace(" ", "")
    page.get_by_role("button", name="Verder").click()
    _type_code(demo, visitor, secret)
    return secret


def _type_code(demo: Demo, visitor: Visitor, secret: str) -> None:
    """A code works once, so that half a minute passes in the demo for each."""
    demo.clock.advance(STEP_SECONDS)
    visitor.page.get_by_label("Verificatiecode").fill(pyotp.TOTP(secret).at(demo.clock()))
    visitor.page.get_by_role("button", name="Code bevestigen").click()


def test_password_is_changed_by_way_of_the_portals_own_link(
    demo: Demo, chromium: Browser, guest: Visitor
) -> None:
    """J28: with the keyboard; the new one works at the next login, in another browser."""
    page, email = guest.page, _newcomer(demo)
    _log_in(guest, email)
    _settings(guest)
    _judge(guest, "details")
    page.get_by_role("link", name="Wachtwoord wijzigen").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Wijzigen van uw wachtwoord")
    page.get_by_label("Huidig wachtwoord").fill(PASSWORD)
    page.get_by_label("Nieuw wachtwoord").fill(NEW_PASSWORD)
    page.get_by_label("Nieuw wachtwoord").focus()
    tab_to(page, "Wachtwoord wijzigen")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Uw wachtwoord is gewijzigd")
    _judge(guest, "password-changed")
    other = new_visitor(chromium, "settings-new-password", "desk")
    _log_in(other, email, NEW_PASSWORD)
    other.context.close()
    page.get_by_role("link", name="Waar u bent ingelogd").click()
    page.get_by_role("button", name="Overal uitloggen").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("U bent uitgelogd")


def test_new_phone_is_set_up_and_the_old_one_goes(demo: Demo, guest: Visitor) -> None:
    """J11, J24: switched on, replaced by the app on a new telephone, and removed after a proof with that."""
    page = guest.page
    _log_in(guest, _newcomer(demo))
    _settings(guest)
    page.get_by_role("link", name="Tweestapsverificatie").click()
    _judge(guest, "no-factors")
    page.get_by_role("link", name="Tweestapsverificatie instellen").click()
    first = _add_app(demo, guest)
    expect(page.get_by_role("heading", level=1)).to_have_text("Bewaar uw herstelcodes")
    _judge(guest, "codes")
    page.get_by_role("button", name="Ik heb de codes bewaard").click()
    _judge(guest, "factors")
    page.get_by_role("link", name="Nieuwe telefoon of andere manier instellen").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Bevestig dat u het bent")
    _judge(guest, "confirm")
    page.get_by_label("Wachtwoord").fill(PASSWORD)
    page.get_by_role("button", name="Verder").click()
    _type_code(demo, guest, first)
    expect(page.get_by_role("status")).to_contain_text("U heeft bevestigd dat u het bent")
    page.get_by_role("link", name="Nieuwe telefoon of andere manier instellen").click()
    assert _add_app(demo, guest) != first
    expect(page.get_by_role("status")).to_contain_text("Uw tweestapsverificatie is gewijzigd")
    page.get_by_role("button", name="Verwijderen").click()
    expect(page.get_by_role("status")).to_contain_text("De manier is verwijderd")
    _judge(guest, "removed")


def test_other_browser_is_logged_out_from_the_list(demo: Demo, chromium: Browser, guest: Visitor) -> None:
    """A33: the one sees the other, ends it, and is still in."""
    email, other = _newcomer(demo), new_visitor(chromium, "settings-other", "desk")
    _log_in(other, email)
    _log_in(guest, email)
    _settings(guest)
    guest.page.get_by_role("link", name="Waar u bent ingelogd").click()
    _judge(guest, "sessions")
    guest.page.get_by_role("button", name="Dit apparaat uitloggen").click()
    expect(guest.page.get_by_role("status")).to_contain_text("Dat apparaat is uitgelogd")
    other.page.goto(f"{BROKER}/iza/account/")
    expect(other.page.get_by_role("heading", level=1)).to_have_text("Log eerst in")
    other.context.close()
