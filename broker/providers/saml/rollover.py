"""What is in use, and what takes its place at a moment that was chosen beforehand.

Nothing is loaded when that moment comes: both are in memory from the start, and the time tells which one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Upcoming(Generic[T]):
    """What comes next, and the moment from which it is used."""

    value: T
    active_from: datetime


@dataclass(frozen=True, slots=True)
class Rollover(Generic[T]):
    """A key, a certificate or what is made of one, with its successor if there is one."""

    current: T
    upcoming: Upcoming[T] | None = None

    def at(self, now: datetime) -> T:
        """The one in use."""
        return self.all_at(now)[0]

    def all_at(self, now: datetime) -> tuple[T, ...]:
        """Everything that others may know of, the one in use first."""
        if self.upcoming is None:
            return (self.current,)
        both = (self.current, self.upcoming.value)
        return both if now < self.upcoming.active_from else both[::-1]
