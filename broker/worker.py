"""The background jobs: small, repeatable, and safe to run by any number of workers at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from broker.errors import StorageUnavailable
from broker.storage.used_messages import UsedMessages
from broker.wiring.stores import Stores

_PAUSE_SECONDS = 30.0

_log = structlog.get_logger("broker.worker")


@dataclass(frozen=True, slots=True)
class Job:
    """A named piece of work; `run` answers how much it did."""

    name: str
    run: Callable[[], int]


def jobs_of(stores: Stores) -> tuple[Job, ...]:
    """All jobs of a deployment."""
    used = UsedMessages(stores.database)
    return (Job("forget used messages that have expired", lambda: used.purge(stores.clock())),)


def run_jobs(stores: Stores, stop: threading.Event, pause_seconds: float = _PAUSE_SECONDS) -> None:
    """Run every job, rest, and begin again, until `stop` is set; a store that is away is tried later."""
    jobs = jobs_of(stores)
    while not stop.is_set():
        for job in jobs:
            _run(job)
        stop.wait(pause_seconds)


def _run(job: Job) -> None:
    try:
        done = job.run()
    except StorageUnavailable as error:
        _log.warning("job could not run", job=job.name, detail=error.detail)
        return
    if done:
        _log.info("job done", job=job.name, count=done)
