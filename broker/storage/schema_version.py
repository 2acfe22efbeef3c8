"""Which version the tables have, told without Alembic: every worker asks, and Alembic is large to load.

Migrations are numbered: their revision and their file begin with the same four digits, and the newest has
the highest. A test holds this against Alembic's own answer.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from sqlalchemy import Connection, column, inspect, select, table

_NUMBER_DIGITS = 4
# Alembic's own table, by its default name.
_VERSIONS = table("alembic_version", column("version_num"))


@cache
def newest_number() -> str:
    """The number of the newest migration, as four digits."""
    folder = Path(__file__).parent / "migrations" / "versions"
    return max(file.name[:_NUMBER_DIGITS] for file in folder.glob("[0-9]*.py"))


def is_current(connection: Connection) -> bool:
    """Whether this database has had every migration and no other."""
    return _stored(connection) == [newest_number()]


def is_recent_enough(connection: Connection) -> bool:
    """Whether this database has had every migration; a newer program may have added more."""
    return any(number >= newest_number() for number in _stored(connection))


def _stored(connection: Connection) -> list[str]:
    if not inspect(connection).has_table(_VERSIONS.name):
        return []
    versions = connection.execute(select(_VERSIONS.c.version_num)).scalars()
    return [version[:_NUMBER_DIGITS] for version in versions]
