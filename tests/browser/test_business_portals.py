"""J14, J16, J27, J30a, J34 and J36 at the portals, in a real browser at both sizes; axe-core finds nothing.

The portals stand alone here, before a provider of this test that says who works for whom; the same journeys
through the broker are in test_relations.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace

import pytest
from joserfc.jwk import ECKey, RSAKey
from playwright.sync_api import Browser, Locator, Page, expect

from demo.portals.app import create_app
from demo.portals.business import BusinessSite
from demo.portals.definitions import PortalDefinition, Registration
from demo.portals.keys import PortalKeys
from scripts.gallery_browser import TAGS
from tests.browser.test_session_warning import AXE
from tests.demo.portals.business_visit import (
    BUSINESS,
    NAMES,
    OTHER,
    OWN,
    Rights,
    of_portal,
    roles_of,
)
from tests.demo.portals.conftest import HandClock, serving, serving_app
from tests.demo.portals.honest_provider import HonestProvider
from tests.demo.standins import free_port
from tests.support.visitor import SIZES, Visitor, new_visitor, tab_to

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CZ, ZZ = of_portal("mijn-cz-zakelijk"), of_portal("mijnzz-zakelijk")
EVERYTHING = roles_of(CZ)


@dataclass(frozen=True)
class Place:
    """One portal that runs, the provider behind it, and what that knows of rights."""

    portal: PortalDefinition
    provider: HonestProvider
    rights: Rights

    @property
    def url(self) -> str:
        """Where it begins."""
        return self.portal.base_url

    def log_in(self, page: Page) -> None:
        """The provider knows everybody."""
        page.goto(f"{self.url}/login")
        expect(page.get_by_label("Uw sessie", exact=True)).to_contain_text("U bent ingelogd als")


@pytest.fixture(scope="module")
def keys() -> PortalKeys:
    """Made once."""
    return PortalKeys(
        ECKey.generate_key("P-256", {"kid": "sig-1", "use": "sig"}),
        RSAKey.generate_key(2048, {"kid": "enc-1", "use": "enc"}),
    )


def _open(stack: ExitStack, portal: PortalDefinition, keys: PortalKeys, rights: Rights) -> Place:
    """A portal on a port of its own, before a provider that gives these rights."""
    clock = HandClock()
    portal = replace(portal, port=free_port(), registration=Registration(encrypted=True))
    provider = HonestProvider(keys, clock, portal, refreshes=True)
    provider.hear = rights.hear
    provider.inform = rights.details
    provider.alter = lambda claims: claims | rights.claims()
    stack.enter_context(serving(provider))
    portal = replace(portal, issuer=provider.issuer)
    stack.enter_context(serving_app(create_app(portal, keys, clock), portal.port))
    return Place(portal, provider, rights)


@pytest.fixture(params=BUSINESS, ids=lambda portal: portal.id)
def place(request: pytest.FixtureRequest, keys: PortalKeys) -> Iterator[Place]:
    """Each portal in turn, for somebody with every role at two collectivities."""
    roles = roles_of(request.param)
    with ExitStack() as stack:
        yield _open(stack, request.param, keys, Rights({OWN: roles, OTHER: roles}))


@pytest.fixture
def cz(keys: PortalKeys) -> Iterator[Place]:
    """Mijn CZ Zakelijk, with every role at the one collectivity and one role at the other."""
    with ExitStack() as stack:
        rights = Rights({OWN: EVERYTHING, OTHER: frozenset({"deelnemers-beheerder"})})
        yield _open(stack, CZ, keys, rights)


@pytest.fixture(params=list(SIZES))
def guest(chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Visitor]:
    """Somebody whose pages axe-core looks at; in the end the console must be silent."""
    made = new_visitor(chromium, f"{request.node.originalname}-{request.param}", request.param)
    made.page.add_init_script(path=AXE)
    yield made
    made.context.close()
    assert made.complaints == []


def _judge(visitor: Visitor, what: str) -> None:
    """Fits the screen, and axe-core finds nothing."""
    visitor.look(what)
    result = visitor.page.evaluate("tags => axe.run({runOnly: tags})", list(TAGS))
    found = [f"{one['id']}: {[node['target'] for node in one['nodes']]}" for one in result["violations"]]
    assert found == [], what


def _strip(page: Page) -> Locator:
    return page.get_by_label("Voor wie u werkt")


def _working_for(page: Page) -> Locator:
    """The relation that the page was made for; the list beside it names the others."""
    return _strip(page).locator(".who")


def _menu(page: Page) -> Locator:
    return page.get_by_role("navigation", name=re.compile("^Menu van"))


def _follow_in_menu(page: Page, label: str) -> None:
    """On a phone the menu is folded, and opens without a script."""
    expect(_menu(page)).to_be_visible()
    opener = _menu(page).locator("summary")
    if opener.is_visible():
        expect(_menu(page).get_by_role("link", name=label, exact=True)).to_be_hidden()
        opener.click()
    _menu(page).get_by_role("link", name=label, exact=True).click()


def test_every_page_of_the_portal_is_for_everyone(place: Place, guest: Visitor) -> None:
    """J27, J30a, J34: overview, each page of the menu, relations, settings, a stale tab."""
    page = guest.page
    place.log_in(page)
    _judge(guest, "overview")
    # One page of each group: the pages differ in words, and every link is followed without a browser.
    for label in ["Overzicht", *(group.sections[0].label for group in _site(place).menu)]:
        _follow_in_menu(page, label)
        expect(page.get_by_role("heading", level=1)).to_contain_text(
            label if label != "Overzicht" else f"Welkom bij {place.portal.name}"
        )
        _judge(guest, label)
    _strip(page).locator("summary").click()
    _judge(guest, "dropdown")
    _strip(page).get_by_role("link", name="Zakelijke relaties").click()
    _judge(guest, "relations")
    page.get_by_role("link", name="Instellingen").click()
    expect(page.get_by_role("heading", name="Gegevens collectiviteit")).to_be_visible()
    _judge(guest, "settings")
    page.goto(f"{place.url}/onderdeel/{_site(place).menu[0].sections[0].slug}?relatie=ANDERS-1")
    expect(page.get_by_role("alert").first).to_contain_text(
        "Dit adres is van een relatie waarvoor u geen rechten heeft."
    )
    _judge(guest, "stale")
    guest.forgive(409)


def _site(place: Place) -> BusinessSite:
    assert place.portal.business
    return place.portal.business


def test_relation_is_switched_in_the_list_under_its_name(cz: Place, guest: Visitor) -> None:
    """J14, J16: a press on the name, a press on the other; the menu is that of the roles there."""
    page = guest.page
    cz.log_in(page)
    expect(_menu(page)).to_contain_text("Financiële overzichten")
    _strip(page).locator("summary").click()
    page.get_by_role("button", name=NAMES[OTHER]).click()
    expect(_working_for(page)).to_contain_text(NAMES[OTHER])
    expect(_menu(page)).not_to_contain_text("Financiële overzichten")
    _judge(guest, "switched")
    page.goto(f"{cz.url}/onderdeel/financiele-overzichten")
    expect(page.get_by_role("alert").first).to_contain_text("de rol ‘Rapportage verantwoordelijke’")
    _judge(guest, "not-for-you")
    guest.forgive(403)


def test_relation_is_switched_with_the_keyboard_alone(cz: Place, guest: Visitor) -> None:
    """The list opens and closes by keys, and gives the focus back."""
    page = guest.page
    cz.log_in(page)
    summary = _strip(page).locator("summary")
    tab_to(page, NAMES[OWN])
    page.keyboard.press("Enter")
    expect(page.get_by_label("Naam of nummer")).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    expect(page.get_by_label("Naam of nummer")).to_be_hidden()
    expect(summary).to_be_focused()
    page.keyboard.press("Space")
    tab_to(page, NAMES[OTHER])
    page.keyboard.press("Enter")
    expect(_strip(page).locator("summary")).to_contain_text(NAMES[OTHER])


@pytest.mark.parametrize("size", list(SIZES))
def test_relation_is_switched_without_scripts(cz: Place, chromium: Browser, size: str) -> None:
    """The list opens by itself, the page searches, and one more button leads through the broker."""
    visitor = new_visitor(chromium, f"relations-no-script-{size}", size, scripts=False)
    page = visitor.page
    cz.log_in(page)
    _strip(page).locator("summary").click()
    page.get_by_label("Naam of nummer").fill("bouwplaats")
    page.get_by_role("button", name="Zoeken").click()
    expect(page.get_by_role("status").first).to_contain_text("1 relatie gevonden met ‘bouwplaats’")
    page.get_by_role("main").get_by_role("button", name=NAMES[OTHER]).click()
    page.get_by_role("button", name="Doorgaan").click()
    expect(_working_for(page)).to_contain_text(NAMES[OTHER])
    visitor.context.close()
    assert visitor.complaints == []


def test_two_tabs_do_not_mix(cz: Place, guest: Visitor) -> None:
    """The first tab is told; its menu shows nothing of the other, and leads back to where it was."""
    first = guest.page
    cz.log_in(first)
    second = guest.context.new_page()
    second.goto(f"{cz.url}/relaties")
    second.get_by_role("main").get_by_role("button", name=NAMES[OTHER]).click()
    expect(_working_for(second)).to_contain_text(NAMES[OTHER])
    # As the browser does when somebody comes back to a tab.
    first.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(first.locator("#relatie-melding")).to_contain_text(f"in een ander tabblad, voor {NAMES[OTHER]}")
    _judge(guest, "told")
    _follow_in_menu(first, "Deelnemers")
    expect(first.get_by_role("heading", level=1)).to_have_text("U werkt nu voor een andere relatie")
    first.get_by_role("button", name=f"Terug naar {NAMES[OWN]}").click()
    expect(_working_for(first)).to_contain_text(NAMES[OWN])
    expect(_menu(first)).to_contain_text("Financiële overzichten")
    guest.forgive(409)


def test_one_among_thousands_is_found_and_chosen(cz: Place, guest: Visitor) -> None:
    """J17: by number, at the broker, since the token names none of them."""
    cz.rights.more["collectivities_total"] = 5_000
    (found,) = Rights({OTHER: frozenset({"deelnemers-beheerder"})}).claims()["collectivities"]
    cz.provider.search_answer = {"collectivities": [found], "total": 1}
    page = guest.page
    cz.log_in(page)
    _strip(page).locator("summary").click()
    expect(_strip(page)).to_contain_text("5.000 relaties")
    _judge(guest, "dropdown")
    page.get_by_label("Naam of nummer").fill(OTHER)
    page.keyboard.press("Enter")
    button = page.get_by_role("main").get_by_role("button", name=NAMES[OTHER])
    expect(button).to_contain_text("Deelnemersbeheerder")
    _judge(guest, "found")
    button.click()
    expect(_working_for(page)).to_contain_text(NAMES[OTHER])


def test_details_are_changed_by_whoever_may(cz: Place, guest: Visitor) -> None:
    """J30a: a fault first, then right."""
    page = guest.page
    cz.log_in(page)
    page.get_by_role("link", name="Instellingen").click()
    page.get_by_role("link", name="Wijzig", exact=True).click()
    page.get_by_label("Postcode").fill("12345")
    page.get_by_role("button", name="Opslaan").click()
    expect(page.get_by_role("alert")).to_contain_text("Er is nog niets gewijzigd.")
    expect(page.get_by_label("Postcode")).to_have_accessible_description("Vul een postcode in zoals 2312 AB.")
    _judge(guest, "fault")
    guest.forgive(422)
    page.get_by_label("Postcode").fill("5017ab")
    page.get_by_role("button", name="Opslaan").click()
    expect(page.get_by_role("status").first).to_contain_text("zijn gewijzigd.")
    expect(page.locator("#inhoud")).to_contain_text("5017AB")
    _judge(guest, "changed")
    cz.rights.roles[OWN] = frozenset({"deelnemers-beheerder"})
    cz.log_in(page)
    page.get_by_role("link", name="Instellingen").click()
    expect(page.locator("#inhoud")).to_contain_text("Vraag de functioneel beheerder van uw organisatie")
    expect(page.get_by_role("link", name="Wijzig", exact=True)).to_have_count(0)


def test_role_that_takes_more_proof_shows_the_way(keys: PortalKeys, guest: Visitor) -> None:
    """The page of a role that is withheld offers the extra check."""
    with ExitStack() as stack:
        rights = Rights({OWN: frozenset({"administratief"})}, more={"roles_withheld": ["financieel"]})
        place = _open(stack, ZZ, keys, rights)
        place.log_in(guest.page)
        guest.page.goto(f"{place.url}/onderdeel/borderellen")
        expect(guest.page.get_by_role("link", name="Extra controle doen")).to_be_visible()
        _judge(guest, "withheld")
        guest.forgive(403)
