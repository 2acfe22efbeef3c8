"""J31, J32, J34, J36 and J38 in a real browser on the real demo: eHerkenning, by artifact and by POST."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from demo import mandates
from demo.eherkenning.people import Means
from demo.work import work_of
from scripts.gallery_browser import TAGS
from tests.support.makelaar_visit import MAKELAAR, choose, choose_supplier, type_password
from tests.support.running_demo import Demo
from tests.support.visitor import SIZES, Visitor, new_visitor

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MIJNZZ = "http://127.0.0.1:8405"
ANOUK = "anouk.groenendaal@rijnstroom-zorg.example"
LAILA = "laila.bouzid@devliet.example"
OF_COMPANY, OF_BRANCH = work_of("zz", LAILA)
DAY_SECONDS = 86_401
AXE = Path(__file__).parent / "vendor/axe.min.js"

both_sizes = pytest.mark.parametrize("visitor", list(SIZES), indirect=True)


@pytest.fixture
def at_de_vliet(demo: Demo) -> Iterator[str]:
    """The address of an account that does Laila's work and that nobody has bound yet."""
    email = f"laila.{uuid4().hex[:10]}@devliet.example"
    demo.add_business_account("zz", email, "waterlelie-fiets-huiskamer-58", work_of("zz", LAILA))
    yield email
    demo.unbind("zz", email)


def _go_to_choice(visitor: Visitor) -> None:
    """From the portal's first page to our page with the ways of logging in."""
    page = visitor.page
    page.goto(f"{MIJNZZ}/")
    page.get_by_role("link", name="Inloggen").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Inloggen bij MijnZZ Zakelijk")
    visitor.look("choice")


def _come(visitor: Visitor, means: Means) -> None:
    """Through supplier and password."""
    _go_to_choice(visitor)
    choose_supplier(visitor, means)
    type_password(visitor, means)


def _bind(visitor: Visitor, code: str) -> None:
    """The code from the mail, once."""
    page = visitor.page
    expect(page.get_by_role("heading", level=1)).to_have_text("Koppel uw eHerkenning")
    visitor.look("bind")
    page.get_by_label("Activatiecode").fill(code)
    page.get_by_role("button", name="Koppelen en inloggen").click()


def _expect_in(visitor: Visitor, name: str) -> None:
    expect(visitor.page.get_by_label("Uw sessie", exact=True)).to_contain_text(f"U bent ingelogd als {name}")
    assert visitor.page.url.startswith(MIJNZZ)
    visitor.look("inside")


def _claims(visitor: Visitor) -> dict[str, Any]:
    return dict(visitor.context.request.get(f"{MIJNZZ}/claims").json()["id_token"])


@both_sizes
def test_first_login_binds_and_the_next_needs_no_code(answering_demo: Demo, visitor: Visitor) -> None:
    """J31, J32: the account that was handed out, the code of the mail, and in; then in without a code."""
    code = answering_demo.binding_code("zz", ANOUK)
    _come(visitor, mandates.ANOUK)
    _bind(visitor, code)
    _expect_in(visitor, "Anouk Groenendaal")
    claims = _claims(visitor)
    assert claims["assurance"] == {"scheme": "eherkenning", "level": "eh3"}
    assert claims["represents"]["kvk"] == mandates.RIJNSTROOM.kvk
    visitor.context.clear_cookies()
    _come(visitor, mandates.ANOUK)
    _expect_in(visitor, "Anouk Groenendaal")


@both_sizes
def test_level_below_eh2plus_is_refused_with_a_reason(demo: Demo, visitor: Visitor) -> None:
    """J31: the supplier says what to do; cancelling there leads back to our page."""
    _come(visitor, mandates.WIM)
    page = visitor.page
    expect(page.get_by_role("heading", level=1)).to_have_text("Uw inlogmiddel is niet hoog genoeg")
    visitor.look("too-low")
    page.get_by_role("button", name="Annuleren").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Inloggen bij MijnZZ Zakelijk")
    expect(page.locator("main")).to_contain_text("U heeft het inloggen met eHerkenning geannuleerd.")
    visitor.look("cancelled")


