"""`broker import`: accounts, organisations, collectivities and roles from a file; all of it or nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import click

from broker.cli.import_arrival import RelationArrival, relation_arrival
from broker.cli.import_lines import NewAccount, NewBusinessUser, NewConsumer
from broker.cli.import_people import Arrival
from broker.cli.import_reading import Reading
from broker.cli.import_relations import parse_relation
from broker.cli.import_rows import STANDARD_INPUT, FileFormat, format_of, opened
from broker.cli.import_waiting import waiting_rows
from broker.cli.options import config_option, read_settings
from broker.domain.events import AccountsImported, RelationsImported, Result, SecurityEvent
from broker.wiring.audit import operator_auditor
from broker.wiring.stores import Stores, opened_stores


@click.command("import")
@config_option
@click.option("--dry-run", is_flag=True, help="Try everything, tell every fault, and change nothing.")
@click.option(
    "--format",
    "written_as",
    type=click.Choice([kind.value for kind in FileFormat]),
    help="How FILE is written; default: what its name tells, else JSON lines.",
)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True))
def import_accounts(config: Path, file: Path, written_as: str | None, *, dry_run: bool) -> None:
    """Import FILE (- for standard input): one JSON object a line, or CSV; all of it or nothing.

    A consumer: {"kind": "consumer_account", "brand": …, "bsn": …, "name": …, "email": …}. A person who has
    an account at the brand keeps it and gets the new name and address.

    Somebody of an organisation: {"kind": "business_account", "brand": …, "name": …, "email": …}, and
    "password", "phone", "totp_secret" (base32) as there are. Without a password the account is an
    invitation. An account that exists is left as it is, so that no import undoes what its owner changed.

    What they work for, in any order: "organisation" (kvk, branch, name), "collectivity" (number,
    customer_number, name, kvk, branch, street, postal_code, city, phones, email), "membership" (email,
    collectivity) and "role_grant" (email, collectivity, role, reason, ends_at), each with its brand. What
    exists gets the values of the file.

    CSV has these names in its first line. Every fault is told with its line, and then nothing is imported.
    """
    settings = read_settings(config)
    name = file.name if str(file) != STANDARD_INPUT else "standard input"
    with opened(file) as stream, waiting_rows() as waiting:
        reading = Reading(name, settings, waiting)
        reading.take(stream, format_of(file, written_as))
        reading.require_no_fault()
        with opened_stores(settings) as stores:
            _write(reading, stores, dry_run=dry_run)


class _OnlyTried(Exception):
    """Undoes what a dry run did."""


def _write(reading: Reading, stores: Stores, *, dry_run: bool) -> None:
    """Everything in one transaction. A dry run is the same, undone at its end."""
    people, relations = Arrival.at(stores), relation_arrival(stores, reading.catalogues)
    hashed = people.hashes_of(
        account for _, account in reading.accounts if isinstance(account, NewBusinessUser)
    )
    auditor = operator_auditor(stores)
    with _transaction(stores, undo=dry_run):
        for line, account in reading.accounts:
            _let_account_in(reading, people, hashed, account, line)
        _let_relations_in(reading, relations)
        reading.require_no_fault()
        for event in _events(reading, relations):
            auditor.record(event)
    for sentence in _outcome(reading, relations):
        click.echo(sentence)
    if dry_run:
        click.echo("This was a dry run: nothing was imported.")


@contextmanager
def _transaction(stores: Stores, *, undo: bool) -> Iterator[None]:
    with suppress(_OnlyTried), stores.database.writing():
        yield
        if undo:
            raise _OnlyTried


def _let_account_in(
    reading: Reading,
    people: Arrival,
    hashed: dict[NewBusinessUser, str | None],
    account: NewAccount,
    line: int,
) -> None:
    try:
        if isinstance(account, NewConsumer):
            people.accounts.add_consumer(account.brand, account.name, account.email, account.bsn)
        elif account in hashed:
            people.let_in(account, hashed[account])
    except ValueError as error:
        reading.tell(line, str(error))


def _let_relations_in(reading: Reading, relations: RelationArrival) -> None:
    written = 0
    for line, values in reading.waiting.in_order():
        try:
            relations.let_in(parse_relation(values, relations.catalogues))
        except ValueError as error:
            reading.tell(line, str(error))
            continue
        written += 1
        reading.progress("written", written)


def _outcome(reading: Reading, relations: RelationArrival) -> Iterator[str]:
    if reading.accounts or not relations.counted:
        yield f"{len(reading.accounts)} account(s) imported."
    names = {
        "NewOrganisation": "organisation(s)",
        "NewCollectivity": "collectivity(ies)",
        "NewMembership": "membership(s)",
        "NewRoleGrant": "role grant(s)",
    }
    counted = [f"{relations.counted[kind]} {name}" for kind, name in names.items() if relations.counted[kind]]
    if counted:
        yield f"{', '.join(counted)} imported."


def _events(reading: Reading, relations: RelationArrival) -> Iterator[SecurityEvent]:
    if reading.accounts or not relations.counted:
        yield AccountsImported(brand=None, result=Result.SUCCESS, count=len(reading.accounts))
    if relations.counted:
        yield RelationsImported(
            brand=None,
            result=Result.SUCCESS,
            organisations=relations.counted["NewOrganisation"],
            collectivities=relations.counted["NewCollectivity"],
            memberships=relations.counted["NewMembership"],
            role_grants=relations.counted["NewRoleGrant"],
            file_sha256=reading.digest,
        )
