"""What several benchmarks do alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from bench.harness import Effort
from bench.load import Visitor
from bench.results import Figure
from bench.stage import Stage

WARM_UP_LOGINS = 40
LOGINS_A_ROUND = 10


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line decides. `postgres` gives the URL of a fresh database, or is None for SQLite."""

    effort: Effort = field(default_factory=Effort)
    postgres: Callable[[], str] | None = None

    def database(self) -> str | None:
        """A database for one more stage."""
        return self.postgres() if self.postgres else None


Case = Callable[[Options], list[Figure]]


def warmed_up(stage: Stage) -> Visitor:
    """A visitor who has logged in often enough for every cache and connection to be there."""
    visitor = Visitor(stage.sites)
    for _ in range(WARM_UP_LOGINS):
        visitor.log_in()
    return visitor


def login_cpu_seconds(stage: Stage, visitor: Visitor, logins: int = LOGINS_A_ROUND) -> float:
    """The broker's CPU for one login, as the mean of a few."""
    before = stage.cpu_seconds()
    for _ in range(logins):
        visitor.log_in()
    return (stage.cpu_seconds() - before) / logins
