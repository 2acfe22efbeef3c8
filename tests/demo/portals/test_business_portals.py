"""The portals for organisations: each proves itself in its own way, and shows its menu in its own words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta

import pytest
from joserfc.jwk import RSAKey

from demo.portals.definitions import ClientAuth
from tests.demo.portals.business_visit import BUSINESS, BusinessVisit, start
from tests.demo.portals.honest_provider import visit_provider


@pytest.fixture(scope="module")
def rsa_key() -> RSAKey:
    """One RSA key for all: making it takes its time."""
    return RSAKey.generate_key(2048, {"kid": "rsa-1"})


@pytest.fixture(params=BUSINESS, ids=lambda portal: portal.id)
def visit(request: pytest.FixtureRequest, rsa_key: RSAKey) -> Iterator[BusinessVisit]:
    """Somebody at each of the portals in turn."""
    with ExitStack() as stack:
        yield start(request.param, rsa_key, stack)


def test_portals_vary_in_proof_and_signature() -> None:
    """Together they use both ways of proving oneself and all three ways of signing."""
    registrations = [portal.registration for portal in BUSINESS]
    assert {one.client_auth for one in registrations} == set(ClientAuth)
    assert {one.id_token_alg for one in registrations} == {"ES256", "PS256", "RS256"}


def test_start_page_leads_to_the_broker(visit: BusinessVisit) -> None:
    """The one button says `Inloggen`."""
    button = visit.page("/").find("a", string="Inloggen")
    assert button
    away = visit.browser.get(str(button["href"])).location
    assert away.startswith(f"{visit.provider.issuer}/authorize?")
    assert f"client_id={visit.portal.id}&" in away


def test_home_shows_the_header_and_the_menu_in_the_portals_words(visit: BusinessVisit) -> None:
    """J27: name, end in Dutch time, contact, logging out; every page of the menu exists and is reached."""
    visit.log_in()
    page = visit.page("/overzicht")
    header = page.select_one("section.session")
    assert header
    assert "U bent ingelogd als Sanne de Vries" in header.text
    assert "Uw sessie beëindigt op 14-03-2031 om 21:45" in header.text
    assert [link.text for link in header.select("a")] == ["Contact", "Instellingen", "Uitloggen"]
    assert visit.portal.business
    sections = [one for group in visit.portal.business.menu for one in group.sections]
    links = visit.menu()
    contact = ["Contact"] if visit.portal.business.has_contact_in_menu else []
    assert list(links) == ["Overzicht", *(one.label for one in sections), *contact]
    for section in sections:
        heading = visit.page(links[section.label]).h1
        assert heading
        assert heading.text == section.label


def test_menu_folds_without_a_script_and_says_where_one_is(visit: BusinessVisit) -> None:
    """All of it is in one fold, whose line names the page; the styles open it where there is room."""
    assert visit.portal.business
    section = visit.portal.business.menu[0].sections[0]
    visit.log_in()
    for path, label in (("/overzicht", "Overzicht"), (f"/onderdeel/{section.slug}", section.label)):
        page = visit.page(path)
        (fold,) = page.select("nav.menu details")
        assert "open" not in fold.attrs
        assert fold.summary
        assert fold.summary.get_text(" ", strip=True) == f"Menu {label}"
        assert len(fold.select("a")) == len(page.select("nav.menu a"))


def test_home_says_how_the_login_was_proven(visit: BusinessVisit) -> None:
    """By the level in the claim, in words."""
    visit.log_in()
    assert "met uw wachtwoord en een code uit uw app" in visit.page("/overzicht").text
    visit.rights.more["assurance"] = {"scheme": "eherkenning", "level": "eh2plus"}
    visit.log_in()
    assert "U bent ingelogd met eHerkenning, niveau eH2+." in visit.page("/overzicht").text


def test_search_narrows_the_list_and_says_when_nothing_is_left(visit: BusinessVisit) -> None:
    """By a part of a name or a number; what was typed comes back as text."""
    assert visit.portal.business
    first = visit.portal.business.menu[0].sections[0]
    visit.log_in()
    everybody = [row.text for row in visit.page(f"/onderdeel/{first.slug}").select("tbody th")]
    wanted = everybody[-1]
    assert everybody.count(wanted) == 1
    found = visit.page(f"/onderdeel/{first.slug}?zoek={wanted.upper()}")
    assert [row.text for row in found.select("tbody th")] == [wanted]
    nothing = visit.page(f"/onderdeel/{first.slug}?zoek=%3Cb%3Ex")
    assert "Niets gevonden met ‘<b>x’" in nothing.text


def test_pages_behind_the_login_lead_strangers_to_thestart(visit: BusinessVisit) -> None:
    """Without a login nothing of the organisation is shown, nor the file of an insured person."""
    assert visit.portal.business
    slug = visit.portal.business.menu[0].sections[0].slug
    for path in ("/overzicht", f"/onderdeel/{slug}"):
        assert visit.browser.get(path).location == "/"
    assert visit.browser.get("/claims").status_code == 401
    assert visit.browser.get("/onderdeel/bestaat-niet").status_code == 404
    assert visit.browser.get("/dossier").status_code == 404


def test_settings_lead_to_the_account_when_the_broker_has_its_page(
    visit: BusinessVisit, rsa_key: RSAKey
) -> None:
    """No dead links: the flag of the portal says so."""
    with ExitStack() as stack:
        other = start(replace(visit.portal, has_settings=False), rsa_key, stack)
        other.log_in()
        assert other.page("/instellingen").find("a", string="Tweestapsverificatie") is None
        visit.log_in()
        link = visit.page("/instellingen").find("a", string="Mijn persoonsgegevens")
        assert link
        assert link["href"] == f"{visit.provider.issuer}/{visit.portal.brand}/account/"


def test_logout_token_ends_the_session_and_the_page_says_so(visit: BusinessVisit) -> None:
    """Signed as the portal's ID tokens are."""
    visit.log_in()
    answer = visit.browser.post("/backchannel-logout", data={"logout_token": visit.provider.logout_token()})
    assert answer.status_code == 200
    assert visit.browser.get("/overzicht").location == "/sessie-beeindigd"
    assert "Uw sessie is beëindigd" in visit.page("/sessie-beeindigd").text


def test_session_is_kept_alive_by_using_the_portal(visit: BusinessVisit) -> None:
    """Each proves itself at the refresh as at the login."""
    visit.log_in()
    for _ in range(3):
        visit.clock.advance(timedelta(minutes=10))
        assert visit.browser.get("/overzicht").status_code == 200
    assert len(visit.provider.given_refresh_tokens) == 4


def test_token_signed_in_another_way_than_registered_is_refused(
    visit: BusinessVisit, rsa_key: RSAKey
) -> None:
    """A portal takes the one algorithm that it registered (RFC 8725, section 3.1)."""
    registration = visit.portal.registration
    other = "RS256" if registration.id_token_alg != "RS256" else "PS256"
    visit.provider.key = rsa_key
    visit.provider.portal = replace(visit.portal, registration=replace(registration, id_token_alg=other))
    answer = visit.browser.get(visit_provider(visit.browser))
    assert answer.status_code == 502
    assert "wrong-algorithm" in answer.text
