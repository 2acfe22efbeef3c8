"""When a provider that does not answer is left alone, and how it is found to be well again: pure decisions.

Failures in a row bar the way for a while, so that people are told at once instead of waiting, and threads
are not spent on calls that fail. After that it is tried: some people are sent there, one call at a time is
made for those who come back, and the first call decides for all. Whoever is sent and stays away decides
nothing and holds up nobody.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Final

BARS_AFTER_FAILURES: Final = 5
COUNTING_WINDOW_SECONDS: Final = 60
BARRED_FOR: Final = timedelta(seconds=30)
ONE_CALL: Final = timedelta(seconds=30)
"""How long one call keeps others from calling; a worker that dies in it holds nobody up for longer."""
FIRST_TO_TRY: Final = 5
"""So many are sent at once: the first of them to come back decides, and some never do."""
THEN_ONE_IN: Final = 10
"""Of all others one in so many is sent, so that no number of strangers can use up everybody's chance."""
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
    TRYING = "some; of those who come back one at a time"
    BARRED = "nobody"


def passage(trouble: Trouble | None, now: datetime) -> Passage:
    """What is known about a provider, as a rule for the next one who wants to go there."""
    if trouble is None or trouble.barred_until is None:
        return Passage.FREE
    return Passage.BARRED if now < trouble.barred_until else Passage.TRYING


def may_try(asker: int) -> bool:
    """Whether the `asker`-th person (from 1) since the bar was lifted is sent there to try it."""
    return asker <= FIRST_TO_TRY or asker % THEN_ONE_IN == 0


def after_failure(trouble: Trouble | None, failures: int, now: datetime) -> Trouble:
    """What to remember when the provider did not answer for the `failures`-th time within the window.

    A failure of a call that was under way when the bar came down does not make it last longer.
    """
    match passage(trouble, now):
        case Passage.BARRED if trouble is not None:
            return trouble
        case Passage.TRYING:
            return Trouble(now + BARRED_FOR)
        case _:
            return Trouble(now + BARRED_FOR if failures >= BARS_AFTER_FAILURES else None)
