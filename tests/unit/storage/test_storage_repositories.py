"""Used messages, signing keys and the audit log."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from broker.storage.audit_log import AuditLog, AuditRow
from broker.storage.database import Database
from broker.storage.key_ring import KeyRing
from broker.storage.schema import AUDIT_EVENTS, SIGNING_KEYS, USED_MESSAGES
from broker.storage.sealing import SealBroken
from broker.storage.signing_keys import SigningKeyRepository, SigningKeyState
from broker.storage.used_messages import UsedMessages
from tests.support.moments import MovableClock

PEM = b"-----BEGIN PRIVATE KEY----- marker"


def test_message_is_claimed_once(database: Database, clock: MovableClock) -> None:
    """The second to claim a message is refused; the same id in another scope is another message."""
    used, end = UsedMessages(database), clock.after(seconds=60)
    claims = [used.claim(scope, "_id", expires_at=end) for scope in ("cz", "cz", "vgz")]
    assert claims == [True, False, True]


def test_message_claimed_at_once_has_one_winner(database: Database, clock: MovableClock) -> None:
    """Of fifty threads that claim the same message one has it, for each of several messages."""
    used, start = UsedMessages(database), threading.Barrier(50)

    def claim(_: int) -> list[bool]:
        start.wait()
        return [used.claim("cz", f"_{number}", expires_at=clock.now) for number in range(5)]

    with ThreadPoolExecutor(50) as pool:
        rounds = zip(*pool.map(claim, range(50)), strict=True)
    assert [won.count(True) for won in rounds] == [1] * 5


def test_messages_claimed_together_tell_the_first_that_was_used(
    database: Database, clock: MovableClock
) -> None:
    """All are claimed in one go; when one was used before, the answer is its place and nobody may go on."""
    used, end = UsedMessages(database), clock.after(seconds=60)
    both = [("cz:response", "_1"), ("cz:assertion", "_2")]
    answers = [used.claim_all(both, expires_at=end) for _ in range(2)]
    answers.append(used.claim_all([("cz:response", "_3"), both[1]], expires_at=end))
    answers += [used.claim_all([alone], expires_at=end) for alone in (both[1], ("cz:artifact", "_1"))]
    assert answers == [None, 0, 1, 0, None]


def test_message_id_is_not_readable(database: Database, clock: MovableClock) -> None:
    """Any text is an id, and none of it stands in the table."""
    assert UsedMessages(database).claim("cz", "_marker '\"\0\ud800", expires_at=clock.now)
    with database.reading() as connection:
        assert "marker" not in repr(connection.execute(select(USED_MESSAGES)).all())


def test_purge_drops_what_has_expired(database: Database, clock: MovableClock) -> None:
    """Only messages that can no longer be valid are forgotten."""
    used = UsedMessages(database)
    for name, seconds in (("old", 60), ("new", 61)):
        used.claim("cz", name, expires_at=clock.after(seconds=seconds))
    clock.advance(seconds=60)
    assert (used.purge(clock.now), used.purge(clock.now)) == (1, 0)
    assert not used.claim("cz", "new", expires_at=clock.now)


def test_signing_key_is_made_once(database: Database, key_ring: KeyRing, clock: MovableClock) -> None:
    """Eight starters end up with one active key per algorithm, made once, and readable again."""
    made: list[str] = []
    start = threading.Barrier(8)

    def ensure(number: int) -> None:
        def make() -> tuple[str, bytes]:
            made.append(algorithm)
            return f"kid-{algorithm}-{number}", PEM

        start.wait()
        for algorithm in ("ES256", "RS256"):
            SigningKeyRepository(database, key_ring.columns).ensure(algorithm, make, clock.now)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(ensure, range(8)))
    stored = SigningKeyRepository(database, key_ring.columns).all()
    assert sorted(made) == sorted(key.algorithm for key in stored) == ["ES256", "RS256"]
    assert {(key.state, key.private_pem, key.created_at) for key in stored} == {
        (SigningKeyState.ACTIVE, PEM, clock.now)
    }
    assert "marker" not in repr(stored)


def test_signing_keys_have_one_active_in_the_database(
    database: Database, key_ring: KeyRing, clock: MovableClock
) -> None:
    """Not even a statement of our own can make a second active key of an algorithm."""
    SigningKeyRepository(database, key_ring.columns).ensure("ES256", lambda: ("a", PEM), clock.now)
    second = {
        "kid": "b",
        "algorithm": "ES256",
        "state": "active",
        "private_pem_sealed": b"",
        "created_at": clock.now,
    }
    with pytest.raises(IntegrityError), database.writing() as connection:
        connection.execute(insert(SIGNING_KEYS), second)


def test_signing_key_under_another_name_does_not_open(
    database: Database, key_ring: KeyRing, clock: MovableClock
) -> None:
    """A private key belongs to its kid; in the table nothing of it can be read."""
    keys = SigningKeyRepository(database, key_ring.columns)
    keys.ensure("ES256", lambda: ("a", PEM), clock.now)
    with database.writing() as connection:
        assert "marker" not in repr(connection.execute(select(SIGNING_KEYS)).all())
        connection.execute(update(SIGNING_KEYS).values(kid="b"))
    with pytest.raises(SealBroken):
        keys.all()


def test_event_is_stored_as_it_was(database: Database, clock: MovableClock) -> None:
    """Every part of an event comes back, its detail in one spelling, its id ordered by its moment."""
    log = AuditLog(database)
    first = AuditRow(
        at=clock.now,
        brand="cz",
        kind="login",
        result="refused",
        support_code="K7PX-2",
        account_id="account",
        client_id="mijn-cz",
        detail={"reason": "geen rekening é", "attempt": 2, "again": True},
    )
    event_id = log.append(first)
    clock.advance(seconds=1)
    assert event_id < log.append(AuditRow(at=clock.now, brand="cz", kind="start", result="ok"))
    with database.reading() as connection:
        row = connection.execute(select(AUDIT_EVENTS).where(AUDIT_EVENTS.c.id == event_id)).one()
    assert row.detail == '{"again":true,"attempt":2,"reason":"geen rekening é"}'
    assert (row.at, row.brand, row.kind, row.result) == (first.at, "cz", "login", "refused")
    assert (row.support_code, row.account_id, row.client_id) == ("K7PX-2", "account", "mijn-cz")


def test_event_is_undone_with_its_transaction(database: Database, clock: MovableClock) -> None:
    """An act that did not happen is not in the log either."""
    row = AuditRow(at=clock.now, brand="cz", kind="login", result="ok")

    def fail_after_appending() -> None:
        with database.writing():
            AuditLog(database).append(row)
            raise KeyError

    with pytest.raises(KeyError):
        fail_after_appending()
    with database.reading() as connection:
        assert connection.execute(select(AUDIT_EVENTS)).all() == []
