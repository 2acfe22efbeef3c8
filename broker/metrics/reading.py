"""Figures that are looked up when somebody reads them: each package adds its sources."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from broker.metrics.instruments import Labels, Measured

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
"""Of the figures as they are told: Prometheus's text form."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One figure; `labels` in the order of the metric's."""

    labels: Labels
    value: float


@dataclass(frozen=True, slots=True)
class Source:
    """Where a figure comes from. `read` may raise any `BrokerError`: the figure is then left out."""

    metric: Measured
    read: Callable[[], Iterable[Sample]]