@both_sizes
def test_somebody_without_an_account_asks_for_one(answering_demo: Demo, visitor: Visitor) -> None:
    """J32: the form knows the organisation and the level."""
    # A person may ask a few times a day.
    answering_demo.clock.advance(DAY_SECONDS)
    _come(visitor, mandates.NADIA)
    page = visitor.page
    page.get_by_role("link", name="Account aanvragen").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Account aanvragen")
    expect(page.locator("main")).to_contain_text(mandates.HADDAD.kvk)
    expect(page.locator("main")).to_contain_text("eH3")
    visitor.look("request")
    page.get_by_label("Uw naam").fill("Nadia Haddad")
    page.get_by_label("Zakelijk e-mailadres").fill("nadia.haddad@haddad-installatie.example")
    page.get_by_label("Financieel").check()
    page.get_by_role("button", name="Aanvraag versturen").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Wij hebben uw aanvraag ontvangen")
    visitor.look("received")


@both_sizes
def test_mandate_and_role_say_which_contract_and_what_is_there(
    demo: Demo, visitor: Visitor, at_de_vliet: str
) -> None:
    """J34, J36: for the whole company both contracts, each with its menu; for a branch its own, or none."""
    code, page = demo.binding_code("zz", at_de_vliet), visitor.page
    _come_for_de_vliet(visitor, "Hele organisatie")
    expect(page.locator("main")).to_contain_text(mandates.DE_VLIET.kvk)
    _bind(visitor, code)
    expect(page.get_by_role("heading", level=1)).to_have_text("Kies een zakelijke relatie")
    visitor.look("contracts")
    page.get_by_role("button", name=OF_BRANCH).click()
    _expect_menu(visitor, OF_BRANCH, has="Borderellen", has_not="Huidige deelnemers")
    _strip(page).locator("summary").click()
    _strip(page).get_by_role("button", name=OF_COMPANY).click()
    _expect_menu(visitor, OF_COMPANY, has="Huidige deelnemers", has_not="Borderellen")
    assert _claims(visitor)["roles"] == ["administratief", "accountbeheer"]

    visitor.context.clear_cookies()
    _come_for_de_vliet(visitor, "De Vliet Voorburg")
    _expect_menu(visitor, OF_BRANCH, has="Borderellen", has_not="Huidige deelnemers")
    claims = _claims(visitor)
    assert [one["number"] for one in claims["collectivities"]] == [OF_BRANCH]
    assert claims["represents"]["branch"] == claims["organisation"]["branch"] == "000090067122"

    visitor.context.clear_cookies()
    _come_for_de_vliet(visitor, "De Vliet Leiden")
    expect(page.get_by_role("heading", level=1)).to_have_text("U heeft hier geen toegang")
    expect(page.locator("main")).to_contain_text("kies een andere organisatie of vestiging")
    visitor.look("no-contract")
    visitor.forgive(403)


def _come_for_de_vliet(visitor: Visitor, scope: str) -> None:
    """Laila acts for three companies, and says at her supplier for which, or for which branch of it."""
    _come(visitor, mandates.LAILA)
    choose(visitor, "Namens welk bedrijf logt u in?", mandates.DE_VLIET.name)
    choose(visitor, "Voor welke vestiging?", scope)


def _strip(page: Page) -> Locator:
    return page.get_by_label("Voor wie u werkt")


def _expect_menu(visitor: Visitor, number: str, *, has: str, has_not: str) -> None:
    expect(_strip(visitor.page).locator(".who")).to_contain_text(number)
    menu = visitor.page.get_by_role("navigation", name="Menu van MijnZZ Zakelijk")
    expect(menu).to_contain_text(has)
    expect(menu).not_to_contain_text(has_not)
    visitor.look(f"menu-{number}")


