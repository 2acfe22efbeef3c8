"""The audit log as rows, each chained to the one before it; what the events mean, `broker.audit` says.

A brand has several lanes, so that logins do not wait for each other: an event takes the next place in one of
them. That place, the link and the event are written by one statement, which holds the lane only until its
transaction ends and is therefore the last of it.
"""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import bindparam, select

from broker.storage.audit_append import append_statement, new_heads, parameters
from broker.storage.audit_chain import EventFacts, moment_text, person_digest
from broker.storage.audit_persons import AuditPersons
from broker.storage.database import Database
from broker.storage.record_layout import milliseconds
from broker.storage.schema import AUDIT_EVENTS

LANES = 16
"""How many events of one brand can be written at once where there can be several writers."""

_RANDOM_ID_BYTES = 10
_LONGEST_ID = 255
_encode_detail = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode
_BY_SUPPORT_CODE = (
    select(AUDIT_EVENTS)
    .where(AUDIT_EVENTS.c.support_code == bindparam("code"))
    .order_by(AUDIT_EVENTS.c.at, AUDIT_EVENTS.c.id)
)


@dataclass(frozen=True, slots=True)
class Personal:
    """What an event tells of a person beside who it was: `fields` is sealed under the key of `person`."""

    person: str
    fields: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One event. `detail` holds plain values and nothing about a person that `account_id` does not say.

    `actor` says what kind of party acted and `actor_id` which one; `account_id` is whom it was about.
    """

    at: datetime
    brand: str
    kind: str
    result: str
    support_code: str | None = None
    account_id: str | None = None
    client_id: str | None = None
    detail: Mapping[str, str | int | bool | None] = field(default_factory=dict)
    actor: str = "unknown"
    actor_id: str | None = None
    on_behalf_of: str | None = None
    personal: Personal | None = None


class AuditLog:
    """Appends and finds; there is no way to change or delete."""

    def __init__(
        self,
        database: Database,
        persons: AuditPersons | None = None,
        *,
        random_bytes: Callable[[int], bytes] = os.urandom,
        lanes: int | None = None,
    ) -> None:
        """Without `persons` no personal fields can be written. `lanes`: else what suits the database."""
        self._database = database
        self._persons = persons
        self._random_bytes = random_bytes
        self._lanes = lanes or (1 if database.has_one_writer else LANES)
        self._append = append_statement(one_writer=database.has_one_writer)
        # Threads of one process take turns through the lanes; processes begin anywhere.
        self._turns = itertools.count(random_bytes(1)[0])

    def together(self, failed: Callable[[], None]) -> AbstractContextManager[None]:
        """Events of the block are one transaction at its end; see `Database.gathering`."""
        return self._database.gathering(failed)

    def append(self, row: AuditRow, *, kept: Callable[[], None] | None = None) -> str:
        """Stores the event and answers its id; `kept` is called when it is there for good.

        Within `Database.writing` it is kept or undone with the rest, and takes its place at the end.
        """
        event_id = f"{milliseconds(row.at):012x}{self._random_bytes(_RANDOM_ID_BYTES).hex()}"
        lane = next(self._turns) % self._lanes
        sealed = self._sealed(row, event_id)
        facts = _facts(row, event_id, sealed)
        values = parameters(facts, row.at, sealed, lane)
        self._database.act_last(f"{row.brand}/{lane:03d}", lambda: self._write(row.brand, values))
        if kept is not None:
            self._database.when_kept(kept)
        return event_id

    def find(self, support_code: str) -> tuple[AuditRow, ...]:
        """The events of the request that had this support code, oldest first."""
        with self._database.reading() as connection:
            rows = connection.execute(_BY_SUPPORT_CODE, {"code": support_code}).all()
        return tuple(
            AuditRow(
                at=row.at,
                brand=row.brand,
                kind=row.kind,
                result=row.result,
                support_code=row.support_code,
                account_id=row.account_id,
                client_id=row.client_id,
                detail=json.loads(row.detail),
                actor=row.actor,
                actor_id=row.actor_id,
                on_behalf_of=row.on_behalf_of,
            )
            for row in rows
        )

    def _sealed(self, row: AuditRow, event_id: str) -> bytes | None:
        if row.personal is None or not row.personal.fields:
            return None
        if self._persons is None:
            raise ValueError("this audit log was made without the keys of persons")
        return self._persons.seal(row.personal.person, event_id, row.personal.fields, now=row.at)

    def _write(self, brand: str, values: Mapping[str, object]) -> None:
        # No row means that the lane has no head yet: the first event of a brand makes those of all lanes.
        while self._database.write_alone(self._append, values) == 0:
            new_heads(self._database, brand, self._lanes)


def _facts(row: AuditRow, event_id: str, sealed: bytes | None) -> EventFacts:
    return EventFacts(
        id=event_id,
        at=moment_text(row.at),
        brand=row.brand,
        kind=row.kind,
        result=row.result,
        actor=row.actor,
        actor_id=_fitting(row.actor_id, _LONGEST_ID),
        on_behalf_of=_fitting(row.on_behalf_of, _LONGEST_ID),
        account_id=row.account_id,
        client_id=_fitting(row.client_id, _LONGEST_ID),
        support_code=row.support_code,
        detail=detail_text(row.detail),
        person=row.personal.person if row.personal and sealed is not None else None,
        person_digest=person_digest(sealed),
    )


def _fitting(text: str | None, most: int) -> str | None:
    """What somebody sent, as every database can hold it: an event is not lost because of what it tells of."""
    if text is None:
        return None
    return _storable(text)[:most]


def _storable(text: str) -> str:
    if text.isascii() and "\0" not in text:
        return text
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode()


def detail_text(detail: Mapping[str, object]) -> str:
    """One spelling for one value, so that what is hashed can be made again from what was exported."""
    return _storable(_encode_detail(dict(detail)))
