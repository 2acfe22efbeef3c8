"""Interleaved rounds: what is compared is measured in turns, so that the machine's moods hit all alike."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

Measured = Mapping[str, float]
"""What one round found: a number for each thing that was measured."""


ROUNDS, FEWEST_ROUNDS, SECONDS = 20, 5, 120.0


@dataclass(frozen=True, slots=True)
class Effort:
    """How much to measure. `seconds` ends a benchmark early, but never before `fewest_rounds`."""

    rounds: int = ROUNDS
    fewest_rounds: int = FEWEST_ROUNDS
    seconds: float = SECONDS


def interleaved(
    things: Mapping[str, Callable[[], float]],
    effort: Effort,
    *,
    clock: Callable[[], float] = time.monotonic,
) -> list[Measured]:
    """Measure every thing once a round, each round in another order."""
    give_up_at = clock() + effort.seconds
    order = random.Random(1)
    names = list(things)
    rounds: list[Measured] = []
    for number in range(effort.rounds):
        if number >= effort.fewest_rounds and clock() > give_up_at:
            break
        order.shuffle(names)
        rounds.append({name: things[name]() for name in names})
    return rounds


def ratios(rounds: list[Measured], above: str, below: str, *, times: float = 1.0) -> list[float]:
    """The ratio of two things in each round, the lower one multiplied by `times`."""
    return [found[above] / (found[below] * times) for found in rounds]
