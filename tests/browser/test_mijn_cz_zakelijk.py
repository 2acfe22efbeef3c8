"""J5, J21 and J23 in a real browser on the real demo: a second step beside the password."""

from __future__ import annotations

import re
from urllib.parse import urlsplit
from uuid import uuid4

import pyotp
import pytest
from playwright.sync_api import Browser, expect

from demo.people import DemoAccount
from tests.support.running_demo import Demo
from tests.support.system import someone
from tests.support.visitor import SIZES, Visitor, new_visitor, tab_to

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ZAKELIJK, IZA = "http://127.0.0.1:8402", "http://127.0.0.1:8403"
BRANDS = {ZAKELIJK: "cz", IZA: "iza"}
PASSWORD = "lantaarn-brug-fiets-38"
STEP_SECONDS = 30

both_sizes = pytest.mark.parametrize("visitor", list(SIZES), indirect=True)


def _account(person: str, portal: str) -> DemoAccount:
    return next(account for account in someone(person).accounts if account.brand == BRANDS[portal])


def _type_password(visitor: Visitor, portal: str, email: str, password: str) -> None:
    """From the portal's first page through the login page."""
    page = visitor.page
    page.goto(f"{portal}/")
    page.get_by_role("link", name="Inloggen").first.click()
    page.get_by_label("E-mailadres").fill(email)
    page.get_by_label("Wachtwoord").fill(password)
    visitor.look("login")
    page.get_by_role("button", name="Inloggen").click()


def _log_in(visitor: Visitor, portal: str, person: str) -> None:
    account = _account(person, portal)
    _type_password(visitor, portal, account.email, account.password or "")
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text("Vul de verificatiecode in")
    visitor.look("code")


def _app_code(demo: Demo, secret: str) -> str:
    """What the app shows. A code works once, so that for each login half a minute passes in the demo."""
    demo.clock.advance(STEP_SECONDS)
    return pyotp.TOTP(secret).at(demo.clock())


def _new_number() -> str:
    return f"+3161234{uuid4().int % 9000 + 1000}"


def _confirm(visitor: Visitor, code: str) -> None:
    visitor.page.get_by_label("Verificatiecode").fill(code)
    visitor.page.get_by_role("button", name="Code bevestigen").click()


def _expect_in(visitor: Visitor, portal: str, name: str) -> None:
    expect(visitor.page.get_by_label("Uw sessie", exact=True)).to_contain_text(f"U bent ingelogd als {name}")
    assert visitor.page.url.startswith(portal)
    visitor.look("inside")


def _newcomer(demo: Demo, portal: str) -> str:
    """The address of somebody who has a password and nothing else yet."""
    email = f"lotte.{uuid4().hex[:10]}@vanlaar-bouw.example"
    demo.add_business_account(BRANDS[portal], email, PASSWORD)
    return email


def _keep_codes(visitor: Visitor) -> None:
    page = visitor.page
    expect(page.get_by_role("heading", level=1)).to_have_text("Bewaar uw herstelcodes")
    expect(page.locator(".recovery-codes li")).to_have_count(10)
    visitor.look("recovery-codes")
    page.get_by_role("button", name="Ik heb de codes bewaard").click()


@both_sizes
def test_login_with_the_app(demo: Demo, visitor: Visitor) -> None:
    """J5: Marieke, whose app makes the codes; one that is too short first."""
    _log_in(visitor, ZAKELIJK, "marieke")
    expect(visitor.page.get_by_label("Verificatiecode")).to_be_focused()
    _confirm(visitor, "12345")
    expect(visitor.page.get_by_role("alert")).to_contain_text("Vul zes cijfers in.")
    expect(visitor.page.get_by_role("alert")).to_be_focused()
    visitor.look("wrong-code")
    visitor.forgive(422)
    _confirm(visitor, _app_code(demo, _account("marieke", ZAKELIJK).totp_secret or ""))
    _expect_in(visitor, ZAKELIJK, "Marieke Jansen")


@both_sizes
def test_login_with_a_text(demo: Demo, visitor: Visitor) -> None:
    """J5: Bram, on whose telephone the code has come by the time the page is there."""
    _log_in(visitor, ZAKELIJK, "bram")
    expect(visitor.page.locator(".lead")).to_contain_text("eindigt op 12")
    _confirm(visitor, demo.new_sms_code(_account("bram", ZAKELIJK).phone or ""))
    _expect_in(visitor, ZAKELIJK, "Bram Peeters")


@both_sizes
def test_app_is_set_up_at_the_first_login(demo: Demo, visitor: Visitor) -> None:
    """J21 with an app: three steps, recovery codes, and in."""
    page = visitor.page
    _type_password(visitor, ZAKELIJK, _newcomer(demo, ZAKELIJK), PASSWORD)
    expect(page.get_by_role("heading", level=1)).to_have_text("Kies hoe u de verificatiecode wilt ontvangen")
    visitor.look("choose")
    page.get_by_role("button", name="Code ontvangen via een app").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Registreer uw apparaat")
    visitor.look("scan")
    secret = (page.locator(".secret-text").text_content() or "").replace(" ", "").strip()
    page.get_by_role("button", name="Verder").click()
    visitor.look("first-code")
    _confirm(visitor, _app_code(demo, secret))
    _keep_codes(visitor)
    _expect_in(visitor, ZAKELIJK, "Lotte Vos")


