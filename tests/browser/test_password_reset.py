"""J7, J19 and J20 in a real browser on the real demo: a forgotten password, an invitation, broken cookies."""

from __future__ import annotations

from uuid import uuid4

import pytest
from playwright.sync_api import Browser, expect

from tests.support.running_demo import Demo
from tests.support.visitor import SIZES, Visitor, new_visitor, tab_to

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PORTAL, PORTAL_NAME, BROKER = "http://127.0.0.1:8403", "Mijn IZA", "http://localhost:8000"
# Where a cookie with the prefix __Host- can be put in by hand; it has no port.
COOKIES_OF = "https://localhost/"
OLD, NEW = "lantaarn-brug-fiets-38", "paard gieter maan zes"

both_sizes = pytest.mark.parametrize("visitor", list(SIZES), indirect=True)


def _address() -> str:
    return f"lotte.{uuid4().hex[:10]}@gemeente-lindeveen.example"


def _forgetful(demo: Demo) -> str:
    """The address of somebody with a password that is forgotten."""
    email = _address()
    demo.add_business_account("iza", email, OLD)
    return email


def _expect_heading(visitor: Visitor, words: str) -> None:
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text(words)
    visitor.look(words.lower().replace(" ", "-"))


def _go_to_login(visitor: Visitor) -> None:
    visitor.page.goto(f"{PORTAL}/")
    visitor.page.get_by_role("link", name="Inloggen").first.click()
    _expect_heading(visitor, f"Inloggen bij {PORTAL_NAME}")


def _log_in(visitor: Visitor, email: str, password: str) -> None:
    visitor.page.get_by_label("E-mailadres").fill(email)
    visitor.page.get_by_label("Wachtwoord").fill(password)
    visitor.page.get_by_role("button", name="Inloggen").click()


def _expect_in(visitor: Visitor) -> None:
    expect(visitor.page.get_by_label("Uw sessie", exact=True)).to_contain_text(
        "U bent ingelogd als Lotte Vos"
    )
    visitor.look("inside")


def _ask(visitor: Visitor, email: str) -> None:
    visitor.page.get_by_label("E-mailadres").fill(email)
    visitor.page.get_by_role("button", name="Stuur mij een e-mail").click()
    _expect_heading(visitor, "Controleer uw e-mail")


def _save(visitor: Visitor, label: str, password: str) -> None:
    visitor.page.get_by_label(label, exact=True).fill(password)
    visitor.page.get_by_role("button", name="Wachtwoord opslaan").click()


@both_sizes
def test_forgotten_password_is_replaced(demo: Demo, visitor: Visitor) -> None:
    """J7: from the login page through the mail back to the login page, with a look at what is typed."""
    email, page = _forgetful(demo), visitor.page
    _go_to_login(visitor)
    page.get_by_role("link", name="Wachtwoord vergeten?").click()
    _expect_heading(visitor, "Nieuw wachtwoord aanvragen")
    _ask(visitor, email)
    page.goto(demo.mailed_link(email))
    _expect_heading(visitor, "Kies een nieuw wachtwoord")
    _save(visitor, "Nieuw wachtwoord", "Welkom2026!!!")
    expect(page.get_by_role("alert")).to_contain_text("te makkelijk te raden")
    visitor.look("too-common")
    visitor.forgive(422)
    field = page.get_by_label("Nieuw wachtwoord", exact=True)
    page.get_by_label("Wachtwoord tonen").check()
    expect(field).to_have_attribute("type", "text")
    page.get_by_label("Wachtwoord tonen").uncheck()
    expect(field).to_have_attribute("type", "password")
    _save(visitor, "Nieuw wachtwoord", NEW)
    _expect_heading(visitor, "Uw wachtwoord is gewijzigd")
    page.get_by_role("link", name="Naar inloggen").click()
    _expect_heading(visitor, f"Inloggen bij {PORTAL_NAME}")
    _log_in(visitor, email, NEW)
    _expect_in(visitor)


@both_sizes
def test_invited_colleague_chooses_a_password_and_logs_in(demo: Demo, visitor: Visitor) -> None:
    """J19, and J40 for who opens the link once more."""
    email, page = _address(), visitor.page
    demo.invite("iza", email, "mijn-iza")
    link = demo.mailed_link(email)
    page.goto(link)
    _expect_heading(visitor, "Kies een wachtwoord")
    expect(page.locator(".facts")).to_contain_text("Lotte Vos")
    expect(page.locator(".facts")).to_contain_text(email)
    _save(visitor, "Wachtwoord", NEW)
    _expect_heading(visitor, "Uw account is klaar")
    page.get_by_role("link", name=f"Inloggen bij {PORTAL_NAME}").click()
    page.get_by_role("link", name="Inloggen").first.click()
    _log_in(visitor, email, NEW)
    _expect_in(visitor)
    page.goto(link)
    _expect_heading(visitor, "Deze link is al gebruikt")
    visitor.forgive(410)


@both_sizes
def test_broken_cookies_lock_nobody_out(demo: Demo, visitor: Visitor) -> None:
    """J20: every cookie of ours holds rubbish, and reset and login work all the same."""
    email, page = _forgetful(demo), visitor.page
    names = ("login-0123", "session-iza", "device-iza", "lang")
    for name in (f"__Host-voordeur-{name}" for name in names):
        visitor.context.add_cookies([{"name": name, "value": "%00broken", "url": COOKIES_OF, "secure": True}])
    _go_to_login(visitor)
    page.get_by_role("link", name="Wachtwoord vergeten?").click()
    _ask(visitor, email)
    page.goto(demo.mailed_link(email))
    _save(visitor, "Nieuw wachtwoord", NEW)
    page.get_by_role("link", name="Naar inloggen").click()
    _log_in(visitor, email, NEW)
    _expect_in(visitor)


def test_reset_works_with_the_keyboard_alone(demo: Demo, visitor: Visitor) -> None:
    """Everything can be reached, and one sees where one is."""
    email, page = _forgetful(demo), visitor.page
    page.goto(f"{BROKER}/iza/reset")
    tab_to(page, "E-mailadres")
    page.keyboard.type(email)
    tab_to(page, "Stuur mij een e-mail")
    page.keyboard.press("Enter")
    _expect_heading(visitor, "Controleer uw e-mail")
    page.goto(demo.mailed_link(email))
    tab_to(page, "Nieuw wachtwoord")
    page.keyboard.type(NEW)
    tab_to(page, "Wachtwoord tonen")
    tab_to(page, "Wachtwoord opslaan")
    page.keyboard.press("Enter")
    _expect_heading(visitor, "Uw wachtwoord is gewijzigd")


def test_reset_works_without_scripts(demo: Demo, chromium: Browser) -> None:
    """Only the box that shows the password is not there."""
    email, visitor = _forgetful(demo), new_visitor(chromium, "reset-no-scripts", "phone", scripts=False)
    visitor.page.goto(f"{BROKER}/iza/reset")
    _ask(visitor, email)
    visitor.page.goto(demo.mailed_link(email))
    expect(visitor.page.get_by_text("Wachtwoord tonen")).to_be_hidden()
    _save(visitor, "Nieuw wachtwoord", NEW)
    _expect_heading(visitor, "Uw wachtwoord is gewijzigd")
    visitor.context.close()
    assert visitor.complaints == []
