"""Reads a file to import: every fault told with its line, and what is sound kept until all of it was read."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import IO, Final

import click

from broker.cli.import_lines import (
    ACCOUNT_KINDS,
    NewAccount,
    NewConsumer,
    is_account,
    parse_account,
)
from broker.cli.import_relations import RELATION_KINDS, is_relation, parse_relation
from broker.cli.import_rows import BadLine, FileFormat, Row, rows_of
from broker.cli.import_waiting import WaitingRows
from broker.domain.email_address import comparable
from broker.domain.roles import RoleCatalogue
from broker.errors import ConfigurationError
from broker.settings import Settings
from broker.settings.roles_section import catalogues_of

_TOLD_EVERY: Final = 10_000


@dataclass
class Reading:
    """What was read of a file: accounts in memory, the rest on disk, and how many faults were told."""

    name: str
    settings: Settings
    waiting: WaitingRows
    accounts: list[tuple[int, NewAccount]] = field(default_factory=list)
    faults: int = 0
    rows: int = 0
    digest: str = ""
    _seen: dict[tuple[str, str], int] = field(default_factory=dict)

    @property
    def catalogues(self) -> dict[str, RoleCatalogue]:
        """The roles of every brand."""
        return catalogues_of(self.settings)

    def take(self, stream: IO[bytes], file_format: FileFormat) -> None:
        """Read the whole file; nothing but its short lines is ever in memory at once."""
        catalogues, hashed = self.catalogues, _Hashed(stream)
        for row in rows_of(hashed, file_format):  # type: ignore[arg-type]  # reads like a file, which is all that is asked
            if isinstance(row, BadLine):
                self.tell(row.line, row.fault)
                continue
            try:
                self._keep(row, catalogues)
            except ValueError as error:
                self.tell(row.line, str(error))
        self.digest = hashed.sha256.hexdigest()

    def _keep(self, row: Row, catalogues: dict[str, RoleCatalogue]) -> None:
        kind = row.values.get("kind", "")
        if is_account(kind):
            account = parse_account(row.values, self.settings)
            self._once(account, row.line)
            self.accounts.append((row.line, account))
        elif is_relation(kind):
            key = parse_relation(row.values, catalogues).key
            if (earlier := self.waiting.put(key, row.line, row.values)) is not None:
                raise ValueError(f"is about the same as line {earlier}")
        else:
            raise ValueError(f"kind must be {' or '.join((*ACCOUNT_KINDS, *RELATION_KINDS))}")
        self.rows += 1
        self.progress("read", self.rows)

    def _once(self, account: NewAccount, line: int) -> None:
        who = account.bsn.number if isinstance(account, NewConsumer) else comparable(account.email)
        earlier = self._seen.setdefault((account.brand, who), line)
        if earlier != line:
            raise ValueError(f"is about the same as line {earlier}")

    def progress(self, done: str, rows: int) -> None:
        """Say now and then how far it is; to where faults go, so that standard output holds the outcome."""
        if rows % _TOLD_EVERY == 0:
            click.echo(f"{self.name}: {rows} rows {done}", err=True)

    def tell(self, line: int, fault: str) -> None:
        """Tell a fault at once: there may be more of them than memory could hold."""
        self.faults += 1
        click.echo(f"{self.name}: line {line}: {fault}", err=True)

    def require_no_fault(self) -> None:
        """`ConfigurationError` when a fault was told: then nothing is imported."""
        if self.faults:
            raise ConfigurationError((f"{self.name}: {self.faults} fault(s); nothing was imported",))


class _Hashed:
    """A stream that is digested while it is read."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self.sha256 = hashlib.sha256()

    def readline(self, size: int) -> bytes:
        """As the stream's own."""
        line = self._stream.readline(size)
        self.sha256.update(line)
        return line
