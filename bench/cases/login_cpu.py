"""CPU of one full DigiD login against the cryptography that it cannot do without."""

from __future__ import annotations

import statistics

from bench.cases.common import LOGINS_A_ROUND, Options, login_cpu_seconds, warmed_up
from bench.harness import interleaved, ratios
from bench.results import Figure, Target
from bench.stage import Wanted, standing
from bench.yardstick import FLOOR_IN_SIGNATURES, Yardstick

TARGET = Target(bar=16, goal=9)


def login_cpu(options: Options) -> list[Figure]:
    """Authorize, choose, send, artifact, token, userinfo: six requests with everything switched on.

    Rounds of ten logins cost what a long row of them does, within the noise; what runs beside them in the
    counted processes (2 ms a second, measured idle) is left in, as a deployment has it too.
    """
    yardstick = Yardstick()
    with standing(Wanted(database=options.database())) as stage:
        visitor = warmed_up(stage)
        rounds = interleaved(
            {"login": lambda: login_cpu_seconds(stage, visitor), "signature": yardstick.seconds},
            options.effort,
        )
        visitor.close()
    found = ratios(rounds, "login", "signature", times=FLOOR_IN_SIGNATURES)
    details = {
        "login, ms CPU": statistics.median(one["login"] for one in rounds) * 1e3,
        "RSA-2048 signature, us CPU": statistics.median(one["signature"] for one in rounds) * 1e6,
    }
    name = "login-cpu on PostgreSQL" if options.postgres else "login-cpu"
    return [Figure.of_rounds(name, TARGET, found, operations=len(rounds) * LOGINS_A_ROUND, details=details)]
