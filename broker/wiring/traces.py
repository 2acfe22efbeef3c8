"""Turns tracing on where the configuration asks for it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from flask import Flask

from broker import tracing
from broker.errors import ConfigurationError
from broker.settings import Settings

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_MISSING = (
    "broker.toml: tracing.endpoint: needs OpenTelemetry; "
    "run: pip install --require-hashes -r requirements/otel.txt"
)


def start_tracing(settings: Settings) -> None:
    """Let this process trace from now on; `ConfigurationError` when the extra is not installed."""
    wish = settings.broker.tracing
    if wish.endpoint is None:
        return
    try:
        from broker.tracing.otel import otlp_tracer  # noqa: PLC0415 - an extra that is rarely there
    except ModuleNotFoundError:
        raise ConfigurationError((_MISSING,)) from None
    tracing.use_tracer(otlp_tracer(wish.endpoint, sample_ratio=wish.sample_ratio), storage=wish.storage)


def trace_requests(app: Flask) -> None:
    """A span around every request, where anybody traces."""
    if tracing.is_tracing():
        app.wsgi_app = _Traced(app.wsgi_app)  # type: ignore[method-assign]  # Flask's own advice.


class _Traced:
    def __init__(self, inner: WSGIApplication) -> None:
        self._inner = inner

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        # What the route was, and how it ended, the rim adds; nothing is taken from the request itself.
        with tracing.span("request"):
            return self._inner(environ, start_response)
