"""The driver's connections, kept open between statements: pop one, use it, put it back.

SQLAlchemy's pool makes an entry, a proxy and a watch over both for each loan, behind two locks: that was a
twentieth of a login, which borrows ten times. SQLAlchemy still makes the connections, with all that `engine`
sets on them.
"""

from __future__ import annotations

import select
from collections import deque
from contextlib import suppress
from typing import Any

from sqlalchemy import Engine


class KeptConnections:
    """Lends connections; there are as many as were ever in use at once. Safe to share between threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._is_sqlite = engine.dialect.name == "sqlite"
        # Its pop and append are atomic, so no lock is needed.
        self._idle: deque[Kept] = deque()

    def take(self) -> Kept:
        """One that nobody else has, with nothing begun."""
        while self._idle:
            try:
                kept = self._idle.pop()
            except IndexError:  # Another thread took the last one.
                break
            if not kept.was_closed():
                return kept
            kept.close()
        return self._made()

    def give_back(self, kept: Kept) -> None:
        """For the next; nothing may be begun on it."""
        self._idle.append(kept)

    def close(self) -> None:
        """Close those that nobody has."""
        while self._idle:
            self._idle.pop().close()

    def _made(self) -> Kept:
        borrowed = self._engine.raw_connection()
        connection: Any = borrowed.driver_connection
        # From here on it is ours: the pool does not count it.
        borrowed.detach()
        if self._is_sqlite:
            return Kept(connection, None)
        # psycopg would begin a transaction before each statement.
        connection.autocommit = True
        hears_of_end = select.poll()
        hears_of_end.register(connection.fileno(), select.POLLIN)
        return Kept(connection, hears_of_end)


class Kept:
    """One connection, on which each statement is a transaction of its own until one is begun."""

    def __init__(self, connection: Any, hears_of_end: select.poll | None) -> None:  # noqa: ANN401 - a DB-API connection has no common type
        self.connection = connection
        self._hears_of_end = hears_of_end

    def was_closed(self) -> bool:
        """Whether the server hung up: that makes its socket readable, and an idle one says nothing else."""
        return self._hears_of_end is not None and bool(self._hears_of_end.poll(0))

    def close(self) -> None:
        """Let go of it, in whatever state it is."""
        with suppress(Exception):
            self.connection.close()
