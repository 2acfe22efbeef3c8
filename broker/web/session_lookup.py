"""Lets the OpenID Provider ask whether a session lives, and tell that somebody is active in it."""

from __future__ import annotations

from datetime import datetime

from broker.domain.accounts import AccountState
from broker.domain.clock import Clock
from broker.oidc.claims import SessionEnds
from broker.sessions.session import Session
from broker.sessions.store import SessionStore
from broker.storage.accounts import AccountRepository


class LiveSessions:
    """`broker.oidc.sessions.SessionLookup` on the session store."""

    def __init__(self, sessions: SessionStore, accounts: AccountRepository, clock: Clock) -> None:
        self._sessions = sessions
        self._accounts = accounts
        self._clock = clock

    def live(self, sid: str, *, brand: str) -> SessionEnds | None:
        """The ends of a live session of an account that may be used; asking is not activity."""
        session = self._usable(sid, brand, self._clock())
        return None if session is None else _ends(session)

    def touch(self, sid: str, *, brand: str) -> SessionEnds | None:
        """As `live`, and it counts as activity."""
        now = self._clock()
        session = self._usable(sid, brand, now)
        return None if session is None else _ends(self._sessions.touch(session, now=now))

    def _usable(self, sid: str, brand: str, now: datetime) -> Session | None:
        """The session, if its account may still be used; a session of any other account ends here."""
        session = self._sessions.find_by_sid(brand, sid, now=now)
        if session is None:
            return None
        # The state alone: nothing of the person is needed, so nothing of it is opened.
        if self._accounts.state_of(session.account_id) is not AccountState.ACTIVE:
            self._sessions.end(session, now=now)
            return None
        return session


def _ends(session: Session) -> SessionEnds:
    return SessionEnds(idle_at=session.idle_expires_at, absolute_at=session.absolute_expires_at)
