"""What every Redis behind the record store must do: run against a single server and a cluster."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from broker.storage.record_keys import RecordKeys
from broker.storage.records import (
    NeverThere,
    RecordKey,
    RecordKind,
    RecordStore,
    SpentAgain,
    SpentFirst,
)
from broker.storage.redis_connection import RedisConnection
from tests.support.moments import MovableClock

KEY = RecordKey(RecordKind.CODE, "mijn-cz", "the name of the record")


@pytest.fixture
def store(every_redis: RedisConnection, record_keys: RecordKeys, clock: MovableClock) -> RecordStore:
    """The record store on each kind of Redis in turn."""
    return RecordStore(every_redis, record_keys, clock)


def test_value_is_there_until_it_expires(store: RecordStore, clock: MovableClock) -> None:
    """A record is read back until its expiry by our clock, to the millisecond, and not after."""
    store.put(KEY, b"value", expires_at=clock.after(seconds=60))
    clock.advance(seconds=59.999)
    before = store.get(KEY)
    clock.advance(seconds=0.001)
    assert (before, store.get(KEY)) == (b"value", None)


def test_value_survives_a_clock_that_is_ahead(store: RecordStore, clock: MovableClock) -> None:
    """A clock moved far from Redis's own changes nothing about how long a record lives."""
    clock.advance(seconds=400 * 86_400)
    store.put(KEY, b"value", expires_at=clock.after(seconds=60))
    assert store.get(KEY) == b"value"


def test_value_put_with_a_past_expiry_is_not_there(store: RecordStore, clock: MovableClock) -> None:
    """Storing something that has expired already is the same as not having it."""
    store.put(KEY, b"value", expires_at=clock.after(seconds=-86_400))
    assert store.get(KEY) is None


def test_put_replaces_what_was_there(store: RecordStore, clock: MovableClock) -> None:
    """The last value put is the value."""
    for value in (b"first", b"second"):
        store.put(KEY, value, expires_at=clock.after(seconds=60))
    assert store.get(KEY) == b"second"


@pytest.mark.parametrize(
    "other",
    [
        RecordKey(RecordKind.GRANT, KEY.scope, KEY.name),
        RecordKey(KEY.kind, "mijn-iza", KEY.name),
        RecordKey(KEY.kind, KEY.scope, "another name"),
    ],
)
def test_keys_do_not_meet(store: RecordStore, clock: MovableClock, other: RecordKey) -> None:
    """Kind, scope and name each make it another record."""
    store.put(KEY, b"value", expires_at=clock.after(seconds=60))
    assert store.get(other) is None


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30, deadline=None)
@given(scope=st.text(), name=st.text(alphabet="ab:{}*?[]\"'\\\r\n\0\ud800", max_size=12))
def test_key_of_any_text_is_one_record(
    store: RecordStore, clock: MovableClock, scope: str, name: str
) -> None:
    """Nothing in a name or scope is special: no separator, pattern, line end or quote (B5-17)."""
    key = RecordKey(RecordKind.SAML_REQUEST, scope, name)
    store.put(key, b"value", expires_at=clock.after(seconds=60))
    split = RecordKey(RecordKind.SAML_REQUEST, scope + name[:1], name[1:] + "x")
    assert (store.take(key), store.get(split)) == (b"value", None)


def test_replace_needs_the_version_that_was_read(store: RecordStore, clock: MovableClock) -> None:
    """Of two who read the same version the first to write wins; the other is told."""
    store.put(KEY, b"0", expires_at=clock.after(seconds=60))
    found = store.get_versioned(KEY)
    assert found is not None
    outcomes = [
        store.replace(KEY, expected_version=found.version, value=value, expires_at=clock.after(seconds=60))
        for value in (b"1", b"2")
    ]
    assert (outcomes, store.get(KEY)) == ([True, False], b"1")


def test_drop_needs_the_version_that_was_read(store: RecordStore, clock: MovableClock) -> None:
    """A record that changed since is not deleted; one that did not is, once; an expired one is gone."""
    store.put(KEY, b"0", expires_at=clock.after(seconds=60))
    first = store.get_versioned(KEY)
    store.put(KEY, b"1", expires_at=clock.after(seconds=60))
    second = store.get_versioned(KEY)
    assert first is not None
    assert second is not None
    assert store.drop(KEY, expected_version=first.version) is False
    assert store.get(KEY) == b"1"
    clock.advance(seconds=60)
    expired = store.drop(KEY, expected_version=second.version)
    clock.advance(seconds=-60)
    dropped = [store.drop(KEY, expected_version=second.version) for _ in range(2)]
    assert (expired, dropped, store.get(KEY)) == (False, [True, False], None)


def test_replace_moves_the_expiry(store: RecordStore, clock: MovableClock) -> None:
    """The new value lives until its own expiry."""
    store.put(KEY, b"0", expires_at=clock.after(seconds=60))
    found = store.get_versioned(KEY)
    assert found is not None
    store.replace(KEY, expected_version=found.version, value=b"1", expires_at=clock.after(seconds=600))
    clock.advance(seconds=599)
    assert store.get(KEY) == b"1"


