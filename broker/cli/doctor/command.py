"""The command itself: the checks in the order in which parts depend on each other, and how they are told."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Final

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from broker.cli.doctor.feeds import check_feeds
from broker.cli.doctor.findings import Check, Finding, Health, carry_out, failure, good
from broker.cli.doctor.generations import check_generations
from broker.cli.doctor.neighbours import (
    check_back_channels,
    check_certificates,
    check_mail,
    check_portals,
    check_sms,
)
from broker.cli.doctor.stores import check_database, check_keys, check_redis
from broker.cli.options import config_option, read_settings
from broker.errors import ConfigurationError
from broker.settings import Settings
from broker.wiring.clients import clients_of
from broker.wiring.mail import mail_faults
from broker.wiring.sms import sms_faults
from broker.wiring.upstream import upstream_connections

_MARKS: Final = {Health.GOOD: "good", Health.WARNING: "look", Health.FAILURE: "FAIL"}
_STYLES: Final = {Health.GOOD: "green", Health.WARNING: "yellow", Health.FAILURE: "bold red"}
_WIDTH_WITHOUT_TERMINAL = 160


def check_files(settings: Settings) -> Iterator[Finding]:
    """What `broker check` judges: the files, and the files that they name."""
    faults: list[str] = []
    clients_of(settings, faults)
    upstream_connections(settings, faults)
    faults.extend(mail_faults(settings))
    faults.extend(sms_faults(settings))
    yield from (failure("configuration", fault) for fault in faults)
    if not faults:
        told = f"{len(settings.brands)} brand(s), {len(settings.portals)} portal(s)"
        yield good("configuration", f"is sound: {told}, environment {settings.broker.environment.value}")


CHECKS: Final[tuple[tuple[str, Check], ...]] = (
    ("configuration", check_files),
    ("database", check_database),
    ("Redis", check_redis),
    ("keys", check_keys),
    ("reload", check_generations),
    ("certificates", check_certificates),
    ("metadata feed", check_feeds),
    ("back channel", check_back_channels),
    ("portals", check_portals),
    ("mail", check_mail),
    ("sms", check_sms),
)


@click.command()
@config_option
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
def doctor(config: Path, *, as_json: bool) -> None:
    """Try everything that a login depends on and say what to do; exit 1 when something fails."""
    findings = examine(config)
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in findings], indent=2, ensure_ascii=False))
    else:
        _print(findings)
    if any(finding.health is Health.FAILURE for finding in findings):
        sys.exit(1)


def examine(config: Path) -> list[Finding]:
    """All findings; without a configuration that can be read there is nothing more to try."""
    try:
        settings = read_settings(config)
    except ConfigurationError as error:
        return [failure("configuration", fault) for fault in error.faults]
    return [found for part, check in CHECKS for found in carry_out(part, check, settings)]


def _print(findings: Sequence[Finding]) -> None:
    console = Console(width=None if sys.stdout.isatty() else _WIDTH_WITHOUT_TERMINAL, highlight=False)
    table = Table(show_header=True, header_style="bold")
    table.add_column("")
    table.add_column("part", no_wrap=True)
    table.add_column("finding")
    for finding in findings:
        mark = Text(_MARKS[finding.health], style=_STYLES[finding.health])
        table.add_row(mark, Text(finding.part), Text(finding.sentence))
    console.print(table)
    counts = {health: sum(found.health is health for found in findings) for health in Health}
    console.print(
        f"{counts[Health.GOOD]} good, {counts[Health.WARNING]} to look at, {counts[Health.FAILURE]} failing"
    )
