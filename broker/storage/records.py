"""Short-lived and single-use records: transactions, codes, grants, sessions, counters.

One implementation, on Redis 6.2 commands; every call is one atomic step on one key and one round
trip, so it works on a cluster. A record lives until its expiry by our clock; the time to live that
Redis is given only cleans up after it.
"""

from __future__ import annotations

import os
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from broker.domain.clock import Clock
from broker.storage.lua_script import load_script
from broker.storage.record_keys import RecordKey, RecordKeys, RecordKind
from broker.storage.record_layout import Head, Role, milliseconds, pack, read_head, unpack, version_text
from broker.storage.redis_connection import RedisConnection

__all__ = [
    "NeverThere",
    "RecordKey",
    "RecordKeys",
    "RecordKind",
    "RecordStore",
    "SpentAgain",
    "SpentFirst",
    "Versioned",
]

# Redis must never be the one who ends a record: its clock may run a little ahead of ours.
_CLEAN_UP_AFTER_MS = 60_000
_VERSION_BYTES = 8

_SET_ONCE = load_script("set_once")
_REPLACE = load_script("replace")
_TAKE = load_script("take")
_SPEND = load_script("spend")
_DELETE = load_script("delete")
_DROP = load_script("drop")
_COUNT = load_script("count")
_INDEX_ADD = load_script("index_add")


class Versioned(NamedTuple):
    """A value and the version that `RecordStore.replace` compares; versions have no order."""

    value: bytes
    version: int


@dataclass(frozen=True, slots=True)
class SpentFirst:
    """This caller, and no other, spent the value."""

    value: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class SpentAgain:
    """It was spent before; the trace is what the first caller left."""

    trace: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class NeverThere:
    """There is no such value, or it has expired, or its trace has."""


