"""How much of the possible throughput is left when DigiD takes 300 ms to answer."""

from __future__ import annotations

from bench.cases.common import Options, warmed_up
from bench.rate import logins_per_second
from bench.results import Better, Figure, Target
from bench.stage import Wanted, standing

TARGET = Target(bar=0.7, goal=0.9, better=Better.HIGHER)
DELAY_MS, WORKERS, THREADS_PER_WORKER = 300, 2, 4
BROWSERS = 40
SECONDS_A_ROUND = 6.0


def slow_idp(options: Options) -> list[Figure]:
    """The ideal: every thread waits for DigiD all the time and does the rest in no time."""
    ideal = WORKERS * THREADS_PER_WORKER / (DELAY_MS / 1000)
    wanted = Wanted(workers=WORKERS, delay_ms=DELAY_MS, database=options.database())
    with standing(wanted) as stage:
        warmed_up(stage).close()
        rounds = [
            logins_per_second(stage.sites, browsers=BROWSERS, seconds=SECONDS_A_ROUND)
            for _ in range(options.effort.fewest_rounds)
        ]
    details = {"ideal, logins/s": ideal, "browsers at once": BROWSERS}
    found = [rate / ideal for rate in rounds]
    operations = round(sum(rounds) * SECONDS_A_ROUND)
    return [Figure.of_rounds("slow-idp", TARGET, found, operations=operations, details=details)]
