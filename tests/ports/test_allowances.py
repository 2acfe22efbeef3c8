"""What every Redis must do for throttles and limits: run against a single server and a cluster."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from broker.storage.allowances import Allowances, Limit, Pace
from broker.storage.record_keys import RecordKey, RecordKeys, RecordKind
from broker.storage.redis_connection import RedisConnection
from tests.support.moments import MovableClock

KEY = RecordKey(RecordKind.LOGIN_TRIES, "cz", "ans@example.test")
OTHER = RecordKey(RecordKind.LOGIN_TRIES, "cz", "bas@example.test")
SECOND = timedelta(seconds=1)
PACE = Pace(free=3, waits=(10 * SECOND, 20 * SECOND, 60 * SECOND), memory=timedelta(hours=1))
LIMIT = Limit(most=3, window=timedelta(minutes=1))
CROWD = 50


@pytest.fixture
def allowances(every_redis: RedisConnection, record_keys: RecordKeys) -> Allowances:
    """The allowances on each kind of Redis in turn."""
    return Allowances(every_redis, record_keys)


def test_throttle_lets_the_first_pass_and_then_holds_back_longer(
    allowances: Allowances, clock: MovableClock
) -> None:
    """Three at once; then one after each wait, which grows; what is held back counts for nothing."""
    assert [allowances.attempt(KEY, PACE, now=clock()) for _ in range(3)] == [None] * 3
    for wait in (10, 20, 60, 60, 60):
        assert allowances.attempt(KEY, PACE, now=clock()) == wait * SECOND
        clock.advance(seconds=wait - 0.001)
        assert allowances.attempt(KEY, PACE, now=clock()) == timedelta(milliseconds=1)
        clock.advance(seconds=0.001)
        assert allowances.attempt(KEY, PACE, now=clock()) is None
    assert allowances.attempt(OTHER, PACE, now=clock()) is None


def test_throttle_forgets_after_its_memory(allowances: Allowances, clock: MovableClock) -> None:
    """Nothing tried for an hour is as if nothing was ever tried; each try begins that hour anew."""
    for _ in range(3):
        allowances.attempt(KEY, PACE, now=clock())
    clock.advance(seconds=3599)
    assert allowances.attempt(KEY, PACE, now=clock()) is None
    assert allowances.attempt(KEY, PACE, now=clock()) == 20 * SECOND
    clock.advance(seconds=3600)
    assert [allowances.attempt(KEY, PACE, now=clock()) for _ in range(3)] == [None] * 3


def test_throttle_remembers_for_as_long_as_it_holds_back(allowances: Allowances, clock: MovableClock) -> None:
    """A wait that is longer than the memory is not cut short."""
    pace = Pace(free=1, waits=(timedelta(hours=2),), memory=timedelta(minutes=1))
    assert allowances.attempt(KEY, pace, now=clock()) is None
    clock.advance(seconds=7199)
    assert allowances.attempt(KEY, pace, now=clock()) == SECOND


def test_throttle_that_is_forgotten_begins_anew(allowances: Allowances, clock: MovableClock) -> None:
    """The wait ends too."""
    for _ in range(4):
        allowances.attempt(KEY, PACE, now=clock())
    allowances.forget(KEY, now=clock())
    assert [allowances.attempt(KEY, PACE, now=clock()) for _ in range(3)] == [None] * 3


def test_try_given_back_does_not_count(allowances: Allowances, clock: MovableClock) -> None:
    """Any number of tries that were not judged are free; a wait that was begun goes on."""
    for _ in range(9):
        assert allowances.attempt(KEY, PACE, now=clock()) is None
        assert allowances.give_back(KEY, now=clock()) == 1
    for _ in range(3):
        allowances.attempt(KEY, PACE, now=clock())
    assert allowances.give_back(KEY, now=clock()) == 3
    assert allowances.attempt(KEY, PACE, now=clock()) == 10 * SECOND


def test_limit_is_for_a_window_that_starts_at_the_first(allowances: Allowances, clock: MovableClock) -> None:
    """Three in a minute; the fourth is told how long that lasts, and does not make it longer."""
    assert allowances.take(KEY, LIMIT, now=clock()) is None
    clock.advance(seconds=20)
    assert [allowances.take(KEY, LIMIT, now=clock()) for _ in range(2)] == [None, None]
    assert [allowances.take(KEY, LIMIT, now=clock()) for _ in range(2)] == [40 * SECOND] * 2
    assert allowances.take(OTHER, LIMIT, now=clock()) is None
    clock.advance(seconds=40)
    assert allowances.take(KEY, LIMIT, now=clock()) is None


def test_limit_takes_several_or_none(allowances: Allowances, clock: MovableClock) -> None:
    """Two of three and then two more do not fit; one does. None at all only looks, and starts no window."""
    assert allowances.take(KEY, LIMIT, now=clock(), number=0) is None
    clock.advance(seconds=30)
    assert allowances.take(KEY, LIMIT, now=clock(), number=2) is None
    assert allowances.take(KEY, LIMIT, now=clock(), number=2) == 60 * SECOND
    assert allowances.take(KEY, LIMIT, now=clock()) is None
    assert allowances.take(KEY, LIMIT, now=clock(), number=0) is None
    assert allowances.take(KEY, Limit(2, LIMIT.window), now=clock(), number=0) == 60 * SECOND


def test_what_is_given_back_may_be_taken_again(allowances: Allowances, clock: MovableClock) -> None:
    """Never below nothing, and nothing where there is no window."""
    assert allowances.give_back(KEY, now=clock()) == 0
    for _ in range(2):
        allowances.take(KEY, LIMIT, now=clock())
    assert [allowances.give_back(KEY, now=clock(), number=9) for _ in range(2)] == [2, 0]
    assert [allowances.take(KEY, LIMIT, now=clock()) for _ in range(4)] == [None] * 3 + [60 * SECOND]
    clock.advance(seconds=60)
    assert allowances.give_back(KEY, now=clock()) == 0


def test_crowd_gets_no_more_than_a_queue(allowances: Allowances, clock: MovableClock) -> None:
    """Of fifty tries at the same moment three pass, under the throttle and under the limit (B4-08, A79)."""
    start = threading.Barrier(CROWD)

    def contend(_: int) -> tuple[bool, bool]:
        start.wait()
        passed = allowances.attempt(KEY, PACE, now=clock()) is None
        return passed, allowances.take(OTHER, LIMIT, now=clock()) is None

    with ThreadPoolExecutor(CROWD) as pool:
        passed, taken = zip(*pool.map(contend, range(CROWD)), strict=True)
    assert (sum(passed), sum(taken)) == (3, 3)


def test_no_name_stands_in_redis(
    allowances: Allowances, every_redis: RedisConnection, clock: MovableClock
) -> None:
    """Neither an address that was tried nor a number that was sent to, in keys or values (B4-04)."""
    allowances.attempt(KEY, PACE, now=clock())
    allowances.take(OTHER, LIMIT, now=clock())
    held = [
        part
        for _, server in every_redis.each_server()
        for key in server.scan_iter()
        for part in (key, server.get(key))
    ]
    assert len(held) == 4
    assert not [part for part in held if part is None or b"example" in part or b"cz" in part]
