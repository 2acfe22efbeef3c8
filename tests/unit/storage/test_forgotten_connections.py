"""Who forgets a connection leaves no socket open, in whatever order the collector meets what is forgotten."""

from __future__ import annotations

import gc
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from broker.storage.database import Database
from broker.storage.redis_connection import RedisConnection, connect_redis
from broker.storage.redis_lines import RedisLines
from tests.support.servers import PostgresServer


class _Ring:
    """Something that holds itself and a store, as an application does: only the collector ends it."""

    def __init__(self, held: object) -> None:
        self.held = held
        self.itself = self


@contextmanager
def _told_when_left_open() -> Iterator[list[str]]:
    """What is told of sockets that were left open; the collector works at the end of the block alone."""
    gc.collect()
    gc.disable()
    told: list[str] = []
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always", ResourceWarning)
            yield told
            gc.collect()
        told += [str(warning.message) for warning in caught]
    finally:
        gc.enable()


def _use_with_a_socket_younger_than_its_owner(make: Callable[[], RedisConnection]) -> None:
    """The collector finalises the young before those who were there at an earlier collection."""
    connection = make()
    connection.get("nothing")
    for _, server in connection.each_server():
        server.ping()
    assert isinstance(connection._lines, RedisLines)
    # Each line of ours and of redis-py's own pool, known to the collector, gets a new socket.
    gc.collect(0)
    for line in connection._lines._idle:
        line._connection.disconnect()
        line._connection.connect()
    for own in connection._client.connection_pool._available_connections:  # type: ignore[union-attr]  # one server
        own.disconnect()
        own.connect()
    _Ring(connection)


def test_forgotten_redis_connection_closes_its_sockets(redis_url: str) -> None:
    """An application that nobody closed is collected without a warning."""
    with _told_when_left_open() as told:
        _use_with_a_socket_younger_than_its_owner(lambda: connect_redis(redis_url))
    assert told == []


def test_redis_connection_may_be_closed_twice(redis_url: str) -> None:
    """Who closes what is closed changes nothing."""
    with _told_when_left_open() as told:
        connection = connect_redis(redis_url)
        connection.get("nothing")
        connection.close()
        connection.close()
        del connection
    assert told == []


@pytest.mark.slow
def test_forgotten_database_closes_its_connections(postgres_server: PostgresServer) -> None:
    """The driver of PostgreSQL warns of each connection that is forgotten open."""
    with _told_when_left_open() as told:
        database = Database(postgres_server.url("template"))
        assert database.is_current()
        _Ring(database)
        del database
    assert told == []
