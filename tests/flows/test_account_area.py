"""Who gets into the account area: every address, for everybody who is not wholly logged in at the brand."""

from __future__ import annotations

import pytest
from bs4 import Tag

from broker.domain.accounts import AccountState
from broker.wiring.repositories import account_repository
from tests.support.account_area import account_rules, at, inside, visit
from tests.support.business import IZA, Business
from tests.support.everything import methods
from tests.support.system import System

pytestmark = pytest.mark.flow

FOR_PASSWORDS = {"password", "change_password", "factors"}


def _strangers_page(status: int, heading: str) -> bool:
    return (status, heading) == (403, "Log eerst in")


def test_nobody_without_a_session_gets_anything(business: Business) -> None:
    """Every address tells where to log in, and writes nothing down but that."""
    system, story = business.system, business.system.story()
    for rule in account_rules(system):
        page = visit(system.browser(), system, rule, "cz")
        assert _strangers_page(page.status, page.heading), rule
        assert {"Naar Mijn CZ", "Naar Mijn CZ Zakelijk"} <= {a.get_text(strip=True) for a in page.soup("a")}
    assert story.kinds() == []


def test_half_a_login_has_no_rights_here(business: Business) -> None:
    """B4-12: the password was right, the code is asked, and no address opens."""
    half = business.colleague().with_app()
    half.log_in()
    for rule in account_rules(business.system):
        page = visit(half.browser, business.system, rule, "cz")
        assert _strangers_page(page.status, page.heading), rule
    assert not half.has_session


def test_session_of_another_brand_opens_nothing(business: Business) -> None:
    """A26, A76: a cookie of IZA is worth nothing at CZ, under either name."""
    iza = inside(business.colleague(IZA))
    system, jar = business.system, iza.browser.cookies(business.system.issuer)
    iza.browser.plant(system.issuer, "__Host-voordeur-session-cz", jar["__Host-voordeur-session-iza"])
    for rule in account_rules(system):
        page = visit(iza.browser, system, rule, "cz")
        assert _strangers_page(page.status, page.heading), rule


def test_account_that_was_closed_opens_nothing(business: Business) -> None:
    """A30: at the next request, whatever the session says."""
    bea = inside(business.colleague().with_app())
    assert at(bea).status == 200
    accounts = account_repository(business.system.stores)
    assert accounts.set_state(bea.account.id, AccountState.DISABLED)
    for rule in account_rules(business.system):
        page = visit(bea.browser, business.system, rule, "cz")
        assert _strangers_page(page.status, page.heading), rule


def test_every_post_must_come_from_our_own_page(business: Business) -> None:
    """A37: a right session, and no token."""
    bea, story = inside(business.colleague().with_app()), business.system.story()
    posts = [rule for rule in account_rules(business.system) if "POST" in methods(rule)]
    for rule in posts:
        url = business.system.issuer + rule.rule.replace("<brand>", "cz")
        assert bea.browser.post_here(url, {}).status == 403, rule
    assert story.kinds() == ["request.forged"] * len(posts)


def test_header_says_who_is_logged_in_and_until_when(business: Business) -> None:
    """J27: on every page of the menu, with a way out and a way back."""
    bea = inside(business.colleague().with_app())
    menu = [str(link["href"]) for link in at(bea).soup.select(".account-menu a")]
    assert len(menu) >= 4
    for link in menu:
        page = bea.browser.open(business.system.issuer + link)
        assert page.status == 200, link
        line = page.soup.select_one("section.session")
        assert isinstance(line, Tag)
        words = line.get_text(" ", strip=True)
        assert "U bent ingelogd als Bea Bakker" in words
        assert "Uw sessie beëindigt op " in words
        assert {"Contact", "Uitloggen", "Terug naar Mijn CZ Zakelijk"} <= {a.text for a in line("a")}
        current = page.soup.select(".account-menu a[aria-current=page]")
        assert [str(found["href"]) for found in current] == [link]


def test_page_is_in_english_for_who_wants_that(business: Business) -> None:
    """The session line, the menu and the words of the page."""
    page = at(inside(business.colleague().with_app()), "factors?lang=en")
    assert (page.language, page.heading) == ("en", "Two-step verification")
    assert "You are logged in as Bea Bakker" in page.text
    assert "Uitloggen" not in page.text


def test_consumer_has_no_password_and_no_factors_here(system: System) -> None:
    """Who comes by DigiD has nothing of ours to show; the pages for that do not exist."""
    browser = system.browser()
    system.enter(browser)
    home = browser.open(f"{system.issuer}/cz/account/")
    assert (home.status, home.heading) == (200, "Mijn persoonsgegevens")
    labels = [link.get_text(strip=True) for link in home.soup.select(".account-menu a")]
    assert "Waar u bent ingelogd" in labels
    assert not {"Wachtwoord wijzigen", "Tweestapsverificatie"} & set(labels)
    token = browser.open(f"{system.issuer}/cz/account/sessions").soup.select_one("input[name=csrf_token]")
    assert token is not None
    for rule in account_rules(system):
        name = rule.endpoint.removeprefix("account.")
        if name in FOR_PASSWORDS or "add_" in name or "factor" in name or "codes" in name:
            page = visit(browser, system, rule, "cz", csrf_token=str(token["value"]))
            assert page.status == 404, rule
