"""The portal's own sessions: in memory, one cookie, over when the broker says so."""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from demo.clock import Clock
from demo.portals.logins import Login, LoginAttempt

MOST_SESSIONS = 5000
MOST_ATTEMPTS = 8
VISIT_LIFETIME = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Visit:
    """What the portal knows of one browser. `ended` says that a login ran out on this visit.

    `active_at` is when the broker last heard that the person is active.
    """

    expires_at: datetime
    attempts: tuple[LoginAttempt, ...] = ()
    login: Login | None = None
    logout_state: str = ""
    ended: bool = False
    active_at: datetime | None = None

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
        return self.keep("", Visit(expires_at, login=login, active_at=self._now()))

    def claim_refresh(self, key: str, every: timedelta) -> Login | None:
        """The login to keep alive, when it is time for that; of several requests at once one gets it."""
        with self._lock:
            visit, now = self._visits.get(key), self._now()
            if visit is None or visit.login is None or visit.active_at is None or now >= visit.expires_at:
                return None
            if not visit.login.refresh_token or now - visit.active_at < every:
                return None
            self._visits[key] = replace(visit, active_at=now)
            return visit.login

    def renew(self, key: str, login: Login, expires_at: datetime) -> None:
        """The login lives on until then; a visit that ended meanwhile stays ended."""
        with self._lock:
            visit = self._visits.get(key)
            if visit is not None and visit.login is not None:
                self._visits[key] = replace(visit, login=login, expires_at=expires_at)

    def end_login(self, key: str) -> None:
        """The login is over; the person is told so on this visit."""
        with self._lock:
            if (visit := self._visits.get(key)) is not None:
                # An answer that is under way, of a switch in another tab, may yet bring a login.
                rest = visit.attempts
                self._visits[key] = Visit(self._now() + VISIT_LIFETIME, attempts=rest, ended=True)

    def end_of(self, *, sid: str | None, subject: str | None) -> int:
        """End every login of one session of the broker, or of a person; how many there were."""
        with self._lock:
            ended = [key for key, visit in self._visits.items() if _is_of(visit, sid, subject)]
            for key in ended:
                self._visits[key] = Visit(self._now() + VISIT_LIFETIME, ended=True)
            return len(ended)

    def forget(self, key: str) -> None:
        """End whatever this key opens."""
        with self._lock:
            self._visits.pop(key, None)


def _is_of(visit: Visit, sid: str | None, subject: str | None) -> bool:
    """Whether the visit's login is meant: by its session, which is the narrower, or else by its person."""
    if visit.login is None:
        return False
    if sid is not None:
        return visit.login.id_token.claims.get("sid") == sid
    return subject is not None and visit.login.subject == subject
