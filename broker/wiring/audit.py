"""The audit log with the keys of persons and of checkpoints, as every part of a deployment uses it."""

from __future__ import annotations

import getpass
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from broker.audit.checkpoints import Checkpointer
from broker.audit.origin import Origin
from broker.audit.recorder import Auditor
from broker.clock import clock_of
from broker.domain.clock import Clock
from broker.domain.events import SecurityEvent
from broker.settings import Settings
from broker.storage.audit_checkpoints import AuditKeyRepository, CheckpointRepository
from broker.storage.audit_log import AuditLog
from broker.storage.audit_persons import AuditPersons
from broker.storage.database import Database
from broker.storage.key_ring import open_key_ring
from broker.storage.sealing import Sealer
from broker.wiring.stores import Stores, key_encryption_key, open_database


@dataclass(frozen=True, slots=True)
class AuditRoom:
    """The database with what seals its columns: all that the audit log needs."""

    database: Database
    columns: Sealer
    clock: Clock

    @property
    def persons(self) -> AuditPersons:
        """The keys of persons."""
        return AuditPersons(self.database, self.columns)

    @property
    def checkpointer(self) -> Checkpointer:
        """Signs where the chains are, and knows the keys for that."""
        keys = AuditKeyRepository(self.database, self.columns)
        return Checkpointer(CheckpointRepository(self.database), keys, self.clock)

    def auditor(
        self,
        support_code: Callable[[], str | None] = lambda: None,
        *,
        origin: Callable[[], Origin] = Origin,
        told: Callable[[SecurityEvent], None] | None = None,
    ) -> Auditor:
        """Writes events down, with where they came from sealed."""
        return Auditor(AuditLog(self.database, self.persons), self.clock, support_code, told, origin=origin)


def audit_room_of(stores: Stores) -> AuditRoom:
    """The same of stores that are open."""
    return AuditRoom(stores.database, stores.keys.columns, stores.clock)


def operator_auditor(stores: Stores) -> Auditor:
    """Writes down what a command does, with who ran it."""
    return audit_room_of(stores).auditor(origin=operator_origin)


def system_auditor(stores: Stores) -> Auditor:
    """Writes down what is done without anybody asking."""
    return Auditor(AuditLog(stores.database), stores.clock, lambda: None)


@contextmanager
def audit_room(settings: Settings) -> Iterator[AuditRoom]:
    """Opens the database alone, for commands; a copy of it that nobody else uses will do."""
    database = open_database(settings)
    try:
        yield audit_room_on(settings, database)
    finally:
        database.close()


def audit_room_on(settings: Settings, database: Database) -> AuditRoom:
    """The same on a database that is open."""
    database.require_current()
    clock = clock_of(settings)
    keys = open_key_ring(database, key_encryption_key(settings), brands=settings.brands, clock=clock)
    return AuditRoom(database, keys.columns, clock)


def operator_origin() -> Origin:
    """Who runs this command, by the name that the machine knows them by."""
    try:
        return Origin(operator=getpass.getuser())
    except (KeyError, OSError):  # a container whose user has no name
        return Origin()
