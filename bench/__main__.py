"""``python -m bench [name …]``: run benchmarks and say which bars and goals are met."""

from __future__ import annotations

import platform
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

import click

from bench.cases.audit_lanes import audit_lanes
from bench.cases.common import Case, Options
from bench.cases.eherkenning_login import eherkenning_login
from bench.cases.enumeration import enumeration
from bench.cases.enumeration_reset import enumeration_reset
from bench.cases.flat import flat
from bench.cases.junk import junk
from bench.cases.login_cpu import login_cpu
from bench.cases.memory import memory
from bench.cases.no_spawn import no_spawn
from bench.cases.password_flood import password_flood
from bench.cases.relations import relations, relations_flat
from bench.cases.saml_consume import eherkenning_consume, saml_consume
from bench.cases.scale_out import scale_out
from bench.cases.slow_idp import slow_idp
from bench.databases import fresh_databases
from bench.harness import FEWEST_ROUNDS, ROUNDS, SECONDS, Effort
from bench.results import Figure, detail_lines, lines, write_json

CASES: Mapping[str, Case] = MappingProxyType(
    {
        "login-cpu": login_cpu,
        "eherkenning-login": eherkenning_login,
        "saml-consume": saml_consume,
        "eherkenning-consume": eherkenning_consume,
        "junk": junk,
        "no-spawn": no_spawn,
        "memory": memory,
        "flat": flat,
        "relations": relations,
        "relations-flat": relations_flat,
        "slow-idp": slow_idp,
        "scale-out": scale_out,
        "audit-lanes": audit_lanes,
        "enumeration": enumeration,
        "enumeration-reset": enumeration_reset,
        "password-flood": password_flood,
    }
)


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(list(CASES)))
@click.option("--rounds", type=click.IntRange(2), default=ROUNDS, show_default=True)
@click.option("--seconds", type=float, default=SECONDS, show_default=True, help="Bound on one benchmark.")
@click.option("--postgres", is_flag=True, help="On a PostgreSQL of their own instead of SQLite.")
@click.option(
    "--json", "json_file", type=click.Path(path_type=Path, dir_okay=False), help="Write figures here."
)
def main(
    names: tuple[str, ...], rounds: int, seconds: float, json_file: Path | None, *, postgres: bool
) -> None:
    """Run the named benchmarks, or all. Ends with status 1 when a first bar is not met."""
    click.echo(f"Python {platform.python_version()} of {sys.base_prefix}", err=True)
    effort = Effort(rounds=rounds, fewest_rounds=min(rounds, FEWEST_ROUNDS), seconds=seconds)
    figures: list[Figure] = []
    with _databases(postgres=postgres) as database:
        for name in names or CASES:
            click.echo(f"{name} …", err=True)
            found = CASES[name](Options(effort, database))
            figures += found
            for line in (line for figure in found for line in detail_lines(figure)):
                click.echo(line)
    click.echo("\n".join(lines(figures)))
    if json_file:
        write_json(json_file, figures)
    sys.exit(any(figure.verdict == "NOT MET" for figure in figures))


@contextmanager
def _databases(*, postgres: bool) -> Iterator[Callable[[], str] | None]:
    """Makes fresh databases on a short-lived PostgreSQL, when that was asked."""
    if not postgres:
        yield None
        return
    with fresh_databases() as fresh:
        yield fresh


if __name__ == "__main__":
    main()
