"""Who types an address, or cuts one short, finds the way: at a brand's root, and where nothing is (J40)."""

from __future__ import annotations

import pytest

from tests.support.browser import Page
from tests.support.system import System

pytestmark = pytest.mark.flow


def look_of(page: Page) -> str:
    """The theme that the page wears."""
    sheet = page.soup.select_one("link[rel=stylesheet][href*='/themes/']")
    return str(sheet["href"]).partition("?")[0] if sheet else ""


def ways_on(page: Page) -> dict[str, str]:
    """Where the buttons of the page lead."""
    return {link.get_text(" ", strip=True): str(link["href"]) for link in page.soup.select("main a.button")}


@pytest.mark.parametrize("path", ["/cz/login", "/cz/onzin", "/cz/account/onzin", "/cz/request-account"])
def test_unknown_address_of_a_brand_wears_its_look_and_leads_to_its_portals(
    system: System, path: str
) -> None:
    """Status 404, the brand's name and desk, and every portal of the brand; none of another brand."""
    page = system.browser().open(system.issuer + path)
    assert (page.status, page.heading) == (404, "Deze pagina bestaat niet")
    assert look_of(page) == "/static/themes/cz.css"
    assert ways_on(page) == {
        "Naar Mijn CZ": "http://127.0.0.1:8401/",
        "Naar Mijn CZ Zakelijk": "http://127.0.0.1:8402/",
    }
    assert "Mijn CZ: log in met DigiD. Daarna maakt u uw account." in page.text


def test_unknown_address_speaks_english_and_repeats_nothing(system: System) -> None:
    """Neither path nor parameters come back, also not in the links that change the language."""
    page = system.browser().open(f"{system.issuer}/zz/herhaal-mij?lang=en&wens=herhaal-mij-ook")
    assert (page.status, page.language, page.heading) == (404, "en", "This page does not exist")
    assert list(ways_on(page)) == ["To MijnZZ Zakelijk"]
    assert "MijnZZ Zakelijk: log in with eHerkenning. Then you can ask for an account." in page.text
    assert "herhaal-mij" not in page.html


@pytest.mark.parametrize("path", ["/onzin", "/onzin/", "/onzin/staff", "/onzin/request-account"])
def test_unknown_address_of_no_brand_leads_to_the_home_page(system: System, path: str) -> None:
    """Nothing is known of it, so the page is nobody's."""
    browser = system.browser()
    page = browser.open(system.issuer + path)
    assert (page.status, look_of(page)) == (404, "/static/themes/voordeur.css")
    assert browser.follow("Naar de beginpagina").heading == "Waar wilt u inloggen?"


def test_brand_without_a_page_leads_to_its_portals(system: System) -> None:
    """An address that some brands have and this one has not is unknown to it."""
    page = system.browser().open(f"{system.issuer}/zz/staff")
    assert (page.status, look_of(page)) == (404, "/static/themes/zorg-en-zekerheid.css")
    assert list(ways_on(page)) == ["Naar MijnZZ Zakelijk"]


@pytest.mark.parametrize("path", ["/cz", "/cz/"])
def test_root_of_a_brand_names_its_own_portals(system: System, path: str) -> None:
    """What is left of an address that was cut short is a page, and its own staff find their entrance."""
    browser = system.browser()
    page = browser.open(system.issuer + path)
    assert (page.status, page.heading, look_of(page)) == (200, "Inloggen bij CZ", "/static/themes/cz.css")
    cards = {str(card["href"]): card.get_text(" ", strip=True) for card in page.soup.select(".portal-card")}
    assert cards == {
        "http://127.0.0.1:8401/": "Mijn CZ Voor verzekerden",
        "http://127.0.0.1:8402/": "Mijn CZ Zakelijk Voor organisaties",
    }
    assert browser.follow("Werkt u bij CZ?").heading == "Inloggen voor medewerkers van CZ"


def test_request_for_an_account_begins_with_eherkenning(system: System) -> None:
    """Whoever has only the address reads where to begin; the form itself needs a login."""
    page = system.browser().open(f"{system.issuer}/zz/request-account")
    assert (page.status, page.heading) == (200, "Account aanvragen")
    assert ways_on(page) == {"Naar MijnZZ Zakelijk": "http://127.0.0.1:8405/"}


def test_form_sent_to_an_unknown_address_is_refused_with_a_page(system: System) -> None:
    """Whatever the method: nothing is here."""
    answer = system.broker_answer(f"{system.issuer}/cz/onzin", method="POST", data={"veld": "herhaal-mij"})
    assert answer.status_code == 404
    assert "herhaal-mij" not in answer.get_data(as_text=True)
