"""The worker's rounds: often enough for mail, and no job stands in the way of another."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from broker import worker
from broker.errors import StorageUnavailable
from tests.support.system import System


def test_worker_looks_for_messages_every_second_and_cleans_now_and_then(system: System) -> None:
    """Somebody waits for the mail; nobody waits for the cleaning."""
    rounds = {job.name: job.every_rounds for job in worker.jobs_of(system.settings, system.stores)}
    assert rounds["send messages"] == 1
    assert rounds["forget messages that were settled long ago"] > 1
    assert worker._PAUSE_SECONDS <= 1


@pytest.mark.parametrize("trouble", [StorageUnavailable("away"), ValueError("marker-secret")])
def test_job_that_fails_is_told_and_leaves_the_others_alone(
    system: System,
    trouble: Exception,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Its values stay out of the log."""
    stop, seen = threading.Event(), []

    def fail() -> int:
        raise trouble

    def work() -> int:
        seen.append(1)
        if len(seen) == 2:
            stop.set()
        return 1

    jobs: tuple[worker.Job, ...] = (worker.Job("broken", fail), worker.Job("sound", work))
    chosen: Callable[..., tuple[worker.Job, ...]] = lambda *_: jobs  # noqa: E731 - one line is the whole of it
    monkeypatch.setattr(worker, "jobs_of", chosen)
    worker.run_jobs(system.settings, system.stores, stop, pause_seconds=0)
    assert len(seen) == 2
    logged = "".join(capsys.readouterr())
    assert "broken" in logged
    assert "marker-secret" not in logged
