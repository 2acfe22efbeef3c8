"""A server that ends connections as soon as they are made is away: said as such, never a mistake of ours."""

from __future__ import annotations

import select
from typing import Any

import pytest
from sqlalchemy import event

from broker.errors import StorageUnavailable
from broker.storage.database import Database
from tests.support.servers import PostgresServer

_END_WITHIN_MS = 30_000


@pytest.mark.slow
def test_connection_that_ends_when_it_is_made_is_unavailable(postgres_server: PostgresServer) -> None:
    """As while a server shuts down: the next connection is as dead as this one."""
    database = Database(postgres_server.url("template"))

    def end(connection: Any, _entry: object) -> None:
        postgres_server.run(b"SELECT pg_terminate_backend(%d)" % connection.info.backend_pid)
        ended = select.poll()
        ended.register(connection.fileno(), select.POLLIN)
        assert ended.poll(_END_WITHIN_MS)

    assert database.is_current()
    database._engine.dispose()
    event.listen(database._engine, "connect", end)
    with pytest.raises(StorageUnavailable, match="database: "):
        database.is_current()
    event.remove(database._engine, "connect", end)
    assert database.is_current()
    database.close()
