"""Being ready means that what a login needs answers in time; being alive asks nobody."""

from __future__ import annotations

import threading
from collections.abc import Callable

from flask import Flask
from flask.testing import FlaskClient

from broker.errors import StorageUnavailable
from broker.web.health import Readiness, health_blueprint


def client_with(readiness: Readiness) -> FlaskClient:
    """Somebody who asks."""
    app = Flask("health")
    app.register_blueprint(health_blueprint(readiness))
    return app.test_client()


def nothing() -> None:
    """A dependency that is well."""


def away() -> None:
    """A dependency that is not."""
    raise StorageUnavailable("database: gone")


def counting(calls: list[int]) -> Callable[[], None]:
    """A probe that remembers that it was asked."""
    return lambda: calls.append(1)


def test_ready_tells_each_dependency() -> None:
    """One that is away makes the whole not ready, and the answer says which."""
    answer = client_with(Readiness({"database": away, "redis": nothing})).get("/health/ready")
    assert answer.status_code == 503
    assert answer.json == {"status": "unavailable", "database": "unavailable", "redis": "ok"}


def test_ready_when_all_is_well() -> None:
    """Then traffic may come."""
    answer = client_with(Readiness({"database": nothing})).get("/health/ready")
    assert (answer.status_code, answer.json) == (200, {"status": "ok", "database": "ok"})


def test_ready_counts_a_surprise_as_not_well() -> None:
    """A probe that breaks is no proof of health, and no error page."""

    def broken() -> None:
        raise KeyError("unexpected")

    assert client_with(Readiness({"schema": broken})).get("/health/ready").status_code == 503


def test_ready_waits_a_bounded_time_and_asks_a_hanging_probe_once() -> None:
    """A dependency that hangs holds neither the answer nor more than one thread."""
    calls: list[int] = []
    let_go = threading.Event()

    def hanging() -> None:
        calls.append(1)
        let_go.wait()

    readiness = Readiness({"redis": hanging, "database": nothing}, patience_seconds=1.0, kept_seconds=0)
    client = client_with(readiness)
    try:
        for _ in range(2):
            answer = client.get("/health/ready")
            assert answer.json == {"status": "unavailable", "redis": "unavailable", "database": "ok"}
        assert len(calls) == 1
    finally:
        let_go.set()


def test_ready_asks_at_most_once_a_moment() -> None:
    """Whoever asks often learns nothing new and costs nothing."""
    calls: list[int] = []
    client = client_with(Readiness({"redis": counting(calls)}, kept_seconds=3600))
    for _ in range(20):
        assert client.get("/health/ready").status_code == 200
    assert len(calls) == 1


def test_live_asks_nobody() -> None:
    """A store that is away is no reason to restart us."""
    calls: list[int] = []
    answer = client_with(Readiness({"redis": counting(calls)})).get("/health/live")
    assert (answer.status_code, answer.json, calls) == (200, {"status": "ok"}, [])
