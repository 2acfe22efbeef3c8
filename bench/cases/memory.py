"""What a worker that has served many logins holds in memory."""

from __future__ import annotations

from bench.cases.common import Options, warmed_up
from bench.cpu import own_mebibytes, resident_mebibytes
from bench.results import Figure, Target
from bench.stage import Wanted, standing

TARGET = Target(bar=95, goal=80, unit="MiB")
LOGINS = 300


def memory(options: Options) -> list[Figure]:
    """RSS of the one worker after a few hundred logins, and what of it is its own; the parent beside it."""
    with standing(Wanted(database=options.database())) as stage:
        visitor = warmed_up(stage)
        (worker,) = stage.worker_processes()
        early = resident_mebibytes(worker)
        for _ in range(LOGINS):
            visitor.log_in()
        visitor.close()
        warm = resident_mebibytes(worker)
        details = {
            "after the first logins, MiB": early,
            "of it not shared with another process, MiB": own_mebibytes(worker),
            "the server's parent process, MiB": resident_mebibytes(stage.server[0]),
        }
    return [Figure.of_rounds("memory", TARGET, [warm], operations=LOGINS, details=details)]
