"""`broker outage`: close a way of logging in that does not work, say so to people, and open it again."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from broker.audit.recorder import Auditor
from broker.cli.moments import moment_in
from broker.cli.options import config_option, read_settings
from broker.clock import clock_of
from broker.domain.events import OutageAnnounced, OutageEnded, Result
from broker.domain.outages import Outage
from broker.errors import ConfigurationError
from broker.settings import Settings
from broker.storage.database import Database
from broker.storage.provider_outages import OutageRepository
from broker.wiring.audit import audit_room_on, operator_origin
from broker.wiring.stores import open_database

_LONGEST_TEXT = 400
_MOST_MINUTES = 7 * 24 * 60

_provider_option = click.option("--provider", required=True, help="Name of its file under providers/.")
_brand_option = click.option(
    "--brand", help="Only at this brand; else at every brand that uses the provider."
)


@click.group()
def outage() -> None:
    """Close a way of logging in, or open it again; every worker follows within two seconds."""


@outage.command()
@config_option
@_provider_option
@_brand_option
@click.option("--until", help="When it works again, in ISO 8601 with an offset: 2026-11-21T06:00+01:00.")
@click.option("--minutes", type=click.IntRange(1, _MOST_MINUTES), help="The same, from now.")
@click.option("--text-nl", help="What people read, in Dutch; else our own sentence.")
@click.option("--text-en", help="The same in English.")
def on(  # noqa: PLR0913, PLR0917 - one argument for each option
    config: Path,
    provider: str,
    brand: str | None,
    until: str | None,
    minutes: int | None,
    text_nl: str | None,
    text_en: str | None,
) -> None:
    """Close a provider: its button stays on the page, cannot be used, and says why."""
    settings = read_settings(config)
    _require_known(settings, provider, brand)
    now = clock_of(settings)()
    closed = Outage(
        provider,
        brand,
        now,
        _end(until, minutes, now),
        _text(text_nl, "--text-nl"),
        _text(text_en, "--text-en"),
    )
    database = open_database(settings)
    with database.writing():
        OutageRepository(database).announce(closed)
        _auditor(settings, database).record(
            OutageAnnounced(
                brand=brand,
                result=Result.SUCCESS,
                provider=provider,
                until=closed.until.isoformat() if closed.until else None,
            )
        )
    database.close()
    ends = (
        f"until {closed.until.isoformat(timespec='minutes')}" if closed.until else "until you open it again"
    )
    click.echo(f"{provider} is closed at {brand or 'every brand'} {ends}.")


@outage.command()
@config_option
@_provider_option
@_brand_option
def off(config: Path, provider: str, brand: str | None) -> None:
    """Open a provider again; an outage of all brands is not ended for one."""
    settings = read_settings(config)
    database = open_database(settings)
    with database.writing():
        ended = OutageRepository(database).end(provider, brand)
        if ended:
            event = OutageEnded(brand=brand, result=Result.SUCCESS, provider=provider)
            _auditor(settings, database).record(event)
    database.close()
    where = brand or "every brand"
    click.echo(f"{provider} is open again at {where}." if ended else f"{provider} was not closed at {where}.")


@outage.command("list")
@config_option
def list_outages(config: Path) -> None:
    """Print what is closed."""
    settings = read_settings(config)
    database = open_database(settings)
    outages, now = OutageRepository(database).all(), clock_of(settings)()
    database.close()
    table = Table("provider", "brand", "since", "until", "now", box=None)
    for found in outages:
        over = found.until is not None and found.until <= now
        table.add_row(
            found.provider,
            found.brand or "every brand",
            found.since.isoformat(timespec="minutes"),
            found.until.isoformat(timespec="minutes") if found.until else "-",
            "open again" if over else "closed",
        )
    if outages:
        Console(soft_wrap=True).print(table)
    else:
        click.echo("Nothing is closed.")


def _require_known(settings: Settings, provider: str, brand: str | None) -> None:
    if provider not in settings.providers:
        raise ConfigurationError((f"--provider: there is no providers/{provider}.toml",))
    if brand is None:
        return
    found = settings.brands.get(brand)
    if found is None or found.digid is None or found.digid.provider != provider:
        raise ConfigurationError((f"--brand: {brand} is no brand that uses {provider}",))


def _end(until: str | None, minutes: int | None, now: datetime) -> datetime | None:
    if until is not None and minutes is not None:
        raise ConfigurationError(("give --until or --minutes, not both",))
    if minutes is not None:
        return now + timedelta(minutes=minutes)
    if until is None:
        return None
    moment = moment_in(until)
    if moment is None:
        raise ConfigurationError(("--until: is not a moment in ISO 8601 with its offset, +01:00 or Z",))
    if moment <= now:
        raise ConfigurationError(("--until: has passed",))
    return moment


def _text(given: str | None, option: str) -> str | None:
    text = (given or "").strip()
    if len(text) > _LONGEST_TEXT:
        raise ConfigurationError((f"{option}: holds at most {_LONGEST_TEXT} characters",))
    return text or None


def _auditor(settings: Settings, database: Database) -> Auditor:
    return audit_room_on(settings, database).auditor(origin=operator_origin)
