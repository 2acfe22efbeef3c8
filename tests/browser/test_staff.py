"""The insurer's own people in a real browser: from the mail, by their entrance, to their account."""

from __future__ import annotations

from uuid import uuid4

import pyotp
import pytest
from playwright.sync_api import expect

from tests.support.running_demo import Demo
from tests.support.visitor import SIZES, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PASSWORD = "lantaarn-brug-fiets-38"
STEP_SECONDS = 30


@pytest.mark.parametrize("visitor", list(SIZES), indirect=True)
def test_invited_member_of_staff_gets_in(demo: Demo, visitor: Visitor) -> None:
    """A password by the link, an app at the first login, and out again."""
    page, email = visitor.page, f"noor.{uuid4().hex[:10]}@cz.example"
    demo.invite_staff("cz", email)
    page.goto(demo.mailed_link(email))
    page.get_by_label("Kies een wachtwoord").or_(page.get_by_label("Wachtwoord")).first.fill(PASSWORD)
    page.get_by_role("button", name="Wachtwoord opslaan").click()
    page.get_by_role("link", name="Inloggen bij CZ Medewerkers").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Inloggen voor medewerkers van CZ")
    visitor.look("entrance")
    page.get_by_role("button", name="Inloggen").click()
    page.get_by_label("E-mailadres").fill(email)
    page.get_by_label("Wachtwoord").fill(PASSWORD)
    visitor.look("login")
    page.get_by_role("button", name="Inloggen").click()
    page.get_by_role("button", name="Code ontvangen via een app").click()
    visitor.look("scan")
    secret = (page.locator(".secret-text").text_content() or "").replace(" ", "").strip()
    page.get_by_role("button", name="Verder").click()
    demo.clock.advance(STEP_SECONDS)
    page.get_by_label("Verificatiecode").fill(pyotp.TOTP(secret).at(demo.clock()))
    page.get_by_role("button", name="Code bevestigen").click()
    page.get_by_role("button", name="Ik heb de codes bewaard").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Mijn persoonsgegevens")
    visitor.look("inside")
    page.get_by_role("link", name="Terug naar CZ Medewerkers").click()
    visitor.look("entrance-inside")
    page.get_by_role("link", name="Naar uw gegevens").click()
    page.get_by_role("link", name="Uitloggen").click()
    page.get_by_role("button", name="Uitloggen").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("U bent uitgelogd")
    visitor.look("out")
