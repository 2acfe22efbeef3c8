"""J1 to J4 in a real browser on the real demo: at the size of a phone and of a desk, in Dutch."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.support.running_demo import Demo
from tests.support.system import digid_of
from tests.support.visitor import PORTAL, SIZES, Visitor, new_visitor, tab_to

pytestmark = [pytest.mark.browser, pytest.mark.slow]

BROKER = "http://localhost:8000"
OUTBOX = "http://127.0.0.1:8300"

both_sizes = pytest.mark.parametrize("visitor", list(SIZES), indirect=True)


@both_sizes
def test_login_with_sms_opens_the_persons_file(demo: Demo, visitor: Visitor) -> None:
    """J1, with the words that people look for, and nothing on the console."""
    visitor.go_to_choice()
    visitor.page.get_by_role("button", name="Inloggen met DigiD").click()
    visitor.look("digid")
    visitor.log_in_by_sms(demo, "sanne")
    visitor.expect_file_of("sanne")
    claims = visitor.claims()
    assert claims["acr"] == "http://eidas.europa.eu/LoA/low"


@both_sizes
def test_login_with_the_app_opens_the_persons_file(demo: Demo, visitor: Visitor) -> None:
    """J2: confirmed on the simulated phone, with the PIN."""
    visitor.go_to_choice()
    visitor.page.get_by_role("button", name="Inloggen met DigiD").click()
    visitor.page.get_by_role("link", name="Met de DigiD app").click()
    visitor.page.get_by_label("DigiD gebruikersnaam").fill(digid_of("fatima").username)
    visitor.page.get_by_role("button", name="Inloggen").click()
    visitor.look("digid-waiting")
    phone = visitor.context.new_page()
    phone.goto(f"{OUTBOX}/phone/fatima")
    phone.get_by_label("Pincode").fill(digid_of("fatima").pin or "")
    phone.get_by_role("button", name="Bevestigen").click()
    phone.close()
    # The page goes on by itself.
    visitor.expect_file_of("fatima")


@both_sizes
def test_logging_out_ends_at_the_portal_and_asks_for_a_login_again(demo: Demo, visitor: Visitor) -> None:
    """J38: after logging out, the next visit shows the login page."""
    visitor.go_to_choice()
    visitor.page.get_by_role("button", name="Inloggen met DigiD").click()
    visitor.log_in_by_sms(demo, "sanne")
    visitor.expect_file_of("sanne")
    visitor.page.get_by_role("link", name="Uitloggen").click()
    visitor.page.wait_for_url(f"{PORTAL}/**")
    visitor.look("logged-out")
    visitor.go_to_choice()


@both_sizes
def test_cancel_at_digid_leads_back_to_a_choice_that_works(demo: Demo, visitor: Visitor) -> None:
    """J4: the notice, and the way on."""
    visitor.go_to_choice()
    visitor.page.get_by_role("button", name="Inloggen met DigiD").click()
    visitor.page.get_by_role("button", name="Annuleren").click()
    expect(visitor.page.get_by_role("status")).to_contain_text("geannuleerd")
    visitor.look("cancelled")
    visitor.page.get_by_role("button", name="Terug naar Mijn CZ").click()
    visitor.page.wait_for_url(f"{PORTAL}/**")
    expect(visitor.page.get_by_role("status")).to_contain_text("Het inloggen is afgebroken.")
    visitor.look("back-at-the-portal")


@both_sizes
def test_answer_that_belongs_to_no_login_says_what_to_do(visitor: Visitor) -> None:
    """J40: a page with a way on and a code to pass on."""
    visitor.page.goto(f"{BROKER}/saml/cz/digid/acs?SAMLart=used&RelayState=before")
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text("Deze inlogpoging is al voorbij")
    expect(visitor.page.get_by_role("link", name="Opnieuw beginnen bij Mijn CZ")).to_be_visible()
    expect(visitor.page.locator(".support-code strong")).to_have_text(re.compile("^[A-Z0-9]{4}-[A-Z0-9]{4}$"))
    visitor.look("answer-unknown")
    visitor.forgive(400)


def test_page_that_was_switched_to_english_stays_english(demo: Demo, visitor: Visitor) -> None:
    """The switch stands on the page, in the language's own name."""
    visitor.go_to_choice()
    visitor.page.get_by_role("link", name="English").click()
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text("Log in to Mijn CZ")
    visitor.look("english")


