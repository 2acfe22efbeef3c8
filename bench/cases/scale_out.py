"""How much a second worker adds.

Browsers and DigiD run on the same machine and take their share of its cores. So beside the plain ratio of
logins a second there is the ratio of what the broker's own CPU time would yield: the one says what this
machine does, the other what contention between workers costs.
"""

from __future__ import annotations

import statistics
from contextlib import ExitStack

from bench.cases.common import Options, warmed_up
from bench.harness import interleaved, ratios
from bench.rate import logins_per_second
from bench.results import Better, Figure, Target
from bench.stage import Stage, Wanted, standing

TARGET = Target(bar=1.6, goal=1.9, better=Better.HIGHER)
BROWSERS = 8
SECONDS_A_ROUND = 4.0


def scale_out(options: Options) -> list[Figure]:
    """One worker and two, in turn, under the same browsers."""
    with ExitStack() as stack:
        stages = {
            str(workers): stack.enter_context(standing(Wanted(workers=workers, database=options.database())))
            for workers in (1, 2)
        }
        for stage in stages.values():
            warmed_up(stage).close()
        spent: dict[str, list[float]] = {"1": [], "2": []}

        def rate(workers: str) -> float:
            per_second, cpu_seconds = _under_load(stages[workers])
            spent[workers].append(cpu_seconds)
            return per_second

        rounds = interleaved({"1": lambda: rate("1"), "2": lambda: rate("2")}, options.effort)
    cpu = {workers: statistics.median(found) for workers, found in spent.items()}
    details = {
        "1 worker, logins/s": statistics.median(one["1"] for one in rounds),
        "2 workers, logins/s": statistics.median(one["2"] for one in rounds),
        "CPU per login, 2 workers / 1 worker": cpu["2"] / cpu["1"],
        "ratio by CPU per login": 2 * cpu["1"] / cpu["2"],
    }
    operations = round(sum(one["1"] + one["2"] for one in rounds) * SECONDS_A_ROUND)
    found = ratios(rounds, "2", "1")
    return [Figure.of_rounds("scale-out", TARGET, found, operations=operations, details=details)]


def _under_load(stage: Stage) -> tuple[float, float]:
    """Logins a second, and the broker's CPU seconds for one of them (the warming up counts in neither)."""
    before = stage.cpu_seconds()
    per_second = logins_per_second(
        stage.sites, browsers=BROWSERS, seconds=SECONDS_A_ROUND, warm_up_seconds=0.0
    )
    return per_second, (stage.cpu_seconds() - before) / max(1.0, per_second * SECONDS_A_ROUND)
