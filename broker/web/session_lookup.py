"""Lets the OpenID Provider ask whether a session lives."""

from __future__ import annotations

from broker.domain.clock import Clock
from broker.oidc.claims import SessionEnds
from broker.sessions.store import SessionStore


class LiveSessions:
    """`broker.oidc.sessions.SessionLookup` on the session store."""

    def __init__(self, sessions: SessionStore, clock: Clock) -> None:
        self._sessions = sessions
        self._clock = clock

    def live(self, sid: str, *, brand: str) -> SessionEnds | None:
        """The ends of a live session; asking is not activity."""
        session = self._sessions.find_by_sid(brand, sid, now=self._clock())
        if session is None:
            return None
        return SessionEnds(idle_at=session.idle_expires_at, absolute_at=session.absolute_expires_at)
