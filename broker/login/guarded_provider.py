"""A provider behind its two switches: the operator's (an outage) and the automatic one (the breaker)."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, Protocol

import structlog

from broker.domain.assurance import Assurance, Scheme
from broker.domain.identity import Failed, ProviderOutcome, Unavailable
from broker.domain.outages import Outage
from broker.login.breaker import Passage, Trouble, after_failure, may_try, passage
from broker.providers.base import Answer, Begun, Provider, SentRequest

BARRED_REASON: Final = "breaker-open"
_KNOWN_FOR_SECONDS: Final = 1.0

_log = structlog.get_logger("broker.providers")


@dataclass(frozen=True, slots=True)
class Closed:
    """Nobody is sent to the provider now; `outage` is what the operator announced, if that is why."""

    reason: Literal["outage", "breaker-open", "not-trusted"]
    outage: Outage | None = None


class Memory(Protocol):
    """What the breaker needs to remember; see `broker.login.breaker_memory`."""

    def trouble(self) -> Trouble | None:
        """What the last failure left."""

    def count_failure(self) -> int:
        """One more; how many there are within the window."""

    def remember(self, trouble: Trouble, now: datetime) -> None:
        """Replace what is known."""

    def forget(self) -> None:
        """All is well."""

    def count_asker(self, lifted_at: datetime) -> int:
        """One more who wants to go there; how many there are since the bar was lifted."""

    def take_turn(self, now: datetime) -> bool:
        """True for one caller, who may call."""

    def give_turn_back(self) -> None:
        """The call said nothing about the provider."""


def _always(_: datetime) -> bool:
    return True


class GuardedProvider:
    """Keeps people and calls away from a provider that is closed.

    What the memory says is believed for a second, so that a login in good times costs no round trip more; a
    failure is always counted there at once.
    """

    def __init__(
        self,
        provider: Provider,
        memory: Memory,
        outage: Callable[[datetime], Outage | None],
        *,
        can_vouch: Callable[[datetime], bool] = _always,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """`outage` gives what is announced for this provider and brand at a moment.

        `can_vouch` tells whether an answer could be believed at a moment.
        """
        self._provider = provider
        self._memory = memory
        self._outage = outage
        self._can_vouch = can_vouch
        self._monotonic = monotonic
        self._known: tuple[float, Trouble | None] | None = None

    @property
    def scheme(self) -> Scheme:
        """The scheme of the provider."""
        return self._provider.scheme

    def closed(self, now: datetime) -> Closed | None:
        """Why a page should not offer this way; None when it may be chosen, or at least be tried."""
        if why := self._shut(now):
            return why
        return Closed(BARRED_REASON) if passage(self._trouble(), now) is Passage.BARRED else None

    def admit(self, now: datetime) -> Closed | None:
        """As `closed`, for somebody who goes there now: while the provider is tried, few of many."""
        if why := self._shut(now):
            return why
        return None if self._sends(now) else Closed(BARRED_REASON)

    def begin(self, required: Assurance, *, relay_state: str, now: datetime) -> Begun:
        """As the provider does; ask `admit` first."""
        return self._provider.begin(required, relay_state=relay_state, now=now)

    def complete(self, answer: Answer, sent: SentRequest, *, now: datetime) -> ProviderOutcome:
        """As the provider does, or `Unavailable` without calling it. What came of it is remembered.

        An announced outage does not stop an answer: who was under way may arrive.
        """
        if not self._calls(now):
            return Unavailable(BARRED_REASON, "the provider is left alone after failures in a row")
        outcome = self._provider.complete(answer, sent, now=now)
        if isinstance(outcome, Unavailable):
            self._remember_failure(now)
        elif isinstance(outcome, Failed):
            # Anybody can bring a made-up answer; it must not keep the turn from those who come from there.
            if self._trouble() is not None:
                self._memory.give_turn_back()
        elif self._trouble() is not None:
            # Somebody was vouched for or turned back there: a sign of health, which a refused answer is not.
            self._memory.forget()
            self._learn(None)
            _log.info("provider answers again", scheme=self.scheme.value, brand=sent.brand)
        return outcome

    def _shut(self, now: datetime) -> Closed | None:
        """Closed whatever the provider does: by the operator, or because nothing it says would count."""
        if outage := self._outage(now):
            return Closed("outage", outage)
        return None if self._can_vouch(now) else Closed("not-trusted")

    def _sends(self, now: datetime) -> bool:
        trouble = self._trouble()
        match passage(trouble, now):
            case Passage.TRYING if trouble is not None and trouble.barred_until is not None:
                return may_try(self._memory.count_asker(trouble.barred_until))
            case known:
                return known is Passage.FREE

    def _calls(self, now: datetime) -> bool:
        match passage(self._trouble(), now):
            case Passage.FREE:
                return True
            case Passage.TRYING:
                return self._memory.take_turn(now)
            case Passage.BARRED:
                return False

    def _remember_failure(self, now: datetime) -> None:
        failures = self._memory.count_failure()
        before = self._memory.trouble()
        trouble = after_failure(before, failures, now)
        if trouble != before:
            self._memory.remember(trouble, now)
        if trouble.barred_until is not None and trouble != before:
            _log.error("provider barred", scheme=self.scheme.value, until=trouble.barred_until.isoformat())
        self._learn(trouble)

    def _trouble(self) -> Trouble | None:
        known = self._known
        if known is not None and self._monotonic() - known[0] < _KNOWN_FOR_SECONDS:
            return known[1]
        return self._learn(self._memory.trouble())

    def _learn(self, trouble: Trouble | None) -> Trouble | None:
        self._known = (self._monotonic(), trouble)
        return trouble
