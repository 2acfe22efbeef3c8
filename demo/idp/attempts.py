"""The brake on guessing: three failed attempts within a day block a user name for a quarter of an hour."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

from demo.clock import Clock

ATTEMPTS = 3
WINDOW_HOURS = 24
BLOCK_MINUTES = 15


class Attempts:
    """Counts failures by user name, whether or not somebody has that name.

    Passwords, SMS codes and pins count alike. A name nobody has is treated the same, so that the brake
    does not tell who exists.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._failures: dict[str, tuple[datetime, ...]] = {}
        self._blocked_until: dict[str, datetime] = {}

    def is_blocked(self, username: str) -> bool:
        """Whether `username` may not try now."""
        until = self._blocked_until.get(normal(username))
        return until is not None and self._clock() < until

    def failed(self, username: str) -> None:
        """Counts one failure; the third within the window blocks, and the count starts anew."""
        now, name = self._clock(), normal(username)
        oldest = now - timedelta(hours=WINDOW_HOURS)
        with self._lock:
            recent = (*(at for at in self._failures.get(name, ()) if at > oldest), now)
            if len(recent) >= ATTEMPTS:
                self._blocked_until[name] = now + timedelta(minutes=BLOCK_MINUTES)
                recent = ()
            self._failures[name] = recent

    def succeeded(self, username: str) -> None:
        """Forgets the failures of a completed login."""
        with self._lock:
            self._failures.pop(normal(username), None)


def normal(username: str) -> str:
    """The form in which user names are compared and counted."""
    return username.strip().casefold()
