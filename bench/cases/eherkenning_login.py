"""CPU of one full login by eHerkenning against one with DigiD, at the same broker in the same run."""

from __future__ import annotations

import statistics

from bench.business import add_bound_people, business_visitor
from bench.cases.common import (
    LOGINS_A_ROUND,
    WARM_UP_LOGINS,
    Options,
    login_cpu_seconds,
    warmed_up,
)
from bench.harness import interleaved, ratios
from bench.results import Figure, Target
from bench.stage import Wanted, standing

TARGET = Target(bar=1.5, goal=1.3)


def eherkenning_login(options: Options) -> list[Figure]:
    """Somebody whose account is bound: by POST to the makelaar, by artifact back, for their organisation."""
    wanted = Wanted(database=options.database(), prepare=add_bound_people, makelaar=True)
    with standing(wanted) as stage:
        citizen, business = warmed_up(stage), business_visitor(stage)
        for _ in range(WARM_UP_LOGINS):
            business.log_in()
        rounds = interleaved(
            {
                "DigiD": lambda: login_cpu_seconds(stage, citizen),
                "eHerkenning": lambda: login_cpu_seconds(stage, business),
            },
            options.effort,
        )
        citizen.close()
        business.close()
    details = {f"{way}, ms CPU": statistics.median(one[way] for one in rounds) * 1e3 for way in rounds[0]}
    found, operations = ratios(rounds, "eHerkenning", "DigiD"), len(rounds) * LOGINS_A_ROUND
    return [Figure.of_rounds("eherkenning-login", TARGET, found, operations=operations, details=details)]
