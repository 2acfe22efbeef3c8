"""Spans cost nothing while nobody traces, and tell nothing of a person when somebody does."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from broker import tracing
from broker.tracing.otel import OtelTracer
from broker.wiring.traces import trace_requests


@pytest.fixture
def exporter() -> Iterator[InMemorySpanExporter]:
    """Traces requests and stores into memory for one test."""
    kept = InMemorySpanExporter()
    tracer = OtelTracer(kept)
    tracing.use_tracer(tracer, storage=True)
    yield kept
    tracing.use_tracer(None)
    tracer.close()


def spans_of(exporter: InMemorySpanExporter) -> dict[str, dict[str, object]]:
    """What was sent: attributes by name."""
    tracer = tracing.spans._tracer
    assert isinstance(tracer, OtelTracer)
    tracer.flush()
    return {span.name: dict(span.attributes or {}) for span in exporter.get_finished_spans()}


def test_span_without_a_tracer_is_one_shared_nothing() -> None:
    """Nothing is made and nothing is kept while tracing is off."""
    assert not tracing.is_tracing()
    assert tracing.span("one") is tracing.span("two", brand="cz")
    assert tracing.storage_span("redis") is tracing.span("one")
    with tracing.span("one") as span:
        span.set_attribute("outcome", "answered")
    tracing.annotate(route="/")


def test_request_span_tells_route_and_status_and_no_url(exporter: InMemorySpanExporter) -> None:
    """A path or query with a number of a person stays out (A65)."""
    app = Flask("traced")

    @app.get("/<brand>/login")
    def view(brand: str) -> str:
        tracing.annotate(route="/<brand>/login", status=200, support_code=None)
        with tracing.storage_span("redis"):
            return brand

    trace_requests(app)
    assert app.test_client().get("/939099603/login?bsn=939099603").status_code == 200
    spans = spans_of(exporter)
    assert spans == {"request": {"route": "/<brand>/login", "status": 200}, "redis": {}}
    assert "939099603" not in str(
        [(span.attributes, span.events, span.resource.attributes) for span in exporter.get_finished_spans()]
    )


def test_span_of_a_failure_tells_the_kind_and_not_the_text(exporter: InMemorySpanExporter) -> None:
    """The text of an exception may repeat what was typed."""
    with pytest.raises(ValueError, match="939099603"), tracing.span("back channel", brand="cz"):
        raise ValueError("939099603")
    assert spans_of(exporter) == {"back channel": {"brand": "cz", "error.type": "ValueError"}}
    [span] = exporter.get_finished_spans()
    assert "939099603" not in span.to_json()


def test_storage_spans_are_off_unless_asked_for(exporter: InMemorySpanExporter) -> None:
    """With tracing alone a store makes no span."""
    tracer = tracing.spans._tracer
    tracing.use_tracer(tracer)
    with tracing.storage_span("redis"):
        pass
    assert spans_of(exporter) == {}
