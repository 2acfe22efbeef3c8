"""J39 and J27 at the portals, in a real browser: warned in time, a way to stay, told when it is over.

The portals stand alone here, before a provider of this test, so that a clock of this test decides.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from joserfc.jwk import ECKey, RSAKey
from playwright.sync_api import Browser, Page, expect

from demo.portals.app import create_app
from demo.portals.definitions import PORTALS, PortalDefinition, Registration
from demo.portals.keys import PortalKeys
from scripts.gallery_browser import TAGS
from tests.demo.portals.business_visit import OWN, Rights, roles_of
from tests.demo.portals.conftest import HandClock, serving, serving_app
from tests.demo.portals.honest_provider import SESSION_SECONDS, HonestProvider
from tests.demo.standins import free_port
from tests.support.visitor import SIZES, Visitor, new_visitor, tab_to

pytestmark = [pytest.mark.browser, pytest.mark.slow]

AXE = Path(__file__).parent / "vendor/axe.min.js"
BUSINESS = [portal for portal in PORTALS if portal.business]


@dataclass(frozen=True)
class Place:
    """One portal that runs, with the clock and the provider behind it."""

    portal: PortalDefinition
    provider: HonestProvider
    clock: HandClock

    def log_in(self, page: Page) -> None:
        """The provider knows everybody; one ends at the first page after the login."""
        page.goto(f"{self.portal.base_url}/login")
        expect(page.get_by_label("Uw sessie", exact=True)).to_contain_text("U bent ingelogd als")
        page.wait_for_load_state()  # The script that counts comes after the words.

    def let_pass(self, page: Page, by: timedelta) -> None:
        """Time passes for the portal and for the browser."""
        self.clock.advance(by)
        page.clock.fast_forward(int(by.total_seconds() * 1000))


@pytest.fixture(scope="module")
def keys() -> PortalKeys:
    """Made once."""
    return PortalKeys(
        ECKey.generate_key("P-256", {"kid": "sig-1", "use": "sig"}),
        RSAKey.generate_key(2048, {"kid": "enc-1", "use": "enc"}),
    )


@contextmanager
def _running(portal: PortalDefinition, keys: PortalKeys) -> Iterator[Place]:
    with ExitStack() as stack:
        clock = HandClock()
        # The signatures have tests of their own; here all portals have the same.
        portal = replace(portal, port=free_port(), registration=Registration(encrypted=True))
        provider = HonestProvider(keys, clock, portal, refreshes=True)
        if portal.business:
            told = Rights({OWN: roles_of(portal)}).claims()
            provider.alter = lambda claims: claims | told
        stack.enter_context(serving(provider))
        portal = replace(portal, issuer=provider.issuer)
        stack.enter_context(serving_app(create_app(portal, keys, clock), portal.port))
        yield Place(portal, provider, clock)


@pytest.fixture(params=PORTALS, ids=lambda portal: portal.id)
def place(request: pytest.FixtureRequest, keys: PortalKeys) -> Iterator[Place]:
    """Each portal in turn."""
    with _running(request.param, keys) as place:
        yield place


@pytest.fixture
def iza(keys: PortalKeys) -> Iterator[Place]:
    """One portal, for what is the same at all."""
    with _running(next(portal for portal in PORTALS if portal.id == "mijn-iza"), keys) as place:
        yield place


@pytest.fixture(params=list(SIZES))
def guest(chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Visitor]:
    """Somebody whose browser keeps the time of the test; in the end the console must be silent."""
    made = new_visitor(chromium, f"session-{request.param}", request.param)
    made.page.clock.install()
    made.page.add_init_script(path=AXE)
    yield made
    made.context.close()
    assert made.complaints == []


def _findings(page: Page) -> list[str]:
    result = page.evaluate("tags => axe.run({runOnly: tags})", list(TAGS))
    return [f"{one['id']}: {[node['target'] for node in one['nodes']]}" for one in result["violations"]]


JUST_BEFORE = timedelta(seconds=SESSION_SECONDS - 119)


def test_warning_appears_two_minutes_before_the_end_and_staying_moves_it(
    place: Place, guest: Visitor
) -> None:
    """The button has the focus, one press is enough, and the header shows the new end."""
    page = guest.page
    place.log_in(page)
    dialog = page.get_by_role("dialog", name="Uw sessie eindigt om 21:45")
    place.let_pass(page, timedelta(seconds=SESSION_SECONDS - 121))
    expect(dialog).to_be_hidden()
    place.let_pass(page, timedelta(seconds=2))
    expect(dialog).to_be_visible()
    expect(dialog.get_by_role("button", name="Blijf ingelogd")).to_be_focused()
    expect(page.locator("#sessie-melding")).to_contain_text("Uw sessie eindigt om 21:45")
    guest.look("warning")
    assert _findings(page) == []
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    expect(page.get_by_label("Uw sessie", exact=True)).to_contain_text("om 21:58")
    expect(page.locator("#sessie-melding")).to_have_text("U blijft ingelogd, tot 21:58.")
    assert place.provider.given_refresh_tokens == ["r-0", "r-1"]


def test_whoever_does_nothing_is_told_that_it_is_over(place: Place, guest: Visitor) -> None:
    """The page goes there by itself, and leads to a new login."""
    page = guest.page
    place.log_in(page)
    place.let_pass(page, JUST_BEFORE)
    expect(page.get_by_role("dialog")).to_be_visible()
    place.let_pass(page, timedelta(seconds=120))
    expect(page.get_by_role("heading", level=1)).to_have_text("Uw sessie is beëindigd")
    expect(page.get_by_role("link", name="Opnieuw inloggen")).to_be_visible()
    guest.look("over")
    assert _findings(page) == []
    guest.forgive(401)


def test_whoever_types_keeps_the_focus_and_the_words(iza: Place, guest: Visitor) -> None:
    """The warning interrupts nobody; the button is reached with the keyboard."""
    page = guest.page
    iza.log_in(page)
    page.goto(f"{iza.portal.base_url}/onderdeel/zoeken-verzekerden")
    field = page.get_by_label("Naam of verzekeringsnummer")
    field.fill("rah")
    iza.let_pass(page, JUST_BEFORE)
    expect(page.get_by_role("dialog")).to_be_visible()
    expect(field).to_be_focused()
    page.keyboard.type("imi")
    expect(field).to_have_value("rahimi")
    tab_to(page, "Blijf ingelogd")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(field).to_have_value("rahimi")


def test_activity_elsewhere_spares_the_warning(iza: Place, guest: Visitor) -> None:
    """Another tab moved the end; this one asks before it warns, and shows the new end."""
    page, other = guest.page, guest.context.new_page()
    iza.log_in(page)
    iza.clock.advance(timedelta(minutes=10))
    other.goto(f"{iza.portal.base_url}/overzicht")
    iza.clock.advance(timedelta(minutes=3))
    page.clock.fast_forward(13 * 60 * 1000 + 1000)
    expect(page.get_by_label("Uw sessie", exact=True)).to_contain_text("om 21:55")
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_warning_says_so_when_staying_did_not_work(iza: Place, guest: Visitor) -> None:
    """And may be tried again."""
    page = guest.page
    iza.log_in(page)
    iza.let_pass(page, JUST_BEFORE)
    iza.provider.token_down = True
    page.get_by_role("button", name="Blijf ingelogd").click()
    expect(page.get_by_role("dialog")).to_contain_text("Dat lukte net niet.")
    iza.provider.token_down = False
    iza.clock.advance(timedelta(seconds=11))
    page.get_by_role("button", name="Blijf ingelogd").click()
    expect(page.get_by_role("dialog")).to_be_hidden()
    guest.forgive(503)


def test_warning_without_script_is_a_page_with_a_button(iza: Place, chromium: Browser) -> None:
    """The end is so near that the warning comes at once; one press leads back to where one was."""
    visitor = new_visitor(chromium, "session-without-script", "phone", scripts=False)
    page = visitor.page
    near = int((iza.clock() + timedelta(seconds=119)).timestamp())
    iza.provider.alter = lambda claims: claims | {"session_idle_expires_at": near}
    iza.log_in(page)
    iza.provider.alter = lambda claims: claims | {"session_idle_expires_at": claims["session_expires_at"]}
    expect(page.get_by_role("heading", level=1)).to_have_text("Uw sessie eindigt om 21:31")
    visitor.look("warning-page")
    iza.clock.advance(timedelta(seconds=60))
    page.get_by_role("button", name="Blijf ingelogd").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Welkom bij Mijn IZA")
    expect(page.get_by_label("Uw sessie", exact=True)).to_contain_text("om 21:46")
    visitor.context.close()
    assert visitor.complaints == []


@pytest.mark.parametrize("portal", BUSINESS, ids=lambda portal: portal.id)
def test_pages_around_the_login_of_a_business_portal_can_be_read_by_everybody(
    portal: PortalDefinition, keys: PortalKeys, guest: Visitor
) -> None:
    """axe-core finds nothing, nothing is wider than the screen, the console is silent."""
    inside = ["/", "/contact", "/sessie-verloopt"]
    page = guest.page
    with _running(portal, keys) as place:
        for path in ["/", "/contact", None, *inside]:
            if path is None:
                place.log_in(page)
                continue
            page.goto(f"{place.portal.base_url}{path}")
            guest.look(f"{portal.id}{path.replace('/', '-')}")
            assert _findings(page) == [], path
