"""A real SMS gateway for tests: an HTTP server that keeps every call, and refuses when told to."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from broker.notify.gateway import SmsGateway
from broker.notify.sms_gateway import SmsGatewayTransport

API_KEY = "the-key-of-the-gateway"


@dataclass(frozen=True)
class Taken:
    """One call: the path, the headers in lower case and the JSON object."""

    path: str
    headers: dict[str, str]
    body: dict[str, str]


@dataclass
class GatewayDesk:
    """What arrived, oldest first. `answers` are statuses to give instead of taking the next calls."""

    taken: list[Taken] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    silent: threading.Event | None = None
    """While it is there and not set, calls are taken and never answered."""


def _handler(desk: GatewayDesk) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            """Take the call, or give the answer that a test ordered."""
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status = desk.answers.pop(0) if desk.answers else 202
            if status < 300:
                headers = {name.lower(): value for name, value in self.headers.items()}
                desk.taken.append(Taken(self.path, headers, json.loads(body)))
            if desk.silent is not None:
                desk.silent.wait(30)
                return
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing on standard error."""

    return Handler


@contextmanager
def running_gateway(desk: GatewayDesk, *, tls: ssl.SSLContext | None = None) -> Iterator[int]:
    """A gateway for this desk; its port."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(desk))
    server.daemon_threads = True
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        if desk.silent is not None:
            desk.silent.set()
        server.shutdown()
        server.server_close()
        thread.join()


def gateway_transport(
    port: int,
    *,
    scheme: str = "http",
    host: str = "127.0.0.1",
    context: ssl.SSLContext | None = None,
    timeout_seconds: float = 5.0,
) -> SmsGatewayTransport:
    """The real transport to a gateway of a test."""
    trusted = context or ssl.create_default_context()
    url = f"{scheme}://{host}:{port}/api"
    return SmsGatewayTransport(SmsGateway(url, "Voordeur", trusted, timeout_seconds, API_KEY))
