"""OpenTelemetry behind our own face: the only module that knows it. Needs the extra `otel`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.sdk.trace.sampling import TraceIdRatioBased

from broker import __version__
from broker.tracing.spans import Span, Value


class OtelTracer:
    """Sends spans to a collector in the background; the broker never waits for it."""

    def __init__(self, exporter: SpanExporter, *, sample_ratio: float = 1.0) -> None:
        # The resource is spelled out: detecting it would put host and process names into every span.
        resource = Resource({"service.name": "voordeur", "service.version": __version__})
        self._provider = TracerProvider(resource=resource, sampler=TraceIdRatioBased(sample_ratio))
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("voordeur", __version__)

    def span(self, name: str, attributes: dict[str, Value]) -> AbstractContextManager[Span]:
        """As `Tracer`."""
        return self._span(name, attributes)

    def annotate(self, attributes: dict[str, Value]) -> None:
        """As `Tracer`."""
        trace.get_current_span().set_attributes(attributes)

    def flush(self) -> None:
        """Send what waits."""
        self._provider.force_flush()

    def close(self) -> None:
        """Send what waits and stop."""
        self._provider.shutdown()

    @contextmanager
    def _span(self, name: str, attributes: dict[str, Value]) -> Iterator[Span]:
        # An exception's text may repeat what a person typed, so its type is all that a span tells.
        with self._tracer.start_as_current_span(
            name, attributes=attributes, record_exception=False, set_status_on_exception=False
        ) as current:
            try:
                yield current
            except BaseException as error:
                current.set_attribute("error.type", type(error).__name__)
                raise


def otlp_tracer(endpoint: str, *, sample_ratio: float) -> OtelTracer:
    """A tracer that sends to an OTLP/HTTP collector, such as ``http://127.0.0.1:4318/v1/traces``."""
    return OtelTracer(OTLPSpanExporter(endpoint=endpoint, timeout=5), sample_ratio=sample_ratio)
