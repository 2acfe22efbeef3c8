"""From a login that was granted to a session of this browser, taken back where it was overtaken meanwhile."""

from __future__ import annotations

from contextlib import suppress

from broker.domain.accounts import AccountId
from broker.domain.identity import AccountIdentity, EherkenningIdentity, Evidence
from broker.errors import StorageUnavailable
from broker.login.progress import Grant
from broker.login.second_step import OVERTAKEN
from broker.login.transaction import LoginTransaction
from broker.sessions.ender import SessionEnder
from broker.sessions.new_login import NewLogin, Opened, SessionOver
from broker.sessions.session import Session
from broker.web.backstage import Backstage
from broker.web.dead_end import DeadEnd
from broker.web.devices import login_device
from broker.web.portals import PortalView


def new_login(
    transaction: LoginTransaction, grant: Grant, evidence: Evidence, portal: PortalView
) -> NewLogin:
    """What the session of this login is made of."""
    return NewLogin(
        authentication=grant.authentication,
        account_type=grant.account.type,
        portal=portal.id,
        limits=portal.limits,
        bsn=evidence.bsn,
        represents=evidence.represents,
        upstream=evidence.upstream_session,
        adds_to=transaction.steps_up,
        device=login_device(),
    )


class SessionOpening:
    """Opens sessions."""

    def __init__(self, backstage: Backstage, ends: SessionEnder) -> None:
        self._backstage = backstage
        self._ends = ends

    def open(
        self, login: NewLogin, evidence: Evidence, portal: PortalView, running: Session | None
    ) -> Opened:
        """The session of this login, or the `running` one gone on; `DeadEnd` where it was overtaken."""
        stage = self._backstage
        try:
            opened = stage.sessions.open(login, replaces=running, now=stage.clock())
        except SessionOver as over:
            raise DeadEnd(OVERTAKEN, 403, portal=portal) from over
        self._require_still_bound(opened.session, evidence, portal)
        if login.adds_to is None or evidence.password_mark is not None:
            self._require_same_password(opened.session, evidence, portal)
        return opened

    def is_first_by_this_password(self, account_id: AccountId) -> bool:
        """Whether nobody logged in since it was chosen, which made devices strange."""
        before = self._backstage.accounts.last_login_at(account_id)
        changed = self._backstage.passwords.changed_at(account_id)
        return before is None or (changed is not None and changed >= before)

    def forget(self, session: Session) -> None:
        """Take back a session whose cookie nobody got; one that cannot be reached runs out by itself."""
        with suppress(StorageUnavailable):
            self._backstage.sessions.end(session, now=self._backstage.clock())

    def _require_same_password(self, session: Session, evidence: Evidence, portal: PortalView) -> None:
        """Take a session back whose password was changed while its person was logging in.

        Whoever changes a password ends all sessions after that. One that is opened later still sees the
        change here, so that none that began with the old password is left. What a session lent has no mark
        and needs none: that session was there until now.
        """
        if not isinstance(evidence.identity, AccountIdentity):
            return
        mark = evidence.password_mark
        if mark is None or self._backstage.passwords.mark(session.account_id) != mark:
            self._ends.end(session, reason="password-changed")
            raise DeadEnd(OVERTAKEN, 403, portal=portal)

    def _require_still_bound(self, session: Session, evidence: Evidence, portal: PortalView) -> None:
        """The same for an eHerkenning that was taken off its account meanwhile, which ended all sessions."""
        if not isinstance(evidence.identity, EherkenningIdentity):
            return
        account = self._backstage.accounts.find_by_eherkenning(session.brand, evidence.identity)
        if account is None or account.id != session.account_id:
            self._ends.end(session, reason="eherkenning-unbound")
            raise DeadEnd(OVERTAKEN, 403, portal=portal)
