"""`broker metadata`: what providers have to know of us."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from broker.cli.options import config_option, read_settings
from broker.clock import clock_of
from broker.wiring.digid import digid_metadata
from broker.wiring.eherkenning import eherkenning_metadata, service_catalogue

_brand_option = click.option("--brand", required=True, help="The brand whose service provider it is.")


@click.group()
def metadata() -> None:
    """Print our signed SAML metadata, ready to hand in."""


@metadata.command()
@config_option
@_brand_option
def digid(config: Path, brand: str) -> None:
    """Print the metadata for DigiD."""
    sys.stdout.buffer.write(digid_metadata(read_settings(config), brand))


@metadata.command()
@config_option
@_brand_option
def eherkenning(config: Path, brand: str) -> None:
    """Print the metadata for the herkenningsmakelaar."""
    sys.stdout.buffer.write(eherkenning_metadata(read_settings(config), brand))


@metadata.command()
@config_option
@_brand_option
def catalogue(config: Path, brand: str) -> None:
    """Print the brand's services for the service catalogue of eHerkenning."""
    settings = read_settings(config)
    sys.stdout.buffer.write(service_catalogue(settings, brand, now=clock_of(settings)()))
