"""J6, J14, J15a, J16, J17 and J37 in a real browser on the real demo: who works for whom, and as what."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

import pyotp
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from demo.people import DemoAccount
from demo.work import INTERMEDIARY
from tests.support.running_demo import Demo, Work
from tests.support.system import someone
from tests.support.visitor import PORTAL, SIZES, Visitor, new_visitor

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ZAKELIJK, IZA = "http://127.0.0.1:8402", "http://127.0.0.1:8403"
BRANDS = {ZAKELIJK: "cz", IZA: "iza"}
PASSWORD = "lantaarn-brug-fiets-38"
SECRET = "ZK5W2T7DQ3VJNXR4YB6MHFAGCLSEOIPU"
STEP_SECONDS = 30
CHOOSE = "Kies een zakelijke relatie"

both_sizes = pytest.mark.parametrize("visitor", list(SIZES), indirect=True)


def _newcomer(demo: Demo, portal: str, work: Work, secret: str | None = SECRET) -> str:
    """The address of somebody who works for these, and whose app is set up if there is a secret."""
    email = f"lotte.{uuid4().hex[:10]}@vanlaar-bouw.example"
    demo.add_business_account(BRANDS[portal], email, PASSWORD, work, secret)
    return email


def _log_in(visitor: Visitor, portal: str, email: str, password: str = PASSWORD) -> None:
    page = visitor.page
    page.goto(f"{portal}/")
    page.get_by_role("link", name="Inloggen").first.click()
    page.get_by_label("E-mailadres").fill(email)
    page.get_by_label("Wachtwoord").fill(password)
    page.get_by_role("button", name="Inloggen").click()


def _type_code(demo: Demo, visitor: Visitor, secret: str = SECRET) -> None:
    """A code works once, so that for each login half a minute passes in the demo."""
    demo.clock.advance(STEP_SECONDS)
    visitor.page.get_by_label("Verificatiecode").fill(pyotp.TOTP(secret).at(demo.clock()))
    visitor.page.get_by_role("button", name="Code bevestigen").click()


def _strip(page: Page) -> Locator:
    return page.get_by_label("Voor wie u werkt")


def _working_for(page: Page) -> Locator:
    """The relation that the page was made for; the list beside it names the others."""
    return _strip(page).locator(".who")


def _menu(page: Page) -> Locator:
    return page.get_by_role("navigation", name=re.compile("^Menu van"))


def _follow_in_menu(page: Page, label: str) -> None:
    """On a phone the menu is folded."""
    expect(_menu(page)).to_be_visible()
    opener = _menu(page).locator("summary")
    if opener.is_visible():
        opener.click()
    _menu(page).get_by_role("link", name=label).click()


def _claims(visitor: Visitor, portal: str) -> dict[str, Any]:
    return dict(visitor.context.request.get(f"{portal}/claims").json()["id_token"])


def _expect_choice(visitor: Visitor) -> None:
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text(CHOOSE)
    visitor.look("choose")


@both_sizes
def test_one_user_name_reaches_every_collectivity(demo: Demo, visitor: Visitor) -> None:
    """J6, J14, J16, J37: chosen at the login, switched at the portal, and the next login begins there."""
    work = {"201104": ["rapportage-verantwoordelijke"], "203387": ["deelnemers-beheerder"]}
    email, page = _newcomer(demo, ZAKELIJK, work), visitor.page
    _log_in(visitor, ZAKELIJK, email)
    _type_code(demo, visitor)
    _expect_choice(visitor)
    page.get_by_role("button", name="Bouwbedrijf Van Laar, kantoor").click()
    expect(_working_for(page)).to_contain_text("Bouwbedrijf Van Laar, kantoor")
    _follow_in_menu(page, "Financiële overzichten")
    expect(page.get_by_role("heading", level=1)).to_have_text("Financiële overzichten")
    claims = _claims(visitor, ZAKELIJK)
    assert claims["collectivity"]["number"] == "201104"
    assert claims["roles"] == ["rapportage-verantwoordelijke"]
    assert claims["organisation"] == {"kvk": "90001104", "name": "Bouwbedrijf Van Laar B.V."}
    assert {one["number"] for one in claims["collectivities"]} == set(work)

    _strip(page).locator("summary").click()
    _strip(page).get_by_role("button", name="Kinderopvang De Speeltuin").click()
    expect(_working_for(page)).to_contain_text("Kinderopvang De Speeltuin")
    visitor.look("switched")
    expect(_menu(page)).not_to_contain_text("Financiële overzichten")
    expect(_menu(page)).to_contain_text("Deelnemers")
    after = _claims(visitor, ZAKELIJK)
    assert (after["sub"], after["sid"]) == (claims["sub"], claims["sid"])
    assert after["roles"] == ["deelnemers-beheerder"]

    page.get_by_role("link", name="Uitloggen").click()
    expect(page.get_by_role("status")).to_contain_text("U bent uitgelogd.")
    _log_in(visitor, ZAKELIJK, email)
    _type_code(demo, visitor)
    expect(_working_for(page)).to_contain_text("Kinderopvang De Speeltuin")


def test_intermediary_finds_one_among_five_thousand(demo: Demo, chromium: Browser) -> None:
    """J17: by name at the login, by number at the portal; on the next device it goes on where it was."""
    account = _account("esther", "cz")
    assert (account.brand, account.email) == INTERMEDIARY
    desk = new_visitor(chromium, "intermediary-desk", "desk")
    page = desk.page
    _log_in(desk, ZAKELIJK, account.email, account.password or "")
    _type_code(demo, desk, account.totp_secret or "")
    _expect_choice(desk)
    page.get_by_label("Zoek op naam of nummer").fill("wasserij verbeek")
    page.get_by_role("button", name="Zoeken").click()
    expect(page.get_by_role("status")).to_contain_text("10 zakelijke relaties gevonden")
    desk.look("found")
    page.get_by_role("button", name="Wasserij Verbeek, Breda").click()
    expect(_working_for(page)).to_contain_text("Wasserij Verbeek, Breda")
    claims = _claims(desk, ZAKELIJK)
    assert claims["collectivities_total"] == 5_000
    assert "collectivities" not in claims
    _switch_by_number(desk, "500000", "Bakkerij Aalders, Alkmaar")
    expect(_menu(page)).to_contain_text("Financiële overzichten")

    phone = new_visitor(chromium, "intermediary-phone", "phone")
    _log_in(phone, ZAKELIJK, account.email, account.password or "")
    _type_code(demo, phone, account.totp_secret or "")
    expect(_working_for(phone.page)).to_contain_text("Bakkerij Aalders, Alkmaar")
    _switch_by_number(phone, "500001", "Bloemenhuis Aalders, Alkmaar")
    for visitor in (desk, phone):
        visitor.context.close()
        assert visitor.complaints == []


def _account(person: str, brand: str) -> DemoAccount:
    return next(account for account in someone(person).accounts if account.brand == brand)


def _switch_by_number(visitor: Visitor, number: str, name: str) -> None:
    page = visitor.page
    _strip(page).locator("summary").click()
    page.get_by_label("Naam of nummer").fill(number)
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").first).to_contain_text(f"1 relatie gevonden met ‘{number}’")
    visitor.look(f"found-{number}")
    page.get_by_role("main").get_by_role("button", name=name).click()
    expect(_working_for(page)).to_contain_text(name)
    assert _claims(visitor, ZAKELIJK)["collectivity"]["number"] == number


@both_sizes
def test_somebody_without_a_role_reads_which_one_is_missing(demo: Demo, visitor: Visitor) -> None:
    """J16: not let in, with the way back to the portal."""
    page = visitor.page
    _log_in(visitor, ZAKELIJK, _newcomer(demo, ZAKELIJK, {}))
    _type_code(demo, visitor)
    main = page.get_by_role("main")
    expect(main).to_contain_text("Rapportage verantwoordelijke")
    expect(main).to_contain_text("Functioneel beheerder")
    visitor.look("refused")
    page.get_by_role("link", name="Terug naar Mijn CZ Zakelijk").click()
    expect(page).to_have_url(re.compile(rf"^{ZAKELIJK}/"))
    assert visitor.context.request.get(f"{ZAKELIJK}/claims").status == 401
    visitor.forgive(403)


def test_english_pages_of_the_broker_ask_and_refuse_in_english(demo: Demo, chromium: Browser) -> None:
    """The choice of a relation, and the page of somebody without a role."""
    refused, chooser = (new_visitor(chromium, f"english-{place}", "desk") for place in ("refused", "chooser"))
    _log_in_in_english(demo, refused, _newcomer(demo, ZAKELIJK, {}))
    expect(refused.page.get_by_role("heading", level=1)).to_have_text("You have no access here")
    expect(refused.page.get_by_role("main")).to_contain_text("Reporting officer")
    refused.look("refused")
    refused.forgive(403)
    work = {"201104": ["deelnemers-beheerder"], "203387": ["rapportage-verantwoordelijke"]}
    _log_in_in_english(demo, chooser, _newcomer(demo, ZAKELIJK, work))
    expect(chooser.page.get_by_role("heading", level=1)).to_have_text("Choose a business relation")
    chooser.look("choose")
    chooser.page.get_by_role("button", name="Kinderopvang De Speeltuin").click()
    expect(_working_for(chooser.page)).to_contain_text("Kinderopvang De Speeltuin")
    for visitor in (refused, chooser):
        visitor.context.close()
        assert visitor.complaints == []


def _log_in_in_english(demo: Demo, visitor: Visitor, email: str) -> None:
    page = visitor.page
    page.goto(f"{ZAKELIJK}/")
    page.get_by_role("link", name="Inloggen").first.click()
    page.get_by_role("link", name="English").click()
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    demo.clock.advance(STEP_SECONDS)
    page.get_by_label("Verification code").fill(pyotp.TOTP(SECRET).at(demo.clock()))
    page.get_by_role("button", name="Confirm code").click()


def test_role_that_takes_an_app_is_reached_by_setting_one_up(demo: Demo, visitor: Visitor) -> None:
    """The policy of the portal: reports take an authenticator app, the rest a password."""
    page = visitor.page
    work = {"30.2016": ["hoofdgebruiker", "maken-rapportages-voor-management"]}
    email = _newcomer(demo, IZA, work, secret=None)
    _log_in(visitor, IZA, email)
    _follow_in_menu(page, "Managementrapportage")
    visitor.look("withheld")
    assert _claims(visitor, IZA)["roles_withheld"] == ["maken-rapportages-voor-management"]
    page.get_by_role("link", name="Extra controle doen").click()
    page.get_by_label("E-mailadres").fill(email)
    page.get_by_label("Wachtwoord").fill(PASSWORD)
    page.get_by_role("button", name="Inloggen").click()
    page.get_by_role("button", name="Code ontvangen via een app").click()
    secret = (page.locator(".secret-text").text_content() or "").replace(" ", "").strip()
    page.get_by_role("button", name="Verder").click()
    _type_code(demo, visitor, secret)
    page.get_by_role("button", name="Ik heb de codes bewaard").click()
    _follow_in_menu(page, "Managementrapportage")
    expect(page.get_by_role("heading", level=1)).to_have_text("Managementrapportage")
    expect(page.get_by_role("table")).to_be_visible()
    visitor.forgive(403)


@both_sizes
def test_bank_account_number_is_for_the_insured_person(demo: Demo, visitor: Visitor) -> None:
    """J15a: offered in one's own file at Mijn CZ, and to no employer."""
    page = visitor.page
    visitor.go_to_choice()
    page.get_by_role("button", name="Inloggen met DigiD").click()
    visitor.log_in_by_sms(demo, "sanne")
    visitor.expect_file_of("sanne")
    page.get_by_role("link", name="Mijn rekeningnummer").click()
    page.get_by_label("Nieuw rekeningnummer (IBAN)").fill("NL91 ABNA 0417 1643 00")
    page.get_by_role("button", name="Wijzigen").click()
    expect(page.get_by_role("status").first).to_contain_text("Uw rekeningnummer is gewijzigd.")
    visitor.look("bank-account")
    assert visitor.claims()["account_type"] == "consumer"
    assert page.url.startswith(PORTAL)


def test_employer_is_not_offered_a_bank_account_number(demo: Demo, visitor: Visitor) -> None:
    """J15a: nowhere in the portal, and refused at its address."""
    page = visitor.page
    _log_in(visitor, ZAKELIJK, _newcomer(demo, ZAKELIJK, {"201104": ["deelnemers-beheerder"]}))
    _type_code(demo, visitor)
    _follow_in_menu(page, "Deelnemers")
    expect(page.get_by_role("main")).to_contain_text("geeft een verzekerde zelf door in Mijn CZ")
    page.goto(f"{ZAKELIJK}/rekeningnummer")
    expect(page.get_by_role("heading", level=1)).to_have_text("Dit kan alleen de verzekerde zelf")
    assert _claims(visitor, ZAKELIJK)["account_type"] == "business"
    visitor.forgive(403)
