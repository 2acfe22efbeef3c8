"""Signed checkpoints of the audit chains and the keys that sign them, as rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import bindparam, func, insert, select

from broker.storage.audit_chain import LaneHead
from broker.storage.database import Database
from broker.storage.schema import AUDIT_CHECKPOINTS, AUDIT_HEADS, AUDIT_KEYS
from broker.storage.sealing import Sealer

_PAGE_ROWS = 200
_POINTS = AUDIT_CHECKPOINTS.c
_PAGE = (
    select(AUDIT_CHECKPOINTS)
    .where(_POINTS.number > bindparam("last"))
    .order_by(_POINTS.number)
    .limit(_PAGE_ROWS)
)
_LAST = select(AUDIT_CHECKPOINTS).order_by(_POINTS.number.desc()).limit(1)
_LAST_FULL = select(func.max(_POINTS.number)).where(_POINTS.is_full, _POINTS.number <= bindparam("number"))
_BEFORE = select(func.max(_POINTS.number)).where(_POINTS.at <= bindparam("moment"))
_HEADS = (
    select(AUDIT_HEADS).where(AUDIT_HEADS.c.sequence > 0).order_by(AUDIT_HEADS.c.brand, AUDIT_HEADS.c.lane)
)
_KEYS = select(AUDIT_KEYS).order_by(AUDIT_KEYS.c.created_at.desc(), AUDIT_KEYS.c.kid)


@dataclass(frozen=True, slots=True)
class StoredCheckpoint:
    """One checkpoint. `payload` is the text that was signed; a full one has every lane, others what moved."""

    number: int
    at: datetime
    is_full: bool
    payload: str
    signature: bytes


class CheckpointRepository:
    """Adds and reads; there is no way to change or delete."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self, make: Callable[[StoredCheckpoint | None, tuple[LaneHead, ...]], StoredCheckpoint | None]
    ) -> bool:
        """Adds what `make` gives for the last checkpoint and the heads of now; one process at a time."""
        with self._database.writing(lock="audit-checkpoint") as connection:
            row = connection.execute(_LAST).one_or_none()
            heads = tuple(LaneHead(*head) for head in connection.execute(_HEADS))
            made = make(None if row is None else StoredCheckpoint(*row), heads)
            if made is not None:
                values = {
                    "number": made.number,
                    "at": made.at,
                    "is_full": made.is_full,
                    "payload": made.payload,
                    "signature": made.signature,
                }
                connection.execute(insert(AUDIT_CHECKPOINTS), values)
        return made is not None

    def last(self) -> StoredCheckpoint | None:
        """The newest."""
        with self._database.reading() as connection:
            row = connection.execute(_LAST).one_or_none()
        return None if row is None else StoredCheckpoint(*row)

    def after(self, number: int) -> Iterator[StoredCheckpoint]:
        """All after one, in order, page by page."""
        while True:
            with self._database.reading() as connection:
                rows = connection.execute(_PAGE, {"last": number}).all()
            if not rows:
                return
            for row in rows:
                yield StoredCheckpoint(*row)
            number = rows[-1].number

    def base_of(self, number: int) -> int:
        """The full checkpoint from which the state of every lane at `number` follows; 0 for the beginning."""
        with self._database.reading() as connection:
            return connection.execute(_LAST_FULL, {"number": number}).scalar() or 0

    def number_at(self, moment: datetime) -> int:
        """The last checkpoint that was made by then; 0 when there is none."""
        with self._database.reading() as connection:
            return connection.execute(_BEFORE, {"moment": moment}).scalar() or 0

    def heads(self) -> tuple[LaneHead, ...]:
        """Where each lane is now, by brand and lane."""
        with self._database.reading() as connection:
            return tuple(LaneHead(*row) for row in connection.execute(_HEADS))


@dataclass(frozen=True, slots=True)
class StoredAuditKey:
    """A key that signs checkpoints. `private_pem` is PKCS #8, unencrypted once it is here."""

    kid: str
    private_pem: bytes = field(repr=False)


class AuditKeyRepository:
    """Reads and makes the keys; the newest signs, all verify."""

    def __init__(self, database: Database, columns: Sealer) -> None:
        self._database = database
        self._columns = columns

    def ensure(self, make: Callable[[], StoredAuditKey], now: datetime) -> tuple[StoredAuditKey, ...]:
        """All keys, newest first; `make` is called when there is none, by one of several starters."""
        if found := self.all():
            return found
        with self._database.writing(lock="audit-key") as connection:
            if found := self.all():
                return found
            key = make()
            sealed = self._columns.seal(key.private_pem, context=_place(key.kid))
            row = {"kid": key.kid, "private_pem_sealed": sealed, "created_at": now}
            connection.execute(insert(AUDIT_KEYS), row)
        return (key,)

    def all(self) -> tuple[StoredAuditKey, ...]:
        """Every key, newest first. Raises `SealBroken` when one was not sealed by us."""
        with self._database.reading() as connection:
            rows = connection.execute(_KEYS).all()
        return tuple(
            StoredAuditKey(row.kid, self._columns.open(row.private_pem_sealed, context=_place(row.kid)))
            for row in rows
        )


def _place(kid: str) -> bytes:
    return f"audit_keys/{kid}/private_pem".encode()
