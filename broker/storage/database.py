"""The database: reading, writing in a transaction, and the age of its tables."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime

from sqlalchemy import Connection, Executable, func, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.schema import Table

from broker.errors import ConfigurationError, StorageUnavailable
from broker.storage.engine import WRITING, make_engine

DEFAULT_POOL_SIZE = 8

NewRow = sqlite.Insert | postgresql.Insert


class Database:
    """Connections to one SQLite file or PostgreSQL database; safe to share between threads of one process.

    Every method raises `StorageUnavailable` when the database cannot be reached, is locked for too long
    or gives up; the detail holds the kind of error, never a value. When that happens at the end of a
    transaction it is unknown whether it was kept.
    """

    def __init__(self, url: str, *, pool_size: int = DEFAULT_POOL_SIZE) -> None:
        """`pool_size`: at least the number of threads that use it at once."""
        self._engine = make_engine(url, pool_size=pool_size)
        self._is_sqlite = self._engine.dialect.name == "sqlite"
        # Readers and single statements need no transaction; on PostgreSQL that saves two round trips of
        # three. (SQLite's driver begins none by itself.)
        alone = {} if self._is_sqlite else {"isolation_level": "AUTOCOMMIT"}
        write = {WRITING: True, "preserve_rowcount": True}
        self._reader = self._engine.execution_options(**alone)
        self._single = self._engine.execution_options(**alone, **write)
        self._writer = self._engine.execution_options(**write)
        self._current = threading.local()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection to read with; each statement sees what is committed when it starts.

        Within `writing` of the same thread it is that transaction's connection.
        """
        joined = self._joined()
        with _database_errors():
            if joined is not None:
                yield joined
                return
            with self._reader.connect() as connection:
                yield connection

    @contextmanager
    def writing(self, *, lock: str | None = None) -> Iterator[Connection]:
        """One transaction: kept when the block ends, undone when it raises.

        Within another `writing` of the same thread it joins that one, so that several repositories act
        as one. `lock` names what must not happen twice at once, in any process; it is held until the end.
        (On SQLite there is one writer at a time anyway.)
        """
        joined = self._joined()
        with _database_errors():
            if joined is not None:
                self._lock(joined, lock)
                yield joined
                return
            with self._writer.begin() as connection:
                self._current.connection = connection
                try:
                    self._lock(connection, lock)
                    yield connection
                finally:
                    self._current.connection = None

    def write_alone(self, statement: Executable, parameters: Mapping[str, object] | None = None) -> int:
        """One writing statement as its own transaction, in one round trip; answers how many rows it touched.

        Within `writing` of the same thread it is part of that transaction.
        """
        if self._is_sqlite or self._joined() is not None:
            with self.writing() as connection:
                return connection.execute(statement, parameters).rowcount
        with _database_errors(), self._single.connect() as connection:
            return connection.execute(statement, parameters).rowcount

    def new_row(self, table: Table) -> NewRow:
        """The statement that inserts one row of parameters, and does nothing where its key is taken."""
        insert = sqlite.insert if self._is_sqlite else postgresql.insert
        return insert(table).on_conflict_do_nothing()

    def now(self) -> datetime:
        """What the database's own clock says; for comparison with ours, never to decide with."""
        moment = (
            func.strftime("%Y-%m-%dT%H:%M:%f+00:00", "now") if self._is_sqlite else func.clock_timestamp()
        )
        with self.reading() as connection:
            answer = connection.execute(select(moment)).scalar_one()
        return (datetime.fromisoformat(answer) if self._is_sqlite else answer).astimezone(UTC)

    def upgrade(self) -> None:
        """Brings the tables up to this version; of several starters one does it and the others wait."""
        from broker.storage.schema_upgrade import upgrade  # noqa: PLC0415 - Alembic is slow to load and rarely needed

        with self.writing() as connection:
            if not self._is_sqlite:
                # A migration takes as long as it takes, and so do those who wait for it.
                connection.execute(text("SET LOCAL statement_timeout = 0"))
                connection.execute(text("SET LOCAL lock_timeout = 0"))
            self._lock(connection, "schema")
            upgrade(connection)

    def is_current(self) -> bool:
        """Whether the tables are those of this version."""
        from broker.storage.schema_upgrade import is_current  # noqa: PLC0415 - as above

        with self.reading() as connection:
            return is_current(connection)

    def require_current(self) -> None:
        """Raises `ConfigurationError` unless the tables are those of this version."""
        if not self.is_current():
            raise ConfigurationError(
                ("the tables of the database are not those of this version; run: broker db upgrade",)
            )

    def close(self) -> None:
        """Gives the connections back."""
        self._engine.dispose()

    def _joined(self) -> Connection | None:
        return getattr(self._current, "connection", None)

    def _lock(self, connection: Connection, name: str | None) -> None:
        if name is None or self._is_sqlite:
            return
        number = int.from_bytes(hashlib.sha256(f"voordeur {name}".encode()).digest()[:8], "big", signed=True)
        connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": number})


@contextmanager
def _database_errors() -> Iterator[None]:
    try:
        yield
    except (OperationalError, InterfaceError, PoolTimeoutError) as error:
        raise StorageUnavailable(f"database: {_error_name(error)}") from error


def _error_name(error: SQLAlchemyError) -> str:
    """The driver's name for the error and its code; its message may quote a row, so that stays out."""
    cause = getattr(error, "orig", None)
    code = getattr(cause, "sqlstate", None) or getattr(cause, "sqlite_errorname", None) or ""
    return f"{type(cause or error).__name__} {code}".rstrip()
