"""J16, J34 and J30a: what is in the menu follows from the roles, and a page refuses who lacks them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from joserfc.jwk import RSAKey

from demo.portals.definitions import PortalDefinition
from tests.demo.portals.business_visit import (
    BUSINESS,
    NAMES,
    OTHER,
    OWN,
    BusinessVisit,
    Rights,
    of_portal,
    roles_of,
    same_origin,
    start,
)

Start = Callable[[PortalDefinition, set[str]], BusinessVisit]
DETAILS = "/instellingen/gegevens-collectiviteit"
EACH_ROLE = [(portal, role) for portal in BUSINESS for role in sorted(roles_of(portal))]
CARE = {"Zoeken verzekerden", "Contractdetails", "Postvak IN"}
MENUS = {
    ("mijn-cz-zakelijk", "functioneel-beheerder"): {
        "Zoek bedrijf of verzekerde", "Contractgegevens", "Instructiepagina",
    },
    ("mijn-cz-zakelijk", "rapportage-verantwoordelijke"): {
        "Zoek bedrijf of verzekerde", "Financiële overzichten", "Contractgegevens",
    },
    ("mijn-cz-zakelijk", "deelnemers-beheerder"): {
        "Zoek bedrijf of verzekerde", "Contractgegevens", "Deelnemers",
    },
    ("mijn-iza", "hoofdgebruiker"): CARE,
    ("mijn-iza", "beheerder-collectieve-zorgverzekering"): CARE,
    ("mijn-iza", "beheerder-overcontractafspraken"): {"Contractdetails", "Overcontractafspraken"},
    ("mijn-iza", "beheerder-bedrijfszorg"): {"Inzetbaarheid", "Afspraken bedrijfszorg"},
    ("mijn-iza", "gebruiker-bedrijfszorg"): {"Inzetbaarheid"},
    ("mijn-iza", "beheerder-inkomensverzekering"): {"Dekking", "Polis wijzigen"},
    ("mijn-iza", "gebruiker-inkomensverzekering"): {"Dekking"},
    ("mijn-iza", "maken-rapportages-voor-management"): {"Managementrapportage"},
    ("mijn-vgz-zakelijk", "hoofdgebruiker"): {
        "Zoeken verzekerden", "Contractdetails", "Postvak In", "Borderellen", "Inleesbestand",
    },
    ("mijnzz-zakelijk", "administratief"): {
        "Huidige deelnemers", "Oud deelnemers", "In- en uitstroomlijsten", "Contract gebruik",
        "Contract gegevens", "Berichten", "Contact",
    },
    ("mijnzz-zakelijk", "financieel"): {
        "Borderellen", "Contract gebruik", "Contract gegevens", "Berichten", "Contact",
    },
    ("mijnzz-zakelijk", "accountbeheer"): {"Contract gegevens", "Accountbeheer", "Contact"},
}  # fmt: skip


@pytest.fixture(scope="module")
def rsa_key() -> RSAKey:
    """One RSA key for all: making it takes its time."""
    return RSAKey.generate_key(2048, {"kid": "rsa-1"})


@pytest.fixture
def begin(rsa_key: RSAKey) -> Iterator[Start]:
    """Log somebody in at a portal with these roles at one collectivity."""
    with ExitStack() as stack:

        def go(portal: PortalDefinition, roles: set[str]) -> BusinessVisit:
            made = start(portal, rsa_key, stack, Rights({OWN: frozenset(roles)}))
            made.log_in()
            return made

        yield go


@pytest.mark.parametrize(("portal_id", "role"), list(MENUS), ids=map("-".join, MENUS))
def test_menu_is_that_of_the_role(begin: Start, portal_id: str, role: str) -> None:
    """Exactly these items, and each leads to its page."""
    visit = begin(of_portal(portal_id), {role})
    menu = visit.menu()
    assert set(menu) == {"Overzicht", *MENUS[portal_id, role]}
    for label, address in menu.items():
        page = visit.page(address)
        assert page.h1
        assert page.h1.text == (label if label != "Overzicht" else f"Welkom bij {visit.portal.name}")


@pytest.mark.parametrize(
    ("portal", "role"), EACH_ROLE, ids=[f"{portal.id}-{role}" for portal, role in EACH_ROLE]
)
def test_page_that_is_not_in_the_menu_is_refused(begin: Start, portal: PortalDefinition, role: str) -> None:
    """By its address too: 403 with the roles it takes and who gives them, and nothing of its content."""
    assert portal.business
    visit = begin(portal, {role})
    menu = visit.menu()
    sections = [one for group in portal.business.menu for one in group.sections]
    for section in sections:
        if section.label in menu:
            continue
        page = visit.page(f"/onderdeel/{section.slug}", 403)
        assert page.select("table") == []
        assert portal.business.roles.who_gives in page.text
        assert all(name in page.text for name in portal.business.roles.of(section.roles))


@pytest.mark.parametrize("portal", BUSINESS, ids=lambda portal: portal.id)
def test_nobody_without_a_role_sees_what_takes_one(begin: Start, portal: PortalDefinition) -> None:
    """Deny by default: no role, and none that the portal never heard of, opens such a page."""
    assert portal.business
    sections = [one for group in portal.business.menu for one in group.sections]
    for roles in (set[str](), {"beheerder", "ADMINISTRATIEF", ""}):
        visit = begin(portal, roles)
        for section in sections:
            if section.roles or not roles:
                assert visit.browser.get(f"/onderdeel/{section.slug}").status_code == 403


def test_role_that_waits_for_a_stronger_login_offers_it(begin: Start) -> None:
    """`roles_withheld`: not a missing role, but one that takes a code of an app."""
    visit = begin(of_portal("mijnzz-zakelijk"), {"administratief"})
    visit.rights.more["roles_withheld"] = ["financieel"]
    visit.log_in()
    page = visit.page(visit.menu()["Borderellen"], 403)
    button = page.find("a", string="Extra controle doen")
    assert button
    away = visit.browser.get(str(button["href"])).location
    assert "acr_values=urn%3Avoordeur%3Aloa%3Apassword-totp" in away


@pytest.mark.parametrize("portal", BUSINESS, ids=lambda portal: portal.id)
def test_details_of_the_collectivity_are_shown_with_the_way_to_change_them(
    begin: Start, portal: PortalDefinition
) -> None:
    """J30a: `Wijzig` for whoever may, and for everybody else whom to ask."""
    assert portal.business
    for role in sorted(roles_of(portal)):
        visit = begin(portal, {role})
        page = visit.page("/instellingen")
        assert page.find("h2", string="Gegevens collectiviteit")
        assert NAMES[OWN] in page.text
        may = role in portal.business.contact.changed_by
        assert (page.find("a", string="Wijzig") is not None) == may
        assert (portal.business.contact.whom_to_ask in page.text) != may
        assert visit.browser.get(DETAILS).status_code == (200 if may else 403)
        assert visit.browser.post(DETAILS, data={}, headers=same_origin()).status_code == (
            422 if may else 403
        )


def test_details_are_those_of_the_relation_that_one_works_for(begin: Start) -> None:
    """J30a: name, address, telephones and mail, as the broker knows them now; and what it does not know."""
    visit = begin(of_portal("mijnzz-zakelijk"), {"administratief"})
    assert _shown(visit) == {
        "Naam": NAMES[OWN],
        "Collectiviteitsnummer": OWN,
        "Adres": "Steigerkade 4",
        "Postcode": "5017 AB",
        "Plaats": "Tilburg",
        "Telefoonnummer": "013 555 01 04",
        "Alternatief telefoonnummer": "013 555 01 05",
        "E-mailadres": "hr@vanlaar-bouw.example",
    }
    visit.rights.roles[OTHER] = frozenset({"administratief"})
    visit.switch(OTHER)
    other = _shown(visit)
    assert other["Telefoonnummer"] == "013 555 01 06"
    assert other["Adres"] == other["E-mailadres"] == other["Alternatief telefoonnummer"] == "Niet bekend"


@pytest.mark.parametrize("told", ["x", {"address": [1], "phones": "06", "email": 7}, {"phones": [None]}])
def test_details_that_are_not_of_the_agreed_form_are_not_shown(begin: Start, told: object) -> None:
    """Nothing of it, and no error either."""
    visit = begin(of_portal("mijn-cz-zakelijk"), {"functioneel-beheerder"})
    visit.provider.inform = lambda: {"collectivity_details": told}
    assert {
        value for name, value in _shown(visit).items() if name not in {"Naam", "Collectiviteitsnummer"}
    } == {"Niet bekend"}


def test_details_that_cannot_be_had_now_are_not_shown_and_cannot_be_wiped(begin: Start) -> None:
    """The page says so, and there is no empty form to save."""
    visit = begin(of_portal("mijn-cz-zakelijk"), {"functioneel-beheerder"})
    visit.provider.userinfo = {"sub": "somebody else"}
    page = visit.page("/instellingen", 503)
    assert "nu even niet op te halen" in page.text
    assert page.find("a", string="Wijzig") is None
    assert visit.browser.get(DETAILS).location == "/instellingen"


def _shown(visit: BusinessVisit) -> dict[str, str]:
    """The list on the page, by label."""
    rows = visit.page("/instellingen").select("dl div")
    return {row.dt.text: row.dd.text for row in rows if row.dt and row.dd}


def _typed(**other: str) -> dict[str, str]:
    return {
        "relatie": OWN,
        "street": "Nieuweweg 1",
        "postal_code": "5017 ab",
        "city": "Tilburg",
        "phone": "013 555 99 99",
        "other_phone": "",
        "email": "nieuw@vanlaar-bouw.example",
    } | other


def test_details_are_changed(begin: Start) -> None:
    """What the functional administrator fills in is what everybody sees from then on."""
    visit = begin(of_portal("mijn-cz-zakelijk"), {"functioneel-beheerder"})
    assert "Steigerkade 4" in visit.page("/instellingen").text
    answer = visit.browser.post(DETAILS, data=_typed(), headers=same_origin())
    page = visit.page(answer.location)
    assert "De gegevens van uw collectiviteit zijn gewijzigd." in page.text
    for shown in ("Nieuweweg 1", "5017 AB", "013 555 99 99", "nieuw@vanlaar-bouw.example"):
        assert shown in page.text


@pytest.mark.parametrize(
    "wrong",
    [
        {"street": " "},
        {"postal_code": "0123 AB"},
        {"phone": "bel mij"},
        {"other_phone": "<b>"},
        {"email": "nergens"},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_details_with_a_fault_change_nothing(begin: Start, wrong: dict[str, str]) -> None:
    """The field says what is wrong, and what was typed is still there."""
    visit = begin(of_portal("mijn-cz-zakelijk"), {"functioneel-beheerder"})
    answer = visit.browser.post(DETAILS, data=_typed(**wrong), headers=same_origin())
    assert answer.status_code == 422
    assert "Er is nog niets gewijzigd." in answer.text
    assert answer.text.count('aria-invalid="true"') == 1
    assert "Nieuweweg 1" not in visit.page("/instellingen").text


def test_details_are_changed_by_no_other_site(begin: Start) -> None:
    """The browser says where a form stood."""
    visit = begin(of_portal("mijn-cz-zakelijk"), {"functioneel-beheerder"})
    foreign = {"Sec-Fetch-Site": "cross-site"}
    assert visit.browser.post(DETAILS, data=_typed(), headers=foreign).status_code == 403
