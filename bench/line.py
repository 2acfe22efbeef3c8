"""HTTP as a benchmark needs it: kept connections, and whole answers."""

from __future__ import annotations

import http.client
import time
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import urlsplit

_TIMEOUT_SECONDS = 60
_IDLE_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP response."""

    status: int
    location: str
    cookies: tuple[str, ...] = field(repr=False)
    body: bytes = field(repr=False)


class Caller(Protocol):
    """A way to send requests to one site."""

    def ask(self, method: str, target: str, headers: dict[str, str], body: str | None = None) -> Answer:
        """Send one request and read the whole response."""

    def close(self) -> None:
        """No more requests will come."""


class Line:
    """A kept connection to one site."""

    def __init__(self, base_url: str, source: str | None = None) -> None:
        """`source`: from which address of this machine; None: from any."""
        parts = urlsplit(base_url)
        self._host = parts.netloc
        self._connection = http.client.HTTPConnection(
            parts.hostname or "",
            parts.port,
            timeout=_TIMEOUT_SECONDS,
            source_address=(source, 0) if source else None,
        )
        self._used_at = time.monotonic()

    def ask(self, method: str, target: str, headers: dict[str, str], body: str | None = None) -> Answer:
        """Send one request and read the whole response."""
        # A server hangs up on a connection that has been idle for long; that is no failure.
        if time.monotonic() - self._used_at > _IDLE_SECONDS:
            self._connection.close()
        self._connection.request(method, target, body, {"Host": self._host, **headers})
        response = self._connection.getresponse()
        content = response.read()
        self._used_at = time.monotonic()
        return Answer(
            response.status,
            response.headers.get("Location", ""),
            tuple(response.headers.get_all("Set-Cookie") or ()),
            content,
        )

    def close(self) -> None:
        """Hang up."""
        self._connection.close()
