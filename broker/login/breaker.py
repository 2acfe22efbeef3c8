"""When a provider that does not answer is left alone, and how it is found to be well again: pure decisions.

Failures in a row bar the way for a while, so that people are told at once instead of waiting, and threads
are not spent on calls that fail. After that one at a time may try, until somebody gets an answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Final

BARS_AFTER_FAILURES: Final = 5
COUNTING_WINDOW_SECONDS: Final = 60
BARRED_FOR: Final = timedelta(seconds=30)
ONE_TURN: Final = timedelta(seconds=30)
"""How long one attempt keeps others from trying; whoever never comes back holds nobody up for longer."""
REMEMBERED_FOR: Final = timedelta(minutes=10)
"""After the bar is lifted and nobody tried, all is forgotten."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """There were failures; `barred_until` is set once there were enough. No `Trouble`: all is well."""

    barred_until: datetime | None = None

    @property
    def forgotten_at(self) -> datetime | None:
        """When a bar need not be remembered any more; None for failures that are still being counted."""
        return self.barred_until + REMEMBERED_FOR if self.barred_until else None


class Passage(Enum):
    """Who may go to the provider."""

    FREE = "everybody"
    IN_TURN = "one at a time"
    BARRED = "nobody"


def passage(trouble: Trouble | None, now: datetime) -> Passage:
    """What is known about a provider, as a rule for the next one who wants to go there."""
    if trouble is None or trouble.barred_until is None:
        return Passage.FREE
    return Passage.BARRED if now < trouble.barred_until else Passage.IN_TURN


def after_failure(trouble: Trouble | None, failures: int, now: datetime) -> Trouble:
    """What to remember when the provider did not answer for the `failures`-th time within the window.

    A failure of a call that was under way when the bar came down does not make it last longer.
    """
    match passage(trouble, now):
        case Passage.BARRED if trouble is not None:
            return trouble
        case Passage.IN_TURN:
            return Trouble(now + BARRED_FOR)
        case _:
            return Trouble(now + BARRED_FOR if failures >= BARS_AFTER_FAILURES else None)
