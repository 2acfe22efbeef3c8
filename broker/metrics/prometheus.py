"""Keeps and tells the figures with prometheus-client: the only module that knows it.

Several processes write to memory-mapped files in one directory; whoever is asked adds them up. The library
chooses between files and memory when it is first imported, by an environment variable: so import this module
late, after `broker.metrics.directory` has set it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from prometheus_client import CollectorRegistry, disable_created_metrics, generate_latest
from prometheus_client import Counter as PrometheusCounter
from prometheus_client import Gauge as PrometheusGauge
from prometheus_client import Histogram as PrometheusHistogram
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric as MetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from broker.errors import BrokerError
from broker.metrics.catalogue import CATALOGUE
from broker.metrics.directory import DIRECTORY_VARIABLE
from broker.metrics.instruments import Counter, Histogram, Labels, Level, Metric, meter_in_use
from broker.metrics.reading import Source

OTHER: Final = "other"
MOST_SERIES: Final = 1000
_CODE = re.compile(r"[\w./<>():,\"' -]{1,120}", re.ASCII)
# No code of ours holds so long a number; a BSN, a telephone number or an SMS code does.
_NUMBER = re.compile(r"\d{5}")
_LIVE_FILE = re.compile(r"gauge_live\w+_(\d+)\.db")

_Instrument = PrometheusCounter | PrometheusGauge | PrometheusHistogram


class PrometheusMeter:
    """Counts in this process, in files when the environment names a directory, else in memory."""

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call] # the library left it untyped
        self._registry = CollectorRegistry()
        self._instruments = {metric.name: _instrument(metric, self._registry) for metric in CATALOGUE}
        self._series: dict[str, set[Labels]] = {metric.name: set() for metric in CATALOGUE}

    def add(self, metric: Counter, labels: Labels) -> None:
        """As `Meter`."""
        instrument = self._instruments[metric.name]
        if isinstance(instrument, PrometheusCounter):
            (instrument.labels(*self._bounded(metric, labels)) if labels else instrument).inc()

    def observe(self, metric: Histogram, labels: Labels, value: float) -> None:
        """As `Meter`."""
        instrument = self._instruments[metric.name]
        if isinstance(instrument, PrometheusHistogram):
            (instrument.labels(*self._bounded(metric, labels)) if labels else instrument).observe(value)

    def shift(self, metric: Level, labels: Labels, difference: int) -> None:
        """As `Meter`."""
        instrument = self._instruments[metric.name]
        if isinstance(instrument, PrometheusGauge):
            (instrument.labels(*self._bounded(metric, labels)) if labels else instrument).inc(difference)

    def text(self) -> bytes:
        """The figures of this process alone."""
        return generate_latest(self._registry)

    def _bounded(self, metric: Metric, labels: Labels) -> Labels:
        """The labels as they may be told: nothing like a person's number, and never without end."""
        known = self._series[metric.name]
        if labels in known:
            return labels
        clean = tuple(label if is_code(label) else OTHER for label in labels)
        if clean not in known and len(known) >= MOST_SERIES:
            return (OTHER,) * len(labels)
        known.add(clean)
        return clean


def is_code(value: str) -> bool:
    """Whether a label's value looks like a code, a route or a configured name."""
    return _CODE.fullmatch(value) is not None and _NUMBER.search(value) is None


def exposition(sources: Sequence[Source]) -> bytes:
    """All figures in Prometheus's text form: of every process that shares the directory, or of this one."""
    registry = CollectorRegistry()
    registry.register(_Lookup(sources))
    looked_up = generate_latest(registry)
    folder = os.environ.get(DIRECTORY_VARIABLE)
    if folder:
        _forget_the_dead(Path(folder))
        together = CollectorRegistry()
        MultiProcessCollector(together, path=folder)  # type: ignore[no-untyped-call] # the library left it untyped
        return generate_latest(together) + looked_up
    meter = meter_in_use()
    return (meter.text() if isinstance(meter, PrometheusMeter) else b"") + looked_up


class _Lookup(Collector):
    def __init__(self, sources: Sequence[Source]) -> None:
        self._sources = sources

    def collect(self) -> Iterator[MetricFamily]:
        families: dict[str, GaugeMetricFamily] = {}
        for source in self._sources:
            metric = source.metric
            try:
                samples = list(source.read())
            except BrokerError:
                # One store that is away must not hide all other figures; `voordeur_dependency_up` tells.
                continue
            family = families.setdefault(
                metric.name, GaugeMetricFamily(metric.name, metric.meaning, labels=metric.labels)
            )
            for sample in samples:
                family.add_metric(sample.labels, sample.value)
        yield from families.values()


def _instrument(metric: Metric, registry: CollectorRegistry) -> _Instrument | None:
    if isinstance(metric, Counter):
        return PrometheusCounter(metric.name, metric.meaning, metric.labels, registry=registry)
    if isinstance(metric, Histogram):
        return PrometheusHistogram(
            metric.name, metric.meaning, metric.labels, registry=registry, buckets=metric.buckets
        )
    if isinstance(metric, Level):
        return PrometheusGauge(
            metric.name, metric.meaning, metric.labels, registry=registry, multiprocess_mode="livesum"
        )
    return None


def _forget_the_dead(folder: Path) -> None:
    """A process that was killed can no longer lower its levels; its share goes with it."""
    for file in folder.glob("gauge_live*.db"):
        match = _LIVE_FILE.fullmatch(file.name)
        if match and not _lives(int(match[1])):
            file.unlink(missing_ok=True)


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
