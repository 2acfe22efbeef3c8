"""J39 in the account area, in a real browser: the warning, the button to stay, and the end."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, expect

from scripts.gallery_browser import TAGS
from tests.browser.test_session_warning import AXE
from tests.support.running_demo import Demo
from tests.support.visitor import SIZES, Visitor, new_visitor, tab_to

pytestmark = [pytest.mark.browser, pytest.mark.slow]

IZA, ACCOUNT = "http://127.0.0.1:8403", "http://localhost:8000/iza/account"
PASSWORD = "lantaarn-brug-fiets-38"
IDLE_SECONDS, NEAR_SECONDS = 1800, 100


def _visit(demo: Demo, visitor: Visitor) -> None:
    """Somebody new, with a password, at their own settings."""
    page, email = visitor.page, f"lotte.{uuid4().hex[:10]}@gemeente-lindeveen.example"
    demo.add_business_account("iza", email, PASSWORD)
    page.goto(f"{IZA}/")
    page.get_by_role("link", name="Inloggen").first.click()
    page.get_by_label("E-mailadres").fill(email)
    page.get_by_label("Wachtwoord").fill(PASSWORD)
    page.get_by_role("button", name="Inloggen").click()
    page.get_by_role("link", name="Instellingen").click()
    page.get_by_role("link", name="Mijn persoonsgegevens").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Mijn persoonsgegevens")


@pytest.fixture(params=list(SIZES))
def guest(chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Visitor]:
    """Somebody whose browser keeps the time of the test; in the end the console must be silent."""
    made = new_visitor(chromium, f"account-session-{request.param}", request.param)
    made.page.clock.install()
    made.page.add_init_script(path=AXE)
    yield made
    made.context.close()
    assert made.complaints == []


def _come_near_the_end(demo: Demo, visitor: Visitor, seconds: int = IDLE_SECONDS - NEAR_SECONDS) -> None:
    visitor.page.wait_for_load_state()  # The script that counts comes after the words.
    demo.clock.advance(seconds)
    visitor.page.clock.fast_forward(seconds * 1000)


def _judge(visitor: Visitor, what: str) -> None:
    visitor.look(what)
    result = visitor.page.evaluate("tags => axe.run({runOnly: tags})", list(TAGS))
    assert [one["id"] for one in result["violations"]] == [], what


def test_warning_comes_where_somebody_is_and_staying_takes_it_away(demo: Demo, guest: Visitor) -> None:
    """With the keyboard; nothing that was typed is lost, and the line above shows another end."""
    page = guest.page
    _visit(demo, guest)
    page.get_by_role("link", name="Wachtwoord wijzigen").click()
    page.get_by_label("Huidig wachtwoord").fill("half getypt")
    before = page.locator("#session-ends").text_content()
    _come_near_the_end(demo, guest)
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    expect(dialog).to_contain_text("Uw sessie eindigt om ")
    expect(page.get_by_label("Huidig wachtwoord")).to_be_focused()
    _judge(guest, "warning")
    tab_to(page, "Blijf ingelogd")
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    expect(page.locator("#session-told")).to_contain_text("U blijft ingelogd, tot ")
    expect(page.get_by_label("Huidig wachtwoord")).to_have_value("half getypt")
    assert page.locator("#session-ends").text_content() != before


def test_whoever_does_nothing_reads_that_it_is_over(demo: Demo, guest: Visitor) -> None:
    """In English as well: the page goes there by itself, and says where to log in."""
    page = guest.page
    _visit(demo, guest)
    page.get_by_role("link", name="English").click()
    _come_near_the_end(demo, guest)
    expect(page.get_by_role("dialog")).to_contain_text("Your session ends at ")
    expect(page.get_by_role("button", name="Stay logged in")).to_be_focused()
    _judge(guest, "warning-english")
    _come_near_the_end(demo, guest, NEAR_SECONDS + 5)
    expect(page.get_by_role("heading", level=1)).to_have_text("Log in first")
    guest.forgive(403)


def test_warning_without_script_is_a_page_with_a_button(demo: Demo, chromium: Browser) -> None:
    """The page that the browser goes to by itself, two minutes before the end."""
    visitor = new_visitor(chromium, "account-session-without-script", "phone", scripts=False)
    page = visitor.page
    _visit(demo, visitor)
    words = page.locator("noscript").first.inner_html()
    assert f"{ACCOUNT.partition('8000')[2]}/session-ends" in words
    demo.clock.advance(IDLE_SECONDS - NEAR_SECONDS)
    page.goto(f"{ACCOUNT}/session-ends")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Uw sessie eindigt om ")
    visitor.look("warning-page")
    page.get_by_role("button", name="Blijf ingelogd").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Mijn persoonsgegevens")
    demo.clock.advance(NEAR_SECONDS + 5)
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("Mijn persoonsgegevens")
    visitor.context.close()
    assert visitor.complaints == []
