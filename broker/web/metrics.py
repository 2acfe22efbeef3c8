"""``/metrics`` beside the pages, where the configuration asks for it."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response

_TEXT = "text/plain; version=0.0.4; charset=utf-8"


def metrics_blueprint(figures: Callable[[], bytes]) -> Blueprint:
    """The figures as Prometheus reads them."""
    blueprint = Blueprint("metrics", __name__)

    @blueprint.get("/metrics")
    def metrics() -> Response:
        return Response(figures(), content_type=_TEXT)

    return blueprint
