"""The commands and how their failures are told: one clear sentence a fault, never a stack trace."""

from __future__ import annotations

import sys

import click
from rich.console import Console

from broker import __version__
from broker.cli.audit import audit
from broker.cli.check import check
from broker.cli.database import db
from broker.cli.doctor import doctor
from broker.cli.exporter import exporter
from broker.cli.importing import import_accounts
from broker.cli.keys import keys
from broker.cli.metadata import metadata
from broker.cli.outage import outage
from broker.cli.serve import serve
from broker.cli.work import worker
from broker.errors import ConfigurationError, StorageUnavailable

_NOT_SOUND = 1
_NOT_THERE = 3


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, package_name="voordeur")
def commands() -> None:
    """Voordeur, a login gateway: DigiD in front, OpenID Connect behind."""


for command in (serve, worker, check, db, metadata, import_accounts, outage, audit, doctor, exporter, keys):
    commands.add_command(command)


def main() -> None:
    """Run the program and turn what we know can go wrong into sentences."""
    console = Console(stderr=True, soft_wrap=True, highlight=False)
    try:
        commands()
    except ConfigurationError as error:
        for fault in error.faults:
            console.print(fault, markup=False)
        sys.exit(_NOT_SOUND)
    except StorageUnavailable as error:
        console.print(f"A store does not answer: {error.detail}", markup=False)
        sys.exit(_NOT_THERE)
