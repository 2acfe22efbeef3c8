"""How much a second worker adds, on PostgreSQL as in production: SQLite has one writer at a time.

Browsers, DigiD, Redis and PostgreSQL run on the same machine and take their share of its cores. So beside the
ratio stands its ceiling, from the CPU time that all of them use for a login: what two workers could reach at
most if nothing ever waited.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field

from bench import cpu
from bench.cases.common import Options, warmed_up
from bench.databases import fresh_databases
from bench.harness import interleaved, ratios
from bench.rate import logins_per_second
from bench.results import Better, Figure, Target
from bench.stage import Stage, Wanted, standing

TARGET = Target(bar=1.6, goal=1.9, better=Better.HIGHER)
CORES = 2
BROWSERS_A_WORKER = 8
SECONDS_A_ROUND = 4.0


_COMMANDS = {"DigiD": "bench.idp", "Redis": "redis-server", "PostgreSQL": "postgres"}


@dataclass(frozen=True, slots=True)
class Load:
    """One round: logins a second, and for one login the CPU seconds of the broker and of all others.

    `parts`: which of the others took how much of them. `strangers`: the cores that went to what has nothing
    to do with the benchmark.
    """

    rate: float
    broker: float
    others: float
    parts: Mapping[str, float] = field(default_factory=dict)
    strangers: float = 0.0


def scale_out(options: Options) -> list[Figure]:
    """One worker and two, in turn, with eight browsers for each worker."""
    with ExitStack() as stack:
        # Commits wait for the disk, as they do in production; those of other benchmarks do not.
        database = stack.enter_context(fresh_databases("fsync=on", "full_page_writes=on"))
        stages = {
            workers: stack.enter_context(standing(Wanted(workers=workers, database=database())))
            for workers in (1, 2)
        }
        found: dict[int, list[Load]] = {1: [], 2: []}
        for stage in stages.values():
            warmed_up(stage).close()

        def rate(workers: int) -> float:
            found[workers].append(_under_load(stages[workers], BROWSERS_A_WORKER * workers))
            return found[workers][-1].rate

        rounds = interleaved({"1": lambda: rate(1), "2": lambda: rate(2)}, options.effort)
    one, two = _median(found[1]), _median(found[2])
    details = {
        "1 worker, logins/s": one.rate,
        "2 workers, logins/s": two.rate,
        "1 worker, broker's CPU per login, ms": one.broker * 1000,
        "1 worker, all others' CPU per login, ms": one.others * 1000,
        "2 workers, broker's CPU per login, ms": two.broker * 1000,
        "2 workers, all others' CPU per login, ms": two.others * 1000,
        **{f"2 workers, of which {part}, ms": seconds * 1000 for part, seconds in two.parts.items()},
        "most that the CPU time allows on two cores": ceiling(one, two),
        "the same without browsers, DigiD and stores": 2 * one.broker / two.broker,
        "cores that other work on this machine took": (one.strangers + two.strangers) / 2,
        "best round": max(ratios(rounds, "2", "1")),
    }
    operations = round(sum(load.rate for loads in found.values() for load in loads) * SECONDS_A_ROUND)
    return [
        Figure.of_rounds(
            "scale-out", TARGET, ratios(rounds, "2", "1"), operations=operations, details=details
        )
    ]


def ceiling(one: Load, two: Load) -> float:
    """The ratio of the rates if every core were always busy.

    One worker has one core's worth of Python (its lock), and the rest of a login may run beside it; two
    workers have both cores for everything.
    """
    seconds_of_one = max(one.broker, (one.broker + one.others) / CORES)
    return seconds_of_one / ((two.broker + two.others) / CORES)


def _under_load(stage: Stage, browsers: int) -> Load:
    broker, before = stage.cpu_seconds(), _seconds_of_others()
    began, machine = time.monotonic(), cpu.machine_seconds()
    # Whoever is late still ends a login after the bell; there is one for each browser at most.
    per_second = logins_per_second(
        stage.sites, browsers=browsers, seconds=SECONDS_A_ROUND, warm_up_seconds=0.0
    )
    logins = max(1.0, per_second * SECONDS_A_ROUND)
    lasted, machine = time.monotonic() - began, cpu.machine_seconds() - machine
    own = stage.cpu_seconds() - broker
    used = {part: seconds - before[part] for part, seconds in _seconds_of_others().items()}
    parts = {part: seconds / logins for part, seconds in used.items()}
    strangers = max(0.0, machine - own - sum(used.values())) / lasted
    return Load(per_second, own / logins, sum(parts.values()), parts, strangers)


def _seconds_of_others() -> dict[str, float]:
    """Everything that was started here and is no broker: browsers in this process, servers, and stores."""
    found = {"browsers": cpu.own_seconds(), **dict.fromkeys(_COMMANDS, 0.0)}
    for process in cpu.tree(os.getpid())[1:]:
        # One that ends meanwhile, as a vacuum of PostgreSQL does, is counted with its parent from then on.
        with suppress(OSError):
            command, seconds = cpu.command_of(process), cpu.seconds_of((process,))
            part = next((part for part, word in _COMMANDS.items() if word in command), None)
            if part is not None:
                found[part] += seconds
    return found


def _median(loads: list[Load]) -> Load:
    return Load(
        statistics.median(load.rate for load in loads),
        statistics.median(load.broker for load in loads),
        statistics.median(load.others for load in loads),
        {part: statistics.median(load.parts[part] for load in loads) for part in loads[0].parts},
        statistics.fmean(load.strangers for load in loads),
    )
