"""The one statement that gives an event its place in a lane and links it to the event before."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Insert,
    LargeBinary,
    String,
    Text,
    bindparam,
    cast,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.types import TypeEngine

from broker.storage.audit_chain import EventFacts, commitment, first_link
from broker.storage.database import Database
from broker.storage.prepared import Prepared
from broker.storage.schema import AUDIT_EVENTS, AUDIT_HEADS

_GIVEN = tuple(column for column in AUDIT_EVENTS.c if column.name not in {"sequence", "link"})
_NAMES = [*(column.name for column in _GIVEN), "sequence", "link"]
_OWN_LANE = (AUDIT_HEADS.c.brand == bindparam("new_brand"), AUDIT_HEADS.c.lane == bindparam("new_lane"))


def append_statement(*, one_writer: bool) -> Prepared:
    """Inserts one row of `parameters` (its columns and its ``commitment``); none when the lane has no head.

    PostgreSQL moves the head on, which locks it, and inserts what that gave. SQLite has one writer at a time:
    it inserts what follows the head, and a trigger moves the head on. Both are one statement and one commit.
    """
    return Prepared(_behind_the_head() if one_writer else _with_the_head())


def _behind_the_head() -> Insert:
    sequence = AUDIT_HEADS.c.sequence + 1
    link = func.audit_link(AUDIT_HEADS.c.link, sequence, bindparam("new_commitment", type_=LargeBinary()))
    given = (bindparam(f"new_{column.name}", type_=column.type) for column in _GIVEN)
    return insert(AUDIT_EVENTS).from_select(_NAMES, select(*given, sequence, link).where(*_OWN_LANE))


def _with_the_head() -> Insert:
    sequence = AUDIT_HEADS.c.sequence + 1
    place: ColumnElement[bytes] = func.int8send(sequence)
    committed = bindparam("new_commitment", type_=LargeBinary())
    link = func.sha256(AUDIT_HEADS.c.link.concat(place).concat(committed))
    moved = (
        update(AUDIT_HEADS)
        .where(*_OWN_LANE)
        .values(sequence=sequence, link=link)
        .returning(AUDIT_HEADS.c.sequence, AUDIT_HEADS.c.link)
        .cte("head")
    )
    given = (_typed(f"new_{column.name}", column.type) for column in _GIVEN)
    return insert(AUDIT_EVENTS).from_select(_NAMES, select(*given, moved.c.sequence, moved.c.link))


def _typed(name: str, kind: TypeEngine[Any]) -> ColumnElement[Any]:
    """PostgreSQL wants to know the type of a parameter in a SELECT; a cast to a length would cut it."""
    return cast(bindparam(name, type_=kind), Text() if isinstance(kind, String) else kind)


_FACTS = tuple(f"new_{name}" for name in EventFacts._fields)


def parameters(facts: EventFacts, at: datetime, sealed: bytes | None, lane: int) -> dict[str, object]:
    """What the statement wants to know, by the names that it has for it."""
    return {
        **dict(zip(_FACTS, facts, strict=True)),
        "new_at": at,
        "new_person_sealed": sealed,
        "new_lane": lane,
        "new_commitment": commitment(facts),
    }


def new_heads(database: Database, brand: str, lanes: int) -> None:
    """Opens the lanes of a brand; who comes second changes nothing."""
    new_head = Prepared(database.new_row(AUDIT_HEADS), *AUDIT_HEADS.columns.keys())
    with database.writing_prepared():
        for lane in range(lanes):
            row = {"brand": brand, "lane": lane, "sequence": 0, "link": first_link(brand, lane)}
            database.write_alone(new_head, row)
