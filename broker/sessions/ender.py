"""Ends sessions and writes down why: one, or all that somebody has, in every worker at its next request.

A session is asked for at every use of a token, so that nothing has to be told to other processes.
"""

from __future__ import annotations

from broker.domain.accounts import Account
from broker.domain.auditing import Auditor
from broker.domain.clock import Clock
from broker.domain.events import Result, SessionEnded
from broker.sessions.session import Session
from broker.sessions.store import SessionStore


class SessionEnder:
    """Tokens of a session that ends here die with it, and its portals hear (Back-Channel Logout)."""

    def __init__(self, sessions: SessionStore, auditor: Auditor, clock: Clock) -> None:
        self._sessions = sessions
        self._auditor = auditor
        self._clock = clock

    def end(self, session: Session, *, reason: str) -> bool:
        """End it; False for one that ended meanwhile, which is nobody's event."""
        if not self._sessions.end(session, now=self._clock()):
            return False
        self._auditor.record(
            SessionEnded(
                brand=session.brand,
                result=Result.SUCCESS,
                account_id=session.account_id,
                sid=session.sid,
                reason=reason,
            )
        )
        return True

    def end_all(self, account: Account, *, reason: str, but: str | None = None) -> int:
        """End every session of the account except the one with the sid `but`; answers how many there were.

        What makes old credentials worthless comes first: a login that is on its way then opens no session
        after this, or takes it back (`web.session_opening`).
        """
        running = self._sessions.of_account(account.brand, account.id, now=self._clock())
        return sum(self.end(session, reason=reason) for session in running if session.sid != but)
