"""The commands and how their failures are told: one clear sentence a fault, never a stack trace."""

from __future__ import annotations

import sys

import click

from broker import __version__
from broker.cli.lean_imports import import_leanly
from broker.cli.on_demand import CommandsOnDemand
from broker.errors import ConfigurationError, StorageUnavailable

_NOT_SOUND = 1
_NOT_THERE = 3


# A worker is a fork of `broker serve` and holds what that has imported: hence each command is imported by
# those who ask for it.
@click.group(
    cls=CommandsOnDemand,
    places={
        "serve": "broker.cli.serve:serve",
        "worker": "broker.cli.work:worker",
        "check": "broker.cli.check:check",
        "reload": "broker.cli.reload:reload",
        "db": "broker.cli.database:db",
        "metadata": "broker.cli.metadata:metadata",
        "import": "broker.cli.importing:import_accounts",
        "export": "broker.cli.exporting:export_relations",
        "account": "broker.cli.account:account",
        "role": "broker.cli.role:role",
        "outage": "broker.cli.outage:outage",
        "portal": "broker.cli.portal:portal",
        "audit": "broker.cli.audit:audit",
        "doctor": "broker.cli.doctor:doctor",
        "exporter": "broker.cli.exporter:exporter",
        "keys": "broker.cli.keys:keys",
    },
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, package_name="voordeur")
def commands() -> None:
    """Voordeur, a login gateway: DigiD, eHerkenning and passwords in front, OpenID Connect behind."""


def main() -> None:
    """Run the program and turn what we know can go wrong into sentences."""
    import_leanly()
    try:
        commands()
    except ConfigurationError as error:
        for fault in error.faults:
            _tell(fault)
        sys.exit(_NOT_SOUND)
    except StorageUnavailable as error:
        _tell(f"A store does not answer: {error.detail}")
        sys.exit(_NOT_THERE)


def _tell(sentence: str) -> None:
    # Imported only to complain, because a server would hold it for good.
    from rich.console import Console  # noqa: PLC0415

    Console(stderr=True, soft_wrap=True, highlight=False).print(sentence, markup=False)
