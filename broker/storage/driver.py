"""The database's own driver, for statements that SQLAlchemy has made ready: alone, or in a transaction.

Borrows connections from SQLAlchemy's pool and gives them back as SQLAlchemy expects them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, PoolProxiedConnection

from broker.errors import StorageUnavailable
from broker.storage.database_errors import AWAY, READ_ONLY, error_name
from broker.storage.prepared import ReadyStatement
from broker.tracing import storage_span


class Driver:
    """Runs ready statements. Raises `StorageUnavailable` as `Database` does, or the driver's own errors."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._is_sqlite = engine.dialect.name == "sqlite"
        self.errors: Any = engine.dialect.loaded_dbapi

    def run(
        self,
        ready: ReadyStatement,
        parameters: Mapping[str, object],
        use: Callable[[Any], Any],
        *,
        within: Any,  # noqa: ANN401 - a DB-API connection has no common type
    ) -> Any:  # noqa: ANN401 - whatever `use` takes from the driver's cursor
        """Run one statement on the connection `within`, or as a transaction of its own when that is None."""
        values = ready.values(parameters)
        try:
            with storage_span("database"):
                if within is not None:
                    return use(within.execute(ready.sql, values))
                return self._run_alone(ready.sql, values, use)
        except (self.errors.Error, *AWAY) as error:
            self._tell_away(error)
            raise

    @contextmanager
    def transaction(self) -> Iterator[Any]:
        """A connection with a transaction: kept when the block ends, undone when it raises."""
        try:
            with storage_span("database"):
                borrowed = self._engine.raw_connection()
                connection = driver_connection(borrowed)
                try:
                    if self._is_sqlite:
                        # As in `engine`: the writer's lock first. psycopg begins by itself.
                        connection.execute("BEGIN IMMEDIATE")
                    yield connection
                    connection.commit()
                except BaseException as error:
                    self._give_back_after(error, borrowed)
                    raise
                borrowed.close()
        except (self.errors.Error, *AWAY) as error:
            self._tell_away(error)
            raise

    def _run_alone(self, sql: str, values: object, use: Callable[[Any], Any]) -> Any:  # noqa: ANN401 - as `run`
        borrowed = self._engine.raw_connection()
        connection = driver_connection(borrowed)
        try:
            if not self._is_sqlite:
                # psycopg would begin a transaction first; nothing is sent for this, nor for taking it back.
                connection.autocommit = True
            answer = use(connection.execute(sql, values))
            if not self._is_sqlite:
                connection.autocommit = False
        except BaseException as error:
            if not self._is_sqlite and self._was_refused(error, borrowed):
                connection.autocommit = False
            self._give_back_after(error, borrowed)
            raise
        borrowed.close()
        return answer

    def _give_back_after(self, error: BaseException, borrowed: PoolProxiedConnection) -> None:
        """Keep a connection whose statement was refused; one that was lost, or left half-way, is closed.

        The pool undoes what a kept one has open.
        """
        if not self._was_refused(error, borrowed):
            borrowed.invalidate(error)
        borrowed.close()

    def _was_refused(self, error: BaseException, borrowed: PoolProxiedConnection) -> bool:
        if not isinstance(error, self.errors.Error):
            return False
        lost = self._engine.dialect.is_disconnect(error, driver_connection(borrowed), None)
        return not lost

    def _tell_away(self, error: Exception) -> None:
        """Raise `StorageUnavailable` when that is what the error means."""
        if isinstance(error, self.errors.InternalError):
            away = getattr(error, "sqlstate", None) == READ_ONLY
        else:
            away = isinstance(error, (self.errors.OperationalError, self.errors.InterfaceError, *AWAY))
        if away:
            raise StorageUnavailable(f"database: {error_name(error)}") from error


def driver_connection(connection: PoolProxiedConnection) -> Any:  # noqa: ANN401 - a DB-API connection has no common type
    """The driver's own connection behind one that the pool lent."""
    return connection.driver_connection
