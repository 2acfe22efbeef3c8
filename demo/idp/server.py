"""Serving the two applications: plain HTTP for the pages, mutual TLS for the back channel."""

from __future__ import annotations

import logging
import socket
import ssl
import threading
from collections.abc import Callable
from http import HTTPStatus
from io import BytesIO
from pathlib import Path
from typing import Any

from werkzeug.datastructures import Headers
from werkzeug.serving import BaseWSGIServer, ThreadedWSGIServer, WSGIRequestHandler
from werkzeug.test import run_wsgi_app

HANDSHAKE_SECONDS = 10
IDLE_SECONDS = 60
MAX_BODY_BYTES = 1_048_576
_STOP_POLL_SECONDS = 0.1
_log = logging.getLogger("demo.idp")


class Handler(WSGIRequestHandler):
    """Keeps connections open (HTTP/1.1) and keeps artifacts and requests out of the log.

    Werkzeug's own way of running an application closes every connection; messages here are small, so both
    ways they are taken whole, and the next request begins where this one ended.
    """

    protocol_version = "HTTP/1.1"
    # Headers and body leave in two writes; waiting for an acknowledgement in between costs 40 ms.
    disable_nagle_algorithm = True
    timeout = IDLE_SECONDS

    def run_wsgi(self) -> None:
        """Answers one request."""
        length = self.headers.get("Content-Length", "0")
        if "Transfer-Encoding" in self.headers or not length.isdecimal() or int(length) > MAX_BODY_BYTES:
            self.close_connection = True
            self.send_error(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            return
        environ = self.make_environ()
        environ["wsgi.input"] = BytesIO(self.rfile.read(int(length)))
        parts, status, headers = run_wsgi_app(self.server.app, environ, buffered=True)
        try:
            self._send(status, headers, b"".join(parts))
        except OSError:
            self.close_connection = True

    def _send(self, status: str, headers: Headers, body: bytes) -> None:
        code, _, reason = status.partition(" ")
        self.send_response(int(code), reason)
        for name, value in headers.items():
            self.send_header(name, value)
        if "Content-Length" not in headers:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:  # noqa: ARG002  # the base's own
        """Logs the method and the path without its query."""
        path = getattr(self, "path", "").partition("?")[0]
        _log.info("%s %s %s", getattr(self, "command", "?"), path, code)


class TlsServer(ThreadedWSGIServer):
    """Shakes hands in the connection's own thread, so that one silent client holds up nobody."""

    def __init__(self, address: tuple[str, int], app: Callable[..., Any], context: ssl.SSLContext) -> None:
        super().__init__(address[0], address[1], app, handler=Handler)
        self.ssl_context = context
        self._context = context

    def finish_request(self, request: socket.socket, client_address: tuple[str, int]) -> None:  # type: ignore[override]  # TCP, so never a datagram
        """Serves one connection when its handshake succeeds; another one is closed without a word."""
        request.settimeout(HANDSHAKE_SECONDS)
        try:
            connection = self._context.wrap_socket(request, server_side=True)
        except (ssl.SSLError, OSError) as problem:
            _log.info("TLS handshake refused: %s", getattr(problem, "reason", None) or type(problem).__name__)
            return
        super().finish_request(connection, client_address)
        _close(connection)


def mutual_tls(pki: Path, name: str) -> ssl.SSLContext:
    """TLS 1.2 or later under the certificate of that name, with a required one from the demo's authority."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(pki / f"{name}.pem", pki / f"{name}.key")
    context.load_verify_locations(pki / "ca.pem")
    context.verify_mode = ssl.CERT_REQUIRED
    return context


def plain_server(address: tuple[str, int], app: Callable[..., Any]) -> ThreadedWSGIServer:
    """The server of the pages."""
    return ThreadedWSGIServer(address[0], address[1], app, handler=Handler)


def run_in_thread(server: BaseWSGIServer) -> threading.Thread:
    """Serves until `server.shutdown()`; connections still open die with the process."""
    thread = threading.Thread(
        target=server.serve_forever, kwargs={"poll_interval": _STOP_POLL_SECONDS}, daemon=True
    )
    thread.start()
    return thread


def _close(connection: ssl.SSLSocket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
    finally:
        connection.close()
