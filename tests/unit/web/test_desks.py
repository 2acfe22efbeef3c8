"""Each portal shows the desk of its own people, and what is of no single portal the one that theirs share."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from broker.domain.accounts import AccountType
from broker.domain.assurance import Scheme
from broker.settings import Settings, load_settings
from broker.settings.desk_section import Desk
from broker.web.language import install_languages
from broker.web.portals import Portals, PortalView
from broker.wiring.portals import portals_of

SAMPLE = Path(__file__).parents[3] / "config"
CONSUMER_DESK, BUSINESS_DESK = "CZ Klantenservice", "CZ Bedrijvendesk"


@pytest.fixture(scope="module")
def settings() -> Settings:
    """What the demo runs: CZ has a portal for the insured, and one for employers with a desk of its own."""
    return load_settings(SAMPLE, {})


def desk_at(portals: Portals, portal: str) -> str:
    """Whom people call at a portal."""
    found = portals.get(portal)
    assert found is not None
    return found.brand.desk.name


def desk_for(portals: Portals, account_type: AccountType) -> str:
    """Whom people with such an account at CZ call."""
    found = portals.brand_for("cz", account_type)
    assert found is not None
    return found.desk.name


def test_portal_shows_its_own_desk_or_that_of_its_brand(settings: Settings) -> None:
    """A portal's file may name one; everything else of the brand stays as it is."""
    portals = portals_of(settings)
    assert desk_at(portals, "mijn-cz-zakelijk") == BUSINESS_DESK
    assert desk_at(portals, "mijn-cz") == CONSUMER_DESK
    brand, business = portals.brand("cz"), portals.get("mijn-cz-zakelijk")
    assert brand is not None
    assert business is not None
    assert business.brand == replace(brand, desk=business.brand.desk)


def test_page_of_no_single_portal_shows_the_desk_of_those_whom_it_is_for(settings: Settings) -> None:
    """By kind of account, and by way of logging in; staff have the desk of the brand."""
    portals = portals_of(settings)
    assert desk_for(portals, AccountType.BUSINESS) == BUSINESS_DESK
    assert desk_for(portals, AccountType.CONSUMER) == CONSUMER_DESK
    assert desk_for(portals, AccountType.STAFF) == CONSUMER_DESK
    by_password, by_digid = portals.brand_by("cz", Scheme.PASSWORD), portals.brand_by("cz", Scheme.DIGID)
    assert by_password is not None
    assert by_digid is not None
    assert (by_password.desk.name, by_digid.desk.name) == (BUSINESS_DESK, CONSUMER_DESK)
    assert portals.brand_by("nobody", Scheme.DIGID) is None


def test_portals_that_differ_leave_it_at_the_desk_of_the_brand(settings: Settings) -> None:
    """Nobody is sent to the desk of a portal that they do not use."""
    business = settings.portals["mijn-cz-zakelijk"]
    assert business.desk is not None
    other = Desk(name="Intermediairs", phone="088 000 00 09", email="intermediairs@cz.example")
    second = business.model_copy(update={"desk": other})
    portals = portals_of(replace(settings, portals={**settings.portals, "second": second}))
    assert desk_at(portals, "second") == "Intermediairs"
    assert desk_for(portals, AccountType.BUSINESS) == CONSUMER_DESK


class Walked(dict[str, PortalView]):
    """Portals by name, and how often somebody walked through all of them."""

    walks = 0

    def values(self) -> Any:
        """As a dict's."""
        self.walks += 1
        return super().values()


def test_nobody_walks_through_all_portals_to_answer_a_request(settings: Settings) -> None:
    """A login costs the same among two thousand portals as alone."""
    made = portals_of(settings)
    by_id = Walked({portal.id: portal for portal in made.all()})
    portals = Portals(by_id, {name: brand for name in made.brands() if (brand := made.brand(name))}, {})
    before = by_id.walks
    assert portals.brand_by("cz", Scheme.DIGID) == made.brand_by("cz", Scheme.DIGID)
    assert portals.brand_for("cz", AccountType.BUSINESS) == made.brand_for("cz", AccountType.BUSINESS)
    assert portals.of_brand("cz") == made.of_brand("cz")
    assert portals.all() == made.all()
    assert by_id.walks == before


@pytest.mark.parametrize(
    ("language", "hours"),
    [
        ("nl", "Op werkdagen van 8.30 tot 17.30 uur."),
        ("en", "On working days from 8.30 to 17.30."),
    ],
)
def test_hours_are_told_in_the_language_of_the_page(settings: Settings, language: str, hours: str) -> None:
    """Where they are told at all."""
    app = Flask("test")
    install_languages(app)
    business = portals_of(settings).get("mijn-cz-zakelijk")
    assert business is not None
    with app.test_request_context(f"/?lang={language}"):
        assert business.brand.desk.hours == hours
        assert replace(business.brand.desk, hours_by_language={}).hours is None
