"""WebDriver BiDi (W3C) over a WebSocket: commands with their results, and events as they come."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from websockets.sync.client import ClientConnection, connect

PATIENCE_SECONDS = 60.0
"""A machine that does more than this at once is slow, and not wrong."""


class Refused(Exception):
    """The browser answered a command with an error; the text is its own."""


@dataclass
class Bidi:
    """One session with one browser. `events` are those that were subscribed to, in the order they came."""

    socket: ClientConnection
    events: list[dict[str, Any]] = field(default_factory=list)
    _ids: itertools.count[int] = field(default_factory=itertools.count)

    def call(self, method: str, **parameters: object) -> dict[str, Any]:
        """Run a command to its end; raises `Refused` with what the browser says is wrong."""
        number = next(self._ids)
        self.socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            told = json.loads(self.socket.recv(timeout=max(0.0, deadline - time.monotonic())))
            if told["type"] == "event":
                self.events.append(told)
            elif told["id"] == number:
                if told["type"] == "error":
                    raise Refused(f"{method}: {told['error']}: {told['message']}")
                return dict(told["result"])


@contextmanager
def session_with(url: str) -> Iterator[Bidi]:
    """A session with a browser that listens; it ends with the block."""
    with connect(f"{url}/session", open_timeout=PATIENCE_SECONDS, max_size=None, proxy=None) as socket:
        made = Bidi(socket)
        made.call("session.new", capabilities={})
        yield made
