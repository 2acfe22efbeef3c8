"""What is published, and who works with it: told to everybody who shares Redis, and forgotten in time."""

from __future__ import annotations

import pytest

from broker.storage.configuration_generations import ConfigurationGenerations, Follower
from broker.storage.records import RecordKeys, RecordStore
from broker.storage.redis_connection import RedisConnection
from tests.support.moments import MovableClock


@pytest.fixture
def generations(
    every_redis: RedisConnection, record_keys: RecordKeys, clock: MovableClock
) -> ConfigurationGenerations:
    """On each kind of Redis in turn."""
    return ConfigurationGenerations(RecordStore(every_redis, record_keys, clock), clock)


def test_generation_is_zero_until_one_is_published(generations: ConfigurationGenerations) -> None:
    """Also after Redis has lost everything, so zero says nothing."""
    assert generations.current() == 0
    generations.publish(1)
    generations.publish(2)
    assert generations.current() == 2


def test_generation_outlasts_a_server_that_nobody_restarts(
    generations: ConfigurationGenerations, clock: MovableClock
) -> None:
    """It is read every second and renewed by nobody."""
    generations.publish(7)
    clock.advance(seconds=5 * 365 * 86_400)
    assert generations.current() == 7


def test_who_does_not_tell_any_more_is_forgotten(
    generations: ConfigurationGenerations, clock: MovableClock
) -> None:
    """In half a minute, or at once when it says that it ends; the last word of each counts."""
    generations.tell(Follower("b", 1))
    generations.tell(Follower("a", 1))
    clock.advance(seconds=20)
    generations.tell(Follower("a", 1, refused=2))
    assert generations.followers() == (Follower("a", 1, refused=2), Follower("b", 1))
    clock.advance(seconds=10)
    assert generations.followers() == (Follower("a", 1, refused=2),)
    generations.forget("a")
    assert generations.followers() == ()
