"""Which figures are looked up when somebody reads them, and how reading is put together.

A package with a queue adds a line to `_QUEUES`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import Final

from broker import __version__
from broker.metrics.catalogue import (
    BUILD_INFO,
    CERTIFICATE_DAYS_LEFT,
    DEPENDENCY_UP,
    QUEUE_DEPTH,
    QUEUE_OLDEST_SECONDS,
)
from broker.metrics.instruments import use_meter
from broker.metrics.reading import Sample, Source
from broker.settings import Settings
from broker.storage.database import Database
from broker.storage.queue_depths import QueueDepth, logout_queues, message_queues
from broker.web.health import Readiness
from broker.wiring.certificates import certificates_of
from broker.wiring.stores import Stores

_QUEUES: Final[tuple[Callable[[Database], Iterable[QueueDepth]], ...]] = (message_queues, logout_queues)


def start_counting(settings: Settings) -> None:
    """Let this process count from now on, if the configuration wants figures."""
    if settings.broker.metrics.wanted:
        from broker.metrics.prometheus import PrometheusMeter  # noqa: PLC0415 - late on purpose, see the module

        use_meter(PrometheusMeter())


def figures(settings: Settings, stores: Stores, readiness: Readiness) -> Callable[[], bytes]:
    """Gives all figures in Prometheus's text form whenever it is called."""
    from broker.metrics.prometheus import exposition  # noqa: PLC0415 - late on purpose, see the module

    sources = tuple(_sources(settings, stores, readiness))
    return lambda: exposition(sources)


def _sources(settings: Settings, stores: Stores, readiness: Readiness) -> Iterator[Source]:
    yield Source(BUILD_INFO, lambda: [Sample((__version__,), 1)])
    yield Source(DEPENDENCY_UP, lambda: [Sample((name,), up) for name, up in readiness.states().items()])
    yield Source(CERTIFICATE_DAYS_LEFT, lambda: _certificates(settings))
    yield Source(QUEUE_DEPTH, lambda: _depths(_queues(stores)))
    yield Source(QUEUE_OLDEST_SECONDS, lambda: _ages(_queues(stores), stores.clock()))


def _queues(stores: Stores) -> Iterator[QueueDepth]:
    for read in _QUEUES:
        yield from read(stores.database)


def _certificates(settings: Settings) -> Iterator[Sample]:
    # Certificates live by the real time, also where the demo moves its clock.
    now = datetime.now(UTC)
    for found in certificates_of(settings):
        labels = (found.use, found.brand, found.provider, found.fingerprint)
        yield Sample(labels, round(found.days_left(now), 3))


def _depths(queues: Iterable[QueueDepth]) -> Iterator[Sample]:
    return (Sample((found.queue,), found.waiting) for found in queues)


def _ages(queues: Iterable[QueueDepth], now: datetime) -> Iterator[Sample]:
    for found in queues:
        if found.oldest_due_at is not None:
            yield Sample((found.queue,), max(0.0, (now - found.oldest_due_at).total_seconds()))
