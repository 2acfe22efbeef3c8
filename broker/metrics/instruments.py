"""The instruments that code counts with. Until a meter is in use they do nothing.

Values of labels are codes, routes and names from the configuration. The meter replaces whatever does not look
like one, so that no slip can bring a person or an endless list into the figures.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Protocol

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

Labels = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Metric:
    """One family of figures: its name without ending, what it means, the names of its labels."""

    name: str
    meaning: str
    labels: tuple[str, ...] = ()

    kind: ClassVar[str] = "untyped"

    def values(self, given: dict[str, str | None]) -> Labels:
        """The labels' values in their order; `KeyError` for one that is not given."""
        return tuple(given[name] or "none" for name in self.labels)


class Meter(Protocol):
    """Keeps the figures of this process."""

    def add(self, metric: Counter, labels: Labels) -> None:
        """One more."""

    def observe(self, metric: Histogram, labels: Labels, value: float) -> None:
        """One more, of this size."""

    def shift(self, metric: Level, labels: Labels, difference: int) -> None:
        """So many more (or fewer) at this moment."""


_meter: Meter | None = None


def use_meter(meter: Meter | None) -> None:
    """Count with `meter` from now on in this process; None stops counting."""
    global _meter  # noqa: PLW0603 - one meter per process, as there is one log
    _meter = meter


def meter_in_use() -> Meter | None:
    """What this process counts with."""
    return _meter


@dataclass(frozen=True, slots=True)
class Counter(Metric):
    """Counts what happened; Prometheus adds ``_total`` to its name."""

    kind: ClassVar[str] = "counter"

    def add(self, **labels: str | None) -> None:
        """One more."""
        if _meter is not None:
            _meter.add(self, self.values(labels))


@dataclass(frozen=True, slots=True)
class Histogram(Metric):
    """How long things took, in seconds."""

    buckets: tuple[float, ...] = _SECONDS

    kind: ClassVar[str] = "histogram"

    def observe(self, seconds: float, **labels: str | None) -> None:
        """One more that took `seconds`."""
        if _meter is not None:
            _meter.observe(self, self.values(labels), seconds)


@dataclass(frozen=True, slots=True)
class Level(Metric):
    """How many there are at this moment, added up over the processes that live."""

    kind: ClassVar[str] = "gauge"

    def shift(self, difference: int, **labels: str | None) -> None:
        """So many more, or fewer."""
        if _meter is not None:
            _meter.shift(self, self.values(labels), difference)


@dataclass(frozen=True, slots=True)
class Measured(Metric):
    """Something that is looked up whenever the figures are read (see `broker.metrics.reading`)."""

    kind: ClassVar[str] = "gauge"
