"""The rest of what every Redis behind the record store must do: deleting, counting, indexes, upkeep."""

from __future__ import annotations

import secrets
from typing import cast

import pytest

from broker.storage.record_keys import RecordKeys
from broker.storage.records import RecordKey, RecordKind, RecordStore
from broker.storage.redis_connection import RedisConnection
from tests.support.moments import MovableClock

KEY = RecordKey(RecordKind.COUNTER, "mijn-cz", "the name of the record")


@pytest.fixture
def store(every_redis: RedisConnection, record_keys: RecordKeys, clock: MovableClock) -> RecordStore:
    """The record store on each kind of Redis in turn."""
    return RecordStore(every_redis, record_keys, clock)


def test_delete_is_true_for_one(store: RecordStore, clock: MovableClock) -> None:
    """Deleting tells whether something was still alive there."""
    store.put(KEY, b"value", expires_at=clock.after(seconds=60))
    live = [store.delete(KEY), store.delete(KEY)]
    store.put(KEY, b"value", expires_at=clock.after(seconds=60))
    clock.advance(seconds=60)
    assert (live, store.delete(KEY), store.get(KEY)) == ([True, False], False, None)


def test_delete_ends_counters_and_indexes(store: RecordStore, clock: MovableClock) -> None:
    """Whatever kind of thing it is, it is gone."""
    store.count(KEY, window_seconds=60)
    counter = store.delete(KEY)
    store.index_add(KEY, "member", expires_at=clock.after(seconds=60))
    index = store.delete(KEY)
    assert (counter, index, store.index_members(KEY)) == (True, True, ())


def test_count_starts_again_after_its_window(store: RecordStore, clock: MovableClock) -> None:
    """The window begins at the first count and is not stretched by later ones."""
    counts = [store.count(KEY, window_seconds=60)]
    clock.advance(seconds=59)
    counts.append(store.count(KEY, window_seconds=60))
    clock.advance(seconds=1)
    counts += [store.count(KEY, window_seconds=60), store.count(KEY, window_seconds=60)]
    assert counts == [1, 2, 1, 2]


def test_index_holds_live_members(store: RecordStore, clock: MovableClock) -> None:
    """Each member has its own expiry; adding it again gives it a new one."""
    for name, seconds in (("a", 60), ("b", 120), ("c", 60), ("a", 180)):
        store.index_add(KEY, name, expires_at=clock.after(seconds=seconds))
    start = store.index_members(KEY)
    clock.advance(seconds=60)
    middle = store.index_members(KEY)
    store.index_remove(KEY, "a")
    assert (start, middle, store.index_members(KEY)) == (("a", "b", "c"), ("a", "b"), ("b",))


def test_index_drops_expired_members_when_one_is_added(
    store: RecordStore, clock: MovableClock, every_redis: RedisConnection, record_keys: RecordKeys
) -> None:
    """An index does not grow with members that are long gone."""
    for number in range(5):
        store.index_add(KEY, f"old {number}", expires_at=clock.after(seconds=60))
    clock.advance(seconds=60)
    store.index_add(KEY, "new", expires_at=clock.after(seconds=60))
    assert len(every_redis.fields(KEY.render(record_keys.names))) == 1


def test_everything_in_redis_has_an_end(
    store: RecordStore, clock: MovableClock, every_redis: RedisConnection
) -> None:
    """No record, trace, counter or index stays in Redis for ever, nor goes before its expiry."""
    kinds = [RecordKey(RecordKind.CODE, "-", name) for name in ("put", "once", "spent", "count", "index")]
    end = clock.after(seconds=600)
    store.put(kinds[0], b"", expires_at=end)
    store.set_once(kinds[1], b"", expires_at=end)
    store.put(kinds[2], b"", expires_at=clock.after(seconds=60))
    store.spend(kinds[2], trace=b"", keep_trace_until=end)
    for _ in range(2):
        store.count(kinds[3], window_seconds=600)
    for seconds in (30, 600, 60):
        store.index_add(kinds[4], f"{seconds}", expires_at=clock.after(seconds=seconds))
    left = [
        server.pttl(name)
        for _, server in every_redis.each_server()
        for name in cast("list[bytes]", server.keys("*"))
    ]
    assert len(left) == len(kinds)
    assert all(600_000 < milliseconds <= 660_000 for milliseconds in left)


def test_scripts_are_found_again_after_redis_forgot_them(
    store: RecordStore, clock: MovableClock, every_redis: RedisConnection
) -> None:
    """A server that does not know a script (new in the cluster, or restarted) is taught in passing."""
    store.put(KEY, b"value", expires_at=clock.after(seconds=60))
    for _, server in every_redis.each_server():
        server.script_flush()
    assert [store.take(KEY), store.take(KEY)] == [b"value", None]


def test_nothing_readable_stands_in_redis(
    store: RecordStore, clock: MovableClock, every_redis: RedisConnection
) -> None:
    """Neither a name, nor a value, trace or member can be found in anything that Redis holds."""
    marker = f"marker-{secrets.token_hex(8)}"
    key = RecordKey(RecordKind.SESSION, marker, marker)
    traced = RecordKey(RecordKind.CODE, marker, marker)
    index = RecordKey(RecordKind.ACCOUNT_SESSIONS, marker, marker)
    store.put(key, marker.encode(), expires_at=clock.after(seconds=60))
    store.put(traced, marker.encode(), expires_at=clock.after(seconds=60))
    store.spend(traced, trace=marker.encode(), keep_trace_until=clock.after(seconds=60))
    store.count(RecordKey(RecordKind.COUNTER, marker, marker), window_seconds=60)
    store.index_add(index, marker, expires_at=clock.after(seconds=60))
    dump = b""
    for _, server in every_redis.each_server():
        for name in cast("list[bytes]", server.keys("*")):
            hashed = server.type(name) == b"hash"
            held = server.hgetall(name) if hashed else server.get(name)
            dump += name + repr(held).encode()
    assert dump.count(b"voordeur:{") == 4
    assert marker.encode() not in dump
    assert marker.encode().hex().encode() not in dump
