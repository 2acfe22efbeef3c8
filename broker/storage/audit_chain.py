"""The format of the audit chain, version 1: what exactly is hashed. Pure functions, no database.

Every row that was ever written is verified by these, so they never change: a new format gets new words and
stands beside this one. `docs/how-to/audit.md` tells the same to whoever verifies without our code.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import NamedTuple

LINK_BYTES = 32
_EVENT = b"voordeur audit event 1"
_LANE = b"voordeur audit lane 1"
_NONE = b"\x00"
_TEXT = b"\x01"
_LENGTH_BYTES = 4
_SEQUENCE_BYTES = 8
# What stands in front of a short text, ready made: an event has ten of those.
_SHORT = {length: _TEXT + length.to_bytes(_LENGTH_BYTES) for length in range(256)}


class EventFacts(NamedTuple):
    """Everything about one event that is hashed, in the order in which it is.

    `at` is UTC as ``2026-11-20T09:00:00.000000Z``; `detail` is the exact text of the column; `person` names
    the key that the personal fields are sealed with; `person_digest` is the SHA-256 of the sealed bytes in
    hexadecimal, so that the chain holds when they cannot be opened any more.
    """

    id: str
    at: str
    brand: str
    kind: str
    result: str
    actor: str
    actor_id: str | None
    on_behalf_of: str | None
    account_id: str | None
    client_id: str | None
    support_code: str | None
    detail: str
    person: str | None
    person_digest: str | None


class ChainedEvent(NamedTuple):
    """An event at its place: `sequence` counts from 1 within a lane of a brand."""

    facts: EventFacts
    lane: int
    sequence: int
    link: bytes
    person_sealed: bytes | None = None


class LaneHead(NamedTuple):
    """The last event of a lane."""

    brand: str
    lane: int
    sequence: int
    link: bytes


def moment_text(moment: datetime) -> str:
    """A moment as it is hashed and exported."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def person_digest(sealed: bytes | None) -> str | None:
    """What the chain holds of the sealed personal fields."""
    return None if sealed is None else hashlib.sha256(sealed).hexdigest()


def commitment(facts: EventFacts) -> bytes:
    """SHA-256 over all facts, each told by its length, so that no two events are encoded alike."""
    parts = [_NONE if fact is None else _told(fact.encode()) for fact in facts]
    return hashlib.sha256(_EVENT + b"".join(parts)).digest()


def _told(text: bytes) -> bytes:
    return (_SHORT.get(len(text)) or _TEXT + len(text).to_bytes(_LENGTH_BYTES)) + text


def first_link(brand: str, lane: int) -> bytes:
    """What the first event of a lane is chained to."""
    name = brand.encode()
    return hashlib.sha256(_LANE + len(name).to_bytes(_LENGTH_BYTES, "big") + name + bytes([lane])).digest()


def next_link(previous: bytes, sequence: int, committed: bytes) -> bytes:
    """SHA-256 of the link before, the place (8 bytes, big-endian) and the commitment of the event."""
    return hashlib.sha256(previous + sequence.to_bytes(_SEQUENCE_BYTES, "big") + committed).digest()
