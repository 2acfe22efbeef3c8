"""A kept connection of a browser or a portal, for one request after another."""

from __future__ import annotations

import socket
import time
from typing import Protocol
from urllib.parse import urlsplit

from bench.http_bytes import Answer, AnswerReader, request_bytes

TIMEOUT_SECONDS = 60
MOST_AT_ONCE = 65_536
_IDLE_SECONDS = 10


class Caller(Protocol):
    """A way to send requests to one site."""

    def ask(self, method: str, target: str, headers: dict[str, str], body: str | None = None) -> Answer:
        """Send one request and read the whole response."""

    def close(self) -> None:
        """No more requests will come."""


class Line:
    """To one site; connects when it is first needed, and again after the server hung up."""

    def __init__(self, base_url: str, source: str | None = None) -> None:
        """`source`: from which address of this machine; None: from any."""
        parts = urlsplit(base_url)
        self._host = parts.netloc
        self._address = parts.hostname or "", parts.port or 80
        self._source = (source, 0) if source else None
        self._socket: socket.socket | None = None
        self._used_at = time.monotonic()

    def ask(self, method: str, target: str, headers: dict[str, str], body: str | None = None) -> Answer:
        """Send one request and read the whole response."""
        # A server hangs up on a connection that has been idle for long; that is no failure.
        if time.monotonic() - self._used_at > _IDLE_SECONDS:
            self.close()
        connection = self._connected()
        connection.sendall(request_bytes(self._host, method, target, headers, body))
        reader = AnswerReader()
        while (answer := reader.take(connection.recv(MOST_AT_ONCE))) is None:
            pass
        self._used_at = time.monotonic()
        if answer.is_last:
            self.close()
        return answer

    def close(self) -> None:
        """Hang up."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _connected(self) -> socket.socket:
        if self._socket is None:
            self._socket = socket.create_connection(self._address, TIMEOUT_SECONDS, self._source)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return self._socket
