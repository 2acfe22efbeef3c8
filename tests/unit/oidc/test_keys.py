"""Our signing keys and the key set that we publish."""

from __future__ import annotations

import json
import secrets
from dataclasses import replace
from pathlib import Path

import pytest

from broker.oidc.keys import LOOK_EVERY_SECONDS, SigningKeys, ensure_signing_keys, make_signing_key
from broker.oidc.vocabulary import SigningAlgorithm
from broker.storage.database import Database
from broker.storage.records import RecordStore
from broker.storage.sealing import DataKey, Sealer
from broker.storage.signing_keys import SigningKeyRepository
from tests.unit.oidc.oidc_support import (
    START,
    HeldKey,
    HeldKeys,
    MovableClock,
    decoded,
    make_world,
    our_keys,
    tokens_of,
)


def test_key_set_holds_public_members_only() -> None:
    """B3-28: kid, kty, alg, use and the public numbers; nothing else, for any key."""
    published = json.loads(SigningKeys(our_keys(), MovableClock()).document.body)["keys"]
    assert {jwk["alg"] for jwk in published} == {"ES256", "PS256", "RS256"}
    common = {"kid", "kty", "alg", "use"}
    for jwk in published:
        assert jwk["use"] == "sig"
        assert set(jwk) == common | ({"crv", "x", "y"} if jwk["kty"] == "EC" else {"n", "e"})


def test_keys_never_show_their_secrets_when_printed() -> None:
    """Neither by repr of the key nor of what holds it."""
    key = SigningKeys(our_keys(), MovableClock()).active(SigningAlgorithm.ES256)
    secret = key.key.as_dict(private=True)["d"]
    assert str(secret) not in repr(key)


def test_keys_are_made_once_per_algorithm() -> None:
    """Starting again keeps what is there."""
    held = HeldKeys()
    ensure_signing_keys(held, now=START)
    first = held.all()
    ensure_signing_keys(held, now=START)
    assert held.all() == first
    assert {key.algorithm for key in first} == {"ES256", "PS256", "RS256"}
    assert len({key.kid for key in first}) == 3


@pytest.mark.parametrize("algorithm", list(SigningAlgorithm))
def test_key_is_strong_and_named_by_its_thumbprint(algorithm: SigningAlgorithm) -> None:
    """P-256, or RSA of 2048 bits; RFC 7638."""
    kid, pem = make_signing_key(algorithm)
    keys = SigningKeys(HeldKeys([HeldKey(kid, algorithm.value, "active", pem)]), MovableClock())
    key = keys.active(algorithm)
    assert key.key.thumbprint() == kid
    jwk = key.public_jwk()
    assert jwk.get("crv") == "P-256" or len(str(jwk["n"])) >= 342


def test_rotation_signs_with_the_new_key_and_still_publishes_the_old(
    records: RecordStore, clock: MovableClock
) -> None:
    """The next look swaps the active key; what the old one signed can be verified still (Core 10.1.1)."""
    held = our_keys()
    world = make_world(records, clock, held)
    old = tokens_of(world)["id_token"]
    kid, pem = make_signing_key(SigningAlgorithm.ES256)
    kept = [replace(key, state="retired") if key.algorithm == "ES256" else key for key in held.keys]
    held.hold([*kept, HeldKey(kid, "ES256", "active", pem)])
    etag = world.keys.document.etag
    clock.advance(LOOK_EVERY_SECONDS)
    assert decoded(tokens_of(world)["id_token"], world)[0]["kid"] == kid
    assert decoded(old, world)[0]["kid"] != kid
    assert world.keys.document.etag != etag


def test_next_key_is_published_but_does_not_sign() -> None:
    """Portals learn it before it is used."""
    held = our_keys()
    kid, pem = make_signing_key(SigningAlgorithm.ES256)
    held.keys.append(HeldKey(kid, "ES256", "next", pem))
    keys = SigningKeys(held, MovableClock())
    assert keys.active(SigningAlgorithm.ES256).kid != kid
    assert kid in {jwk["kid"] for jwk in json.loads(keys.document.body)["keys"]}


@pytest.mark.parametrize("kid", [None, "", "../x", "k" * 10_000, "\0", "'--"])
def test_unknown_kid_finds_nothing(kid: str | None) -> None:
    """A look-up in a dict, whatever the name holds (B3-11)."""
    assert SigningKeys(our_keys(), MovableClock()).find(kid) is None


def test_document_may_be_kept_for_an_hour() -> None:
    """Shorter than the overlap of a rotation, so that nobody misses a new key."""
    document = SigningKeys(our_keys(), MovableClock()).document
    assert dict(document.headers)["Cache-Control"] == "public, max-age=3600"


def test_keys_come_the_same_out_of_the_real_store(tmp_path: Path) -> None:
    """Made once, sealed in the database, and loaded alike by every process."""
    database = Database(f"sqlite:///{tmp_path / 'keys.sqlite'}")
    try:
        database.upgrade()
        sealer = Sealer([DataKey("0123456789abcdef", secrets.token_bytes(32))])
        first, second = (SigningKeyRepository(database, sealer) for _ in range(2))
        ensure_signing_keys(first, now=START)
        ensure_signing_keys(second, now=START)
        assert SigningKeys(first, MovableClock()).document == SigningKeys(second, MovableClock()).document
        kids = {SigningKeys(second, MovableClock()).active(algorithm).kid for algorithm in SigningAlgorithm}
        assert len(kids) == 3
    finally:
        database.close()
