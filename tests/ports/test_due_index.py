"""What is due when: against a single Redis and a cluster."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from broker.storage.due_index import DueEntry, DueIndex
from broker.storage.record_keys import RecordKey, RecordKeys, RecordKind
from broker.storage.redis_connection import RedisConnection
from tests.support.moments import MovableClock

KEY = RecordKey(RecordKind.SESSION_ENDINGS, "-", "0")
MINUTE = timedelta(minutes=1)


@pytest.fixture
def index(every_redis: RedisConnection, record_keys: RecordKeys, clock: MovableClock) -> DueIndex:
    """The index on each kind of Redis in turn."""
    return DueIndex(every_redis, record_keys, clock)


def claimed(index: DueIndex) -> DueEntry:
    """An entry that must be there."""
    entry = index.claim(KEY, claim_for=MINUTE)
    assert entry is not None
    return entry


def test_entry_is_due_at_its_moment_and_not_before(index: DueIndex, clock: MovableClock) -> None:
    """By our clock, to the millisecond."""
    index.add(KEY, b"value", due_at=clock.after(seconds=60))
    clock.advance(seconds=59.999)
    assert index.claim(KEY, claim_for=MINUTE) is None
    clock.advance(seconds=0.001)
    assert claimed(index).value == b"value"


def test_entries_come_in_the_order_of_their_moments(index: DueIndex, clock: MovableClock) -> None:
    """The one that waits longest first."""
    for seconds in (3, 1, 2):
        index.add(KEY, str(seconds).encode(), due_at=clock.after(seconds=seconds))
    clock.advance(seconds=10)
    assert [claimed(index).value for _ in range(3)] == [b"1", b"2", b"3"]


def test_claim_that_runs_out_is_given_to_the_next(index: DueIndex, clock: MovableClock) -> None:
    """A worker that died half-way loses nothing."""
    index.add(KEY, b"value", due_at=clock.now)
    claimed(index)
    assert index.claim(KEY, claim_for=MINUTE) is None
    clock.advance(seconds=60)
    assert claimed(index).value == b"value"


def test_entry_that_is_done_never_comes_back(index: DueIndex, clock: MovableClock) -> None:
    """And moving it afterwards does not revive it."""
    index.add(KEY, b"value", due_at=clock.now)
    entry = claimed(index)
    index.remove(KEY, entry)
    index.move(KEY, entry, due_at=clock.now)
    clock.advance(seconds=3600)
    assert index.claim(KEY, claim_for=MINUTE) is None


def test_entry_that_is_moved_is_due_then(index: DueIndex, clock: MovableClock) -> None:
    """It was claimed too early."""
    index.add(KEY, b"value", due_at=clock.now)
    index.move(KEY, claimed(index), due_at=clock.after(seconds=900))
    clock.advance(seconds=899)
    assert index.claim(KEY, claim_for=MINUTE) is None
    clock.advance(seconds=1)
    assert claimed(index).value == b"value"


def test_entry_is_claimed_by_one_of_many(index: DueIndex, clock: MovableClock) -> None:
    """Twenty entries, sixteen threads: each entry once."""
    for number in range(20):
        index.add(KEY, str(number).encode(), due_at=clock.now)
    with ThreadPoolExecutor(16) as pool:
        found = list(pool.map(lambda _: index.claim(KEY, claim_for=MINUTE), range(32)))
    values = [entry.value for entry in found if entry]
    assert sorted(values, key=int) == [str(number).encode() for number in range(20)]


def test_indexes_do_not_meet_and_show_nothing(index: DueIndex, clock: MovableClock) -> None:
    """Nothing of the value can be read in Redis or in a print."""
    index.add(KEY, b"marker", due_at=clock.now)
    other = RecordKey(RecordKind.SESSION_ENDINGS, "-", "1")
    assert index.claim(other, claim_for=MINUTE) is None
    entry = claimed(index)
    assert b"marker" not in entry.token
    assert "marker" not in repr(entry)
