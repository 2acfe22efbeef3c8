"""`broker keys`: the keys that sign tokens, and moving them on by hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from broker.cli.options import config_option, read_settings
from broker.errors import ConfigurationError
from broker.oidc.key_rotation import KeyChange, KeyRotation, TooEarly
from broker.oidc.vocabulary import SigningAlgorithm
from broker.wiring.audit import operator_auditor
from broker.wiring.signing_keys import change_keys, key_rotation, signing_key_source, tend_keys
from broker.wiring.stores import opened_stores


@click.group()
def keys() -> None:
    """The keys that sign tokens. The worker moves them on by itself; this is for looking and for haste."""


@keys.command("list")
@config_option
def list_keys(config: Path) -> None:
    """Show every key that is published, without its secret."""
    with opened_stores(read_settings(config)) as stores:
        found = signing_key_source(stores).all()
    table = Table("Key", "Algorithm", "State", "Made", "In use since", "Retired")
    for key in sorted(found, key=lambda key: (key.algorithm, key.created_at)):
        moments = (key.created_at, key.activated_at, key.retired_at)
        shown = (f"{moment:%Y-%m-%d %H:%M}" if moment else "" for moment in moments)
        table.add_row(key.kid, key.algorithm, key.state.value, *shown)
    # As wide as it needs to be also in a file, so that no key's name is cut off.
    Console(width=160).print(table)


@keys.command()
@config_option
@click.option(
    "--algorithm",
    type=click.Choice([algorithm.value for algorithm in SigningAlgorithm]),
    help="Only the key of this algorithm; else all.",
)
@click.option(
    "--at-once", is_flag=True, help="Also when portals may not know the next key yet (the old one leaked)."
)
def rotate(config: Path, algorithm: str | None, *, at_once: bool) -> None:
    """Let the next key sign; the one before stays published until nothing it signed can come back."""
    wanted = [SigningAlgorithm(algorithm)] if algorithm else list(SigningAlgorithm)

    def act(rotation: KeyRotation) -> list[KeyChange]:
        return [change for one in wanted for change in rotation.rotate(one, at_once=at_once)]

    _change(config, act)


@keys.command()
@config_option
@click.argument("kid")
def retire(config: Path, kid: str) -> None:
    """Destroy a key now: what it signed is worthless from then on. An active one is replaced first."""
    if not _change(config, lambda rotation: rotation.retire(kid)):
        raise ConfigurationError((f"there is no key {kid}; see: broker keys list",))


def _change(config: Path, act: Callable[[KeyRotation], tuple[KeyChange, ...] | list[KeyChange]]) -> bool:
    settings = read_settings(config)
    with opened_stores(settings) as stores:
        # What is due comes first and stays when the rest is refused: a next key must be there to wait for.
        tend_keys(settings, stores)
        rotation = key_rotation(settings, stores)
        try:
            changes = change_keys(stores, operator_auditor(stores), lambda: act(rotation))
        except TooEarly as early:
            raise ConfigurationError((f"{early}; --at-once does it now",)) from early
    for change in changes:
        click.echo(f"{change.algorithm} {change.kid}: {change.change}")
    return bool(changes)
