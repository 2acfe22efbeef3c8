"""`broker check`: every fault of a configuration, each with file and key."""

from __future__ import annotations

from pathlib import Path

import click

from broker.cli.options import config_option, read_settings
from broker.errors import ConfigurationError
from broker.wiring.clients import clients_of
from broker.wiring.mail import mail_faults
from broker.wiring.sms import sms_faults
from broker.wiring.upstream import upstream_connections


@click.command()
@config_option
def check(config: Path) -> None:
    """Print every fault of the configuration and of the files it names; exit 1 when there is one."""
    settings = read_settings(config)
    faults: list[str] = []
    clients_of(settings, faults)
    upstream_connections(settings, faults)
    faults.extend(mail_faults(settings))
    faults.extend(sms_faults(settings))
    if faults:
        raise ConfigurationError(tuple(faults))
    click.echo(
        f"The configuration is sound: {len(settings.brands)} brand(s), {len(settings.portals)} portal(s), "
        f"environment {settings.broker.environment.value}."
    )
