"""Gathering: what one request writes down is one transaction, and nobody hears of it before it is kept."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from broker.audit.recorder import Auditor
from broker.domain.events import LoginRefused, Result, SecurityEvent
from broker.errors import StorageUnavailable
from broker.storage.audit_log import AuditLog, AuditRow
from broker.storage.database import Database

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
CODE = "AAAA-CCCC"


def _event(kind: str) -> AuditRow:
    return AuditRow(at=NOW, brand="cz", kind=kind, result="success", support_code=CODE)


def _kinds(database: Database) -> list[str]:
    return sorted(row.kind for row in AuditLog(database).find(CODE))


def _never() -> None:
    pytest.fail("nothing failed")


def test_gathered_is_written_at_the_end_of_the_block(database: Database) -> None:
    """Nothing is there within the block; then everything is, and only then it is told."""
    log, told = AuditLog(database), list[str]()
    with database.gathering(_never):
        log.append(_event("first"), kept=lambda: told.append("first"))
        log.append(_event("second"), kept=lambda: told.append("second"))
        within = (_kinds(database), told.copy())
    assert within == ([], [])
    assert (_kinds(database), told) == (["first", "second"], ["first", "second"])


def test_gathered_alone_is_written_too(database: Database) -> None:
    """A block with one event, or none, needs no transaction around it."""
    with database.gathering(_never):
        pass
    with database.gathering(_never):
        AuditLog(database).append(_event("only"))
    assert _kinds(database) == ["only"]


def test_gathered_is_written_when_the_block_raises(database: Database) -> None:
    """A request that ends on an error page leaves its events behind."""

    def end_badly() -> None:
        with database.gathering(_never):
            AuditLog(database).append(_event("refused"))
            raise KeyError

    with pytest.raises(KeyError):
        end_badly()
    assert _kinds(database) == ["refused"]


@pytest.mark.parametrize("inner", [0, 1, 2])
def test_gathering_within_gathering_writes_at_the_inner_end(database: Database, inner: int) -> None:
    """What came before the inner block is written with it, and what comes after it at the outer end."""
    log = AuditLog(database)
    with database.gathering(_never):
        log.append(_event("before"))
        with database.gathering(_never):
            for number in range(inner):
                log.append(_event(f"inner {number}"))
        between = _kinds(database)
        log.append(_event("later"))
    assert between == ["before", *(f"inner {number}" for number in range(inner))]
    assert _kinds(database) == sorted([*between, "later"])


def test_writing_within_gathering_keeps_its_own(database: Database) -> None:
    """A transaction within the block is kept or undone by itself; what it undid is never told."""
    log, told = AuditLog(database), list[str]()

    def undo() -> None:
        with database.writing():
            log.append(_event("undone"), kept=lambda: told.append("undone"))
            raise KeyError

    with database.gathering(_never):
        log.append(_event("outside"))
        with database.writing():
            log.append(_event("inside"), kept=lambda: told.append("inside"))
        assert _kinds(database) == ["inside"]
        with pytest.raises(KeyError):
            undo()
    assert (_kinds(database), told) == (["inside", "outside"], ["inside"])


@pytest.mark.parametrize("events", [1, 2])
def test_gathered_that_cannot_be_written_is_not_told(sqlite_database: Database, events: int) -> None:
    """The end of the block raises, the failure is counted once, and nothing counts as having happened."""
    failures, told = list[int](), list[SecurityEvent]()
    auditor = Auditor(AuditLog(sqlite_database), lambda: NOW, lambda: CODE, told.append)
    event = LoginRefused(brand="cz", result=Result.REFUSED, client_id="mijn-cz", reason="level-too-low")
    auditor.record(event)
    assert told == [event]
    with sqlite_database.writing() as connection:
        connection.exec_driver_sql("DROP TABLE audit_heads")

    def record() -> None:
        with sqlite_database.gathering(lambda: failures.append(1)):
            for _ in range(events):
                auditor.record(event)

    with pytest.raises(StorageUnavailable):
        record()
    assert (failures, told) == ([1], [event])
