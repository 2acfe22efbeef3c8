"""What a verification finds, each named by its place."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from broker.storage.audit_chain import ChainedEvent, LaneHead


class FindingKind(StrEnum):
    """What is wrong at a place."""

    ALTERED = "altered"
    MISSING = "missing"
    SURPLUS = "surplus"
    CUT_OFF = "cut-off"
    REPLACED = "replaced"
    CHECKPOINT = "checkpoint"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault: the first of its lane, or of the checkpoints. `place` names the row."""

    kind: FindingKind
    place: str
    what: str

    def __str__(self) -> str:
        return f"{self.place}: {self.what}"


def lane_name(brand: str, lane: int) -> str:
    """How a lane is called in a report."""
    return f"brand {brand} lane {lane}"


def altered(event: ChainedEvent) -> Finding:
    """The event is not what was chained there."""
    what = "is not what was written there: edited, or put in the place of another"
    return Finding(FindingKind.ALTERED, _row(event), what)


def out_of_order(event: ChainedEvent, expected: int) -> Finding:
    """The event stands where another is due."""
    name = lane_name(event.facts.brand, event.lane)
    if event.sequence > expected:
        last = event.sequence - 1
        rows = f"row {expected}" if last == expected else f"rows {expected} to {last}"
        what = f"not there, or not in its place: row {event.sequence} ({event.facts.id}) follows at once"
        return Finding(FindingKind.MISSING, f"{name} {rows}", what)
    return Finding(FindingKind.SURPLUS, _row(event), f"inserted or out of order: row {expected} is due here")


def cut_off(brand: str, lane: int, last: int, attested: int, by: str) -> Finding:
    """Events that were there are gone from the end."""
    rows = f"row {attested}" if attested == last + 1 else f"rows {last + 1} to {attested}"
    what = f"gone: {by} says that the lane goes on to row {attested}"
    return Finding(FindingKind.CUT_OFF, f"{lane_name(brand, lane)} {rows}", what)


def beyond(brand: str, lane: int, sequence: int, event_id: str | None, by: str) -> Finding:
    """An event that stands beyond what is attested."""
    name = f" ({event_id})" if event_id else ""
    what = f"inserted: {by} knows nothing of it"
    return Finding(FindingKind.SURPLUS, f"{lane_name(brand, lane)} row {sequence}{name}", what)


def replaced(attested: LaneHead, since: int, by: str) -> Finding:
    """The chain holds by itself, but is another than the one that was signed."""
    place = f"{lane_name(attested.brand, attested.lane)} rows {since + 1} to {attested.sequence}"
    return Finding(FindingKind.REPLACED, place, f"written anew: {by} signed others")


def without_head(brand: str, lane: int) -> Finding:
    """Nothing tells where a lane ends."""
    what = "has no head, so that events may be gone from its end"
    return Finding(FindingKind.CUT_OFF, lane_name(brand, lane), what)


def bad_checkpoint(number: int, what: str) -> Finding:
    """A checkpoint that proves nothing."""
    return Finding(FindingKind.CHECKPOINT, f"checkpoint {number}", what)


def _row(event: ChainedEvent) -> str:
    return f"{lane_name(event.facts.brand, event.lane)} row {event.sequence} ({event.facts.id})"
