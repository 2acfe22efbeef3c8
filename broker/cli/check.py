"""`broker check`: every fault of a configuration, each with file and key."""

from __future__ import annotations

from pathlib import Path

import click

from broker.cli.options import config_option, read_settings
from broker.errors import ConfigurationError
from broker.wiring.configuration import faults_of_what_is_named


@click.command()
@config_option
def check(config: Path) -> None:
    """Print every fault of the configuration and of the files it names; exit 1 when there is one."""
    settings = read_settings(config)
    if faults := faults_of_what_is_named(settings):
        raise ConfigurationError(faults)
    click.echo(
        f"The configuration is sound: {len(settings.brands)} brand(s), {len(settings.portals)} portal(s), "
        f"environment {settings.broker.environment.value}."
    )
