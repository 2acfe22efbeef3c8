"""The broker as real server processes beside the simulator: what several workers do to one another."""

from __future__ import annotations

import http.client
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote, urlsplit

from tests.demo.standins import free_port
from tests.support.system import Plan, System, prepared_system

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_READY_WITHIN_SECONDS = 60
_ANSWER_WITHIN_SECONDS = 60
_HOP_BY_HOP = frozenset({"connection", "transfer-encoding", "keep-alive"})


@dataclass(frozen=True)
class Call:
    """One HTTP request."""

    method: str
    target: str
    headers: dict[str, str]
    body: str | None = None


class Heard(NamedTuple):
    """One HTTP answer."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


@dataclass
class Served:
    """Two broker processes, one address: `ports` is where they really listen, `log` what both wrote."""

    system: System
    host: str
    ports: tuple[int, int]
    logs: tuple[Path, ...]

    def log(self) -> str:
        """Everything that the processes wrote."""
        return "".join(file.read_text(encoding="utf-8") for file in self.logs)

    def at_once(self, calls: Sequence[Call]) -> list[Heard]:
        """Send all calls at the same moment, half of them to each process."""
        gate = threading.Barrier(len(calls))
        with ThreadPoolExecutor(len(calls)) as pool:
            futures = [
                pool.submit(self._send, call, self.ports[number % len(self.ports)], gate)
                for number, call in enumerate(calls)
            ]
            return [future.result() for future in futures]

    def _send(self, call: Call, port: int, gate: threading.Barrier) -> Heard:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_ANSWER_WITHIN_SECONDS)
        connection.connect()
        gate.wait()
        return _exchange(connection, call, self.host)


@contextmanager
def served_system(folder: Path, plan: Plan) -> Iterator[Served]:
    """Start two processes of one worker each on the same stores; the issuer is the first one's address."""
    ports = (free_port(), free_port())
    host = f"localhost:{ports[0]}"
    plan = replace(plan, issuer=f"http://{host}")
    with ExitStack() as stack:
        system = stack.enter_context(prepared_system(folder, plan, forwarder(ports[0], host)))
        logs = tuple(folder / f"broker-{port}.log" for port in ports)
        for port, log in zip(ports, logs, strict=True):
            stack.enter_context(_process(folder / "config", plan, port, log))
        for port, log in zip(ports, logs, strict=True):
            _wait_until_ready(port, log)
        yield Served(system, host, ports, logs)


def forwarder(port: int, host: str) -> WSGIApplication:
    """A WSGI application that hands every request on to a server on this machine."""

    def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        size = int(environ.get("CONTENT_LENGTH") or 0)
        headers = {
            name[5:].replace("_", "-").title(): str(value)
            for name, value in environ.items()
            if name.startswith("HTTP_") and name != "HTTP_HOST"
        }
        if environ.get("CONTENT_TYPE"):
            headers["Content-Type"] = environ["CONTENT_TYPE"]
        target = quote(environ["PATH_INFO"].encode("latin-1")) + "?" + environ["QUERY_STRING"]
        call = Call(
            environ["REQUEST_METHOD"], target, headers, environ["wsgi.input"].read(size).decode() or None
        )
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_ANSWER_WITHIN_SECONDS)
        heard = _exchange(connection, call, host)
        kept = [(name, value) for name, value in heard.headers if name.lower() not in _HOP_BY_HOP]
        start_response(f"{heard.status} {http.client.responses[heard.status]}", kept)
        return [heard.body]

    return application


def _exchange(connection: http.client.HTTPConnection, call: Call, host: str) -> Heard:
    connection.request(call.method, call.target, call.body, {"Host": host, **call.headers})
    response = connection.getresponse()
    heard = Heard(response.status, response.getheaders(), response.read())
    connection.close()
    return heard


@contextmanager
def _process(config: Path, plan: Plan, port: int, log: Path) -> Iterator[None]:
    words = ["serve", "--config", str(config), "--bind", f"127.0.0.1:{port}", "--workers", "1", "--no-worker"]
    # No PATH: the broker finds no program to run, xmlsec1 least of all.
    environment = {name: value for name, value in os.environ.items() if name != "PATH"} | plan.environment
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "broker.cli", *words],
            env=environment | {"PATH": "", "BROKER_LOG__LEVEL": "debug"},
            stdout=output,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
        )
    try:
        yield
    finally:
        process.terminate()
        process.wait(30)


def _wait_until_ready(port: int, log: Path) -> None:
    deadline = time.monotonic() + _READY_WITHIN_SECONDS
    while time.monotonic() < deadline:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
        try:
            if _exchange(connection, Call("GET", "/health/ready", {}), "probe").status == 200:
                return
        except OSError:
            time.sleep(0.05)
    raise AssertionError("the broker did not start:\n" + log.read_text(encoding="utf-8"))


def path_and_query(url: str) -> str:
    """The part of an address that stands in a request."""
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}"
