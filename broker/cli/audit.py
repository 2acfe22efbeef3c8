"""`broker audit`: what was written down."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import click

from broker.audit.erasure import AuditEraser
from broker.cli.audit_chain import export, public_key, verify
from broker.cli.moments import moment_in
from broker.cli.options import config_option, read_settings
from broker.domain.events import AuditSearched, Result
from broker.errors import ConfigurationError
from broker.storage.audit_log import AuditLog, AuditRow
from broker.wiring.audit import audit_room, operator_origin

_COLUMNS = ("time", "kind", "result", "reason", "brand", "client")
_NOT_FOUND = 1


@click.group()
def audit() -> None:
    """Read the audit log, and prove that it is whole."""


for command in (verify, export, public_key):
    audit.add_command(command)


@audit.command("erase-visitors")
@config_option
@click.option("--before", required=True, help="A day of the first month that stays: 2026-06-01T00:00+02:00.")
@click.confirmation_option(prompt="Their source addresses cannot be brought back. Erase?")
def erase_visitors(config: Path, before: str) -> None:
    """Make the source addresses of unknown visitors unreadable, of every month before that one.

    Addresses of people with an account go with the account. What happened stays, and the chain whole.
    """
    if moment_in(before) is None:
        raise ConfigurationError(("--before: is not a moment in ISO 8601 with its offset, +01:00 or Z",))
    # In the offset in which it was written: in UTC, the first hours of a month here are still the one before.
    first_kept = datetime.fromisoformat(before)
    with audit_room(read_settings(config)) as room:
        auditor = room.auditor(origin=operator_origin)
        eraser = AuditEraser(room.persons, auditor, room.clock, room.database.writing)
        months = eraser.erase_visitors_before(first_kept)
    click.echo(f"The source addresses of unknown visitors of {months} month(s) are erased.")


@audit.command()
@config_option
@click.argument("code")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def find(config: Path, code: str, *, as_json: bool) -> None:
    """Print the events behind the support code that a person read out; exit 1 when there are none.

    Who it was about is left out on purpose: the desk needs to know what happened, not to whom.
    """
    with audit_room(read_settings(config)) as room:
        rows = AuditLog(room.database).find(_normal(code))
        searched = AuditSearched(brand=None, result=Result.SUCCESS, code=_normal(code), found=len(rows))
        room.auditor(origin=operator_origin).record(searched)
    if not rows:
        click.echo("There is no event with this code.", err=True)
        sys.exit(_NOT_FOUND)
    told = [dict(zip(_COLUMNS, _told(row), strict=True)) for row in rows]
    click.echo("\n".join(map(_as_json, told)) if as_json else "\n\n".join(map(_as_lines, told)))


def _as_json(event: Mapping[str, str | None]) -> str:
    return json.dumps(event, ensure_ascii=False)


def _as_lines(event: Mapping[str, str | None]) -> str:
    """One value a line, so that none is cut off, however narrow the window is."""
    return "\n".join(f"{name}: {'-' if value is None else value}" for name, value in event.items())


def _normal(code: str) -> str:
    """The code as it is stored, however it was typed: in small letters, without its dash, with spaces."""
    letters = "".join(filter(str.isalnum, code)).upper()
    return f"{letters[:4]}-{letters[4:]}"


def _told(row: AuditRow) -> tuple[str, str, str, str | None, str, str | None]:
    reason = row.detail.get("reason")
    return (
        row.at.isoformat(timespec="seconds"),
        row.kind,
        row.result,
        None if reason is None else str(reason),
        row.brand,
        row.client_id,
    )
