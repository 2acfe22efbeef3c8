"""`broker import`: accounts from a file, checked whole before anything is written."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

import click

from broker.cli.options import config_option, read_settings
from broker.domain.bsn import Bsn, InvalidBsn
from broker.domain.events import AccountsImported, Result
from broker.errors import ConfigurationError
from broker.settings import Settings
from broker.storage.accounts import AccountRepository
from broker.wiring.audit import AuditRoom, operator_origin
from broker.wiring.stores import open_stores

_KEYS = {"kind", "brand", "bsn", "name", "email"}
_LONGEST_TEXT = 200


@dataclass(frozen=True, slots=True)
class NewConsumer:
    """One line of the file."""

    brand: str
    name: str = field(repr=False)
    email: str = field(repr=False)
    bsn: Bsn


@click.command("import")
@config_option
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def import_accounts(config: Path, file: Path) -> None:
    """Import consumer accounts from FILE, one JSON object a line; all of them or none.

    A line: {"kind": "consumer_account", "brand": …, "bsn": …, "name": …, "email": …}. A person who has an
    account at the brand keeps it and gets the new name and address.
    """
    settings = read_settings(config)
    consumers = _read(file, settings)
    stores = open_stores(settings)
    accounts = AccountRepository(
        stores.database, stores.keys.columns, stores.keys.blind_indexes, stores.clock
    )
    room = AuditRoom(stores.database, stores.keys.columns, stores.clock)
    auditor = room.auditor(origin=operator_origin)
    with stores.database.writing():
        for consumer in consumers:
            accounts.add_consumer(consumer.brand, consumer.name, consumer.email, consumer.bsn)
        auditor.record(AccountsImported(brand=None, result=Result.SUCCESS, count=len(consumers)))
    click.echo(f"{len(consumers)} account(s) imported.")


def _read(file: Path, settings: Settings) -> list[NewConsumer]:
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            (f"{file.name}: cannot be read as UTF-8 ({type(error).__name__})",)
        ) from error
    faults: list[str] = []
    consumers = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            consumers.append(_parse(line, settings))
        except ValueError as error:
            faults.append(f"{file.name}: line {number}: {error}")
    if faults:
        raise ConfigurationError(tuple(faults))
    return consumers


def _parse(line: str, settings: Settings) -> NewConsumer:
    """One line; `ValueError` with a sentence that repeats nothing of it."""
    try:
        raw = json.loads(line)
    except ValueError:
        raise ValueError("is not JSON") from None
    if (
        not isinstance(raw, dict)
        or raw.keys() != _KEYS
        or not all(isinstance(raw[key], str) for key in _KEYS)
    ):
        raise ValueError(f"must be an object with exactly the texts {', '.join(sorted(_KEYS))}")
    if raw["kind"] != "consumer_account":
        raise ValueError("kind must be consumer_account")
    if raw["brand"] not in settings.brands:
        raise ValueError("brand is not one of the configuration")
    if (
        not 0 < len(raw["name"].strip()) <= _LONGEST_TEXT
        or not 0 < len(raw["email"].strip()) <= _LONGEST_TEXT
    ):
        raise ValueError(f"name and email must hold 1 to {_LONGEST_TEXT} characters")
    try:
        bsn = Bsn(raw["bsn"])
    except InvalidBsn as error:
        raise ValueError(str(error)) from None
    return NewConsumer(raw["brand"], raw["name"].strip(), raw["email"].strip(), bsn)
