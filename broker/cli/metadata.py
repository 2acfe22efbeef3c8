"""`broker metadata`: what providers have to know of us."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from broker.cli.options import config_option, read_settings
from broker.clock import clock_of
from broker.errors import ConfigurationError
from broker.providers.saml.refusal import AnswerRefused
from broker.wiring.audit import operator_auditor
from broker.wiring.digid import digid_metadata
from broker.wiring.eherkenning import eherkenning_metadata, service_catalogue
from broker.wiring.provider_metadata import feed_refresh
from broker.wiring.stores import opened_stores

_brand_option = click.option("--brand", required=True, help="The brand whose service provider it is.")


@click.group()
def metadata() -> None:
    """Print our signed SAML metadata, ready to hand in; fetch what providers publish."""


@metadata.command()
@config_option
@_brand_option
def digid(config: Path, brand: str) -> None:
    """Print the metadata for DigiD."""
    settings = read_settings(config)
    sys.stdout.buffer.write(digid_metadata(settings, brand, now=clock_of(settings)()))


@metadata.command()
@config_option
@_brand_option
def eherkenning(config: Path, brand: str) -> None:
    """Print the metadata for the herkenningsmakelaar."""
    settings = read_settings(config)
    sys.stdout.buffer.write(eherkenning_metadata(settings, brand, now=clock_of(settings)()))


@metadata.command()
@config_option
@click.option("--provider", required=True, help="The name of its file under providers/.")
@click.option(
    "--step-back", is_flag=True, help="Also when nothing says that it is newer than the copy that is there."
)
def fetch(config: Path, provider: str, *, step_back: bool) -> None:
    """Fetch a provider's metadata from its feed now. The worker does so by itself once there is a copy."""
    settings = read_settings(config)
    with opened_stores(settings) as stores:
        refresh = feed_refresh(settings, provider, operator_auditor(stores), stores.clock)
        try:
            changed = refresh.fetch_now(stores.clock(), step_back=step_back)
        except AnswerRefused as refusal:
            fault = f"providers/{provider}.toml: feed: {refusal.detail} ({refusal.reason_code})"
            raise ConfigurationError((fault,)) from refusal
    click.echo("The copy was replaced." if changed else "The copy says the same.")


@metadata.command()
@config_option
@_brand_option
def catalogue(config: Path, brand: str) -> None:
    """Print the brand's services for the service catalogue of eHerkenning."""
    settings = read_settings(config)
    sys.stdout.buffer.write(service_catalogue(settings, brand, now=clock_of(settings)()))
