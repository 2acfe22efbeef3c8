"""Following the configuration that is published: what each long-running process of ours does."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import structlog

from broker.errors import ConfigurationError, StorageUnavailable
from broker.settings import BrokerFile, Settings, load_settings
from broker.storage.configuration_generations import ConfigurationGenerations, Follower
from broker.wiring.configuration import faults_of_a_swap
from broker.wiring.stores import Stores

LOOK_SECONDS: Final = 1.0
"""How often a process looks. What it then does has to be over within five seconds of the publishing."""
_TELL_SECONDS: Final = 5.0

_log = structlog.get_logger("broker.configuration")


class Following:
    """What one process works with, and what it refused; it tells others of both."""

    def __init__(
        self,
        generations: ConfigurationGenerations,
        what: str,
        *,
        works_with: int | None = None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """`works_with` is known of a process that goes on; one that starts has yet to read its files."""
        self._generations = generations
        self._me = Follower(
            f"broker {what}, process {os.getpid()} on {socket.gethostname()}",
            generations.current() if works_with is None else works_with,
        )
        self._now = now
        self._told_at: float | None = None

    def news(self) -> int | None:
        """A generation to take over now; None when there is none, or no way to know."""
        try:
            current = self._generations.current()
            self._tell_now_and_then()
        except StorageUnavailable:
            return None
        # Zero says that Redis has lost the number, which changes no file.
        return None if current in {0, self._me.works_with, self._me.refused} else current

    def took(self, generation: int) -> None:
        """This process works with it from now on."""
        _log.info("configuration taken over", generation=generation)
        self._tell(Follower(self._me.name, generation))

    def refused(self, generation: int, faults: tuple[str, ...] = ()) -> None:
        """It stays with what it has until another one is published; `faults` if nobody has told them yet."""
        _log.error("configuration not taken over", generation=generation, faults=list(faults))
        self._tell(Follower(self._me.name, self._me.works_with, generation))

    def end(self) -> None:
        """This process ends."""
        try:
            self._generations.forget(self._me.name)
        except StorageUnavailable:
            # Who does not tell any more is forgotten in half a minute.
            return

    def _tell_now_and_then(self) -> None:
        if self._told_at is None or self._now() - self._told_at >= _TELL_SECONDS:
            self._generations.tell(self._me)
            self._told_at = self._now()

    def _tell(self, changed: Follower) -> None:
        self._me, self._told_at = changed, None
        try:
            self._tell_now_and_then()
        except StorageUnavailable:
            # The next look tells it.
            return


def generations_of(stores: Stores) -> ConfigurationGenerations:
    """The generations of a deployment."""
    return ConfigurationGenerations(stores.records, stores.clock)


def next_settings(config: Path, before: BrokerFile) -> Settings:
    """The files as they are now, for a process that runs on `before`.

    Raises `ConfigurationError` with every fault, also what cannot change while it runs.
    """
    settings = load_settings(config, os.environ)
    if faults := faults_of_a_swap(before, settings):
        raise ConfigurationError(faults)
    return settings


def begin_reload(config: Path) -> None:
    """Do what `broker reload` does, in a process of its own: what SIGHUP asks for."""
    # It tells faults on our standard error and publishes when there are none; nobody waits for it here.
    subprocess.Popen(
        [sys.executable, "-m", "broker.cli", "reload", "--config", str(config), "--wait-seconds", "0"],
        stdin=subprocess.DEVNULL,
    )
