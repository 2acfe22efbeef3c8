"""One line in the log for each request, and the figures that go with it.

The line says which route, never which path or query: those hold attempts, codes and whatever people typed.
Who asked and what came of it is taken from the events that the request wrote to the audit log.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import structlog
from flask import Flask, Response, has_request_context

from broker import tracing
from broker.domain.events import SecurityEvent
from broker.metrics.catalogue import ERRORS, REQUEST_SECONDS, REQUESTS_IN_PROGRESS
from broker.web.trimmed_flask import kept_at_hand, request_at_hand

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"})

_log = structlog.get_logger("broker.request")


def install_request_line(app: Flask, brand_of_path: Callable[[], str | None]) -> None:
    """Tell about every request when it is answered. `brand_of_path` names a brand of ours, or None."""

    @app.before_request
    def begin() -> None:
        kept_at_hand()["began"] = time.perf_counter()
        REQUESTS_IN_PROGRESS.shift(1)

    @app.after_request
    def tell(response: Response) -> Response:
        asked, kept = request_at_hand(), kept_at_hand()
        seconds = time.perf_counter() - kept["began"] if "began" in kept else 0.0
        route = asked.url_rule.rule if asked.url_rule else None
        method = asked.method if asked.method in _METHODS else "other"
        error, code = kept.get("error_code"), kept.get("support_code")
        told = {"brand": brand_of_path(), **kept.get("told", {})}
        _log.info(
            "request",
            method=method,
            route=route,
            status=response.status_code,
            milliseconds=round(seconds * 1000, 1),
            bytes=response.content_length,
            support_code=code,
            error=error,
            **told,
        )
        REQUEST_SECONDS.observe(
            seconds, method=method, route=route, status=f"{response.status_code // 100}xx"
        )
        if error is not None:
            ERRORS.add(code=error)
        tracing.annotate(method=method, route=route, status=response.status_code, support_code=code)
        return response

    @app.teardown_request
    def end(_error: BaseException | None) -> None:
        if "began" in kept_at_hand():
            REQUESTS_IN_PROGRESS.shift(-1)


def note_event(event: SecurityEvent) -> None:
    """Let the line of the request at hand tell of an event; the last one is its outcome."""
    if not has_request_context():
        return
    told = kept_at_hand().setdefault("told", {})
    told["outcome"] = event.kind
    told["result"] = event.result.value
    for name, field in (
        ("brand", "brand"),
        ("client_id", "client_id"),
        ("provider", "scheme"),
        ("reason", "reason"),
    ):
        value = getattr(event, field, None)
        if value is not None:
            told[name] = value
