"""The hashes of passwords, and the devices that accounts were used on."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from sqlalchemy import select, update

from broker.domain.accounts import Account, AccountId, AccountState
from broker.domain.identity import password_mark
from broker.storage import passwords as storage
from broker.storage.accounts import AccountRepository
from broker.storage.database import Database
from broker.storage.key_ring import KeyRing
from broker.storage.known_devices import KnownDevices
from broker.storage.passwords import PasswordRepository
from broker.storage.schema import KNOWN_DEVICES
from broker.storage.sealing import SealBroken
from tests.support.moments import MovableClock

LABEL, BLOCK = "Firefox op Windows", "192.0.2.0/24"


@pytest.fixture
def passwords(database: Database) -> PasswordRepository:
    """The passwords of `database`."""
    return PasswordRepository(database)


@pytest.fixture
def devices(database: Database, key_ring: KeyRing) -> KnownDevices:
    """The devices of `database`."""
    return KnownDevices(database, key_ring.columns)


@pytest.fixture
def people(database: Database, key_ring: KeyRing, clock: MovableClock) -> tuple[AccountId, AccountId]:
    """Two accounts."""
    accounts = AccountRepository(database, key_ring.columns, key_ring.blind_indexes, clock)
    added = [
        accounts.add_business(
            "cz", name, f"{name}@example.test", state=AccountState.ACTIVE, new_id=AccountId(str(uuid4()))
        )
        for name in ("ans", "bas")
    ]
    first, second = (found.id for found in added if isinstance(found, Account))
    return first, second


def test_password_is_kept_and_changed(
    passwords: PasswordRepository, people: tuple[AccountId, AccountId], clock: MovableClock
) -> None:
    """An account has one, with the moment since when; another account has its own."""
    one, other = people
    assert passwords.get(one) is None
    passwords.put(one, "first", at=clock())
    passwords.put(other, "other", at=clock())
    passwords.put(one, "second", at=clock.after(seconds=9))
    assert (passwords.get(one), passwords.get(other)) == ("second", "other")
    assert passwords.changed_at(one) == clock.after(seconds=9)
    assert passwords.remove(one)
    assert not passwords.remove(one)
    assert (passwords.get(one), passwords.changed_at(one)) == (None, None)


def test_renewed_hash_never_undoes_a_change(
    passwords: PasswordRepository, people: tuple[AccountId, AccountId], clock: MovableClock
) -> None:
    """A login that renews the hash of the old password loses from the change, and keeps the moment."""
    one, _ = people
    passwords.put(one, "first", at=clock())
    assert passwords.replace_hash(one, "first", "first, renewed")
    assert passwords.changed_at(one) == clock()
    passwords.put(one, "second", at=clock.after(seconds=9))
    assert not passwords.replace_hash(one, "first, renewed", "first, renewed again")
    assert passwords.get(one) == "second"


def test_change_never_undoes_another_change(
    passwords: PasswordRepository, people: tuple[AccountId, AccountId], clock: MovableClock
) -> None:
    """Only the password that was judged is replaced, and an account without one gets none this way."""
    one, other = people
    passwords.put(one, "first", at=clock())
    judged = passwords.mark(one)
    assert judged == password_mark("first")
    passwords.put(one, "by the link", at=clock())
    assert not passwords.change(one, "second", judged=judged, at=clock.after(seconds=9))
    assert not passwords.change(one, "second", judged=None, at=clock.after(seconds=9))
    assert (passwords.get(one), passwords.changed_at(one)) == ("by the link", clock())
    assert passwords.change(one, "second", judged=passwords.mark(one), at=clock.after(seconds=9))
    assert (passwords.get(one), passwords.changed_at(one)) == ("second", clock.after(seconds=9))
    for judged_of_none in (None, judged):
        assert not passwords.change(other, "second", judged=judged_of_none, at=clock())
    assert (passwords.get(other), passwords.mark(other)) == (None, None)


def test_change_that_is_kept_between_looking_and_writing_stays(
    passwords: PasswordRepository,
    people: tuple[AccountId, AccountId],
    clock: MovableClock,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What was read a moment ago is compared once more by the statement that writes."""
    if database.has_one_writer:
        pytest.skip("nobody else writes between the two")
    one, _ = people
    passwords.put(one, "first", at=clock())
    judged = passwords.mark(one)

    def slow(stored: str) -> str:
        with ThreadPoolExecutor(1) as other:
            other.submit(passwords.put, one, "by the link", at=clock()).result()
        return password_mark(stored)

    monkeypatch.setattr(storage, "password_mark", slow)
    assert not passwords.change(one, "second", judged=judged, at=clock.after(seconds=9))
    assert passwords.get(one) == "by the link"