@both_sizes
def test_intermediary_acts_for_another_company(answering_demo: Demo, visitor: Visitor) -> None:
    """J36: Ruud comes for a client of his office."""
    _come(visitor, mandates.RUUD)
    choose(visitor, "Namens welk bedrijf logt u in?", mandates.RIJNSTROOM.name)
    page = visitor.page
    expect(page.get_by_role("heading", level=1)).to_have_text("Koppel uw eHerkenning")
    expect(page.locator("main")).to_contain_text(mandates.RIJNSTROOM.kvk)
    visitor.look("client")


@both_sizes
def test_logging_out_ends_the_session_and_then_the_one_at_eherkenning(demo: Demo, visitor: Visitor) -> None:
    """J38: our page tells what has ended and offers the rest; the supplier has the last page."""
    visitor.context.add_init_script(path=AXE)
    code = demo.binding_code("zz", ANOUK)
    _come(visitor, mandates.ANOUK)
    _bind(visitor, code)
    _expect_in(visitor, "Anouk Groenendaal")
    page = visitor.page
    page.get_by_role("button", name="Uitloggen").or_(page.get_by_role("link", name="Uitloggen")).first.click()
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text("U bent uitgelogd")
    expect(page.locator("main")).to_contain_text("Bij uw leverancier van eHerkenning bent u misschien nog")
    _expect_no_findings(visitor, "logged-out")
    page.get_by_role("button", name="Uitloggen bij eHerkenning").click()
    expect(heading).to_have_text("U bent uitgelogd bij eHerkenning")
    expect(page.locator("main")).to_contain_text("Grachtsleutel")
    assert page.url.startswith(MAKELAAR)
    _expect_no_findings(visitor, "logged-out-there")
    _go_to_choice(visitor)
    choose_supplier(visitor, mandates.ANOUK)
    expect(heading).to_have_text("Inloggen bij Grachtsleutel")


@pytest.mark.parametrize("size", list(SIZES))
def test_pages_of_the_makelaar_are_for_everyone(demo: Demo, chromium: Browser, size: str) -> None:
    """axe-core finds nothing on any page that a person sees there, nor on those for who builds a service."""
    visitor = new_visitor(chromium, "makelaar", size)
    visitor.context.add_init_script(path=AXE)
    page = visitor.page
    _go_to_choice(visitor)
    page.get_by_role("button", name="Inloggen met eHerkenning").click()
    page.get_by_label("Grachtsleutel").check()
    _expect_no_findings(visitor, "supplier")
    page.get_by_role("button", name="Doorgaan").click()
    page.get_by_label("Gebruikersnaam").fill(mandates.LAILA.username)
    page.get_by_label("Wachtwoord").fill("verkeerd")
    page.get_by_role("button", name="Inloggen").click()
    expect(page.get_by_role("alert")).to_contain_text("klopt niet")
    _expect_no_findings(visitor, "wrong")
    page.get_by_label("Wachtwoord").fill(mandates.LAILA.password)
    page.get_by_role("button", name="Inloggen").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Namens welk bedrijf logt u in?")
    _expect_no_findings(visitor, "company")
    page.get_by_label(mandates.DE_VLIET.name).check()
    page.get_by_role("button", name="Doorgaan").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Voor welke vestiging?")
    _expect_no_findings(visitor, "branch")
    for path in ("/", "/faults"):
        page.goto(f"{MAKELAAR}{path}")
        _expect_no_findings(visitor, path)
    visitor.context.close()
    assert visitor.complaints == []


def _expect_no_findings(visitor: Visitor, what: str) -> None:
    visitor.look(what.strip("/") or "home")
    found = visitor.page.evaluate("tags => axe.run({runOnly: tags})", list(TAGS))
    assert [one["id"] for one in found["violations"]] == [], what
