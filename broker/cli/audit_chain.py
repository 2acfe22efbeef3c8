"""`broker audit verify`, `export` and `key`: the log proved, handed on, and proved again elsewhere."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TextIO

import click

from broker.audit.checkpoint_format import PublicKeys
from broker.audit.export import ExportReader, Opener, export_lines
from broker.audit.log_stream import LogStream, verify_log
from broker.audit.verify import ChainVerifier
from broker.cli.moments import moment_in
from broker.cli.options import config_option, read_settings
from broker.domain.events import AuditExported, Result
from broker.errors import ConfigurationError
from broker.storage.audit_chain import ChainedEvent
from broker.storage.audit_persons import AuditPersons
from broker.wiring.audit import audit_room, operator_origin

_NOT_WHOLE = 1
_file = click.Path(path_type=Path, dir_okay=False)


@click.command()
@config_option
@click.option("--file", "export_file", type=_file, help="An export, instead of the database.")
@click.option("--brand", help="Only the lanes of this brand.")
@click.option("--since", help="From the last checkpoint before this moment (ISO 8601 with an offset).")
@click.option(
    "--checkpoint-key",
    "key_files",
    type=_file,
    multiple=True,
    help="Public key as PEM that checkpoints must be signed with; may be repeated. Required with --file.",
)
def verify(
    config: Path, export_file: Path | None, brand: str | None, since: str | None, key_files: tuple[Path, ...]
) -> None:
    """Follow every chain and checkpoint; name the first bad row of each lane and exit 1 when there is one.

    Needs the database and the key-encryption key (a restored copy will do), or an export and the public key.
    """
    pinned = _keys_of(key_files)
    if export_file is not None:
        if not pinned or since is not None:
            raise ConfigurationError(("--file: needs --checkpoint-key, and goes without --since",))
        _tell(_verified_file(export_file, pinned, brand))
        return
    with audit_room(read_settings(config)) as room:
        log = LogStream.of(room.database, brand=brand)
        log.after = log.checkpoints.number_at(_moment(since)) if since else 0
        verifier = ChainVerifier(pinned or room.checkpointer.public_keys(), brand=brand, after=log.after)
        verify_log(log, verifier)
    _tell(verifier)


@click.command()
@config_option
@click.option("--after", type=click.IntRange(0), default=0, help="The last checkpoint that you have.")
@click.option("--brand", help="Only the events of this brand.")
@click.option("--personal", is_flag=True, help="Open what the events hold of persons (source addresses).")
@click.option("--output", type=_file, help="A new file, readable for you alone; else standard output.")
def export(config: Path, after: int, brand: str | None, output: Path | None, *, personal: bool) -> None:
    """Print events as JSON lines, up to the last checkpoint; the export is itself an event.

    Standard error says which number to give as --after the next time; the exports follow on each other.
    """
    with audit_room(read_settings(config)) as room, _writing(output) as target:
        log = LogStream.of(room.database, after=after, brand=brand)
        last = log.checkpoints.last()
        until = last.number if last else 0
        if after > until:
            raise ConfigurationError((f"--after: the last checkpoint is {until}",))
        exported = AuditExported(
            brand=brand, result=Result.SUCCESS, after=after, until=until, personal=personal
        )
        room.auditor(origin=operator_origin).record(exported)
        opener = _opener(room.persons) if personal else None
        for line in export_lines(log, until=until, opener=opener):
            target.write(line + "\n")
    click.echo(f"Exported up to checkpoint {until}; the next time: --after {until}", err=True)


@click.command("key")
@config_option
def public_key(config: Path) -> None:
    """Print the public keys that checkpoints are signed with, as PEM; keep them outside this machine."""
    with audit_room(read_settings(config)) as room:
        pems = room.checkpointer.public_pems()
    if not pems:
        raise ConfigurationError(("there is no key yet: the worker makes it with its first checkpoint",))
    for pem in pems:
        click.echo(pem.decode(), nl=False)


def _verified_file(file: Path, keys: PublicKeys, brand: str | None) -> ChainVerifier:
    def make(after: int, of_brand: str | None) -> ChainVerifier:
        return ChainVerifier(keys, brand=of_brand or brand, after=after)

    try:
        with file.open(encoding="utf-8", errors="replace") as lines:
            return ExportReader(make).read(iter(lines))
    except OSError as error:
        raise ConfigurationError((f"{file}: cannot be read ({error.strerror})",)) from None


def _tell(verifier: ChainVerifier) -> None:
    for finding in verifier.findings:
        click.echo(str(finding))
    seen = (
        f"{verifier.events} event(s) and {verifier.checkpoints} checkpoint(s), "
        f"the last with number {verifier.last_checkpoint}"
    )
    if verifier.findings:
        click.echo(f"NOT WHOLE: {len(verifier.findings)} finding(s) in {seen}.")
        sys.exit(_NOT_WHOLE)
    click.echo(f"Whole: {seen}.")


def _keys_of(files: tuple[Path, ...]) -> PublicKeys:
    pems = []
    for file in files:
        try:
            pems.append(file.read_bytes())
            PublicKeys.of_pem(pems[-1:])
        except (OSError, ValueError):
            raise ConfigurationError((f"{file}: cannot be read as a P-256 public key in PEM",)) from None
    return PublicKeys.of_pem(pems)


def _moment(text: str) -> datetime:
    moment = moment_in(text)
    if moment is None:
        raise ConfigurationError(("--since: is not a moment in ISO 8601 with its offset, +01:00 or Z",))
    return moment


def _opener(persons: AuditPersons) -> Opener:
    def open_personal(event: ChainedEvent) -> dict[str, str] | None:
        if event.facts.person is None or event.person_sealed is None:
            return None
        fields = persons.open(event.facts.person, event.facts.id, event.person_sealed)
        return None if fields is None else dict(fields)

    return open_personal


@contextmanager
def _writing(output: Path | None) -> Iterator[TextIO]:
    if output is None:
        yield sys.stdout
        return
    try:
        descriptor = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise ConfigurationError((f"--output: {output} cannot be made ({error.strerror})",)) from None
    with os.fdopen(descriptor, "w", encoding="utf-8") as target:
        yield target
