"""`broker metadata`: what providers have to know of us."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from broker.cli.options import config_option, read_settings
from broker.wiring.digid import digid_metadata


@click.group()
def metadata() -> None:
    """Print our signed SAML metadata, ready to hand in."""


@metadata.command()
@config_option
@click.option("--brand", required=True, help="The brand whose service provider it is.")
def digid(config: Path, brand: str) -> None:
    """Print the metadata for DigiD."""
    sys.stdout.buffer.write(digid_metadata(read_settings(config), brand))
