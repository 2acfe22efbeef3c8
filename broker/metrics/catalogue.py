"""Every figure there is. docs/reference/metrics.md is made from this file."""

from __future__ import annotations

from typing import Final

from broker.metrics.instruments import Counter, Histogram, Level, Measured, Metric

LOGINS: Final = Counter(
    "voordeur_logins",
    "Steps by which login attempts went on or ended, by provider, outcome, level reached and brand.",
    ("brand", "provider", "outcome", "level"),
)
SECURITY_EVENTS: Final = Counter(
    "voordeur_security_events",
    "Events written to the audit log, by kind, result and brand.",
    ("brand", "kind", "result"),
)
AUDIT_FAILURES: Final = Counter(
    "voordeur_audit_failures", "Events that could not be written to the audit log, so that the act failed."
)
REQUEST_SECONDS: Final = Histogram(
    "voordeur_request_seconds",
    "Time to answer requests, by method, route and class of status.",
    ("method", "route", "status"),
)
REQUESTS_IN_PROGRESS: Final = Level("voordeur_requests_in_progress", "Requests being answered now.")
ERRORS: Final = Counter("voordeur_errors", "Error pages and machine errors given out, by code.", ("code",))
BACK_CHANNEL_SECONDS: Final = Histogram(
    "voordeur_back_channel_seconds",
    "Time that calls to providers on the back channel took, by how they ended.",
    ("brand", "provider", "outcome"),
)
MESSAGES: Final = Counter(
    "voordeur_messages",
    "Messages to people that were handed over or given up, by channel, outcome and brand.",
    ("brand", "channel", "outcome"),
)
JOB_RUNS: Final = Counter(
    "voordeur_job_runs", "Runs of the worker's jobs, by job and outcome.", ("job", "outcome")
)
METADATA_REFRESHES: Final = Counter(
    "voordeur_metadata_refreshes",
    "Times that a feed of metadata was fetched: changed, confirmed, or why it was refused.",
    ("provider", "outcome"),
)
QUEUE_DEPTH: Final = Measured(
    "voordeur_queue_depth",
    "What waits in a queue. Every replica tells the same: take the maximum.",
    ("queue",),
)
QUEUE_OLDEST_SECONDS: Final = Measured(
    "voordeur_queue_oldest_seconds", "How long the oldest in a queue has been due.", ("queue",)
)
CERTIFICATE_DAYS_LEFT: Final = Measured(
    "voordeur_certificate_days_left",
    "Days until a certificate expires; negative when it has.",
    ("use", "brand", "provider", "fingerprint"),
)
DEPENDENCY_UP: Final = Measured(
    "voordeur_dependency_up", "1 when the dependency answers and is fit, else 0.", ("dependency",)
)
BUILD_INFO: Final = Measured(
    "voordeur_build_info", "Always 1; the label says which version runs.", ("version",)
)

CATALOGUE: Final[tuple[Metric, ...]] = (
    LOGINS,
    SECURITY_EVENTS,
    AUDIT_FAILURES,
    REQUEST_SECONDS,
    REQUESTS_IN_PROGRESS,
    ERRORS,
    BACK_CHANNEL_SECONDS,
    MESSAGES,
    JOB_RUNS,
    METADATA_REFRESHES,
    QUEUE_DEPTH,
    QUEUE_OLDEST_SECONDS,
    CERTIFICATE_DAYS_LEFT,
    DEPENDENCY_UP,
    BUILD_INFO,
)