def test_replace_refuses_what_is_gone_or_expired(store: RecordStore, clock: MovableClock) -> None:
    """A record that ended stays ended, also for whoever had read it before."""
    store.put(KEY, b"0", expires_at=clock.after(seconds=60))
    found = store.get_versioned(KEY)
    assert found is not None
    clock.advance(seconds=60)
    expired = store.replace(
        KEY, expected_version=found.version, value=b"1", expires_at=clock.after(seconds=60)
    )
    clock.advance(seconds=-60)
    store.delete(KEY)
    gone = store.replace(KEY, expected_version=found.version, value=b"1", expires_at=clock.after(seconds=60))
    assert (expired, gone, store.get(KEY)) == (False, False, None)


def test_replace_does_not_take_a_new_record_for_the_old(store: RecordStore, clock: MovableClock) -> None:
    """A version belongs to one writing: a record made anew under the same name has another."""
    store.put(KEY, b"old", expires_at=clock.after(seconds=60))
    found = store.get_versioned(KEY)
    assert found is not None
    store.take(KEY)
    store.put(KEY, b"new", expires_at=clock.after(seconds=60))
    changed = store.replace(
        KEY, expected_version=found.version, value=b"stale", expires_at=clock.after(seconds=60)
    )
    assert (changed, store.get(KEY)) == (False, b"new")


def test_take_gives_the_value_once(store: RecordStore, clock: MovableClock) -> None:
    """The second to take finds nothing."""
    store.put(KEY, b"value", expires_at=clock.after(seconds=60))
    assert [store.take(KEY), store.take(KEY)] == [b"value", None]


def test_take_gives_nothing_expired(store: RecordStore, clock: MovableClock) -> None:
    """What has expired cannot be taken."""
    store.put(KEY, b"value", expires_at=clock.after(seconds=60))
    clock.advance(seconds=60)
    assert store.take(KEY) is None


def test_set_once_is_true_for_the_first_until_it_expires(store: RecordStore, clock: MovableClock) -> None:
    """A place is taken until its record expires, and free again afterwards."""
    first = store.set_once(KEY, b"first", expires_at=clock.after(seconds=60))
    second = store.set_once(KEY, b"second", expires_at=clock.after(seconds=60))
    held = store.get(KEY)
    clock.advance(seconds=60)
    third = store.set_once(KEY, b"third", expires_at=clock.after(seconds=60))
    assert (first, second, held, third) == (True, False, b"first", True)


def test_spend_gives_the_value_first_and_the_trace_ever_after(
    store: RecordStore, clock: MovableClock
) -> None:
    """The first spender gets the value; all later ones get what the first left, not what they bring."""
    store.put(KEY, b"value", expires_at=clock.after(seconds=60))
    keep = clock.after(seconds=3600)
    outcomes = [store.spend(KEY, trace=trace, keep_trace_until=keep) for trace in (b"1", b"2", b"3")]
    assert outcomes == [SpentFirst(b"value"), SpentAgain(b"1"), SpentAgain(b"1")]


def test_spend_of_nothing_leaves_nothing(store: RecordStore, clock: MovableClock) -> None:
    """What never was, or has expired, leaves no trace when somebody tries to spend it."""
    keep = clock.after(seconds=3600)
    never = store.spend(KEY, trace=b"1", keep_trace_until=keep)
    store.put(KEY, b"value", expires_at=clock.after(seconds=60))
    clock.advance(seconds=60)
    expired = store.spend(KEY, trace=b"2", keep_trace_until=keep)
    again = store.spend(KEY, trace=b"3", keep_trace_until=keep)
    assert [never, expired, again] == [NeverThere()] * 3


def test_trace_outlives_the_value_until_its_own_expiry(store: RecordStore, clock: MovableClock) -> None:
    """The trace is kept as long as was asked, which is longer than the value would have lived."""
    store.put(KEY, b"value", expires_at=clock.after(seconds=60))
    store.spend(KEY, trace=b"trace", keep_trace_until=clock.after(seconds=3600))
    clock.advance(seconds=3599)
    kept = store.spend(KEY, trace=b"", keep_trace_until=clock.after(seconds=3600))
    clock.advance(seconds=1)
    dropped = store.spend(KEY, trace=b"", keep_trace_until=clock.after(seconds=3600))
    assert (kept, dropped) == (SpentAgain(b"trace"), NeverThere())


def test_trace_is_no_value(store: RecordStore, clock: MovableClock) -> None:
    """What was spent cannot be read, taken, replaced or set again while its trace is kept."""
    store.put(KEY, b"value", expires_at=clock.after(seconds=60))
    found = store.get_versioned(KEY)
    assert found is not None
    later = clock.after(seconds=3600)
    store.spend(KEY, trace=b"trace", keep_trace_until=later)
    assert store.get(KEY) is None
    assert store.take(KEY) is None
    assert not store.replace(KEY, expected_version=found.version, value=b"x", expires_at=later)
    assert not store.set_once(KEY, b"x", expires_at=later)
    assert store.spend(KEY, trace=b"", keep_trace_until=later) == SpentAgain(b"trace")
