"""Reads chained events page by page, so that a log of any length takes the same memory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Row, bindparam, func, or_, select

from broker.storage.audit_chain import ChainedEvent, EventFacts, LaneHead, moment_text, person_digest
from broker.storage.database import Database
from broker.storage.schema import AUDIT_EVENTS

_PAGE_ROWS = 1000
_EVENTS = AUDIT_EVENTS.c
_LANE = (_EVENTS.brand == bindparam("of_brand"), _EVENTS.lane == bindparam("of_lane"))
# By ranges and not by a limit: two rows at one place must both be seen.
_RANGE = (
    select(AUDIT_EVENTS)
    .where(*_LANE, _EVENTS.sequence > bindparam("after"), _EVENTS.sequence <= bindparam("until"))
    .order_by(_EVENTS.sequence, _EVENTS.id)
)
_NEXT = select(func.min(_EVENTS.sequence)).where(*_LANE, _EVENTS.sequence > bindparam("after"))
_OUTSIDE = (
    select(AUDIT_EVENTS)
    .where(*_LANE, or_(_EVENTS.sequence > bindparam("until"), _EVENTS.sequence < 1))
    .order_by(_EVENTS.sequence)
    .limit(1)
)
_LANES = select(_EVENTS.brand, _EVENTS.lane).distinct().order_by(_EVENTS.brand, _EVENTS.lane)


class AuditReader:
    """The chained events of a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def events(self, brand: str, lane: int, *, after: int, until: int) -> Iterator[ChainedEvent]:
        """The events of one lane with a sequence above `after` and up to `until`, in order."""
        place = {"of_brand": brand, "of_lane": lane}
        while after < until:
            end = min(after + _PAGE_ROWS, until)
            with self._database.reading() as connection:
                rows = connection.execute(_RANGE, {**place, "after": after, "until": end}).all()
                if not rows:
                    found = connection.execute(_NEXT, {**place, "after": end}).scalar()
                    end = until if found is None else found - 1
            yield from map(_chained, rows)
            after = end

    def outside(self, head: LaneHead) -> ChainedEvent | None:
        """An event of this lane that stands beyond its head or before its first place, if there is one."""
        place = {"of_brand": head.brand, "of_lane": head.lane, "until": head.sequence}
        with self._database.reading() as connection:
            row = connection.execute(_OUTSIDE, place).one_or_none()
        return None if row is None else _chained(row)

    def lanes(self) -> tuple[tuple[str, int], ...]:
        """Every lane in which an event stands, read from the events themselves."""
        with self._database.reading() as connection:
            return tuple((row.brand, row.lane) for row in connection.execute(_LANES))


def _chained(row: Row[*tuple[Any, ...]]) -> ChainedEvent:
    facts = EventFacts(
        row.id,
        moment_text(row.at),
        row.brand,
        row.kind,
        row.result,
        row.actor,
        row.actor_id,
        row.on_behalf_of,
        row.account_id,
        row.client_id,
        row.support_code,
        row.detail,
        row.person,
        person_digest(row.person_sealed),
    )
    return ChainedEvent(facts, row.lane, row.sequence, row.link, row.person_sealed)
