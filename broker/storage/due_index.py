"""What is due when: small sealed values in order of their moment, claimed by one worker at a time.

One sorted set an index, on Redis 6.2 commands; every call is one atomic step on one key, so it works on a
cluster. A claim that runs out is given to the next: what was claimed is handled at least once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from broker.domain.clock import Clock
from broker.storage.lua_script import load_script
from broker.storage.record_keys import RecordKey, RecordKeys
from broker.storage.record_layout import milliseconds
from broker.storage.redis_connection import RedisConnection

_ADD = load_script("due_add")
_CLAIM = load_script("due_claim")
_MOVE = load_script("due_move")
_REMOVE = load_script("due_remove")
# An index without any new member for this long has no worker that could still do something useful with it.
_KEEP = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class DueEntry:
    """A value that is due. `token` is its place in the index; only `DueIndex` reads it."""

    value: bytes = field(repr=False)
    token: bytes = field(repr=False)


class DueIndex:
    """Keeps values until they are due; safe to share between threads of one process.

    Every method raises `broker.errors.StorageUnavailable` when Redis is away.
    """

    def __init__(self, redis: RedisConnection, keys: RecordKeys, clock: Clock) -> None:
        self._redis = redis
        self._sealer = keys.sealer
        self._names = keys.names
        self._clock = clock

    def add(self, key: RecordKey, value: bytes, *, due_at: datetime) -> None:
        """Put `value` in, to be claimed from `due_at` on. The same value twice is two entries."""
        place = key.render(self._names)
        sealed = self._sealer.seal(value, context=place.encode())
        self._redis.run_later(_ADD, place, milliseconds(due_at), sealed, _KEEP // timedelta(milliseconds=1))

    def claim(self, key: RecordKey, *, claim_for: timedelta) -> DueEntry | None:
        """An entry that is due, for this caller alone for that long; None when there is none."""
        place, now = key.render(self._names), self._clock()
        sealed = self._redis.run(_CLAIM, place, milliseconds(now), milliseconds(now + claim_for))
        if not isinstance(sealed, bytes):
            return None
        return DueEntry(self._sealer.open(sealed, context=place.encode()), sealed)

    def move(self, key: RecordKey, entry: DueEntry, *, due_at: datetime) -> None:
        """It is due later after all."""
        self._redis.run(_MOVE, key.render(self._names), milliseconds(due_at), entry.token)

    def remove(self, key: RecordKey, entry: DueEntry) -> None:
        """It is done."""
        self._redis.run(_REMOVE, key.render(self._names), entry.token)
