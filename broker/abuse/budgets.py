"""What may be spent on something that costs money or bothers people: several limits at once, and a breaker.

Whoever exhausts a budget stops what it pays for. They never stop a login: what a person set up goes on to
work, and another way of getting a code has a budget of its own.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from broker.storage.allowances import Allowances, Limit
from broker.storage.record_keys import RecordKey, RecordKind

TOTAL = "total"
"""The part that every spending has: all of them together."""

BREAKER = "breaker"


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that a spending counts for: `kind` as ``number``, `value` as that number."""

    kind: str
    value: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Spent:
    """It may be done now."""


@dataclass(frozen=True, slots=True)
class NotNow:
    """It may not, because of the limit on `which`; it may again at `until`.

    `tripped` is true for the one caller that made the breaker open, or was the first to be refused by a limit
    that is worth an alarm.
    """

    which: str
    until: datetime
    tripped: bool = False


@dataclass(frozen=True, slots=True)
class Breaker:
    """When the limit on everything together is reached, nothing is spent for this long.

    So many at once are no person's doing, and each is paid for.
    """

    pause: timedelta


class Budget:
    """Spends from a named budget; `limits` are pairs of a kind of part and what it allows, in their order.

    The order matters: first what a stranger cannot leave (their address block), so that who is refused
    there takes nothing of what belongs to the person they aim at.
    """

    def __init__(
        self,
        name: str,
        limits: Sequence[tuple[str, Limit]],
        allowances: Allowances,
        *,
        breaker: Breaker | None = None,
        alarming: Collection[str] = (),
    ) -> None:
        """`alarming`: kinds of parts that no person uses up, each with one limit."""
        self._name = name
        self._limits = tuple(limits)
        self._allowances = allowances
        self._breaker = breaker
        self._alarming = frozenset(alarming)

    def spend(self, parts: Sequence[Part], now: datetime) -> Spent | NotNow:
        """Counts one for each part under each of its limits, or, where one says no, for none of them.

        A limit whose kind is not among the parts has no say. `ValueError` when a part has no limit.
        """
        by_kind = {part.kind: part for part in (*parts, Part(TOTAL, TOTAL))}
        if unknown := by_kind.keys() - {kind for kind, _ in self._limits} - {TOTAL}:
            raise ValueError(f"the budget {self._name} has no limit on {', '.join(sorted(unknown))}")
        paused = self._paused_until(now)
        if paused is not None:
            return NotNow(BREAKER, paused)
        taken: list[RecordKey] = []
        for kind, limit in self._limits:
            if kind not in by_kind:
                continue
            key = self._key(by_kind[kind], limit)
            wait = self._allowances.take(key, limit, now=now)
            if wait is not None:
                self._give_back(taken, now)
                return self._refused(by_kind[kind], limit, now + wait, now)
            taken.append(key)
        return Spent()

    def _give_back(self, taken: Sequence[RecordKey], now: datetime) -> None:
        for key in taken:
            self._allowances.give_back(key, now=now)

    def _refused(self, part: Part, limit: Limit, until: datetime, now: datetime) -> NotNow:
        if part.kind != TOTAL or self._breaker is None:
            return NotNow(part.kind, until, tripped=self._is_alarm(part, limit, now))
        pause = Limit(1, self._breaker.pause)
        first = self._allowances.take(self._breaker_key(), pause, now=now) is None
        return NotNow(BREAKER, max(until, now + self._breaker.pause), tripped=first)

    def _is_alarm(self, part: Part, limit: Limit, now: datetime) -> bool:
        """Whether this is the first refusal of a window by a limit that should never be reached."""
        if part.kind not in self._alarming:
            return False
        told = RecordKey(RecordKind.BUDGET, self._name, f"told {part.kind} {part.value}")
        return self._allowances.take(told, Limit(1, limit.window), now=now) is None

    def _paused_until(self, now: datetime) -> datetime | None:
        """Until when the breaker is open; taking nothing from a limit of nothing only looks."""
        if self._breaker is None:
            return None
        wait = self._allowances.take(self._breaker_key(), Limit(0, self._breaker.pause), now=now, number=0)
        return None if wait is None else now + wait

    def _breaker_key(self) -> RecordKey:
        return RecordKey(RecordKind.BUDGET, self._name, BREAKER)

    def _key(self, part: Part, limit: Limit) -> RecordKey:
        seconds = int(limit.window.total_seconds())
        return RecordKey(RecordKind.BUDGET, self._name, f"{part.kind} {seconds} {part.value}")
