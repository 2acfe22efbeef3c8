"""`broker worker`: what has to be done without anybody asking."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

import click

from broker.cli.children import when_parent_ends
from broker.cli.following import Following, begin_reload, generations_of, next_settings
from broker.cli.options import config_option, read_settings
from broker.errors import ConfigurationError, StorageUnavailable
from broker.log import configure_logging
from broker.settings import Settings
from broker.wiring.figures import start_counting
from broker.wiring.stores import Stores, open_stores
from broker.worker import run_jobs


@click.command()
@config_option
@click.option("--stop-with-parent", is_flag=True, help="Stop when standard input closes.")
def worker(config: Path, *, stop_with_parent: bool) -> None:
    """Run the background jobs until told to stop; any number of workers may run at once.

    SIGHUP does what `broker reload` does.
    """
    settings = read_settings(config)
    configure_logging(settings.broker.log.level)
    start_counting(settings)
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    if stop_with_parent:
        when_parent_ends(ended.set)
        # A terminal tells both of us; the parent sees to it.
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
    else:
        signal.signal(signal.SIGHUP, lambda *_: begin_reload(config))
    _Worker(config, ended).run(settings)


_Found = tuple[int, Settings, Stores]
"""A generation that was published, read and opened."""


class _Pause:
    """Between two rounds; over when this process ends or has something else to go on with."""

    def __init__(self, ended: threading.Event, look: Callable[[], _Found | None]) -> None:
        self._ended = ended
        self._look = look
        self.found: _Found | None = None

    def wait(self, timeout: float) -> bool:
        """Whether that was the last round."""
        if self._ended.wait(timeout):
            return True
        self.found = self._look()
        return self.found is not None


class _Worker:
    """Goes on with other settings, between two rounds of its jobs, when others are published."""

    def __init__(self, config: Path, ended: threading.Event) -> None:
        self._config = config
        self._ended = ended

    def run(self, settings: Settings) -> None:
        """Until this process is told to end."""
        stores = open_stores(settings)
        following = Following(generations_of(stores), "worker")
        # What is published from here on is news; so the files are read once more after that was asked.
        settings = read_settings(self._config)
        while True:
            pause = _Pause(self._ended, partial(self._followed, following, settings))
            run_jobs(settings, stores, pause)
            if pause.found is None:
                following.end()
                return
            stores.close()
            generation, settings, stores = pause.found
            configure_logging(settings.broker.log.level)
            following = Following(generations_of(stores), "worker", works_with=generation)
            following.took(generation)

    def _followed(self, following: Following, before: Settings) -> _Found | None:
        """What to go on with; None while that is what there is."""
        generation = following.news()
        if generation is None:
            return None
        try:
            settings = next_settings(self._config, before.broker)
            return generation, settings, open_stores(settings)
        except ConfigurationError as error:
            following.refused(generation, error.faults)
        except StorageUnavailable:
            # It is tried again in a moment.
            return None
        return None
