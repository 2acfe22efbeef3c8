"""Facts and persons apart: what the log holds of somebody can be erased, and the chain holds."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from broker.audit.erasure import AuditEraser
from broker.audit.origin import Origin, visitors_of
from broker.domain.accounts import AccountId
from broker.domain.events import AuditPersonErased, LoginStarted, Result, SessionEnded, TokensIssued
from broker.storage.audit_chain import ChainedEvent
from broker.storage.audit_reader import AuditReader
from broker.storage.database import Database
from broker.storage.key_ring import KeyRing
from broker.storage.schema import AUDIT_EVENTS, AUDIT_PERSONS
from broker.storage.sealing import SealBroken
from tests.support.audit_chain import ChainedLog
from tests.support.moments import MovableClock

SANNE = AccountId("7d1c4c9e-0000-4000-8000-000000000001")
PIETER = AccountId("7d1c4c9e-0000-4000-8000-000000000002")
ADDRESS = {"source_address": "192.0.2.7"}


@pytest.fixture
def chained(database: Database, key_ring: KeyRing, clock: MovableClock) -> ChainedLog:
    """A log of one lane with two events of each of two people."""
    log = ChainedLog.on(database, key_ring.columns, clock, lanes=1)
    for person in (SANNE, PIETER, SANNE, PIETER):
        log.write(1, person=person)
    log.checkpoint()
    return log


def _opened(log: ChainedLog) -> list[object]:
    return [_open(log, event) for event in AuditReader(log.database).events("cz", 0, after=0, until=99)]


def _open(log: ChainedLog, event: ChainedEvent) -> object:
    assert event.facts.person is not None
    assert event.person_sealed is not None
    return log.room.persons.open(event.facts.person, event.facts.id, event.person_sealed)


def _eraser(log: ChainedLog) -> AuditEraser:
    room = log.room
    return AuditEraser(room.persons, room.auditor(), log.clock, log.database.writing)


def test_erased_person_is_unreadable_and_the_chain_whole(chained: ChainedLog) -> None:
    """Of the one nothing opens any more, of the other everything; every link and signature still holds."""
    before = _opened(chained)
    assert _eraser(chained).erase(SANNE, brand="vgz")
    assert (before, _opened(chained)) == ([ADDRESS] * 4, [None, ADDRESS, None, ADDRESS])
    chained.checkpoint()
    assert chained.findings() == chained.findings_in(chained.export()) == []


def test_person_is_erased_once_and_leaves_an_event(chained: ChainedLog) -> None:
    """A second time there is nothing to erase; the erasure names only the account."""
    assert [_eraser(chained).erase(SANNE, brand="cz") for _ in range(2)] == [True, False]
    with chained.database.reading() as connection:
        told = connection.execute(
            text("SELECT account_id FROM audit_events WHERE kind = 'audit.person-erased'")
        )
        assert told.scalars().all() == [SANNE]


def test_nothing_is_kept_of_an_erased_person_later(chained: ChainedLog) -> None:
    """Whoever was erased gets no new key: facts are written, addresses are not."""
    _eraser(chained).erase(SANNE, brand="vgz")
    (event_id,) = ChainedLog.on(chained.database, chained.room.columns, chained.clock, lanes=1).write(
        1, person=SANNE
    )
    with chained.database.reading() as connection:
        row = connection.execute(select(AUDIT_EVENTS).where(AUDIT_EVENTS.c.id == event_id)).one()
    assert (row.account_id, row.person, row.person_sealed) == (SANNE, None, None)
    assert chained.findings() == []


def test_key_of_a_person_is_gone_from_the_table(chained: ChainedLog) -> None:
    """Erasing leaves no key behind, also for somebody of whom nothing was written yet."""
    stranger = AccountId("7d1c4c9e-0000-4000-8000-000000000003")
    for person in (SANNE, stranger):
        _eraser(chained).erase(person, brand="cz")
    with chained.database.reading() as connection:
        rows = {row.person: row for row in connection.execute(select(AUDIT_PERSONS))}
    assert rows[SANNE].key_sealed is rows[stranger].key_sealed is None
    assert rows[SANNE].erased_at == chained.clock.now
    assert rows[PIETER].key_sealed is not None


def test_sealed_fields_belong_to_their_event(chained: ChainedLog) -> None:
    """What was sealed for one event does not open as that of another."""
    first, _, third, _ = AuditReader(chained.database).events("cz", 0, after=0, until=4)
    with pytest.raises(SealBroken):
        _open(chained, third._replace(person_sealed=first.person_sealed))


def test_exchanged_sealed_fields_are_named(chained: ChainedLog) -> None:
    """The chain covers what is sealed, whether or not it can be opened."""
    _eraser(chained).erase(SANNE, brand="vgz")
    with chained.tampering() as owner:
        owner("UPDATE audit_events SET person_sealed = NULL WHERE sequence = 3")
    (finding,) = chained.findings()
    assert finding.startswith("brand cz lane 0 row 3 (")


def test_key_that_was_undone_is_not_used(chained: ChainedLog, clock: MovableClock) -> None:
    """A transaction that made a key and was undone leaves no log behind that nobody can open."""
    who = AccountId("7d1c4c9e-0000-4000-8000-000000000004")

    def fail_after_writing() -> None:
        with chained.database.writing():
            chained.write(2, person=who)
            raise KeyError

    with pytest.raises(KeyError):
        fail_after_writing()
    chained.write(2, person=who)
    assert _opened(chained)[-2:] == [ADDRESS, ADDRESS]


def test_origin_is_sealed_for_who_acted(database: Database, key_ring: KeyRing, clock: MovableClock) -> None:
    """A known person's address is theirs; visitors and portals share one key a month; operators another."""
    log = ChainedLog.on(database, key_ring.columns, clock)
    origin = Origin("192.0.2.7")
    auditor = log.room.auditor(lambda: "ABCD-EFGH", origin=lambda: origin)
    ended = SessionEnded(brand="cz", result=Result.SUCCESS, account_id=SANNE, sid="s", reason="logout")
    for event in (
        LoginStarted(brand="cz", result=Result.SUCCESS, client_id="mijn-cz"),
        ended,
        replace(ended, actor_account_id=PIETER, on_behalf_of="x"),
        TokensIssued(brand="cz", result=Result.SUCCESS, client_id="mijn-cz", sid="s"),
    ):
        auditor.record(event)
    origin = Origin(operator="jansen")
    auditor.record(AuditPersonErased(brand="cz", result=Result.SUCCESS, account_id=PIETER))
    columns = "actor, actor_id, account_id, on_behalf_of, person"
    with database.reading() as connection:
        rows = connection.execute(text(f"SELECT {columns} FROM audit_events")).all()  # noqa: S608 - fixed words
        everything = repr(connection.execute(select(AUDIT_EVENTS)).all())
    month = visitors_of(clock.now)
    assert {tuple(row) for row in rows} == {
        ("person", None, None, None, month),
        ("person", SANNE, SANNE, None, SANNE),
        ("person", PIETER, SANNE, "x", PIETER),
        ("portal", "mijn-cz", None, None, month),
        ("operator", None, PIETER, None, "operators"),
    }
    assert "192.0.2.7" not in everything
    assert "jansen" not in everything


def test_visitors_of_old_months_are_erased_together(
    database: Database, key_ring: KeyRing, clock: MovableClock
) -> None:
    """Addresses of people who were never known go by the month; accounts and newer months stay."""
    log = ChainedLog.on(database, key_ring.columns, clock, lanes=1)
    months = [visitors_of(clock.now - timedelta(days=days)) for days in (60, 30, 0)]
    for person in (*months, SANNE):
        log.write(1, person=person)
    assert _eraser(log).erase_visitors_before(clock.now) == 2
    assert _opened(log) == [None, None, ADDRESS, ADDRESS]
    with database.reading() as connection:
        told = connection.execute(
            text("SELECT detail FROM audit_events WHERE kind = 'audit.visitors-erased'")
        ).scalar_one()
    assert json.loads(told) == {"before": f"{clock.now:%Y-%m}", "months": 2}
    log.checkpoint()
    assert log.findings() == []
