"""Which errors mean that the database is away, and what is told of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy.exc import InterfaceError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from broker.errors import StorageUnavailable
from broker.tracing import storage_span

READ_ONLY: Final = "25006"
"""PostgreSQL's word for a server that takes no writing; it files it under internal errors."""

AWAY: Final = (OperationalError, InterfaceError, PoolTimeoutError)


@contextmanager
def database_errors() -> Iterator[None]:
    """Turn the errors that SQLAlchemy tells of such a database into ours, and trace the visit."""
    try:
        with storage_span("database"):
            yield
    except AWAY as error:
        raise StorageUnavailable(f"database: {error_name(error)}") from error
    except InternalError as error:
        # PostgreSQL files it here when it takes no writing; everything else there is a mistake of ours.
        if getattr(error.orig, "sqlstate", None) != READ_ONLY:
            raise
        raise StorageUnavailable(f"database: {error_name(error)}") from error


def error_name(error: Exception) -> str:
    """The driver's name for the error and its code; its message may quote a row, so that stays out."""
    cause = getattr(error, "orig", None) or error
    code = getattr(cause, "sqlstate", None) or getattr(cause, "sqlite_errorname", None) or ""
    return f"{type(cause).__name__} {code}".rstrip()
