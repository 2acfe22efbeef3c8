"""What a portal says of itself is what the broker's sample configuration says of it."""

from __future__ import annotations

import hashlib
import tomllib
from pathlib import Path
from typing import Any

import pytest

from demo.portals.definitions import PORTALS, ClientAuth, PortalDefinition

CONFIG = Path(__file__).parents[3] / "config"


def _file(portal: PortalDefinition) -> dict[str, Any]:
    return tomllib.loads((CONFIG / "portals" / f"{portal.id}.toml").read_text(encoding="utf-8"))


def test_every_portal_has_its_file_and_every_file_its_portal() -> None:
    """Neither side knows one that the other does not."""
    files = {file.stem for file in (CONFIG / "portals").glob("*.toml")}
    assert files == {portal.id for portal in PORTALS}


@pytest.mark.parametrize("portal", PORTALS, ids=lambda portal: portal.id)
def test_registration_is_the_same_on_both_sides(portal: PortalDefinition) -> None:
    """Addresses, proof, signature and encryption."""
    file, registration = _file(portal), portal.registration
    client = file["client"]
    assert (file["brand"], file["name"], file["url"]) == (portal.brand, portal.name, f"{portal.base_url}/")
    assert client["client_id"] == portal.id
    assert client["redirect_uris"] == [portal.redirect_uri]
    assert client["post_logout_redirect_uris"] == [portal.post_logout_redirect_uri]
    assert client["backchannel_logout_uri"] == f"{portal.base_url}/backchannel-logout"
    assert client["token_endpoint_auth_method"] == registration.client_auth.value
    assert client["id_token_signed_response_alg"] == registration.id_token_alg
    assert ("id_token_encrypted_response_alg" in client) == registration.encrypted
    assert "refresh_token" in client["grant_types"]


@pytest.mark.parametrize("portal", PORTALS, ids=lambda portal: portal.id)
def test_secret_is_known_to_the_broker_by_its_digest_alone(portal: PortalDefinition) -> None:
    """SHA-256 of 256 random bits; who proves itself by key has no secret."""
    told = _file(portal)["client"].get("client_secret_sha256")
    secret = portal.registration.client_secret
    by_secret = portal.registration.client_auth is ClientAuth.CLIENT_SECRET_BASIC
    assert told == (hashlib.sha256(secret.encode()).hexdigest() if by_secret else None)
    assert len(secret) == (64 if by_secret else 0)


@pytest.mark.parametrize("portal", [one for one in PORTALS if one.business], ids=lambda portal: portal.id)
def test_business_portal_lasts_a_working_day_and_wants_its_own_second_factor(
    portal: PortalDefinition,
) -> None:
    """Half an hour without activity, eight hours in all; a second factor is a must at CZ and ZZ alone."""
    file = _file(portal)
    assert file["session"] == {"idle_seconds": 1800, "absolute_seconds": 28800}
    by_others = ["eherkenning"] if portal.brand == "zz" else []
    assert file["login"]["providers"] == [*by_others, "password"]
    assert file["login"]["account_type"] == "business"
    least = file["login"]["minimum_level"]["password"]
    assert least == ("sms" if portal.brand in {"cz", "zz"} else "password")
    spoken = {"voice"} if portal.brand == "vgz" else set()
    assert set(file["login"]["second_factors"]) == {"totp", "sms"} | spoken
