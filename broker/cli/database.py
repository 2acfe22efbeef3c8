"""`broker db`: the tables."""

from __future__ import annotations

from pathlib import Path

import click

from broker.cli.options import config_option, read_settings
from broker.wiring.stores import open_database


@click.group()
def db() -> None:
    """Look after the database."""


@db.command()
@config_option
def upgrade(config: Path) -> None:
    """Bring the tables up to this version; safe to run by several at once, and again."""
    database = open_database(read_settings(config))
    database.upgrade()
    database.close()
    click.echo("The tables are those of this version.")
