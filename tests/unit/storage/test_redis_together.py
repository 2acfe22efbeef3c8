"""Writes that travel together: one round trip, in their order, and nothing of a block that raised."""

from __future__ import annotations

from datetime import datetime

import pytest

from broker.errors import StorageUnavailable
from broker.storage.record_keys import RecordKeys
from broker.storage.records import RecordKey, RecordKind, RecordStore
from broker.storage.redis_connection import RedisConnection, connect_redis
from tests.support.moments import MovableClock
from tests.support.servers import running_redis

KEY = RecordKey(RecordKind.SESSION, "cz", "name")
OTHER = RecordKey(RecordKind.SESSION, "cz", "other name")
INDEX = RecordKey(RecordKind.ACCOUNT_SESSIONS, "cz", "account")


def _put_both(store: RecordStore, end: datetime) -> None:
    with store.together():
        store.put(KEY, b"value", expires_at=end)
        store.put(OTHER, b"other", expires_at=end)


@pytest.fixture
def trips(redis_connection: RedisConnection, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many commands left in each round trip from here on."""
    made: list[int] = []
    lines = redis_connection._lines
    assert lines is not None
    send = lines.commands

    def commands(words: list[tuple[bytes | str | int, ...]]) -> list[object]:
        made.append(len(words))
        return send(words)

    monkeypatch.setattr(lines, "commands", commands)
    return made


@pytest.fixture
def store(redis_connection: RedisConnection, record_keys: RecordKeys, clock: MovableClock) -> RecordStore:
    """Records on one server."""
    return RecordStore(redis_connection, record_keys, clock)


def test_writes_together_are_one_round_trip(
    store: RecordStore, clock: MovableClock, trips: list[int]
) -> None:
    """Nothing leaves before the end of the block; then all does at once, a block within it included."""
    end = clock.after(seconds=60)
    store.index_add(INDEX, "first", expires_at=end)  # Redis knows the script from here on.
    trips.clear()
    with store.together():
        store.put(KEY, b"value", expires_at=end)
        with store.together():
            store.index_add(INDEX, "second", expires_at=end)
        store.put(OTHER, b"other", expires_at=end)
        within = trips.copy()
    assert (within, trips) == ([], [3])
    assert (store.get(KEY), store.get(OTHER)) == (b"value", b"other")
    assert store.index_members(INDEX) == ("first", "second")


def test_question_sees_what_the_block_wrote(
    store: RecordStore, clock: MovableClock, trips: list[int]
) -> None:
    """What waits goes in front of a command that wants an answer, in the same round trip."""
    end = clock.after(seconds=60)
    with store.together():
        store.put(KEY, b"old", expires_at=end)
        store.put(KEY, b"value", expires_at=end)
        seen = store.get(KEY)
    assert (seen, trips) == (b"value", [3])


def test_block_that_raises_leaves_nothing(store: RecordStore, clock: MovableClock) -> None:
    """What has not left yet is forgotten, and later writes leave at once again."""

    def fail_after_writing() -> None:
        with store.together():
            store.put(KEY, b"value", expires_at=clock.after(seconds=60))
            raise KeyError

    with pytest.raises(KeyError):
        fail_after_writing()
    assert store.get(KEY) is None
    store.put(KEY, b"later", expires_at=clock.after(seconds=60))
    assert store.get(KEY) == b"later"


def test_script_that_redis_forgot_runs_once_among_others(
    store: RecordStore, redis_connection: RedisConnection, clock: MovableClock
) -> None:
    """A server that was restarted does not know the script: its text follows, and the others stand."""
    end = clock.after(seconds=60)
    ((_, server),) = redis_connection.each_server()
    server.script_flush()
    with store.together():
        store.put(KEY, b"value", expires_at=end)
        store.index_add(INDEX, "member", expires_at=end)
        store.put(OTHER, b"other", expires_at=end)
    assert (store.get(KEY), store.get(OTHER)) == (b"value", b"other")
    assert store.index_members(INDEX) == ("member",)


def test_refusal_among_several_is_unavailable(record_keys: RecordKeys, clock: MovableClock) -> None:
    """One write that Redis refuses fails the block, and the connection is in order for the next."""
    with running_redis() as server:
        connection = connect_redis(server.url)
        store = RecordStore(connection, record_keys, clock)
        ((_, admin),) = connection.each_server()
        end = clock.after(seconds=60)
        admin.config_set("maxmemory", "1")
        with pytest.raises(StorageUnavailable, match="OutOfMemoryError"):
            _put_both(store, end)
        admin.config_set("maxmemory", "0")
        store.put(KEY, b"later", expires_at=end)
        assert (store.get(KEY), store.get(OTHER)) == (b"later", None)
        connection.close()


def test_server_that_goes_away_fails_the_block(record_keys: RecordKeys, clock: MovableClock) -> None:
    """Nothing is given out on a write that nobody has: the end of the block says so."""
    with running_redis() as server:
        connection = connect_redis(server.url)
        store = RecordStore(connection, record_keys, clock)
        store.put(KEY, b"value", expires_at=clock.after(seconds=60))
        server.stop()
        with pytest.raises(StorageUnavailable), store.together():
            store.put(KEY, b"value", expires_at=clock.after(seconds=60))
        connection.close()
