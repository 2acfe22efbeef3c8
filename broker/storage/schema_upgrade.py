"""Alembic, held by our own connection: no ini file, no engine of its own, no logging of its own."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

CONNECTION = "connection"
"""Under this name the environment of the migrations finds the connection."""


def migration_config(connection: Connection | None = None) -> Config:
    """What Alembic needs to know; a developer makes a new migration with it, through `alembic.command`."""
    config = Config()
    # A percent sign in the path would be taken for an interpolation.
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.set_main_option("path_separator", "newline")
    config.attributes[CONNECTION] = connection
    return config


def upgrade(connection: Connection) -> None:
    """Runs the migrations that this database has not had, in the transaction of `connection`."""
    command.upgrade(migration_config(connection), "head")
