"""Who is logged in at a supplier in which browser: single sign-on, as far as the scheme has it."""

from __future__ import annotations

import secrets
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta

from demo.clock import Clock
from demo.eherkenning.levels import Level
from demo.eherkenning.suppliers import Supplier

LIFETIME_HOURS = 2


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who is logged in; `index` is what assertions call it."""

    index: str
    browser: str
    supplier: Supplier
    username: str
    level: Level
    opened_at: datetime


class Sessions:
    """All sessions; one for each browser and supplier."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._open: tuple[Session, ...] = ()

    def open(self, browser: str, supplier: Supplier, username: str, level: Level) -> Session:
        """A new session in the place of the one before."""
        now = self._clock()
        session = Session(secrets.token_hex(16), browser, supplier, username, level, now)
        with self._lock:
            others = (one for one in self._alive() if (one.browser, one.supplier) != (browser, supplier))
            self._open = (*others, session)
        return session

    def usable(self, browser: str, supplier: Supplier, level: Level) -> Session | None:
        """The session that may stand in for a login; at eH4 there is none, ever."""
        return next(
            (
                one
                for one in self._alive()
                if one.browser == browser and one.supplier == supplier and level <= one.level < Level.EH4
            ),
            None,
        )

    def end(self, browser: str, indexes: frozenset[str]) -> tuple[Session, ...]:
        """Ends the sessions of this browser, and those that are named; gives what was ended."""
        with self._lock:
            alive = self._alive()
            ended = tuple(one for one in alive if one.browser == browser or one.index in indexes)
            self._open = tuple(one for one in alive if one not in ended)
        return ended

    def _alive(self) -> tuple[Session, ...]:
        oldest = self._clock() - timedelta(hours=LIFETIME_HOURS)
        return tuple(one for one in self._open if one.opened_at > oldest)
