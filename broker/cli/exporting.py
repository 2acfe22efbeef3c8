"""`broker export`: what a brand knows of collectivities and roles, in the form that `broker import` takes."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import IO, Final

import click

from broker.cli.import_relations import RELATION_KINDS
from broker.cli.import_rows import FORMULA, NO_FORMULA_IN, STANDARD_INPUT, FileFormat, format_of
from broker.cli.options import brand_option, config_option, read_settings, require_brand
from broker.domain.accounts import AccountId
from broker.domain.collectivity import Collectivity
from broker.domain.events import RelationsExported, Result
from broker.domain.organisation import Organisation
from broker.domain.rights import RoleGrant
from broker.errors import ConfigurationError
from broker.storage.collectivity_export import CollectivityExport
from broker.wiring.audit import operator_auditor
from broker.wiring.repositories import account_repository, collectivity_repository
from broker.wiring.stores import Stores, opened_stores

_COLUMNS: Final = (
    *("kind", "brand", "kvk", "branch", "number", "customer_number", "name"),
    *("street", "postal_code", "city", "phones", "email", "collectivity", "role", "reason", "ends_at"),
)
_REMEMBERED: Final = 1024
_ExportedRow = Mapping[str, str]


@click.command("export")
@config_option
@brand_option
@click.option(
    "--kind",
    "kinds",
    type=click.Choice(RELATION_KINDS),
    multiple=True,
    help="Only rows of this kind; may be given more than once. Default: all.",
)
@click.option(
    "--format",
    "written_as",
    type=click.Choice([kind.value for kind in FileFormat]),
    help="How FILE is written; default: what its name tells, else JSON lines.",
)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True), default="-")
def export_relations(
    config: Path, brand: str, kinds: tuple[str, ...], written_as: str | None, file: Path
) -> None:
    """Write organisations, collectivities, memberships and roles of a brand to FILE (- for standard output).

    The file can be imported again, elsewhere too once the accounts are there. It names people by their
    address: keep it as you would keep those. A file that exists is not written over.
    """
    settings = read_settings(config)
    require_brand(settings, brand)
    wanted = kinds or RELATION_KINDS
    with opened_stores(settings) as stores, _written_to(file) as stream:
        # Stands in the audit log before anything leaves.
        exported = RelationsExported(brand=brand, result=Result.SUCCESS, kinds=" ".join(wanted))
        operator_auditor(stores).record(exported)
        write = _writer(stream, format_of(file, written_as))
        count = 0
        for row in Rows(stores, brand).of(wanted):
            write(row)
            count += 1
    click.echo(f"{count} row(s) exported.", err=True)


@contextmanager
def _written_to(file: Path) -> Iterator[IO[str]]:
    if str(file) == STANDARD_INPUT:
        yield sys.stdout
        return
    try:
        file.touch(mode=0o600, exist_ok=False)
        stream = file.open("w", encoding="utf-8", newline="")
    except OSError as error:
        raise ConfigurationError((f"{file.name}: cannot be written ({type(error).__name__})",)) from error
    with stream:
        yield stream


def _writer(stream: IO[str], file_format: FileFormat) -> Callable[[_ExportedRow], object]:
    if file_format is FileFormat.JSONL:
        return lambda row: stream.write(json.dumps(row, ensure_ascii=False) + "\n")
    table = csv.writer(stream)
    table.writerow(_COLUMNS)
    return lambda row: table.writerow([_cell(name, row.get(name, "")) for name in _COLUMNS])


def _cell(name: str, value: str) -> str:
    """What a spreadsheet shows as text: an apostrophe keeps it from taking a name for a formula."""
    return f"'{value}" if value.startswith(FORMULA) and name not in NO_FORMULA_IN else value


class Rows:
    """The rows of a brand; what others refer to comes first."""

    def __init__(self, stores: Stores, brand: str) -> None:
        self._brand = brand
        self._export = CollectivityExport(stores.database)
        self._collectivities = collectivity_repository(stores)
        self._accounts = account_repository(stores)
        self._email = lru_cache(_REMEMBERED)(self._find_email)

    def of(self, kinds: tuple[str, ...]) -> Iterator[_ExportedRow]:
        """Every row of these kinds."""
        rows: Mapping[str, Callable[[], Iterator[dict[str, str | None]]]] = {
            "organisation": self._organisations,
            "collectivity": self._all_collectivities,
            "membership": self._memberships,
            "role_grant": self._grants,
        }
        for kind in (kind for kind in RELATION_KINDS if kind in kinds):
            for row in rows[kind]():
                given = {name: value for name, value in row.items() if value}
                yield {"kind": kind, "brand": self._brand, **given}

    def _organisations(self) -> Iterator[dict[str, str | None]]:
        for organisation in self._export.organisations(self._brand):
            yield {**_owner(organisation), "name": organisation.name}

    def _all_collectivities(self) -> Iterator[dict[str, str | None]]:
        for number in self._export.numbers(self._brand):
            found = self._collectivities.find(self._brand, number)
            if found is not None:
                yield _collectivity(found)

    def _memberships(self) -> Iterator[dict[str, str | None]]:
        for account_id, number in self._export.memberships(self._brand):
            yield {"email": self._email(account_id), "collectivity": number.number}

    def _grants(self) -> Iterator[dict[str, str | None]]:
        for number, grant in self._export.grants(self._brand):
            yield {"email": self._email(grant.account_id), "collectivity": number.number, **_terms(grant)}

    def _find_email(self, account_id: AccountId) -> str | None:
        found = self._accounts.get(account_id)
        return found.email if found is not None else None


def _owner(organisation: Organisation) -> dict[str, str | None]:
    branch = organisation.branch
    return {"kvk": organisation.kvk.number, "branch": branch.number if branch else None}


def _collectivity(found: Collectivity) -> dict[str, str | None]:
    place, contact = found.contact.address, found.contact
    return {
        **_owner(found.organisation),
        "number": found.number.number,
        "customer_number": found.customer_number.number,
        "name": found.name,
        "street": place.street if place else None,
        "postal_code": place.postal_code if place else None,
        "city": place.city if place else None,
        "phones": "; ".join(contact.phones),
        "email": contact.email,
    }


def _terms(grant: RoleGrant) -> dict[str, str | None]:
    end = grant.ends_at.isoformat() if grant.ends_at else None
    return {"role": grant.role, "reason": grant.reason, "ends_at": end}
