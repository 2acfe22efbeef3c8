"""The scripts behind codes and guesses, on one Redis and on a cluster."""

from __future__ import annotations

from datetime import timedelta

import pytest

from broker.storage.one_time_codes import (
    MOST_GUESSES,
    MOST_SENDINGS,
    REMEMBERED_FOR,
    CodeOf,
    CodePlace,
    GuessedRight,
    GuessedWrong,
    GuessesSpent,
    MaySend,
    OneTimeCodes,
    TooManySent,
    TooSoon,
)
from broker.storage.record_keys import RecordKeys
from broker.storage.redis_connection import RedisConnection
from tests.support.moments import MovableClock
from tests.support.second_factors import at_once

PLACE = CodePlace("attempt", "login")
RIGHT, WRONG = CodeOf("ans", "factor", "012345"), CodeOf("ans", "factor", "543210")
HALF_A_MINUTE = timedelta(seconds=30)


@pytest.fixture
def codes(every_redis: RedisConnection, record_keys: RecordKeys) -> OneTimeCodes:
    """Codes on each kind of Redis in turn."""
    return OneTimeCodes(every_redis, record_keys)


def _sent(codes: OneTimeCodes, clock: MovableClock, code: CodeOf = RIGHT, message: str = "m1") -> str | None:
    leave = codes.reserve(PLACE, now=clock.now, again_at=clock.now + HALF_A_MINUTE)
    assert isinstance(leave, MaySend)
    return codes.put(PLACE, code, expires_at=clock.after(seconds=600), message_id=message)


def test_right_guess_is_right_once(codes: OneTimeCodes, clock: MovableClock) -> None:
    """Afterwards there is no code."""
    _sent(codes, clock)
    assert codes.judge(PLACE, WRONG, now=clock.now) == GuessedWrong(4)
    assert codes.judge(PLACE, RIGHT, now=clock.now) == GuessedRight()
    assert codes.judge(PLACE, RIGHT, now=clock.now) == GuessedWrong(2, no_code=True)


@pytest.mark.parametrize(
    ("place", "guess"),
    [
        (CodePlace("other", "login"), RIGHT),
        (CodePlace("attempt", "change"), RIGHT),
        (PLACE, CodeOf("bea", "factor", "012345")),
        (PLACE, CodeOf("ans", "other", "012345")),
    ],
)
def test_code_is_bound_to_all_that_it_is_for(
    codes: OneTimeCodes, clock: MovableClock, place: CodePlace, guess: CodeOf
) -> None:
    """Attempt, purpose, account and factor."""
    _sent(codes, clock)
    assert isinstance(codes.judge(place, guess, now=clock.now), GuessedWrong)


def test_guesses_that_are_compared_elsewhere_count_as_well(codes: OneTimeCodes, clock: MovableClock) -> None:
    """One counter for all."""
    _sent(codes, clock)
    left = [codes.count_guess(PLACE, now=clock.now) for _ in range(3)]
    assert left == [GuessedWrong(4), GuessedWrong(3), GuessedWrong(2)]
    assert codes.judge(PLACE, WRONG, now=clock.now) == GuessedWrong(1)
    assert codes.count_guess(PLACE, now=clock.now) == GuessedWrong(0)
    assert codes.judge(PLACE, RIGHT, now=clock.now) == GuessesSpent()
    assert codes.count_guess(PLACE, now=clock.now) == GuessesSpent()


def test_spent_guesses_stay_spent_for_longer_than_any_attempt(
    codes: OneTimeCodes, clock: MovableClock
) -> None:
    """A day, by our clock; then the place is as new."""
    for _ in range(MOST_GUESSES):
        codes.count_guess(PLACE, now=clock.now)
    clock.advance(seconds=REMEMBERED_FOR.total_seconds() - 1)
    assert codes.count_guess(PLACE, now=clock.now) == GuessesSpent()
    again_at = clock.now + HALF_A_MINUTE
    assert codes.reserve(PLACE, now=clock.now, again_at=again_at) == GuessesSpent()
    clock.advance(seconds=1)
    assert codes.count_guess(PLACE, now=clock.now) == GuessedWrong(4)


def test_new_code_kills_the_one_before_and_names_its_message(
    codes: OneTimeCodes, clock: MovableClock
) -> None:
    """So that a message that still waits can be taken back."""
    assert _sent(codes, clock) is None
    clock.advance(seconds=30)
    assert _sent(codes, clock, WRONG, "m2") == "m1"
    assert codes.judge(PLACE, RIGHT, now=clock.now) == GuessedWrong(4)
    assert codes.judge(PLACE, WRONG, now=clock.now) == GuessedRight()


def test_leave_to_send_has_one_holder(codes: OneTimeCodes, clock: MovableClock) -> None:
    """Of fifty who ask one gets it; the others hear when to come back."""
    again_at = clock.now + HALF_A_MINUTE
    seen = at_once(lambda: codes.reserve(PLACE, now=clock.now, again_at=again_at))
    assert seen.count(MaySend(again_at)) == 1
    assert seen.count(TooSoon(again_at)) == len(seen) - 1


def test_sendings_are_few(codes: OneTimeCodes, clock: MovableClock) -> None:
    """Also of who waits patiently."""
    for number in range(MOST_SENDINGS):
        _sent(codes, clock, message=f"m{number}")
        clock.advance(seconds=30)
    assert codes.reserve(PLACE, now=clock.now, again_at=clock.now) == TooManySent()


def test_guesses_at_once_are_counted_before_they_are_compared(
    codes: OneTimeCodes, clock: MovableClock
) -> None:
    """Fifty wrong ones: five are judged; fifty right ones: one wins."""
    _sent(codes, clock)
    seen = at_once(lambda: codes.judge(PLACE, WRONG, now=clock.now))
    assert sorted(one.left for one in seen if isinstance(one, GuessedWrong)) == [0, 1, 2, 3, 4]
    other = CodePlace("other", "login")
    codes.reserve(other, now=clock.now, again_at=clock.now)
    codes.put(other, RIGHT, expires_at=clock.after(seconds=600), message_id="m")
    seen = at_once(lambda: codes.judge(other, RIGHT, now=clock.now))
    assert seen.count(GuessedRight()) == 1


def test_code_without_leave_is_not_kept(codes: OneTimeCodes, clock: MovableClock) -> None:
    """Nothing stands in Redis that nobody would clean up."""
    codes.put(PLACE, RIGHT, expires_at=clock.after(seconds=600), message_id="m")
    assert codes.judge(PLACE, RIGHT, now=clock.now) == GuessedWrong(4, no_code=True)
