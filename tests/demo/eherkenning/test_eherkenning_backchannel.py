"""The back channel of the eHerkenning simulator: mutual TLS, one resolution, and signed answers to all."""

from __future__ import annotations

import base64
import hashlib

import pytest
import requests

from tests.demo.eherkenning.conftest import World, artifact_in
from tests.demo.eherkenning.dienstverlener import only, status_codes, xpath
from tests.demo.eherkenning.opinions import is_signed_by


def test_artifact_is_resolved_once(world: World) -> None:
    """The second time there is Success around nothing, signed."""
    artifact = artifact_in(world.log_in())
    assert only(world.resolve(artifact), "samlp:Response") is not None
    again = world.resolve(artifact)
    assert status_codes(again) == ["Success"]
    assert xpath(again, "samlp:Response") == []
    assert is_signed_by(again, world.pki / "eherkenning-signing.pem")


def test_artifact_expires_after_a_quarter_of_an_hour(world: World) -> None:
    """Nothing comes back then."""
    artifact = artifact_in(world.log_in())
    world.clock.advance(minutes=15, seconds=1)
    assert xpath(world.resolve(artifact), "samlp:Response") == []


def test_unknown_artifact_gives_nothing(world: World) -> None:
    """A made-up one is answered like a used one."""
    assert xpath(world.resolve("AAQAAA=="), "samlp:Response") == []


def test_resolve_that_is_not_signed_right_gives_nothing(world: World) -> None:
    """The artifact survives it."""
    artifact = artifact_in(world.log_in())
    good = world.dv.artifact_resolve(artifact, world.clock())
    spoiled = world.call(good.replace(b"_resolve1", b"_resolve2"))
    assert b"Assertion" not in spoiled.content
    assert only(world.resolve(artifact), "samlp:Response/saml:Assertion") is not None


def test_certificate_is_required_and_must_be_the_registered_one(world: World) -> None:
    """Without one the handshake fails; with another of the same authority it is 403."""
    body = world.dv.artifact_resolve(artifact_in(world.log_in()), world.clock())
    assert world.call(body, "stranger").status_code == 403
    with pytest.raises(requests.exceptions.ConnectionError):
        world.call(body, None)


def test_artifact_names_the_makelaar(world: World) -> None:
    """Type 4, index 0, the digest of the entityID, and twenty random bytes (SAML bindings 3.6.4)."""
    content = base64.b64decode(artifact_in(world.log_in()))
    entity_id = b"urn:etoegang:HM:00000003900300010000:entities:9000"
    assert content[:4] == b"\x00\x04\x00\x00"
    assert content[4:24] == hashlib.sha1(entity_id).digest()
    assert len(content) == 44