def test_device_is_known_to_the_account_it_was_used_for(
    devices: KnownDevices, people: tuple[AccountId, AccountId], clock: MovableClock
) -> None:
    """And to no other, and not under another token."""
    one, other = people
    assert not devices.is_known(one, "token")
    assert devices.seen(one, "token", label=LABEL, network_block=BLOCK, at=clock())
    assert devices.is_known(one, "token")
    assert not devices.is_known(other, "token")
    assert not devices.is_known(one, "\ud800")


def test_device_seen_again_is_the_same_with_its_last_place(
    devices: KnownDevices, people: tuple[AccountId, AccountId], clock: MovableClock
) -> None:
    """It keeps when it was seen first; of several the last used stands first."""
    one, _ = people
    devices.seen(one, "token", label=LABEL, network_block=BLOCK, at=clock())
    devices.seen(one, "phone", label="Chrome op Android", network_block=BLOCK, at=clock.after(seconds=5))
    again = devices.seen(
        one, "token", label=LABEL, network_block="198.51.100.0/24", at=clock.after(seconds=9)
    )
    first, second = devices.of_account(one)
    assert not again
    assert (first.label, first.network_block) == (LABEL, "198.51.100.0/24")
    assert (first.first_seen_at, first.last_seen_at) == (clock(), clock.after(seconds=9))
    assert second.label == "Chrome op Android"
    assert not [part for part in (LABEL, "198.51") if part in repr(first)]


def test_device_is_forgotten(
    devices: KnownDevices, people: tuple[AccountId, AccountId], clock: MovableClock
) -> None:
    """One at a time, all of an account, or those that were not used for long."""
    one, other = people
    for token in ("a", "b", "c"):
        devices.seen(one, token, label=LABEL, network_block=BLOCK, at=clock())
    devices.seen(other, "a", label=LABEL, network_block=BLOCK, at=clock.after(seconds=9))
    digest = devices.of_account(one)[0].digest
    assert devices.forget(one, digest)
    assert not devices.forget(one, digest)
    assert len(devices.of_account(one)) == 2
    assert devices.forget_all(one) == 2
    assert devices.is_known(other, "a")
    assert devices.purge(unused_since=clock.after(seconds=9)) == 0
    assert devices.purge(unused_since=clock.after(seconds=10)) == 1
    assert devices.of_account(other) == ()


def test_nothing_of_a_device_stands_open(
    devices: KnownDevices, database: Database, people: tuple[AccountId, AccountId], clock: MovableClock
) -> None:
    """Neither the token, which lets in past strangers' failures, nor the browser nor where it was (A60)."""
    devices.seen(people[0], "marker-token", label=LABEL, network_block=BLOCK, at=clock())
    with database.reading() as connection:
        held = repr([tuple(row) for row in connection.execute(select(KNOWN_DEVICES))])
    assert people[0] in held
    assert not [part for part in ("marker-token", "Firefox", "192.0.2") if part in held]


def test_label_moved_to_another_device_does_not_open(
    devices: KnownDevices, database: Database, people: tuple[AccountId, AccountId], clock: MovableClock
) -> None:
    """What is sealed belongs to its account, device and column."""
    devices.seen(people[0], "token", label=LABEL, network_block=BLOCK, at=clock())
    with database.writing() as connection:
        connection.execute(update(KNOWN_DEVICES).values(label_sealed=KNOWN_DEVICES.c.network_block_sealed))
    with pytest.raises(SealBroken):
        devices.of_account(people[0])
