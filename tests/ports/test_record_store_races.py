"""A hundred callers at once, in two processes: what is for one is had by one (security family A79)."""

from __future__ import annotations

import secrets

import pytest

from broker.storage.records import RecordStore
from tests.support.contenders import PROCESSES, THREADS, Race, run_race
from tests.support.moments import MovableClock

pytestmark = pytest.mark.slow

CONTENDERS = PROCESSES * THREADS
ROUNDS = 12


@pytest.fixture
def race(every_redis_url: str, clock: MovableClock) -> Race:
    """A race on each kind of Redis in turn; what is contended for is still to be said."""
    return Race(
        act="",
        redis_url=every_redis_url,
        data_key_id=secrets.token_hex(8),
        data_key_hex=secrets.token_hex(32),
        name_key_hex=secrets.token_hex(32),
        now=clock.now.isoformat(),
        expires_at=clock.after(seconds=600).isoformat(),
        rounds=ROUNDS,
    )


@pytest.fixture
def store(race: Race) -> RecordStore:
    """The store of the race."""
    return race.store()


def _prepared(race: Race, store: RecordStore) -> None:
    for number in range(race.rounds):
        store.put(race.key(number), b"0", expires_at=race.end())


def _of(race: Race, act: str) -> list[list[str]]:
    return run_race(Race(**{**vars(race), "act": act}))


def test_take_has_one_winner(race: Race, store: RecordStore) -> None:
    """Of a hundred who take the same record one gets it."""
    _prepared(race, store)
    assert [(len(seen), seen.count("won")) for seen in _of(race, "take")] == [(CONTENDERS, 1)] * ROUNDS


def test_set_once_has_one_winner(race: Race) -> None:
    """Of a hundred who claim the same place one has it."""
    assert [(len(seen), seen.count("won")) for seen in _of(race, "set_once")] == [(CONTENDERS, 1)] * ROUNDS


def test_spend_has_one_winner_and_all_others_find_its_trace(race: Race, store: RecordStore) -> None:
    """Of a hundred who spend the same record one gets the value; the others get the trace of that one."""
    _prepared(race, store)
    for seen in _of(race, "spend"):
        (winner,) = [outcome.removeprefix("first ") for outcome in seen if outcome.startswith("first ")]
        assert seen.count(f"again {winner}") == CONTENDERS - 1


def test_count_gives_every_number_once(race: Race) -> None:
    """A hundred who count see the numbers from one to a hundred, each exactly once."""
    expected = [str(number) for number in range(1, CONTENDERS + 1)]
    assert [sorted(seen, key=int) for seen in _of(race, "count")] == [expected] * ROUNDS


def test_replace_loses_no_update(race: Race, store: RecordStore) -> None:
    """The tally in the record is the number of those who were told that their change was kept."""
    _prepared(race, store)
    for number, seen in enumerate(_of(race, "replace")):
        value = store.get(race.key(number))
        assert value is not None
        assert seen.count("won") == int(value) >= 1
