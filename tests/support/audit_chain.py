"""A log with a chain for tests: written by the real parts, and changed behind their backs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from broker.audit.checkpoint_format import PublicKeys
from broker.audit.export import ExportReader, export_lines
from broker.audit.log_stream import LogStream, verify_log
from broker.audit.verify import ChainVerifier
from broker.storage.audit_log import AuditLog, AuditRow, Personal
from broker.storage.database import Database
from broker.storage.sealing import Sealer
from broker.wiring.audit import AuditRoom
from tests.support.moments import MovableClock

_OFF = {
    True: (
        "DROP TRIGGER audit_events_no_update",
        "DROP TRIGGER audit_events_no_delete",
        "DROP TRIGGER audit_events_advance",
        "DROP TRIGGER audit_heads_no_delete",
        "DROP TRIGGER audit_heads_forward",
        "DROP TRIGGER audit_checkpoints_no_update",
        "DROP TRIGGER audit_checkpoints_no_delete",
    ),
    False: (
        "ALTER TABLE audit_events DISABLE TRIGGER ALL",
        "ALTER TABLE audit_heads DISABLE TRIGGER ALL",
        "ALTER TABLE audit_checkpoints DISABLE TRIGGER ALL",
    ),
}


@dataclass
class ChainedLog:
    """A log, the clock that it goes by, and somebody who owns its database."""

    database: Database
    room: AuditRoom
    clock: MovableClock
    log: AuditLog

    @classmethod
    def on(cls, database: Database, columns: Sealer, clock: MovableClock, **how: Any) -> ChainedLog:
        """An empty one."""
        room = AuditRoom(database, columns, clock)
        return cls(database, room, clock, AuditLog(database, room.persons, **how))

    def write(self, count: int, brand: str = "cz", person: str | None = None) -> list[str]:
        """So many events; their ids."""
        personal = Personal(person, {"source_address": "192.0.2.7"}) if person else None
        rows = (
            AuditRow(
                at=self.clock.after(seconds=number),
                brand=brand,
                kind="login.granted",
                result="success",
                support_code="ABCD-EFGH",
                account_id=person,
                client_id="mijn-cz",
                detail={"number": number, "word": "één"},
                personal=personal,
            )
            for number in range(count)
        )
        return [self.log.append(row) for row in rows]

    def checkpoint(self) -> None:
        """A minute later a checkpoint is signed."""
        self.clock.advance(seconds=60)
        assert self.room.checkpointer.run() == 1

    @property
    def keys(self) -> PublicKeys:
        """What checkpoints are signed with."""
        return self.room.checkpointer.public_keys()

    def verified(self, *, after: int = 0, brand: str | None = None) -> ChainVerifier:
        """What a verification of the database finds."""
        verifier = ChainVerifier(self.keys, brand=brand, after=after)
        verify_log(LogStream.of(self.database, after=after, brand=brand), verifier)
        return verifier

    def findings(self, *, after: int = 0, brand: str | None = None) -> list[str]:
        """The same, as it is told."""
        return [str(finding) for finding in self.verified(after=after, brand=brand).findings]

    def export(self, *, after: int = 0, brand: str | None = None) -> list[str]:
        """The lines of an export."""
        log = LogStream.of(self.database, after=after, brand=brand)
        last = log.checkpoints.last()
        return list(export_lines(log, until=last.number if last else 0))

    def findings_in(self, lines: list[str]) -> list[str]:
        """What a verification of an export finds, with the public key alone."""
        reader = ExportReader(lambda after, brand: ChainVerifier(self.keys, brand=brand, after=after))
        return [str(finding) for finding in reader.read(iter(lines)).findings]

    @contextmanager
    def tampering(self) -> Iterator[Any]:
        """The owner of the database, with its guards off."""
        with self.database.writing() as connection:
            for statement in _OFF[self.database.has_one_writer]:
                connection.execute(text(statement))
            yield lambda statement, **values: connection.execute(text(statement), values)
