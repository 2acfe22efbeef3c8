"""One engine for SQLite and PostgreSQL, set up so that both mean the same by a transaction.

SQLite: write-ahead log, foreign keys on, a writing transaction takes the lock at its beginning (so it cannot
fail half-way), and a commit is on disk when it returns. PostgreSQL: psycopg 3, bounded waiting.
"""

from __future__ import annotations

import errno
import os
import select
import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, UpdateBase, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection, ExecutionContext
from sqlalchemy.exc import ArgumentError, InvalidatePoolError
from sqlalchemy.pool import ConnectionPoolEntry

from broker.errors import ConfigurationError
from broker.storage.audit_chain import next_link

_SQLITE = "sqlite"
_POSTGRESQL = "postgresql"
_BUSY_SECONDS = 15.0
_CONNECT_SECONDS = 5
_WAL_ATTEMPTS = 100
# Notes with a connection of the pool that it was lent before; SQLAlchemy forgets it with the connection.
_LENT = "lent"
_POSTGRESQL_OPTIONS = (
    "-c statement_timeout=15s -c lock_timeout=10s -c idle_in_transaction_session_timeout=30s -c timezone=UTC"
)
_URL_FAULT = (
    "the database URL must be sqlite:////path/to/file or postgresql+psycopg://user:password@host/database"
)


def make_engine(url: str, *, pool_size: int) -> Engine:
    """The engine for `url`, with at most `pool_size` connections; connects to nothing yet.

    Raises `ConfigurationError`, without repeating the URL, when it is none of the two. A database in
    memory is refused too: it is another one for every worker.
    """
    parsed = parse_database_url(url)
    if parsed.drivername == _SQLITE:
        return _sqlite_engine(parsed, pool_size)
    return _postgresql_engine(parsed, pool_size)


def parse_database_url(url: str) -> URL:
    """Reads `url`, with the driver that we use; refuses it as `make_engine` does, and makes nothing."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise ConfigurationError((_URL_FAULT,)) from None
    if parsed.drivername == _SQLITE and parsed.database and parsed.database != ":memory:":
        return parsed
    if parsed.drivername in {_POSTGRESQL, f"{_POSTGRESQL}+psycopg"}:
        return parsed.set(drivername=f"{_POSTGRESQL}+psycopg")
    raise ConfigurationError((_URL_FAULT,))


def _sqlite_engine(url: URL, pool_size: int) -> Engine:
    _create_private_file(Path(url.database or ""))
    engine = create_engine(
        url,
        hide_parameters=True,
        pool_size=pool_size,
        max_overflow=0,
        connect_args={"timeout": _BUSY_SECONDS, "check_same_thread": False},
    )
    event.listen(engine, "connect", _prepare_sqlite)
    return engine


def _postgresql_engine(url: URL, pool_size: int) -> Engine:
    arguments: dict[str, Any] = {}
    if "connect_timeout" not in url.query:
        arguments["connect_timeout"] = _CONNECT_SECONDS
    if "options" not in url.query:
        arguments["options"] = _POSTGRESQL_OPTIONS
    engine = create_engine(
        url,
        hide_parameters=True,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=_CONNECT_SECONDS,
        connect_args=arguments,
    )
    event.listen(engine, "checkout", _leave_dead_connections)
    return engine


def _leave_dead_connections(connection: DBAPIConnection, entry: ConnectionPoolEntry, _proxy: object) -> None:
    """Drop what the pool kept while the server went away, without asking it: that costs no round trip.

    A server that closes a connection makes its socket readable, and an idle one has nothing else to say. One
    that was made just now is not looked at: who uses it hears what is wrong, while the pool would call two
    dead ones in a row a mistake of ours.
    """
    if _LENT not in entry.info:
        entry.info[_LENT] = True
        return
    waiting = select.poll()
    waiting.register(connection.fileno(), select.POLLIN)
    if waiting.poll(0):
        raise InvalidatePoolError


def refuse_writing(engine: Engine) -> None:
    """Let `engine` read only. The others do without this listener, which costs at every statement."""
    event.listen(engine, "before_cursor_execute", _refuse_writing_while_reading)


def lock_at_begin(engine: Engine) -> None:
    """Let every transaction of `engine`, which must be SQLite's, take the writer's lock first."""
    event.listen(engine, "begin", _begin_sqlite)


def _create_private_file(path: Path) -> None:
    """The file must not be readable for others; SQLite gives its log the same mode.

    One that is there is not opened: closing it again would take the locks away that this process has on it
    through another connection (fcntl(2)), and another process would clear the log from under that.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        elif not path.is_file() or not os.access(path, os.R_OK | os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    except OSError as error:
        raise ConfigurationError(
            (f"{path}: the database file cannot be opened ({error.strerror})",)
        ) from None


def _prepare_sqlite(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    # Python's sqlite3 shall not begin transactions by itself; `_begin_sqlite` does, or else each statement
    # is a transaction of its own.
    connection.isolation_level = None
    cursor = connection.cursor()
    _turn_on_write_ahead_log(cursor)
    # A power cut may cost the last commits, a crash of ours costs none (SQLite, WAL mode). SQLite is for the
    # demo and for tests; production runs on PostgreSQL, whose commits are on disk when they answer.
    for pragma in ("synchronous = NORMAL", "foreign_keys = ON", "trusted_schema = OFF"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
    # What PostgreSQL can compute by itself, for the statement that chains an audit event.
    connection.create_function("audit_link", 3, next_link, deterministic=True)


def _turn_on_write_ahead_log(cursor: Any) -> None:  # noqa: ANN401 - a DB-API cursor has no type of its own
    """The mode stays with the file. Changing it does not wait for other starters, so the wait is ours."""
    if cursor.execute("PRAGMA journal_mode").fetchone()[0] == "wal":
        return
    # A transaction that takes the lock does wait; when it is through, whoever was first has set the mode.
    for attempt in range(_WAL_ATTEMPTS):
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError:
            if attempt == _WAL_ATTEMPTS - 1:
                raise
            cursor.execute("BEGIN IMMEDIATE")
            cursor.execute("COMMIT")
        else:
            return


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _refuse_writing_while_reading(
    _connection: Connection,
    _cursor: object,
    _statement: str,
    _parameters: object,
    context: ExecutionContext | None,
    _executemany: bool,  # noqa: FBT001 - SQLAlchemy's signature
) -> None:
    """Writing outside a writing transaction is a mistake in our code, also where it would work."""
    if context is not None and isinstance(context.invoked_statement, UpdateBase):
        raise RuntimeError("a writing statement was given to a reading connection")
