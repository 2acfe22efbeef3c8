"""Which portals must hear when a session ends: kept from a portal's first tokens until it was told.

An entry is due when the session may be over; whether it is, the session itself says. Activity therefore
costs nothing here: an entry that comes due too early is put off by the sweep.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256

from broker.storage.due_index import DueEntry, DueIndex
from broker.storage.record_keys import RecordKey, RecordKind

# Several indexes, so that a cluster shares the work and no single one grows with all sessions.
_SHARDS = 8
_CLAIM_FOR = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class PortalToTell:
    """One portal that has tokens of one session; `subject` is what it calls the person."""

    brand: str
    sid: str
    client_id: str
    subject: str = field(repr=False)


class SessionEndings:
    """Remembers and finds what portals must be told."""

    def __init__(self, index: DueIndex) -> None:
        self._index = index

    def watch(self, portal: PortalToTell, *, due_at: datetime) -> None:
        """Look at this session again at `due_at`."""
        plain = {name: getattr(portal, name) for name in portal.__slots__}
        self._index.add(_key(_shard(portal.sid)), json.dumps(plain).encode(), due_at=due_at)

    def sweep(
        self, lives_until: Callable[[str, str], datetime | None], tell: Callable[[PortalToTell], None]
    ) -> int:
        """Judge everything that is due; answers how many portals must be told.

        `lives_until` gives the end of the session of a brand and sid, or None when it is over; `tell` must
        have kept the portal safely when it returns, and may be called twice for the same.
        """
        told = 0
        for shard in range(_SHARDS):
            for entry in self._due(shard):
                portal = PortalToTell(**json.loads(entry.value))
                until = lives_until(portal.brand, portal.sid)
                if until is None:
                    tell(portal)
                    self._index.remove(_key(shard), entry)
                    told += 1
                else:
                    self._index.move(_key(shard), entry, due_at=until)
        return told

    def _due(self, shard: int) -> Iterator[DueEntry]:
        while (entry := self._index.claim(_key(shard), claim_for=_CLAIM_FOR)) is not None:
            yield entry


def _shard(sid: str) -> int:
    return sha256(sid.encode()).digest()[0] % _SHARDS


def _key(shard: int) -> RecordKey:
    return RecordKey(RecordKind.SESSION_ENDINGS, "-", str(shard))
