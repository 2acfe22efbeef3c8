"""Whether the time of an answer tells that an address has an account (security A08, B4-03)."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from itertools import count

from bench.cases.common import Options
from bench.guesser import Guesser, add_people, known, unknown
from bench.harness import interleaved, ratios
from bench.results import Figure, Target, quartiles
from bench.stage import Wanted, standing

TARGET = Target(bar=1.05, goal=1.02)
PEOPLE = 60
TRIES_A_ROUND = 10
WARM_UP_TRIES = 20


def enumeration(options: Options) -> list[Figure]:
    """A wrong password for somebody who exists against one for nobody, in turns, one browser.

    The figure is the ratio of the medians or its inverse, whichever is larger: being quicker tells as much.
    Beside it stands the same for two kinds of nobody, which is what the noise of this run makes of nothing.
    """
    wanted = Wanted(database=options.database(), prepare=lambda stage: add_people(stage, PEOPLE))
    with standing(wanted) as stage:
        guesser = Guesser(stage.sites.broker)
        for number in range(WARM_UP_TRIES):
            guesser.guess(unknown(90_000 + number))
        rounds = interleaved(
            {
                # Names come round again, as often for people as for nobody: both are held after five tries.
                "known": _median_of(guesser, known, count()),
                "unknown": _median_of(guesser, unknown, count()),
                "other unknown": _median_of(guesser, lambda number: unknown(50_000 + number), count()),
            },
            options.effort,
        )
        guesser.close()
    found, noise = ratios(rounds, "known", "unknown"), ratios(rounds, "other unknown", "unknown")
    low, high = quartiles(noise)
    details = {
        "wrong password of a known address, ms": statistics.median(one["known"] for one in rounds) * 1e3,
        "unknown address, ms": statistics.median(one["unknown"] for one in rounds) * 1e3,
        "known / unknown": statistics.median(found),
        "noise: unknown / unknown, median": statistics.median(noise),
        "noise: first quartile": low,
        "noise: third quartile": high,
    }
    tries = len(rounds) * TRIES_A_ROUND
    return [either_way(Figure.of_rounds("enumeration", TARGET, found, operations=tries, details=details))]


def either_way(figure: Figure) -> Figure:
    """The same with a value of at least 1."""
    value = max(figure.value, 1 / figure.value)
    return Figure(
        figure.name, value, figure.target, figure.low, figure.high, figure.operations, figure.details
    )


def _median_of(guesser: Guesser, name: Callable[[int], str], numbers: count[int]) -> Callable[[], float]:
    def tries() -> float:
        return statistics.median(guesser.guess(name(next(numbers) % PEOPLE))[1] for _ in range(TRIES_A_ROUND))

    return tries
