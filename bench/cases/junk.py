"""CPU to refuse a hostile message of 256 kB against CPU of a good login: no attacker may be cheaper."""

from __future__ import annotations

import statistics
from functools import partial

from bench.browsing import LoginFailed
from bench.cases.common import LOGINS_A_ROUND, Options, login_cpu_seconds, warmed_up
from bench.harness import Measured, interleaved, ratios
from bench.hostile import HOSTILE
from bench.load import Visitor
from bench.results import Figure, Target
from bench.stage import Stage, Wanted, standing

TARGET = Target(bar=1, goal=0.2)
MESSAGES_A_ROUND = 3


def junk(options: Options) -> list[Figure]:
    """Every kind of hostile message in turn; the dearest kind is the figure.

    Counted is the request of the artifact endpoint that fetches, refuses and records the message; the
    requests before it are an ordinary login's.
    """
    with standing(Wanted(database=options.database())) as stage:
        visitor = warmed_up(stage)

        def refusing(kind: str) -> float:
            return _refusal_seconds(stage, visitor, kind)

        things = {kind: partial(refusing, kind) for kind in HOSTILE}
        rounds = interleaved(
            {**things, "login": lambda: login_cpu_seconds(stage, visitor)},
            options.effort,
        )
        visitor.close()
    worst = max(HOSTILE, key=lambda kind: statistics.median(ratios(rounds, kind, "login")))
    operations = len(rounds) * LOGINS_A_ROUND
    found = ratios(rounds, worst, "login")
    return [Figure.of_rounds("junk", TARGET, found, operations=operations, details=_details(rounds))]


def _refusal_seconds(stage: Stage, visitor: Visitor, kind: str) -> float:
    doors = [visitor.walk_to_the_door(kind) for _ in range(MESSAGES_A_ROUND)]
    before = stage.cpu_seconds()
    for door in doors:
        answer = visitor.knock(door)
        # A refused answer leads back to the page with the choice, never to the portal.
        if "/login/" not in answer.location:
            raise LoginFailed(f"a hostile message ({kind}) was answered with {answer.status}")
    return (stage.cpu_seconds() - before) / MESSAGES_A_ROUND


def _details(rounds: list[Measured]) -> dict[str, float]:
    return {f"{kind} / login": statistics.median(ratios(rounds, kind, "login")) for kind in HOSTILE}
