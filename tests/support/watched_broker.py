"""One real `broker serve` with two processes, its worker and its figures, of which everything is kept.

What goes in and out over HTTP, what is logged, what Redis was ever told (its append-only file) and the
database's files: all that a leak could show in.
"""

from __future__ import annotations

import http.client
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

from tests.demo.standins import free_port
from tests.support.served_system import forwarder
from tests.support.system import Plan, System, prepared_system

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_READY_WITHIN_SECONDS = 60


@dataclass(frozen=True)
class Exchange:
    """One request and its answer, as they went over the wire."""

    method: str
    path: str
    query: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str | None:
        """The first header of that name."""
        return next((value for found, value in self.headers if found.lower() == name.lower()), None)


@dataclass
class WatchedBroker:
    """A running broker; `system` reaches it over HTTP."""

    system: System
    port: int
    metrics_port: int
    log_file: Path
    process_id: int
    environment: dict[str, str]
    traffic: list[Exchange] = field(default_factory=list)

    def log(self) -> str:
        """Everything that its processes wrote so far."""
        return self.log_file.read_text(encoding="utf-8")

    def figures(self) -> str:
        """What Prometheus would read now."""
        status, body = get(self.metrics_port, "/metrics")
        assert status == 200, body
        return body.decode()


@contextmanager
def watched_broker(folder: Path, plan: Plan, **more: str) -> Iterator[WatchedBroker]:
    """Start it; `more` are further ``BROKER_…`` variables."""
    port, metrics_port = free_port(), free_port()
    host = f"localhost:{port}"
    plan = replace(plan, issuer=f"http://{host}")
    traffic: list[Exchange] = []
    with ExitStack() as stack:
        site = _recorded(forwarder(port, host), traffic)
        system = stack.enter_context(prepared_system(folder, plan, site))
        log_file = folder / "broker.log"
        environment = plan.environment | {
            "BROKER_LOG__LEVEL": "debug",
            "BROKER_METRICS__BIND": f"127.0.0.1:{metrics_port}",
            **more,
        }
        process_id = stack.enter_context(_process(folder / "config", environment, port, log_file))
        _wait_until_it_answers(port, "/health/ready", log_file)
        _wait_until_it_answers(metrics_port, "/metrics", log_file)
        yield WatchedBroker(system, port, metrics_port, log_file, process_id, environment, traffic)


def get(port: int, path: str, **headers: str) -> tuple[int, bytes]:
    """A plain GET on this machine: status and body."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", path, headers=headers)
    response = connection.getresponse()
    answer = response.status, response.read()
    connection.close()
    return answer


def _recorded(site: WSGIApplication, traffic: list[Exchange]) -> WSGIApplication:
    def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        heard: list[tuple[str, list[tuple[str, str]]]] = []

        def start(status: str, headers: list[tuple[str, str]], *_: object) -> object:
            heard.append((status, headers))
            return start_response(status, headers)

        body = b"".join(site(environ, cast("StartResponse", start)))
        status, headers = heard[0]
        traffic.append(
            Exchange(
                environ["REQUEST_METHOD"],
                environ["PATH_INFO"],
                environ["QUERY_STRING"],
                int(status.split()[0]),
                tuple(headers),
                body,
            )
        )
        return [body]

    return application


@contextmanager
def _process(config: Path, environment: dict[str, str], port: int, log: Path) -> Iterator[int]:
    words = ["serve", "--config", str(config), "--bind", f"127.0.0.1:{port}", "--workers", "2"]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "broker.cli", *words],
            env=dict(os.environ) | environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
        )
    try:
        yield process.pid
    finally:
        process.terminate()
        process.wait(30)


def _wait_until_it_answers(port: int, path: str, log: Path) -> None:
    deadline = time.monotonic() + _READY_WITHIN_SECONDS
    while time.monotonic() < deadline:
        try:
            if get(port, path)[0] == 200:
                return
        except OSError:
            pass
        time.sleep(0.05)
    raise AssertionError("the broker did not start:\n" + log.read_text(encoding="utf-8"))
