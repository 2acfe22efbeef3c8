"""What a benchmark has to reach, and what it found."""

from __future__ import annotations

import json
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path


class Better(StrEnum):
    """Which way a figure should go."""

    LOWER = "lower"
    HIGHER = "higher"


@dataclass(frozen=True, slots=True)
class Target:
    """The first bar and the goal of one figure; `unit` is empty for a ratio."""

    bar: float
    goal: float
    better: Better = Better.LOWER
    unit: str = ""

    def is_met(self, value: float, limit: float) -> bool:
        """Whether `value` is on the right side of `limit`."""
        return value <= limit if self.better is Better.LOWER else value >= limit

    def verdict(self, value: float) -> str:
        """``goal``, ``bar`` or ``NOT MET``: the best that `value` reaches."""
        if self.is_met(value, self.goal):
            return "goal"
        return "bar" if self.is_met(value, self.bar) else "NOT MET"


@dataclass(frozen=True, slots=True)
class Figure:
    """One result. `low` and `high` are the quartiles of the rounds; `details` are for the reader only."""

    name: str
    value: float
    target: Target
    low: float
    high: float
    operations: int
    details: Mapping[str, float] = field(default_factory=dict)

    @property
    def verdict(self) -> str:
        """What the figure reaches."""
        return self.target.verdict(self.value)

    @classmethod
    def of_rounds(
        cls,
        name: str,
        target: Target,
        rounds: Sequence[float],
        *,
        operations: int,
        details: Mapping[str, float] | None = None,
    ) -> Figure:
        """The median of the rounds, with their quartiles."""
        low, high = quartiles(rounds)
        return cls(name, statistics.median(rounds), target, low, high, operations, details or {})


def quartiles(values: Sequence[float]) -> tuple[float, float]:
    """The first and third quartile; of a single value that value twice."""
    if len(values) == 1:
        return values[0], values[0]
    low, _, high = statistics.quantiles(values, n=4, method="inclusive")
    return low, high


def lines(figures: Sequence[Figure]) -> list[str]:
    """The figures as a table for people."""
    rows = [("benchmark", "value", "quartiles", "first bar", "goal", "reached", "n")]
    for found in figures:
        sign = "<=" if found.target.better is Better.LOWER else ">="
        unit = f" {found.target.unit}" if found.target.unit else ""
        rows.append(
            (
                found.name,
                f"{found.value:.3g}{unit}",
                f"{found.low:.3g} to {found.high:.3g}",
                f"{sign} {found.target.bar:g}",
                f"{sign} {found.target.goal:g}",
                found.verdict,
                str(found.operations),
            )
        )
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]


def detail_lines(found: Figure) -> list[str]:
    """What else was measured on the way to one figure."""
    return [f"  {found.name}: {name} = {value:.4g}" for name, value in found.details.items()]


def write_json(file: Path, figures: Sequence[Figure]) -> None:
    """The figures for a machine, one object each."""
    told = [{**asdict(found), "reached": found.verdict} for found in figures]
    file.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
