"""How often something may be done: throttles that let fewer and fewer pass, and counters with a limit.

Every try is counted before anybody knows how it ends, in one atomic step, so that many at once get no more
than one after another would. The moment is an argument: of two processes nobody asks Redis what time it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from broker.storage.lua_script import load_script
from broker.storage.record_keys import RecordKey, RecordKeys
from broker.storage.record_layout import milliseconds
from broker.storage.redis_connection import RedisConnection

_CLEAN_UP_AFTER_MS = 60_000
_MILLISECOND = timedelta(milliseconds=1)

_THROTTLE = load_script("throttle")
_TAKE_WITHIN = load_script("take_within")
_GIVE_BACK = load_script("give_back")
_DELETE = load_script("delete")


@dataclass(frozen=True, slots=True)
class Pace:
    """`free` tries without a wait between them; after the last of those `waits[0]`, and so on.

    The last wait stands for all that follow. All is forgotten when nothing was tried for `memory`, or once
    the wait is over where that is later.
    """

    free: int
    waits: tuple[timedelta, ...]
    memory: timedelta


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so many within a window, which starts at the first."""

    most: int
    window: timedelta


class Allowances:
    """Counts in Redis; safe to share between threads of one process.

    Every method raises `broker.errors.StorageUnavailable` when Redis is away: then nothing passes.
    """

    def __init__(self, redis: RedisConnection, keys: RecordKeys) -> None:
        self._redis = redis
        self._names = keys.names

    def attempt(self, key: RecordKey, pace: Pace, *, now: datetime) -> timedelta | None:
        """Counts a try that may pass and answers None; else how long until the next may, counting nothing."""
        waits = [wait // _MILLISECOND for wait in pace.waits]
        left = self._redis.run(
            _THROTTLE,
            key.render(self._names),
            milliseconds(now),
            pace.memory // _MILLISECOND,
            _CLEAN_UP_AFTER_MS,
            pace.free,
            *waits,
        )
        return _wait(left)

    def take(self, key: RecordKey, limit: Limit, *, now: datetime, number: int = 1) -> timedelta | None:
        """Counts that many if the limit allows it and answers None; else how long the window lasts."""
        left = self._redis.run(
            _TAKE_WITHIN,
            key.render(self._names),
            milliseconds(now),
            limit.window // _MILLISECOND,
            _CLEAN_UP_AFTER_MS,
            limit.most,
            number,
        )
        return _wait(left)

    def give_back(self, key: RecordKey, *, now: datetime, number: int = 1) -> int:
        """Uncounts that many; answers how many there were. A wait that was begun goes on."""
        return int(self._redis.run(_GIVE_BACK, key.render(self._names), milliseconds(now), number) or 0)

    def forget(self, key: RecordKey, *, now: datetime) -> None:
        """As if nothing had been tried."""
        self._redis.run(_DELETE, key.render(self._names), milliseconds(now))


def _wait(left: bytes | int | None) -> timedelta | None:
    return int(left) * _MILLISECOND if left else None
