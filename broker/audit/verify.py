"""Follows the chains event by event and holds them against what was signed; knows no database and no file.

It is given a log in the order of an export: the events up to a checkpoint, lane by lane, then the checkpoint.
Memory is one small record a lane, whatever the length.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from broker.audit import findings as found
from broker.audit.checkpoint_format import Checkpoint, NotACheckpoint, PublicKeys, digest_of
from broker.audit.findings import Finding
from broker.storage.audit_chain import ChainedEvent, LaneHead, commitment, first_link, next_link

_HEAD = "the head of the lane"


@dataclass(slots=True)
class _Lane:
    """How far a lane was followed, and how far signed for. Nothing after its first fault is judged."""

    sequence: int
    link: bytes
    attested: int = 0
    broken: bool = False


class ChainVerifier:
    """Judges one log: all of it, or the lanes of one `brand`, or what follows on checkpoint `after`."""

    def __init__(self, keys: PublicKeys, *, brand: str | None = None, after: int = 0) -> None:
        self._keys = keys
        self._brand = brand
        self._after = after
        self._lanes: dict[tuple[str, int], _Lane] = {}
        self._moved: set[tuple[str, int]] = set()
        self._last: tuple[int, str] | None = None
        self._checkpoints_broken = False
        self.findings: list[Finding] = []
        self.events = 0
        self.checkpoints = 0

    @property
    def last_checkpoint(self) -> int:
        """The number of the last checkpoint seen; 0 before the first."""
        return self._last[0] if self._last else 0

    def event(self, event: ChainedEvent) -> None:
        """The next event of a lane."""
        brand, number = event.facts.brand, event.lane
        if self._brand not in {None, brand}:
            return
        self.events += 1
        lane = self._lane(brand, number)
        if lane.broken:
            return
        self._moved.add((brand, number))
        if event.sequence != lane.sequence + 1:
            self._break(lane, found.out_of_order(event, lane.sequence + 1))
        elif next_link(lane.link, event.sequence, commitment(event.facts)) != event.link:
            self._break(lane, found.altered(event))
        else:
            lane.sequence, lane.link = event.sequence, event.link

    def checkpoint(self, payload: str, signature: bytes, number: int) -> Checkpoint | None:
        """The next checkpoint, which must attest exactly what was followed; `number` is for the finding."""
        self.checkpoints += 1
        try:
            read = self._keys.read(payload, signature)
        except NotACheckpoint as error:
            self._note_checkpoint(number, str(error))
            return None
        self._follow(read)
        self._last = read.number, digest_of(payload)
        if read.number <= self._after:
            self._believe(read)
        else:
            self._compare(read.heads, f"checkpoint {read.number}", everything=read.is_full)
        return read

    def finish(self, heads: Iterable[LaneHead]) -> None:
        """The end of a database: its heads must be exactly where the events end."""
        told = tuple(heads)
        self._compare(told, _HEAD, everything=True)
        for place in sorted(set(self._lanes) - {(head.brand, head.lane) for head in told}):
            self.findings.append(found.without_head(*place))

    def finish_export(self, *, complete: bool) -> None:
        """The end of an export, which is a checkpoint; `complete` says that its last line was there."""
        self._compare((), "the last checkpoint", everything=True)
        if not complete:
            what = "the export ends before its last line"
            self.findings.append(
                Finding(found.FindingKind.CUT_OFF, f"after checkpoint {self.last_checkpoint}", what)
            )

    def stray(self, event: ChainedEvent) -> None:
        """An event that stands outside its lane."""
        by = _HEAD
        if self._brand in {None, event.facts.brand}:
            self.findings.append(
                found.beyond(event.facts.brand, event.lane, event.sequence, event.facts.id, by)
            )

    def unreadable(self, line: int, what: str) -> None:
        """A line of an export that cannot be read."""
        self.findings.append(Finding(found.FindingKind.UNREADABLE, f"line {line}", what))

    def _follow(self, read: Checkpoint) -> None:
        """Checkpoints are a chain too; one that is left out shows."""
        if self._last is None:
            if read.number != 1 and read.number > self._after:
                self._note_checkpoint(read.number, "comes first, but the one before it is not there")
            return
        number, digest = self._last
        if read.number != number + 1:
            self._note_checkpoint(number + 1, f"is not there: {read.number} follows on {number}")
        elif read.previous != digest:
            self._note_checkpoint(read.number, "follows on another checkpoint than the one before it")

    def _believe(self, read: Checkpoint) -> None:
        for head in read.heads:
            self._lanes[head.brand, head.lane] = _Lane(head.sequence, head.link, attested=head.sequence)

    def _compare(self, heads: tuple[LaneHead, ...], by: str, *, everything: bool) -> None:
        told = {(head.brand, head.lane): head for head in heads if self._brand in {None, head.brand}}
        for head in told.values():
            lane = self._lane(head.brand, head.lane)
            if not lane.broken:
                self._compare_lane(lane, head, by)
        # Who is not told of must be where they were.
        for place in set(self._lanes) - set(told) if everything else self._moved - set(told):
            lane = self._lanes[place]
            if not lane.broken and lane.sequence > lane.attested:
                self._break(lane, found.beyond(*place, lane.attested + 1, None, by))
        self._moved.clear()

    def _compare_lane(self, lane: _Lane, head: LaneHead, by: str) -> None:
        if lane.sequence < head.sequence:
            self._break(lane, found.cut_off(head.brand, head.lane, lane.sequence, head.sequence, by))
        elif lane.sequence > head.sequence:
            self._break(lane, found.beyond(head.brand, head.lane, head.sequence + 1, None, by))
        elif lane.link != head.link:
            self._break(lane, found.replaced(head, lane.attested, by))
        else:
            lane.attested = head.sequence

    def _lane(self, brand: str, number: int) -> _Lane:
        lane = self._lanes.get((brand, number))
        if lane is None:
            lane = self._lanes[brand, number] = _Lane(0, first_link(brand, number))
        return lane

    def _break(self, lane: _Lane, finding: Finding) -> None:
        lane.broken = True
        self.findings.append(finding)

    def _note_checkpoint(self, number: int, what: str) -> None:
        if not self._checkpoints_broken:
            self._checkpoints_broken = True
            self.findings.append(found.bad_checkpoint(number, what))
