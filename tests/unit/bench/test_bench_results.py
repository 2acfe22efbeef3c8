"""What benchmarks do with their numbers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench.harness import Effort, interleaved, ratios
from bench.results import Better, Figure, Target, lines, quartiles, write_json

LOWER = Target(bar=16, goal=9)
HIGHER = Target(bar=0.7, goal=0.9, better=Better.HIGHER)


@pytest.mark.parametrize(
    ("target", "value", "verdict"),
    [
        (LOWER, 9, "goal"),
        (LOWER, 9.1, "bar"),
        (LOWER, 16.1, "NOT MET"),
        (HIGHER, 0.9, "goal"),
        (HIGHER, 0.7, "bar"),
        (HIGHER, 0.69, "NOT MET"),
    ],
)
def test_target_tells_the_best_that_is_reached(target: Target, value: float, verdict: str) -> None:
    """The limits themselves count as reached, in both directions."""
    assert target.verdict(value) == verdict


def test_figure_of_rounds_is_their_median_with_quartiles() -> None:
    """One round that went wrong does not move the figure."""
    figure = Figure.of_rounds("x", LOWER, [8, 9, 10, 11, 900], operations=50)
    assert (figure.value, figure.low, figure.high) == (10, 9, 11)


def test_quartiles_of_one_value_are_that_value() -> None:
    """A count has no spread."""
    assert quartiles([3.0]) == (3.0, 3.0)


def test_interleaved_measures_everything_in_every_round() -> None:
    """What is compared is measured equally often, and not always in the same order."""
    order: list[str] = []

    def measuring(name: str, value: float) -> float:
        order.append(name)
        return value

    things = {"a": lambda: measuring("a", 6.0), "b": lambda: measuring("b", 2.0)}
    rounds = interleaved(things, Effort(rounds=12))
    assert rounds == [{"a": 6.0, "b": 2.0}] * 12
    assert {tuple(order[start : start + 2]) for start in range(0, 24, 2)} == {("a", "b"), ("b", "a")}
    assert ratios(rounds, "a", "b", times=3.0) == [1.0] * 12


def test_interleaved_stops_when_its_time_is_over_but_not_before_enough_rounds() -> None:
    """A slow machine gets fewer rounds, never too few."""
    moments = iter(range(0, 1000, 10))
    effort = Effort(rounds=50, fewest_rounds=3, seconds=5)
    rounds = interleaved({"a": lambda: 1.0}, effort, clock=lambda: float(next(moments)))
    assert len(rounds) == 3


def test_table_and_json_say_the_same(tmp_path: Path) -> None:
    """People and machines are told one thing."""
    figure = Figure.of_rounds("memory", Target(95, 80, unit="MiB"), [90.0], operations=300)
    write_json(tmp_path / "figures.json", [figure])
    (told,) = json.loads((tmp_path / "figures.json").read_text())
    assert (told["name"], told["value"], told["reached"]) == ("memory", 90.0, "bar")
    row = lines([figure])[1]
    assert "90 MiB" in row
    assert "bar" in row