def test_login_works_with_the_keyboard_alone(demo: Demo, visitor: Visitor) -> None:
    """J1 without a mouse: everything can be reached, and one sees where one is."""
    page, means = visitor.page, digid_of("henk")
    page.goto(f"{PORTAL}")
    for label in ("Mijn CZ", "Nu inloggen", "Inloggen met DigiD", "Met controle via SMS"):
        before = page.url
        tab_to(page, label)
        page.keyboard.press("Enter")
        page.wait_for_function("before => location.href !== before", arg=before)
        page.wait_for_load_state()  # Tab on half a page starts again at its top when the rest has come.
    for label, typed in (("gebruikersnaam", means.username), ("Wachtwoord", means.password)):
        tab_to(page, label)
        page.keyboard.type(typed)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/code$"))
    if not page.evaluate("document.activeElement.matches('input')"):
        tab_to(page, "code")
    page.keyboard.type(demo.last_sms_code())
    page.keyboard.press("Enter")
    visitor.expect_file_of("henk")


def test_login_and_logout_work_without_scripts(demo: Demo, chromium: Browser) -> None:
    """J1 with JavaScript off: every page has its button."""
    visitor = new_visitor(chromium, "without-scripts", "phone", scripts=False)
    visitor.page.goto(PORTAL)
    visitor.page.get_by_role("navigation").get_by_role("link", name="Mijn CZ").click()
    visitor.page.get_by_role("link", name="Nu inloggen").click()
    visitor.page.get_by_role("button", name="Inloggen met DigiD").click()
    visitor.log_in_by_sms(demo, "sanne")
    visitor.expect_file_of("sanne")
    visitor.page.get_by_role("link", name="Uitloggen").click()
    button = visitor.page.get_by_role("button")
    button.first.click()
    visitor.page.wait_for_url(f"{PORTAL}/**")
    visitor.context.close()
    assert visitor.complaints == []


def test_back_button_after_the_login_is_no_dead_end(demo: Demo, visitor: Visitor) -> None:
    """B2-08, J40: whatever stands behind, it is a page that tells the way on."""
    visitor.go_to_choice()
    choice = visitor.page.url
    visitor.page.get_by_role("button", name="Inloggen met DigiD").click()
    visitor.log_in_by_sms(demo, "sanne")
    visitor.expect_file_of("sanne")
    visitor.page.goto(choice)
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text("U bent al ingelogd")
    visitor.look("already-logged-in")
    visitor.page.get_by_role("link", name="Verder naar Mijn CZ").click()
    visitor.page.wait_for_url(f"{PORTAL}/**")
    visitor.forgive(409)


def test_browser_keeps_nothing_of_a_person(demo: Demo, visitor: Visitor) -> None:
    """A67: no storage is used, and no script can read a cookie."""
    visitor.go_to_choice()
    kept = "[document.cookie, localStorage.length, sessionStorage.length]"
    assert visitor.page.evaluate(kept) == ["", 0, 0]
    cookies = [cookie for cookie in visitor.context.cookies(BROKER) if "127.0.0.1" not in cookie["domain"]]
    assert cookies
    for cookie in cookies:
        assert cookie["name"].startswith("__Host-")
        assert (cookie["secure"], cookie["httpOnly"], cookie["sameSite"], cookie["path"]) == (
            True,
            True,
            "Lax",
            "/",
        )


