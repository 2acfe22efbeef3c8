"""The outages that operators announced, as this process knows them: at most a moment behind."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import datetime
from typing import Final, Protocol

from broker.domain.outages import Outage

BEHIND_AT_MOST_SECONDS: Final = 1.5


class Outages(Protocol):
    """Where announced outages are kept."""

    def all(self) -> tuple[Outage, ...]:
        """Every one, over or not."""


class OutageBoard:
    """Reads the source again when what it knows is too old; one thread reads, the others wait for it."""

    def __init__(self, source: Outages, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._source = source
        self._monotonic = monotonic
        self._reading = threading.Lock()
        self._known: tuple[float, tuple[Outage, ...]] | None = None

    def find(self, provider: str, brand: str, now: datetime) -> Outage | None:
        """What closes this provider at this brand; the brand's own outage goes before the general one."""
        found = [outage for outage in self._outages() if outage.holds(provider, brand, now)]
        return min(found, key=lambda outage: outage.brand is None, default=None)

    def _outages(self) -> tuple[Outage, ...]:
        fresh = self._fresh()
        if fresh is not None:
            return fresh
        with self._reading:
            fresh = self._fresh()
            if fresh is None:
                fresh = self._source.all()
                self._known = (self._monotonic(), fresh)
            return fresh

    def _fresh(self) -> tuple[Outage, ...] | None:
        known = self._known
        if known is None or self._monotonic() - known[0] >= BEHIND_AT_MOST_SECONDS:
            return None
        return known[1]
