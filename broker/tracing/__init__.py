"""Traces, for who wants them: spans of requests, back-channel calls and, when asked, the stores.

Without the extra `otel` and `[tracing]` in the configuration a span is one comparison. A span holds codes,
routes and times: never a URL, a parameter or a statement's values.
"""

from broker.tracing.spans import Span, Tracer, annotate, is_tracing, span, storage_span, use_tracer

__all__ = ["Span", "Tracer", "annotate", "is_tracing", "span", "storage_span", "use_tracer"]
