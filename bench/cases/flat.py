"""Whether a login costs the same however much is stored, and however many portals there are."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack

from bench.cases.common import LOGINS_A_ROUND, Options, login_cpu_seconds, warmed_up
from bench.crowd import add_accounts, add_clients, add_sessions
from bench.harness import interleaved, ratios
from bench.results import Figure, Target
from bench.stage import Preparation, Stage, Wanted, standing

TARGET = Target(bar=1.1, goal=1.02)
ACCOUNTS, SESSIONS, CLIENTS = 100_000, 50_000, 2_000


def flat(options: Options) -> list[Figure]:
    """An empty deployment against one with a crowd, and against one with many clients, side by side."""
    with ExitStack() as stack:

        def login_at(
            prepare: Preparation | None, after: Callable[[Stage], None] | None
        ) -> Callable[[], float]:
            stage = stack.enter_context(standing(Wanted(database=options.database(), prepare=prepare)))
            visitor = warmed_up(stage)
            stack.callback(visitor.close)
            if after:
                after(stage)
                warmed_up(stage).close()
            return lambda: login_cpu_seconds(stage, visitor)

        things = {
            "empty": login_at(None, None),
            "crowded": login_at(lambda stage: add_accounts(stage, ACCOUNTS), _crowd),
            "many clients": login_at(lambda stage: add_clients(stage, CLIENTS), None),
        }
        rounds = interleaved(things, options.effort)
    operations = len(rounds) * LOGINS_A_ROUND
    return [
        Figure.of_rounds(f"flat: {name}", TARGET, ratios(rounds, name, "empty"), operations=operations)
        for name in ("crowded", "many clients")
    ]


def _crowd(stage: Stage) -> None:
    add_sessions(stage, SESSIONS)
