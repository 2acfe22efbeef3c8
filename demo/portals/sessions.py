"""The portal's own sessions: in memory, one cookie, over when the broker says so."""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from demo.clock import Clock
from demo.portals.relying_party import Login, LoginAttempt

MOST_SESSIONS = 5000
MOST_ATTEMPTS = 8
VISIT_LIFETIME = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Visit:
    """What the portal knows of one browser. `ended` says that a login ran out on this visit."""

    expires_at: datetime
    attempts: tuple[LoginAttempt, ...] = ()
    login: Login | None = None
    logout_state: str = ""
    ended: bool = False

    def with_attempt(self, attempt: LoginAttempt) -> Visit:
        """Remember one more login attempt, forgetting the oldest beyond eight (tabs)."""
        return replace(self, attempts=(*self.attempts, attempt)[-MOST_ATTEMPTS:])


class VisitStore:
    """Visits by the secret in their cookie; the oldest give way when there are too many."""

    def __init__(self, now: Clock) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._visits: OrderedDict[str, Visit] = OrderedDict()

    def find(self, key: str) -> Visit:
        """The visit under this key as it is now: an expired login is gone from it."""
        with self._lock:
            visit = self._visits.get(key)
            now = self._now()
            if visit is None:
                return Visit(now + VISIT_LIFETIME)
            if now < visit.expires_at:
                return visit
            visit = Visit(now + VISIT_LIFETIME, ended=visit.login is not None)
            self._visits[key] = visit
            return visit

    def keep(self, key: str, visit: Visit) -> str:
        """Keep the visit under its key, or under a new one when the key is not of ours."""
        with self._lock:
            if key not in self._visits:
                key = secrets.token_urlsafe(32)
            self._visits[key] = visit
            self._visits.move_to_end(key)
            if len(self._visits) > MOST_SESSIONS:
                self._visits.popitem(last=False)
            return key

    def take_attempt(self, key: str, state: str) -> LoginAttempt | None:
        """The attempt with this state, which is thereby used up."""
        with self._lock:
            visit = self._visits.get(key)
            if visit is None:
                return None
            asked = state.encode()
            found = next(
                (one for one in visit.attempts if secrets.compare_digest(one.state.encode(), asked)), None
            )
            rest = tuple(attempt for attempt in visit.attempts if attempt is not found)
            self._visits[key] = replace(visit, attempts=rest)
            return found

    def begin_session(self, old_key: str, login: Login, expires_at: datetime) -> str:
        """A new key for the person who logged in; the old one no longer opens anything."""
        with self._lock:
            self._visits.pop(old_key, None)
        return self.keep("", Visit(expires_at, login=login))

    def forget(self, key: str) -> None:
        """End whatever this key opens."""
        with self._lock:
            self._visits.pop(key, None)
