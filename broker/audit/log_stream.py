"""The log of a database in the order of an export: what came up to a checkpoint, then the checkpoint."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from broker.audit.checkpoint_format import NotACheckpoint, heads_told
from broker.audit.verify import ChainVerifier
from broker.storage.audit_chain import ChainedEvent, LaneHead
from broker.storage.audit_checkpoints import CheckpointRepository, StoredCheckpoint
from broker.storage.audit_reader import AuditReader
from broker.storage.database import Database

Item = ChainedEvent | StoredCheckpoint


@dataclass(slots=True)
class LogStream:
    """Reads a log once, after checkpoint `after`; `reached` tells how far each lane was told."""

    reader: AuditReader
    checkpoints: CheckpointRepository
    after: int = 0
    brand: str | None = None
    reached: dict[tuple[str, int], int] = field(default_factory=dict)

    @classmethod
    def of(cls, database: Database, *, after: int = 0, brand: str | None = None) -> LogStream:
        """The log of a database."""
        return cls(AuditReader(database), CheckpointRepository(database), after, brand)

    def up_to(self, until: int) -> Iterator[Item]:
        """The events and checkpoints up to and with checkpoint `until`.

        First come the checkpoints from which the state at `after` follows, without events. Nothing is
        judged here: a checkpoint that cannot be read comes as it is, and the events before it with the next.
        """
        first = self.checkpoints.base_of(self.after) if self.after else 1
        for stored in self.checkpoints.after(first - 1):
            if stored.number > until:
                return
            for head in _heads(stored):
                if stored.number > self.after:
                    yield from self.events_to(head)
                self._reach(head)
            yield stored

    def events_to(self, head: LaneHead) -> Iterator[ChainedEvent]:
        """The events of a lane that were not told yet, up to its head."""
        if self.brand in {None, head.brand}:
            start = self.reached.get((head.brand, head.lane), 0)
            yield from self.reader.events(head.brand, head.lane, after=start, until=head.sequence)

    def strays(self) -> Iterator[ChainedEvent]:
        """An event of each lane that stands beyond its head, or before its first place."""
        for brand, lane in self.reader.lanes():
            head = self._head_now(brand, lane)
            event = self.reader.outside(head)
            # The log grows meanwhile: what stood beyond the head a moment ago may be its new end.
            if event and not 1 <= event.sequence <= self._head_now(brand, lane).sequence:
                yield event

    def _head_now(self, brand: str, lane: int) -> LaneHead:
        heads = {(head.brand, head.lane): head for head in self.checkpoints.heads()}
        return heads.get((brand, lane), LaneHead(brand, lane, 0, b""))

    def _reach(self, head: LaneHead) -> None:
        place = head.brand, head.lane
        self.reached[place] = max(head.sequence, self.reached.get(place, 0))


def verify_log(log: LogStream, verifier: ChainVerifier) -> None:
    """Judges a database as it is at this moment, the events after the last checkpoint included."""
    last = log.checkpoints.last()
    # After the checkpoint, so that no lane can be signed for beyond the head that we know.
    heads = log.checkpoints.heads()
    for item in log.up_to(last.number if last else 0):
        if isinstance(item, StoredCheckpoint):
            verifier.checkpoint(item.payload, item.signature, item.number)
        else:
            verifier.event(item)
    for head in heads:
        for event in log.events_to(head):
            verifier.event(event)
    verifier.finish(heads)
    for event in log.strays():
        verifier.stray(event)


def _heads(stored: StoredCheckpoint) -> tuple[LaneHead, ...]:
    try:
        return heads_told(stored.payload)
    except NotACheckpoint:
        return ()
