"""An event that cannot be written stops the act: full disk, read-only database, anything odd in the event."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import event, func, select

from broker.domain.events import AuthorizationRefused, Result
from broker.errors import StorageUnavailable
from broker.storage.audit_log import AuditLog, AuditRow
from broker.storage.database import Database
from broker.storage.key_ring import KeyRing
from broker.storage.schema import AUDIT_EVENTS, USED_MESSAGES
from broker.storage.used_messages import UsedMessages
from tests.support.audit_chain import ChainedLog
from tests.support.moments import MovableClock


def _count(database: Database) -> int:
    with database.reading() as connection:
        return connection.execute(select(func.count()).select_from(AUDIT_EVENTS)).scalar_one()


def _with_pragma(file: Path, pragma: str) -> Database:
    """A database that is told this on every connection."""
    database = Database(f"sqlite:///{file}")
    event.listen(
        database._engine, "connect", lambda connection, _entry: connection.execute(f"PRAGMA {pragma}")
    )
    return database


def test_full_disk_stops_the_act(sqlite_template: bytes, tmp_path: Path, clock: MovableClock) -> None:
    """When the file may not grow any more, the event raises, and the act in its transaction is undone."""
    file = tmp_path / "full.sqlite3"
    file.write_bytes(sqlite_template)
    database = _with_pragma(file, "max_page_count = 1")
    log = AuditLog(database)
    row = AuditRow(at=clock.now, brand="cz", kind="k", result="r", detail={"filling": "x" * 200_000})
    with pytest.raises(StorageUnavailable, match="SQLITE_FULL"):
        log.append(row)

    def act() -> None:
        with database.writing():
            assert UsedMessages(database).claim("s", "1", expires_at=clock.now)
            log.append(row)

    with pytest.raises(StorageUnavailable, match="SQLITE_FULL"):
        act()
    with database.reading() as connection:
        assert connection.execute(select(func.count()).select_from(USED_MESSAGES)).scalar_one() == 0
    assert _count(database) == 0
    database.close()


def test_read_only_database_stops_the_act(database: Database, database_url: str, clock: MovableClock) -> None:
    """A database that takes no writing (a replica, a mount that fell back) is told as unavailable."""
    AuditLog(database).append(AuditRow(at=clock.now, brand="cz", kind="k", result="r"))
    if database.has_one_writer:
        closed = _with_pragma(Path(database_url.removeprefix("sqlite:///")), "query_only = 1")
    else:
        closed = Database(f"{database_url}&options=-c%20default_transaction_read_only%3Don")
    with pytest.raises(StorageUnavailable):
        AuditLog(closed).append(AuditRow(at=clock.now, brand="cz", kind="k", result="r"))
    closed.close()
    assert _count(database) == 1


def test_event_is_written_whatever_it_tells(
    database: Database, key_ring: KeyRing, clock: MovableClock
) -> None:
    """Line ends, control and half characters and endless names make one row and one line of export."""
    log = ChainedLog.on(database, key_ring.columns, clock)
    for odd in ("a\r\nb", "\0\ud800", "x" * 10_000, '","kind":"forged', "\u2028\x1b[2J"):
        log.room.auditor().record(
            AuthorizationRefused(brand="cz", result=Result.REFUSED, client_id=odd, reason=odd)
        )
    log.checkpoint()
    lines = log.export()
    assert len(lines) == 5 + 3
    assert all(len(line.splitlines()) == 1 or "\u2028" in line for line in lines)
    assert log.findings() == log.findings_in(lines) == []


def test_lane_that_restarts_is_refused(database: Database, key_ring: KeyRing, clock: MovableClock) -> None:
    """When somebody removed the heads, the place of an event is taken and nothing is written over it."""
    log = ChainedLog.on(database, key_ring.columns, clock, lanes=1)
    log.write(1)
    with log.tampering() as owner:
        owner("DELETE FROM audit_heads")
    with pytest.raises(Exception, match=r"(?i)unique"):
        log.write(1)
    assert _count(database) == 1
