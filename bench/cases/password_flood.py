"""How long people with DigiD wait while somebody floods the broker with wrong passwords."""

from __future__ import annotations

import statistics
import time
from contextlib import nullcontext
from dataclasses import dataclass

from bench import cpu
from bench.cases.common import Options, warmed_up
from bench.flood import Flood, flooding
from bench.harness import interleaved, ratios
from bench.load import Visitor
from bench.results import Figure, Target
from bench.stage import Stage, Wanted, standing
from broker.accounts.passwords.hashing import PasswordHashing

TARGET = Target(bar=2, goal=1.3)
WORKERS = 2
LOGINS_A_ROUND = 40
_HASHES = 10


@dataclass(frozen=True, slots=True)
class Round:
    """One round with the flood: how long it lasted, its tries, and the broker's CPU."""

    seconds: float
    judged: int
    sent_away: int
    broker_cpu_seconds: float


def password_flood(options: Options) -> list[Figure]:
    """The 95th percentile of a login beside a hundred tries a second, against a quiet broker's, in turns.

    Every try is for another name and no network is held back, so that each has a claim on being hashed.
    """
    floods: list[Round] = []
    with standing(Wanted(workers=WORKERS, database=options.database())) as stage:
        visitor = warmed_up(stage)
        rounds = interleaved(
            {
                "quiet": lambda: _slowest(visitor),
                "flooded": lambda: _beside_a_flood(stage, visitor, floods),
            },
            options.effort,
        )
        visitor.close()
    found = ratios(rounds, "flooded", "quiet")
    figure = Figure.of_rounds(
        "password-flood",
        TARGET,
        found,
        operations=2 * len(rounds) * LOGINS_A_ROUND,
        details={
            "quiet, p95 of a login, ms": statistics.median(one["quiet"] for one in rounds) * 1e3,
            "flooded, p95 of a login, ms": statistics.median(one["flooded"] for one in rounds) * 1e3,
            **_shares(floods),
        },
    )
    return [figure]


def _shares(floods: list[Round]) -> dict[str, float]:
    seconds = sum(one.seconds for one in floods)
    judged, sent_away = sum(one.judged for one in floods), sum(one.sent_away for one in floods)
    hashing = judged * _seconds_of_a_hash()
    return {
        "tries a second": (judged + sent_away) / seconds,
        "of which sent away at once": sent_away / (judged + sent_away),
        "argon2, cores": hashing / seconds,
        "argon2, part of the broker's CPU": hashing / sum(one.broker_cpu_seconds for one in floods),
        "the broker, cores": sum(one.broker_cpu_seconds for one in floods) / seconds,
    }


def _beside_a_flood(stage: Stage, visitor: Visitor, floods: list[Round]) -> float:
    before, began = stage.cpu_seconds(), time.perf_counter()
    with flooding(stage.sites.broker) as flood:
        slowest = _slowest(visitor)
    floods.append(_told(flood, time.perf_counter() - began, stage.cpu_seconds() - before))
    return slowest


def _told(flood: Flood, seconds: float, broker_cpu_seconds: float) -> Round:
    return Round(seconds, flood.told.judged, flood.told.sent_away, broker_cpu_seconds)


def _slowest(visitor: Visitor) -> float:
    """The 95th percentile over the logins of a round, in seconds."""
    times = []
    for _ in range(LOGINS_A_ROUND):
        began = time.perf_counter()
        visitor.log_in()
        times.append(time.perf_counter() - began)
    return statistics.quantiles(times, n=20, method="inclusive")[-1]


def _seconds_of_a_hash() -> float:
    """CPU of one hash with the parameters of passwords."""
    hashing = PasswordHashing(nullcontext)
    hashing.verify(None, "x")
    before = cpu.own_seconds()
    for _ in range(_HASHES):
        hashing.verify(None, "x")
    return (cpu.own_seconds() - before) / _HASHES
