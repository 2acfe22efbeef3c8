"""J22 at Mijn VGZ Zakelijk: to a landline the code is read out, when setting up and when logging in."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, expect

from scripts.gallery_browser import TAGS
from tests.browser.test_session_warning import AXE
from tests.support.running_demo import Demo
from tests.support.visitor import SIZES, Visitor, new_visitor

pytestmark = [pytest.mark.browser, pytest.mark.slow]

VGZ = "http://127.0.0.1:8404"
PASSWORD = "lantaarn-brug-fiets-38"
STEP_SECONDS = 31


@pytest.fixture(params=list(SIZES))
def people(chromium: Browser, request: pytest.FixtureRequest) -> Iterator[list[Visitor]]:
    """One person in two browsers; axe-core looks at the pages, and in the end the consoles are silent."""
    made = [new_visitor(chromium, f"spoken-code-{place}-{request.param}", request.param) for place in "ab"]
    for visitor in made:
        visitor.page.add_init_script(path=AXE)
    yield made
    for visitor in made:
        visitor.context.close()
    assert [visitor.complaints for visitor in made] == [[], []]


def _judge(guest: Visitor, what: str) -> None:
    guest.look(what)
    result = guest.page.evaluate("tags => axe.run({runOnly: tags})", list(TAGS))
    assert [one["id"] for one in result["violations"]] == [], what


def _type_password(guest: Visitor, email: str) -> None:
    page = guest.page
    page.goto(f"{VGZ}/")
    page.get_by_role("link", name="Inloggen").first.click()
    page.get_by_label("E-mailadres").fill(email)
    page.get_by_label("Wachtwoord").fill(PASSWORD)
    page.get_by_role("button", name="Inloggen").click()


def _expect_in(guest: Visitor) -> None:
    expect(guest.page.get_by_label("Uw sessie", exact=True)).to_contain_text("U bent ingelogd als Lotte Vos")


def _confirm(guest: Visitor, code: str) -> None:
    guest.page.get_by_label("Verificatiecode").fill(code)
    guest.page.get_by_role("button", name="Code bevestigen").click()


def _switch_on(demo: Demo, guest: Visitor) -> tuple[str, str]:
    """Address and number of somebody who has set a landline up."""
    page, number = guest.page, f"+3120{uuid4().int % 8_000_000 + 1_000_000}"
    email = f"lotte.{uuid4().hex[:10]}@vanlaar-bouw.example"
    demo.add_business_account("vgz", email, PASSWORD)
    _type_password(guest, email)
    _expect_in(guest)
    page.get_by_role("link", name="Instellingen").click()
    page.get_by_role("link", name="Mijn persoonsgegevens").click()
    page.get_by_role("link", name="Tweestapsverificatie").click()
    page.get_by_role("link", name="Tweestapsverificatie instellen").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Kies hoe u de verificatiecode wilt ontvangen")
    _judge(guest, "choose")
    page.get_by_role("button", name="Code ontvangen via een (gesproken) sms").click()
    _judge(guest, "number")
    page.get_by_label("Telefoonnummer").fill(number)
    page.get_by_role("button", name="Bevestig telefoonnummer").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Vul de verificatiecode in")
    _judge(guest, "first-code")
    _confirm(guest, demo.new_spoken_code(number))
    page.get_by_role("button", name="Ik heb de codes bewaard").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Tweestapsverificatie")
    _judge(guest, "switched-on")
    return email, number


def test_code_is_spoken_to_a_landline(demo: Demo, people: list[Visitor]) -> None:
    """Switched on under `Instellingen`, as the source text says; asked for in another browser, and spoken."""
    here, there = people
    email, number = _switch_on(demo, here)
    demo.clock.advance(STEP_SECONDS)
    _type_password(there, email)
    expect(there.page.get_by_role("heading", level=1)).to_have_text("Vul de verificatiecode in")
    expect(there.page.locator(".lead")).to_contain_text(f"eindigt op {number[-2:]}")
    _judge(there, "code")
    _confirm(there, demo.new_spoken_code(number))
    _expect_in(there)
