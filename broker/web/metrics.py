"""``/metrics`` beside the pages, where the configuration asks for it."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response

from broker.metrics.reading import CONTENT_TYPE


def metrics_blueprint(figures: Callable[[], bytes]) -> Blueprint:
    """The figures as Prometheus reads them."""
    blueprint = Blueprint("metrics", __name__)

    @blueprint.get("/metrics")
    def metrics() -> Response:
        return Response(figures(), content_type=CONTENT_TYPE)

    return blueprint
