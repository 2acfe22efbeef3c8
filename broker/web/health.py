"""Whether this process lives, and whether it can do its work right now."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

Probe = Callable[[], None]
"""Returns when the dependency answers and is fit; raises when it does not or is not."""


class Readiness:
    """Asks all dependencies at once and waits a bounded time; an answer stands for a second.

    A probe that hangs is not asked again before it came back: being asked often costs nothing.
    """

    def __init__(
        self, probes: Mapping[str, Probe], *, patience_seconds: float = 3.0, kept_seconds: float = 1.0
    ) -> None:
        self._probes = dict(probes)
        self._patience_seconds = patience_seconds
        self._kept_seconds = kept_seconds
        self._pool = ThreadPoolExecutor(max_workers=max(1, len(self._probes)), thread_name_prefix="probe")
        self._asked: dict[str, Future[None]] = {}
        self._known: tuple[float, dict[str, bool]] | None = None
        self._lock = threading.Lock()

    def states(self) -> dict[str, bool]:
        """Each dependency, and whether it is well."""
        with self._lock:
            if self._known is None or time.monotonic() - self._known[0] >= self._kept_seconds:
                states = self._ask()
                self._known = (time.monotonic(), states)
            return self._known[1]

    def _ask(self) -> dict[str, bool]:
        for name, probe in self._probes.items():
            asked = self._asked.get(name)
            if asked is None or asked.done():
                self._asked[name] = self._pool.submit(probe)
        wait(self._asked.values(), timeout=self._patience_seconds)
        return {name: asked.done() and asked.exception() is None for name, asked in self._asked.items()}


def health_blueprint(readiness: Readiness) -> Blueprint:
    """``/health/live`` for restarts, which asks nobody; ``/health/ready`` for traffic."""
    blueprint = Blueprint("health", __name__, url_prefix="/health")

    @blueprint.get("/live")
    def live() -> ResponseReturnValue:
        return jsonify(status="ok")

    @blueprint.get("/ready")
    def ready() -> ResponseReturnValue:
        states = {name: "ok" if well else "unavailable" for name, well in readiness.states().items()}
        well = set(states.values()) <= {"ok"}
        return jsonify(status="ok" if well else "unavailable", **states), 200 if well else 503

    return blueprint