@both_sizes
def test_telephone_is_set_up_at_the_first_login(demo: Demo, visitor: Visitor) -> None:
    """J21 with a text, begun again after cancelling."""
    page, number = visitor.page, _new_number()
    _type_password(visitor, ZAKELIJK, _newcomer(demo, ZAKELIJK), PASSWORD)
    page.get_by_role("button", name="Code ontvangen via een app").click()
    page.get_by_role("button", name="Registratie annuleren").click()
    expect(page.get_by_role("status")).to_contain_text("Er is niets bewaard.")
    page.get_by_role("button", name="Code ontvangen via een sms").click()
    visitor.look("number")
    page.get_by_label("Telefoonnummer").fill(number)
    page.get_by_role("button", name="Bevestig telefoonnummer").click()
    expect(page.locator(".when-again")).to_contain_text("een nieuwe code vragen")
    visitor.look("first-code")
    _confirm(visitor, demo.new_sms_code(number))
    _keep_codes(visitor)
    _expect_in(visitor, ZAKELIJK, "Lotte Vos")


@both_sizes
def test_code_is_asked_at_iza_of_who_switched_it_on(demo: Demo, visitor: Visitor) -> None:
    """J23: Daan at Mijn IZA, where nobody has to."""
    _log_in(visitor, IZA, "daan")
    _confirm(visitor, _app_code(demo, _account("daan", IZA).totp_secret or ""))
    _expect_in(visitor, IZA, "Daan Willems")


def test_login_works_with_the_keyboard_alone(demo: Demo, visitor: Visitor) -> None:
    """J5 without a mouse: everything can be reached, and one sees where one is."""
    page, account = visitor.page, _account("marieke", ZAKELIJK)
    page.goto(f"{ZAKELIJK}/")
    tab_to(page, "Inloggen")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/login/"))
    for label, typed in (("E-mailadres", account.email), ("Wachtwoord", account.password or "")):
        tab_to(page, label)
        page.keyboard.type(typed)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/second-factor$"))
    tab_to(page, "Verificatiecode")
    page.keyboard.type(_app_code(demo, account.totp_secret or ""))
    page.keyboard.press("Enter")
    _expect_in(visitor, ZAKELIJK, "Marieke Jansen")


def test_wizard_works_with_the_keyboard_alone(demo: Demo, visitor: Visitor) -> None:
    """J21 without a mouse, from the first choice to the portal."""
    page, number = visitor.page, _new_number()
    _type_password(visitor, ZAKELIJK, _newcomer(demo, ZAKELIJK), PASSWORD)
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text("Kies hoe u de verificatiecode wilt ontvangen")
    tab_to(page, "Code ontvangen via een sms")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Telefoonnummer")).to_be_visible()
    tab_to(page, "Telefoonnummer")
    page.keyboard.type(number)
    tab_to(page, "Bevestig telefoonnummer")
    page.keyboard.press("Enter")
    expect(heading).to_have_text("Vul de verificatiecode in")
    tab_to(page, "Verificatiecode")
    page.keyboard.type(demo.new_sms_code(number))
    tab_to(page, "Code bevestigen")
    page.keyboard.press("Enter")
    expect(heading).to_have_text("Bewaar uw herstelcodes")
    tab_to(page, "Ik heb de codes bewaard")
    page.keyboard.press("Enter")
    _expect_in(visitor, ZAKELIJK, "Lotte Vos")


def test_second_step_can_be_read_in_english(demo: Demo, visitor: Visitor) -> None:
    """The switch stands on the page; what was begun goes on."""
    _log_in(visitor, ZAKELIJK, "marieke")
    visitor.page.get_by_role("link", name="English").click()
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text("Enter the verification code")
    visitor.look("english")


def test_wizard_and_login_work_without_scripts(demo: Demo, chromium: Browser) -> None:
    """J21 and J5 with JavaScript off: the server says when another code may be asked for."""
    visitor = new_visitor(chromium, "zakelijk-without-scripts", "phone", scripts=False)
    page, number = visitor.page, _new_number()
    _type_password(visitor, ZAKELIJK, _newcomer(demo, ZAKELIJK), PASSWORD)
    page.get_by_role("button", name="Code ontvangen via een sms").click()
    page.get_by_label("Telefoonnummer").fill(number)
    page.get_by_role("button", name="Bevestig telefoonnummer").click()
    expect(page.locator(".when-again")).to_contain_text(re.compile("over [0-9]+ seconden"))
    page.get_by_role("button", name="Opnieuw verzenden").click()
    expect(page.get_by_role("status")).to_contain_text("Wij hebben net een code gestuurd")
    _confirm(visitor, demo.new_sms_code(number))
    _keep_codes(visitor)
    _expect_in(visitor, ZAKELIJK, "Lotte Vos")
    visitor.context.close()
    assert visitor.complaints == []


def test_countdown_is_visible_and_ends(demo: Demo, visitor: Visitor) -> None:
    """What the server said is counted down on the page; at the end another code may be asked for."""
    page, number = visitor.page, _new_number()
    page.clock.install()
    _type_password(visitor, ZAKELIJK, _newcomer(demo, ZAKELIJK), PASSWORD)
    page.get_by_role("button", name="Code ontvangen via een sms").click()
    page.get_by_label("Telefoonnummer").fill(number)
    page.get_by_role("button", name="Bevestig telefoonnummer").click()
    shown = page.locator(".when-again .seconds")
    expect(shown).to_be_visible()
    page.wait_for_load_state()  # The line is the server's; the count starts with the page's script.
    page.clock.fast_forward(10_000)
    expect(shown).to_have_text(re.compile("^(1[0-9]|20)$"))
    page.clock.fast_forward(25_000)
    expect(page.locator(".when-again")).to_have_text("U kunt nu een nieuwe code vragen.")
    assert urlsplit(page.url).path.endswith("/second-factor")
