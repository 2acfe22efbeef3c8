"""What the audit log holds of persons: sealed under a key each, so that erasing the key erases the person.

The rows of the log never change. What they hold of a person (the source address, a name as it was) opens only
with a key that stands here; the chain covers the sealed bytes, and holds whether or not they can be opened.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, select, update

from broker.storage.database import Database
from broker.storage.prepared import Prepared
from broker.storage.schema import AUDIT_PERSONS
from broker.storage.sealing import KEY_ID_BYTES, DataKey, SealBroken, Sealer
from broker.storage.xaes import KEY_BYTES

_MOST_KNOWN = 2048
_encode_fields = json.JSONEncoder(sort_keys=True).encode
_BY_PERSON = Prepared(
    select(AUDIT_PERSONS.c.key_id, AUDIT_PERSONS.c.key_sealed).where(
        AUDIT_PERSONS.c.person == bindparam("of_person")
    )
)
_ERASE = (
    update(AUDIT_PERSONS)
    .where(AUDIT_PERSONS.c.person == bindparam("of_person"), AUDIT_PERSONS.c.key_sealed.is_not(None))
    .values(key_sealed=None, erased_at=bindparam("at"))
)
_ERASE_BEFORE = (
    update(AUDIT_PERSONS)
    .where(
        AUDIT_PERSONS.c.person >= bindparam("prefix"),
        AUDIT_PERSONS.c.person < bindparam("bound"),
        AUDIT_PERSONS.c.key_sealed.is_not(None),
    )
    .values(key_sealed=None, erased_at=bindparam("at"))
)


@dataclass(frozen=True, slots=True)
class _Erased:
    """Stands where a key was."""


class AuditPersons:
    """The keys of persons. `person` is an account's id, or a group of people that have no account with us."""

    def __init__(
        self, database: Database, columns: Sealer, *, random_bytes: Callable[[int], bytes] = os.urandom
    ) -> None:
        """`columns` seals the keys."""
        self._database = database
        self._columns = columns
        self._random_bytes = random_bytes
        self._insert = Prepared(database.new_row(AUDIT_PERSONS), *AUDIT_PERSONS.columns.keys())
        self._known: dict[str, Sealer] = {}

    def seal(self, person: str, event_id: str, fields: Mapping[str, str], *, now: datetime) -> bytes | None:
        """The fields, for this person and event only; None when the person was erased."""
        key = self._known.get(person) or self._key_to_write(person, now)
        if isinstance(key, _Erased):
            return None
        return key.seal(_encode_fields(dict(fields)).encode(), context=_place(event_id))

    def open(self, person: str, event_id: str, sealed: bytes) -> Mapping[str, str] | None:
        """What was sealed; None when the person was erased. Raises `SealBroken` when it was changed."""
        # The keys that are known for writing are not used: they may have been erased elsewhere.
        key = self._read(person)
        if key is None:
            raise SealBroken("the key of a person is not there")
        if isinstance(key, _Erased):
            return None
        return dict(json.loads(key.open(sealed, context=_place(event_id))))

    def erase(self, person: str, *, now: datetime) -> bool:
        """Makes what the log holds of this person unreadable for good; False when it was already.

        Other processes may seal with the key for as long as they know it; nobody can open that.
        """
        self._known.pop(person, None)
        with self._database.writing() as connection:
            if connection.execute(_ERASE, {"of_person": person, "at": now}).rowcount:
                return True
            # Somebody of whom nothing was written gets no key later either.
            nothing = {
                "person": person,
                "key_id": "",
                "key_sealed": None,
                "created_at": now,
                "erased_at": now,
            }
            return self._database.write_alone(self._insert, nothing) == 1

    def erase_groups_before(self, prefix: str, bound: str, *, now: datetime) -> int:
        """Erases the groups whose names come from `prefix` on and before `bound`; answers how many."""
        self._known.clear()
        values = {"prefix": prefix, "bound": bound, "at": now}
        return self._database.write_alone(_ERASE_BEFORE, values)

    def _key_to_write(self, person: str, now: datetime) -> Sealer | _Erased:
        key = self._read(person)
        if key is None:
            # Where another process was first, its key is the key.
            key = self._make(person, now) or self._read(person)
        if key is None:
            raise SealBroken("the key of a person was not kept")
        # Within a transaction it is not remembered: that may be undone, and the key with it.
        if isinstance(key, Sealer) and not self._database.is_writing:
            self._remember(person, key)
        return key

    def _remember(self, person: str, key: Sealer) -> None:
        if len(self._known) >= _MOST_KNOWN:
            self._known.clear()
        self._known[person] = key

    def _read(self, person: str) -> Sealer | _Erased | None:
        row = self._database.read_one(_BY_PERSON, {"of_person": person})
        return None if row is None else self._opened(person, row)

    def _opened(self, person: str, row: Row[*tuple[Any, ...]]) -> Sealer | _Erased:
        if row.key_sealed is None:
            return _Erased()
        secret = self._columns.open(row.key_sealed, context=_key_place(person, row.key_id))
        return self._sealer(row.key_id, secret)

    def _make(self, person: str, now: datetime) -> Sealer | None:
        """The key of a person who had none; None when somebody else made one at this moment."""
        key_id = self._random_bytes(KEY_ID_BYTES).hex()
        secret = self._random_bytes(KEY_BYTES)
        sealed = self._columns.seal(secret, context=_key_place(person, key_id))
        row = {"person": person, "key_id": key_id, "key_sealed": sealed, "created_at": now, "erased_at": None}
        if self._database.write_alone(self._insert, row) == 0:
            return None
        return self._sealer(key_id, secret)

    def _sealer(self, key_id: str, secret: bytes) -> Sealer:
        return Sealer([DataKey(key_id, secret)], random_bytes=self._random_bytes)


def _place(event_id: str) -> bytes:
    return f"audit_events/{event_id}/person".encode()


def _key_place(person: str, key_id: str) -> bytes:
    return f"audit_persons/{person}/{key_id}".encode()