def test_demo_that_is_stopped_leaves_no_process_and_keeps_accounts(demo: Demo, visitor: Visitor) -> None:
    """Ctrl-C ends everything; the second start knows the same person by the same subject."""
    visitor.go_to_choice()
    visitor.page.get_by_role("button", name="Inloggen met DigiD").click()
    visitor.log_in_by_sms(demo, "sanne")
    visitor.expect_file_of("sanne")
    before = visitor.claims()["sub"]
    demo.stop()
    try:
        assert demo.processes() == []
    finally:
        demo.start()
    visitor.context.clear_cookies()
    visitor.go_to_choice()
    visitor.page.get_by_role("button", name="Inloggen met DigiD").click()
    visitor.log_in_by_sms(demo, "sanne")
    visitor.expect_file_of("sanne")
    assert visitor.claims()["sub"] == before


@pytest.fixture
def posting_demo(demo: Demo) -> Iterator[Demo]:
    """The demo with requests to DigiD by HTTP-POST; afterwards as it was."""
    demo.ask_digid_by("post")
    yield demo
    demo.ask_digid_by("redirect")


def test_page_of_the_post_binding_sends_itself(posting_demo: Demo, visitor: Visitor) -> None:
    """One press of the button, and DigiD appears: submit.js does the rest, within the content policy."""
    visitor.go_to_choice()
    visitor.page.get_by_role("button", name="Inloggen met DigiD").click()
    visitor.page.get_by_role("link", name="Met controle via SMS").wait_for()
    visitor.log_in_by_sms(posting_demo, "sanne")
    visitor.expect_file_of("sanne")


def _register_as_far_as_the_mail(demo: Demo, visitor: Visitor) -> None:
    visitor.go_to_choice()
    visitor.page.get_by_role("button", name="Inloggen met DigiD").click()
    visitor.log_in_by_sms(demo, "jelle")
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text("Maak uw Mijn CZ-account")
    visitor.look("register")
    visitor.page.get_by_label("Naam").fill("Jelle Hoekstra")
    visitor.page.get_by_label("E-mailadres").fill("jelle.hoekstra")
    visitor.page.get_by_role("button", name="Verder").click()
    expect(visitor.page.get_by_role("alert")).to_contain_text("Dit e-mailadres klopt niet.")
    visitor.look("register-faulty")
    visitor.forgive(422)
    visitor.page.get_by_label("E-mailadres").fill("jelle.hoekstra@post.example")
    visitor.page.get_by_role("button", name="Verder").click()
    visitor.look("register-check")
    visitor.page.get_by_role("button", name="Ja, dit klopt").click()
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text("Controleer uw e-mail")
    visitor.look("register-mailed")


def test_newcomer_registers_at_the_desk_and_confirms_on_the_phone(demo: Demo, chromium: Browser) -> None:
    """J3: first tried and cancelled on the phone, then done at the desk, with the mail read on the phone."""
    phone, desk = (new_visitor(chromium, f"newcomer-{size}", size) for size in SIZES)
    _register_as_far_as_the_mail(demo, phone)
    phone.page.get_by_role("button", name="Annuleren").click()
    phone.page.wait_for_url(f"{PORTAL}/**")
    # The portal answers a login that was cancelled with a page of its own.
    phone.forgive(403)
    _register_as_far_as_the_mail(demo, desk)
    # The page looks again every three seconds; the newest mail stands on top.
    phone.page.goto(f"{OUTBOX}/phone/jelle")
    links = phone.page.locator("article.bubble a[href*='/cz/activate']")
    expect(links).to_have_count(2)
    phone.look("mail-on-the-phone")
    phone.page.goto(links.first.get_attribute("href") or "")
    phone.look("activate")
    phone.page.get_by_role("button", name="Bevestigen").click()
    expect(phone.page.get_by_role("heading", level=1)).to_have_text("Uw account is klaar")
    phone.look("ready")
    desk.page.reload()
    desk.look("ready")
    desk.page.get_by_role("button", name="Verder naar Mijn CZ").click()
    desk.expect_file_of("jelle")
    phone.go_to_choice()
    phone.page.get_by_role("button", name="Inloggen met DigiD").click()
    phone.log_in_by_sms(demo, "jelle")
    phone.expect_file_of("jelle")
    for visitor in (phone, desk):
        visitor.context.close()
        assert visitor.complaints == []
