"""Whether this process lives, and whether it can do its work right now."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from broker.errors import StorageUnavailable

Probe = Callable[[], None]
"""Returns when the dependency answers; raises `StorageUnavailable` when it does not."""


def health_blueprint(probes: Mapping[str, Probe]) -> Blueprint:
    """``/health/live`` for restarts, ``/health/ready`` for traffic."""
    blueprint = Blueprint("health", __name__, url_prefix="/health")

    @blueprint.get("/live")
    def live() -> ResponseReturnValue:
        return jsonify(status="ok")

    @blueprint.get("/ready")
    def ready() -> ResponseReturnValue:
        states = {name: _state(probe) for name, probe in probes.items()}
        well = all(state == "ok" for state in states.values())
        return jsonify(status="ok" if well else "unavailable", **states), 200 if well else 503

    return blueprint


def _state(probe: Probe) -> str:
    try:
        probe()
    except StorageUnavailable:
        return "unavailable"
    return "ok"
