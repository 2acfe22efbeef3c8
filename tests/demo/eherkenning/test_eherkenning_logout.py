"""Logging out at the eHerkenning simulator: it ends sessions, shows the last page and sends nobody back."""

from __future__ import annotations

import pytest
from werkzeug.test import TestResponse

from tests.demo.eherkenning.conftest import World, artifact_in, words
from tests.demo.eherkenning.dienstverlener import only, stamp

SLO = "/broker/slo"


def log_out(world: World, *, index: str = "", **changes: str) -> TestResponse:
    """Arrives with a LogoutRequest by Redirect."""
    request = world.dv.logout_request(world.clock(), world.addresses.logout, index=index, **changes)
    return world.browser.get(f"{SLO}?{world.dv.redirect_query(request, relay_state=None)}")


def test_session_spares_the_password_until_it_is_ended(world: World) -> None:
    """Without ForceAuthn the second login asks nothing; after logging out it does again."""
    world.log_in()
    path = world.login_path("", ForceAuthn="false")
    artifact_in(world.press(path, "leverancier", leverancier="kompas"))
    page = log_out(world)
    assert page.status_code == 200
    assert "U bent uitgelogd bij eHerkenning" in words(page)
    assert "Kompas ID" in words(page)
    path = world.login_path("", ForceAuthn="false")
    assert world.press(path, "leverancier", leverancier="kompas").status_code == 303
    assert "Inloggen bij Kompas ID" in words(world.browser.get(path))


def test_force_authn_asks_again_in_a_session(world: World) -> None:
    """As a service provider without single sign-on wants it."""
    world.log_in()
    path = world.at_supplier()
    assert "Inloggen bij Kompas ID" in words(world.browser.get(path))


def test_session_serves_no_longer_than_two_hours_and_never_at_eh4(world: World) -> None:
    """At the highest level there is no single sign-on."""
    world.log_in("hoog")
    path = world.login_path("", ForceAuthn="false")
    assert world.press(path, "leverancier", leverancier="kompas").status_code == 303
    world.log_in()
    world.clock.advance(hours=2)
    path = world.login_path("", ForceAuthn="false")
    assert world.press(path, "leverancier", leverancier="kompas").status_code == 303


def test_session_is_ended_by_its_index_from_elsewhere(world: World) -> None:
    """The SessionIndex of the assertion names it, in whatever browser the request comes."""
    statement = only(world.assertion(), "saml:AuthnStatement")
    world.browser = world.new_browser()
    page = log_out(world, index=str(statement.get("SessionIndex")))
    assert "Kompas ID" in words(page)
    assert "bij geen enkele leverancier meer ingelogd" in words(log_out(world))


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"Destination": "https://elders.example/slo"}, "Destination is missing or not the address"),
        ({"Version": "1.1"}, "Version is not 2.0"),
        ({"NotOnOrAfter": "gisteren"}, "NotOnOrAfter has passed or is not an instant"),
    ],
)
def test_logout_that_is_wrong_ends_nothing(world: World, changes: dict[str, str], rule: str) -> None:
    """A page says why; the session goes on."""
    world.log_in()
    page = log_out(world, **changes)
    assert page.status_code == 400
    assert "Uitloggen is momenteel niet mogelijk" in words(page)
    assert rule in words(page)
    path = world.login_path("", ForceAuthn="false")
    artifact_in(world.press(path, "leverancier", leverancier="kompas"))


def test_logout_that_is_late_or_repeated_or_forged_ends_nothing(world: World) -> None:
    """NotOnOrAfter, the ID and the signature hold here as well."""
    world.log_in()
    assert log_out(world, NotOnOrAfter=stamp(world.clock())).status_code == 400
    request = world.dv.logout_request(world.clock(), world.addresses.logout)
    query = world.dv.redirect_query(request, relay_state=None)
    assert world.browser.get(f"{SLO}?{query[:-8]}").status_code == 400
    assert world.browser.get(f"{SLO}?{query}").status_code == 200
    assert world.browser.get(f"{SLO}?{query}").status_code == 400