class RecordStore:
    """Keeps records sealed in Redis; safe to share between threads of one process.

    Every method raises `broker.errors.StorageUnavailable` when Redis is away, and those that give a value
    back `broker.storage.sealing.SealBroken` when it is not what we stored there.
    """

    def __init__(self, redis: RedisConnection, keys: RecordKeys, clock: Clock) -> None:
        self._redis = redis
        self._sealer = keys.sealer
        self._names = keys.names
        self._clock = clock

    def put(self, key: RecordKey, value: bytes, *, expires_at: datetime) -> int:
        """Stores `value`, whatever was there; answers its version."""
        place = key.render(self._names)
        record, time_to_live_ms = self._pack(Role.VALUE, value, expires_at, place)
        self._redis.set(place, record, time_to_live_ms=time_to_live_ms)
        return read_head(record).version

    def get(self, key: RecordKey) -> bytes | None:
        """The live value."""
        found = self.get_versioned(key)
        return found.value if found else None

    def get_versioned(self, key: RecordKey) -> Versioned | None:
        """The live value with its version, for a later `replace`."""
        place = key.render(self._names)
        record = self._redis.get(place)
        if record is None:
            return None
        role, expires_ms, version = read_head(record)
        if role is not Role.VALUE or expires_ms <= self._now_ms():
            return None
        return Versioned(unpack(record, self._sealer, place=place), version)

    def replace(self, key: RecordKey, *, expected_version: int, value: bytes, expires_at: datetime) -> bool:
        """Stores `value` when the live value still has `expected_version`; False when changed or gone."""
        place = key.render(self._names)
        record, time_to_live_ms = self._pack(Role.VALUE, value, expires_at, place)
        expected = version_text(expected_version)
        return self._redis.run(_REPLACE, place, self._now_ms(), expected, record, time_to_live_ms) == 1

    def replace_later(
        self, key: RecordKey, *, expected_version: int, value: bytes, expires_at: datetime
    ) -> None:
        """The same for who goes on alike in both cases: it may travel with what `together` writes."""
        place = key.render(self._names)
        record, time_to_live_ms = self._pack(Role.VALUE, value, expires_at, place)
        expected = version_text(expected_version)
        self._redis.run_later(_REPLACE, place, self._now_ms(), expected, record, time_to_live_ms)

    def take(self, key: RecordKey) -> bytes | None:
        """The live value, deleted in the same step: one caller gets it."""
        place = key.render(self._names)
        record = self._redis.run(_TAKE, place, self._now_ms())
        return unpack(record, self._sealer, place=place) if isinstance(record, bytes) else None

    def set_once(self, key: RecordKey, value: bytes, *, expires_at: datetime) -> bool:
        """Stores `value` where nothing lives yet: True for exactly one caller until it expires."""
        place = key.render(self._names)
        record, time_to_live_ms = self._pack(Role.VALUE, value, expires_at, place)
        return self._redis.run(_SET_ONCE, place, self._now_ms(), record, time_to_live_ms) == 1

    def spend(
        self, key: RecordKey, *, trace: bytes, keep_trace_until: datetime
    ) -> SpentFirst | SpentAgain | NeverThere:
        """Turns the live value into `trace` in one step; whoever comes later gets the trace of the first.

        What is spent so can be told from what never was, which is how a replayed code is noticed
        (RFC 6749 section 4.1.2: revoke what it gave).
        """
        place = key.render(self._names)
        left_behind, time_to_live_ms = self._pack(Role.TRACE, trace, keep_trace_until, place)
        record = self._redis.run(_SPEND, place, self._now_ms(), left_behind, time_to_live_ms)
        if not isinstance(record, bytes):
            return NeverThere()
        found = unpack(record, self._sealer, place=place)
        return SpentFirst(found) if read_head(record).role is Role.VALUE else SpentAgain(found)

    def delete(self, key: RecordKey) -> bool:
        """Deletes whatever is there, also a trace, counter or index; True when it was still alive."""
        return self._redis.run(_DELETE, key.render(self._names), self._now_ms()) == 1

    def drop(self, key: RecordKey, *, expected_version: int) -> bool:
        """Deletes the live value when it still has `expected_version`; False when changed or gone."""
        place, expected = key.render(self._names), version_text(expected_version)
        return self._redis.run(_DROP, place, self._now_ms(), expected) == 1

    def count(self, key: RecordKey, *, window_seconds: int) -> int:
        """Counts one more and answers how many there are now; the window starts at its first count."""
        place = key.render(self._names)
        counted = self._redis.run(_COUNT, place, self._now_ms(), window_seconds * 1000, _CLEAN_UP_AFTER_MS)
        return int(counted or 0)

    def index_add(self, key: RecordKey, member: str, *, expires_at: datetime) -> None:
        """Puts `member` in the index until `expires_at`; a member that is there gets the new expiry."""
        place = key.render(self._names)
        hidden = self._names.digest(place, member)
        record, time_to_live_ms = self._pack(Role.MEMBER, member.encode(), expires_at, place + hidden)
        self._redis.run_later(_INDEX_ADD, place, self._now_ms(), hidden, record, time_to_live_ms)

    def index_members(self, key: RecordKey) -> tuple[str, ...]:
        """The members that have not expired, sorted."""
        place, now_ms = key.render(self._names), self._now_ms()
        live = (
            unpack(record, self._sealer, place=place + hidden.decode()).decode()
            for hidden, record in self._redis.fields(place).items()
            if read_head(record).expires_ms > now_ms
        )
        return tuple(sorted(live))

    def index_remove(self, key: RecordKey, member: str) -> None:
        """Takes `member` out of the index, if it is there."""
        place = key.render(self._names)
        self._redis.drop_field(place, self._names.digest(place, member))

    def together(self) -> AbstractContextManager[None]:
        """What the block puts and indexes is one round trip; see `RedisConnection.together`."""
        return self._redis.together()

    def _now_ms(self) -> int:
        return milliseconds(self._clock())

    def _pack(self, role: Role, value: bytes, expires_at: datetime, place: str) -> tuple[bytes, int]:
        """The record, and how many milliseconds Redis shall keep it."""
        head = Head(role, max(0, milliseconds(expires_at)), int.from_bytes(os.urandom(_VERSION_BYTES)))
        time_to_live_ms = max(1, head.expires_ms - self._now_ms() + _CLEAN_UP_AFTER_MS)
        return pack(head, value, self._sealer, place=place), time_to_live_ms
