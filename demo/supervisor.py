"""Runs steps and services: parallel where they may be, ended together, with a clear word when one fails."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import requests

from demo.processes import GRACE_SECONDS, end_children, start_child, tail

READY_SECONDS = 60.0
STEP_SECONDS = 120.0
POLL_SECONDS = 0.05


class DemoFailed(Exception):
    """The demo cannot go on; the message is for the person at the terminal."""


@dataclass(frozen=True, slots=True)
class Step:
    """A program that does something and ends. What it prints goes to `output` when given."""

    name: str
    argv: tuple[str, ...]
    output: Path | None = None


@dataclass(frozen=True, slots=True)
class Service:
    """A program that keeps running. It is ready when `ready_url` answers with success."""

    name: str
    argv: tuple[str, ...]
    ready_url: str


class Supervisor:
    """Starts children from the main thread and knows them all, so that `stop` leaves none."""

    def __init__(
        self, log_dir: Path, environment: Mapping[str, str], grace_seconds: float = GRACE_SECONDS
    ) -> None:
        self.log_dir = log_dir
        self.environment = dict(environment)
        self._grace_seconds = grace_seconds
        self._running: list[tuple[Service, subprocess.Popen[bytes]]] = []
        self._children: list[subprocess.Popen[bytes]] = []

    def run(self, *steps: Step) -> None:
        """Do these steps side by side; `DemoFailed` tells which one did not succeed."""
        pairs = [(step, self._start(step.name, step.argv, _unfinished(step))) for step in steps]
        for step, process in pairs:
            try:
                status = process.wait(STEP_SECONDS)
            except subprocess.TimeoutExpired:
                raise DemoFailed(f"{step.name} took longer than {STEP_SECONDS:.0f} seconds.") from None
            if status != 0:
                raise DemoFailed(self._with_log(f"{step.name} failed (exit status {status}).", step.name))
            unfinished = _unfinished(step)
            if step.output and unfinished:
                unfinished.replace(step.output)
            self._children.remove(process)

    def start(self, *services: Service) -> None:
        """Start these services; `wait_until_ready` waits for them."""
        for service in services:
            self._running.append((service, self._start(service.name, service.argv)))

    def wait_until_ready(self) -> None:
        """Return once every service answers; `DemoFailed` when one ends or stays silent."""
        deadline = time.monotonic() + READY_SECONDS
        waiting = [service for service, _ in self._running]
        with requests.Session() as session:
            session.trust_env = False
            while waiting:
                self.check()
                waiting = [service for service in waiting if not _answers(session, service.ready_url)]
                if waiting and time.monotonic() > deadline:
                    name = waiting[0].name
                    raise DemoFailed(
                        self._with_log(f"{name} does not answer at {waiting[0].ready_url}.", name)
                    )
                time.sleep(POLL_SECONDS if waiting else 0)

    def check(self) -> None:
        """`DemoFailed` when a service has ended."""
        for service, process in self._running:
            status = process.poll()
            if status is not None:
                raise DemoFailed(
                    self._with_log(f"{service.name} ended (exit status {status}).", service.name)
                )

    def stop(self) -> None:
        """End everything that still runs, the last started first."""
        end_children(self._children[::-1], self._grace_seconds)
        self._running, self._children = [], []

    def _start(self, name: str, argv: Sequence[str], output: Path | None = None) -> subprocess.Popen[bytes]:
        try:
            child = start_child(argv, self._log(name), self.environment, output)
        except FileNotFoundError:
            raise DemoFailed(f"{name} cannot start: {argv[0]} does not exist. Run: make demo") from None
        self._children.append(child)
        return child

    def _log(self, name: str) -> Path:
        return self.log_dir / f"{name.replace(' ', '-')}.log"

    def _with_log(self, sentence: str, name: str) -> str:
        log = self._log(name)
        return f"{sentence}\nThe end of {log}:\n{tail(log)}"


def _unfinished(step: Step) -> Path | None:
    """Where output goes until the step succeeded, so that nobody reads half of it."""
    return step.output.with_name(f".{step.output.name}.unfinished") if step.output else None


def _answers(session: requests.Session, url: str) -> bool:
    try:
        return session.get(url, timeout=2).ok
    except requests.RequestException:
        return False
