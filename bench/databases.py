"""Fresh databases on a PostgreSQL that lives as long as the benchmark."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def fresh_databases(*settings: str) -> Iterator[Callable[[], str]]:
    """Gives a function that makes one more database and tells its URL.

    `settings` of the server (``fsync=on``) win over those of tests, which care for no power failure.
    """
    from tests.support.servers import running_postgres  # noqa: PLC0415 - not needed for SQLite

    with running_postgres(*settings) as server:
        made: list[str] = []

        def fresh() -> str:
            made.append(f"bench_{len(made)}")
            server.run(f"CREATE DATABASE {made[-1]}".encode())
            return server.url(made[-1])

        yield fresh
