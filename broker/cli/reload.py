"""`broker reload`: every server and worker takes the files over, if they have no fault."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Final

import click

from broker.cli.following import generations_of
from broker.cli.options import config_option, read_settings
from broker.domain.events import ConfigurationPublished, Result
from broker.errors import ConfigurationError
from broker.storage.configuration_generations import ConfigurationGenerations, Follower
from broker.wiring.audit import operator_auditor
from broker.wiring.configuration import faults_of_what_is_named
from broker.wiring.stores import Stores, opened_stores

_PAUSE_SECONDS: Final = 0.2
_NOT_EVERYWHERE: Final = 1


@click.command()
@config_option
@click.option(
    "--wait-seconds",
    type=click.IntRange(0, 600),
    default=15,
    show_default=True,
    help="How long to wait for everybody to have taken it over.",
)
def reload(config: Path, wait_seconds: int) -> None:
    """Judge the files and let every server and worker take them over, without losing a request.

    With a fault nothing changes. Exit 1 then, and when somebody stays with what was there before.
    """
    settings = read_settings(config)
    if faults := faults_of_what_is_named(settings):
        raise ConfigurationError(faults)
    with opened_stores(settings) as stores:
        generations = generations_of(stores)
        generation = _publish(stores, generations)
        click.echo(f"The configuration is sound, and published as generation {generation}.")
        if wait_seconds:
            _tell(generation, _waited(generations, generation, wait_seconds))


def _publish(stores: Stores, generations: ConfigurationGenerations) -> int:
    auditor = operator_auditor(stores)
    # One at a time; the event is written first, so that nothing is published that nobody wrote down.
    with stores.database.writing(lock="configuration generation"):
        generation = generations.current() + 1
        auditor.record(ConfigurationPublished(brand=None, result=Result.SUCCESS, generation=generation))
        generations.publish(generation)
    return generation


def _waited(
    generations: ConfigurationGenerations, generation: int, wait_seconds: int
) -> tuple[Follower, ...]:
    """Everybody, once all have answered or the time is over."""
    deadline = time.monotonic() + wait_seconds
    while True:
        followers = generations.followers()
        if all(generation in {one.works_with, one.refused} for one in followers):
            return followers
        if time.monotonic() >= deadline:
            return followers
        time.sleep(_PAUSE_SECONDS)


def _tell(generation: int, followers: tuple[Follower, ...]) -> None:
    if not followers:
        click.echo("Nothing runs on these stores; who starts reads the files then.")
    for one in followers:
        click.echo(f"{one.name}: {_state(one, generation)}")
    if any(one.works_with != generation for one in followers):
        sys.exit(_NOT_EVERYWHERE)


def _state(one: Follower, generation: int) -> str:
    if one.works_with == generation:
        return "works with it."
    stays = f"stays with generation {one.works_with}"
    if one.refused == generation:
        return f"{stays}; the faults are in its log."
    return f"{stays} so far; `broker doctor` tells how it goes on."
