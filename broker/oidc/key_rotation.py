"""When a signing key is made, used and put away: next, active, retired (OpenID Connect Core 10.1.1).

A key is published for longer than any portal keeps our key set before it signs, and stays published until
nothing that it signed can come back to us. Any number of workers may do this at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final, Protocol

from broker.domain.clock import Clock
from broker.oidc.documents import JWKS_MAX_AGE_SECONDS
from broker.oidc.keys import ACTIVE, NEXT, RETIRED, KeyDates, StoredKey, make_signing_key
from broker.oidc.vocabulary import CLOCK_SKEW_SECONDS, LONGEST_SESSION_SECONDS, SigningAlgorithm

PUBLISHED_BEFORE_USE: Final = timedelta(seconds=JWKS_MAX_AGE_SECONDS + CLOCK_SKEW_SECONDS)
"""How long a key stands in the key set before it signs."""

KEPT_AFTER_USE: Final = timedelta(seconds=LONGEST_SESSION_SECONDS + 3600)
"""How long it stands there afterwards: ID tokens come back as hints until their session ends."""


class DatedKey(StoredKey, KeyDates, Protocol):
    """A stored key with the moments of its life."""


class RotatingKeySource(Protocol):
    """Where the keys are kept; every method is one step over all processes."""

    def ensure(self, algorithm: str, make: Callable[[], tuple[str, bytes]], now: datetime) -> None:
        """Make the first key of an algorithm, in use at once."""

    def prepare(self, algorithm: str, make: Callable[[], tuple[str, bytes]], now: datetime) -> bool:
        """Make the next key of an algorithm unless there is one; whether it was made."""

    def promote(self, algorithm: str, *, made_before: datetime, now: datetime) -> bool:
        """Let the next key sign and retire the active one, if the next was made by then; whether it did."""

    def withdraw(self, kid: str) -> bool:
        """Destroy a key that does not sign; whether it was there."""

    def all(self) -> Iterable[DatedKey]:
        """Every key that is not destroyed."""


@dataclass(frozen=True, slots=True)
class KeyChange:
    """One thing that happened to one key: it was made, came into use, or was destroyed."""

    kid: str
    algorithm: str
    change: str


class TooEarly(Exception):
    """The next key has not been published for long enough; `ready_at` is when it will have been."""

    def __init__(self, algorithm: str, ready_at: datetime) -> None:
        super().__init__(f"{algorithm}: the next key may sign from {ready_at:%Y-%m-%d %H:%M} UTC on")
        self.ready_at = ready_at


class KeyRotation:
    """Moves keys on. `sign_for` is how long a key stays in use."""

    def __init__(self, source: RotatingKeySource, clock: Clock, *, sign_for: timedelta) -> None:
        self._source = source
        self._clock = clock
        self._sign_for = sign_for

    def tend(self) -> tuple[KeyChange, ...]:
        """What is due now: make missing keys, let the next ones sign, destroy those nobody needs."""
        changes: list[KeyChange] = []
        for algorithm in SigningAlgorithm:
            changes += self._watched(partial(self._tend, algorithm))
        for key in self._source.all():
            if self._is_over(key) and self._source.withdraw(key.kid):
                changes.append(KeyChange(key.kid, key.algorithm, "destroyed"))
        return tuple(changes)

    def rotate(self, algorithm: SigningAlgorithm, *, at_once: bool = False) -> tuple[KeyChange, ...]:
        """Let the next key sign now and make a new next one.

        Raises `TooEarly` when portals may not know the next key yet, unless `at_once`: then portals that
        kept our key set must fetch it again to believe us, as they should on an unknown kid.
        """
        return self._watched(partial(self._rotate, algorithm, at_once=at_once))

    def retire(self, kid: str) -> tuple[KeyChange, ...]:
        """Take a key out of the key set at once, because it may be known to others.

        The active key is replaced first. What it signed is worthless from then on.
        """
        found = next((key for key in self._source.all() if key.kid == kid), None)
        if found is None:
            return ()
        changes: tuple[KeyChange, ...] = ()
        if found.state == ACTIVE:
            changes = self.rotate(SigningAlgorithm(found.algorithm), at_once=True)
        if self._source.withdraw(kid):
            changes = (*changes, KeyChange(kid, found.algorithm, "destroyed"))
        return changes

    def _tend(self, algorithm: SigningAlgorithm) -> None:
        now, make = self._clock(), partial(make_signing_key, algorithm)
        self._source.ensure(algorithm.value, make, now)
        self._source.prepare(algorithm.value, make, now)
        active = next(key for key in self._source.all() if _is(key, algorithm, ACTIVE))
        if now - (active.activated_at or active.created_at) >= self._sign_for:
            made_before = now - PUBLISHED_BEFORE_USE
            if self._source.promote(algorithm.value, made_before=made_before, now=now):
                self._source.prepare(algorithm.value, make, now)

    def _rotate(self, algorithm: SigningAlgorithm, *, at_once: bool) -> None:
        now, make = self._clock(), partial(make_signing_key, algorithm)
        self._source.ensure(algorithm.value, make, now)
        self._source.prepare(algorithm.value, make, now)
        made_before = now if at_once else now - PUBLISHED_BEFORE_USE
        if not self._source.promote(algorithm.value, made_before=made_before, now=now):
            waiting = next(key for key in self._source.all() if _is(key, algorithm, NEXT))
            raise TooEarly(algorithm.value, waiting.created_at + PUBLISHED_BEFORE_USE)
        self._source.prepare(algorithm.value, make, now)

    def _watched(self, act: Callable[[], None]) -> tuple[KeyChange, ...]:
        """What `act` changed: keys that are new, and keys that came into use by it."""
        before = {key.kid: key.state for key in self._source.all()}
        act()
        after = tuple(self._source.all())
        made = [KeyChange(key.kid, key.algorithm, "made") for key in after if key.kid not in before]
        used = [key for key in after if key.state == ACTIVE and before.get(key.kid) != ACTIVE]
        return (*made, *(KeyChange(key.kid, key.algorithm, "in-use") for key in used))

    def _is_over(self, key: DatedKey) -> bool:
        if key.state != RETIRED or key.retired_at is None:
            return False
        return self._clock() - key.retired_at >= KEPT_AFTER_USE


def _is(key: DatedKey, algorithm: SigningAlgorithm, state: str) -> bool:
    return key.algorithm == algorithm.value and key.state == state
