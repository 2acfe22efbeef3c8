"""Keys take their turns: published before use, kept after it, the same for every process."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from broker.oidc.key_rotation import KEPT_AFTER_USE, PUBLISHED_BEFORE_USE, KeyRotation, TooEarly
from broker.oidc.keys import SigningKeys
from broker.oidc.vocabulary import SigningAlgorithm
from broker.storage.database import Database
from broker.storage.key_ring import KeyRing
from broker.storage.signing_keys import SigningKeyRepository, SigningKeyState
from tests.support.moments import MovableClock

ES256 = SigningAlgorithm.ES256
SIGN_FOR = timedelta(days=90)


@pytest.fixture
def source(database: Database, key_ring: KeyRing) -> SigningKeyRepository:
    """The keys of each kind of database in turn."""
    return SigningKeyRepository(database, key_ring.columns)


@pytest.fixture
def rotation(source: SigningKeyRepository, clock: MovableClock) -> KeyRotation:
    """A rotation with a first set of keys."""
    made = KeyRotation(source, clock, sign_for=SIGN_FOR)
    made.tend()
    return made


@pytest.fixture
def clock() -> MovableClock:
    """A clock that stands still."""
    return MovableClock()


def states(source: SigningKeyRepository) -> dict[str, SigningKeyState]:
    """The ES256 keys by name."""
    return {key.kid: key.state for key in source.all() if key.algorithm == "ES256"}


def kid_in(source: SigningKeyRepository, state: SigningKeyState) -> str:
    """The one ES256 key in that state."""
    (kid,) = [kid for kid, found in states(source).items() if found is state]
    return kid


def published(keys: SigningKeys) -> set[str]:
    """The names in the key set."""
    return {jwk["kid"] for jwk in json.loads(keys.document.body)["keys"]}


def test_tending_makes_one_active_and_one_next_key_per_algorithm(
    rotation: KeyRotation, source: SigningKeyRepository
) -> None:
    """And doing it again changes nothing."""
    assert sorted(states(source).values()) == [SigningKeyState.ACTIVE, SigningKeyState.NEXT]
    assert len(source.all()) == 6
    assert rotation.tend() == ()


def test_next_key_is_published_for_longer_than_portals_keep_the_key_set(
    rotation: KeyRotation, source: SigningKeyRepository, clock: MovableClock
) -> None:
    """One second before that it may not sign, then it may."""
    coming = kid_in(source, SigningKeyState.NEXT)
    clock.advance(seconds=PUBLISHED_BEFORE_USE.total_seconds() - 1)
    with pytest.raises(TooEarly):
        rotation.rotate(ES256)
    clock.advance(seconds=1)
    rotation.rotate(ES256)
    assert kid_in(source, SigningKeyState.ACTIVE) == coming


def test_worker_rotates_by_itself_when_a_key_has_signed_for_its_time(
    rotation: KeyRotation, source: SigningKeyRepository, clock: MovableClock
) -> None:
    """The old key stays published until nothing it signed can come back; then it is destroyed."""
    old, coming = kid_in(source, SigningKeyState.ACTIVE), kid_in(source, SigningKeyState.NEXT)
    clock.advance(seconds=SIGN_FOR.total_seconds() - 1)
    assert rotation.tend() == ()
    clock.advance(seconds=1)
    rotation.tend()
    assert states(source)[old] is SigningKeyState.RETIRED
    assert states(source)[coming] is SigningKeyState.ACTIVE
    clock.advance(seconds=KEPT_AFTER_USE.total_seconds() - 1)
    rotation.tend()
    assert old in states(source)
    clock.advance(seconds=1)
    rotation.tend()
    assert old not in states(source)


def test_every_process_follows_within_seconds_and_without_restart(
    rotation: KeyRotation, source: SigningKeyRepository, clock: MovableClock
) -> None:
    """Another process signs with the new key after five seconds, and knew it long before."""
    other = SigningKeys(source, clock)
    old, coming = other.active(ES256).kid, kid_in(source, SigningKeyState.NEXT)
    clock.advance(seconds=PUBLISHED_BEFORE_USE.total_seconds())
    rotation.rotate(ES256)
    rotation_seen = other.active(ES256).kid
    clock.advance(seconds=5)
    assert other.active(ES256).kid == coming
    assert rotation_seen in {old, coming}
    assert {old, coming, kid_in(source, SigningKeyState.NEXT)} <= published(other)
    assert other.find(old) is not None


def test_unknown_key_makes_a_process_look_again_at_once(
    rotation: KeyRotation, source: SigningKeyRepository, clock: MovableClock
) -> None:
    """A token of another process must not be refused because this one is a few seconds behind."""
    other = SigningKeys(source, clock)
    rotation.rotate(ES256, at_once=True)
    made = kid_in(source, SigningKeyState.NEXT)
    clock.advance(seconds=1)
    assert other.find(made) is not None


def test_unknown_keys_by_the_thousand_cost_one_look(
    rotation: KeyRotation, source: SigningKeyRepository, clock: MovableClock
) -> None:
    """Whoever makes up names does not load the database."""
    looks: list[int] = []

    class Counting(SigningKeyRepository):
        def generation(self) -> int:
            looks.append(1)
            return source.generation()

        def __init__(self) -> None:
            return

        def all(self) -> tuple:  # type: ignore[type-arg] # only passed on
            return source.all()

    keys = SigningKeys(Counting(), clock)
    clock.advance(seconds=2)
    looks.clear()
    for number in range(1000):
        assert keys.find(f"made-up-{number}") is None
    assert len(looks) == 1


def test_rotation_at_once_and_retiring_a_key_that_leaked(
    rotation: KeyRotation, source: SigningKeyRepository, clock: MovableClock
) -> None:
    """The active key is replaced, and gone from the key set: what it signed is worthless."""
    leaked, coming = kid_in(source, SigningKeyState.ACTIVE), kid_in(source, SigningKeyState.NEXT)
    changes = {(change.kid, change.change) for change in rotation.retire(leaked)}
    assert {(leaked, "destroyed"), (coming, "in-use")} <= changes
    assert kid_in(source, SigningKeyState.ACTIVE) == coming
    assert leaked not in published(SigningKeys(source, clock))
    assert rotation.retire("no-such-key") == ()


def test_active_key_is_never_destroyed_without_another(
    rotation: KeyRotation, source: SigningKeyRepository
) -> None:
    """The store refuses it."""
    assert not source.withdraw(kid_in(source, SigningKeyState.ACTIVE))
