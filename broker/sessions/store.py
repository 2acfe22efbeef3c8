"""Sessions in Redis: one record each, plus an index per account that heals itself.

The cookie is ``<sid>.<secret>``: the sid finds the record, the secret proves the browser. Login and
step-up give a new secret and leave the sid, so that portals keep recognising the session.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime

from broker.domain.accounts import AccountId
from broker.errors import StorageUnavailable
from broker.sessions.endings import PortalToTell, SessionEndings
from broker.sessions.new_login import NewLogin, Opened, SessionOver, continues, opened_by
from broker.sessions.secrets import digest, matches, new_secret
from broker.sessions.session import KnownAt, Limits, Session
from broker.storage.records import RecordKey, RecordKind, RecordStore

_COOKIE_LENGTH_CAP = 200
# How often a change that met another is tried; two requests of one browser meet once, hardly thrice.
_ATTEMPTS = 5


class SessionStore:
    """Starts, finds, renews and ends sessions."""

    def __init__(self, records: RecordStore, endings: SessionEndings) -> None:
        self._records = records
        self._endings = endings

    def open(self, login: NewLogin, *, replaces: Session | None, now: datetime) -> Opened:
        """Start a session, or renew the one that the same person has running in this browser.

        A running session of somebody else, or for another portal of consumers, is ended first. The cookie's
        secret is new in every case, so that a value planted before the login is worth nothing (session
        fixation). Raises `SessionOver` when all that this login did was to add a second factor to a session
        that is not there any more: what that session lent opens no other one.
        """
        running = replaces if replaces is not None and continues(login, replaces) else None
        if login.adds_to is not None and (running is None or running.sid != login.adds_to):
            raise SessionOver
        if running is not None and (renewed := self._go_on(login, running, now)) is not None:
            return renewed
        if login.adds_to is not None:
            raise SessionOver
        if replaces is not None:
            self.end(replaces, now=now)
        secret = new_secret()
        session = opened_by(login, None, secret, now)
        with self._records.together():
            version = self._keep(session)
            self._note(session)
        return Opened(session, f"{session.sid}.{secret}", version)

    def together(self) -> AbstractContextManager[None]:
        """Within the block a session, and what else is put beside it, is written in few round trips.

        A block that raises may leave some of it unwritten.
        """
        return self._records.together()

    def find(self, brand: str, cookie: str | None, *, now: datetime) -> Session | None:
        """The live session that this cookie value proves; None for anything else."""
        if not cookie or len(cookie) > _COOKIE_LENGTH_CAP:
            return None
        sid, dot, secret = cookie.partition(".")
        session = self.find_by_sid(brand, sid, now=now) if dot else None
        if session is None or not matches(secret, session.secret_sha256):
            return None
        return session

    def find_by_sid(self, brand: str, sid: str, *, now: datetime) -> Session | None:
        """The live session of this id. Not proof of a browser: for tokens and logout only."""
        data = self._records.get(_key(brand, sid))
        session = Session.decode(data) if data is not None else None
        return session if session is not None and session.is_live(now) else None

    def touch(self, session: Session, *, now: datetime, limits: Limits | None = None) -> Session:
        """Record activity. A change that another request made at the same time wins: both mean activity.

        `limits` are those of a portal that joins the session: the tighter ones hold from now on, whoever else
        was active at that moment.
        """
        key = _key(session.brand, session.sid)
        for _ in range(_ATTEMPTS):
            found = self._records.get_versioned(key)
            current = Session.decode(found.value) if found is not None else None
            if found is None or current is None or not current.is_live(now):
                return session
            bounded = current.within(limits) if limits else current
            touched = bounded.touched(now)
            is_kept = self._records.replace(
                key, expected_version=found.version, value=touched.encode(), expires_at=touched.expires_at
            )
            if is_kept or bounded == current:
                self._tell_in_time(current, touched)
                return _lasting_as(session, touched)
        raise StorageUnavailable("a session kept changing under our hands")

    def renew(self, session: Session, *, proven_at: datetime | None, now: datetime) -> Opened | None:
        """A new secret for the browser that holds this session; None when it ended meanwhile.

        Of two requests that do this at once with one secret, the second gets None as well.
        """
        secret = new_secret()

        def renewed(current: Session) -> Session | None:
            if current.secret_sha256 != session.secret_sha256:
                return None
            return current.renewed(digest(secret), proven_at=proven_at).touched(now)

        edited = self._edit(session, renewed, now)
        return Opened(edited[1], f"{session.sid}.{secret}") if edited is not None else None

    def tell_at_end(
        self, session: Session, portal: KnownAt, *, now: datetime, version: int | None = None
    ) -> None:
        """See to it that `portal` hears when the session ends, for whatever reason (Back-Channel Logout).

        `version`: that of a session which was opened just now. Its record then need not be read again, and
        all of this may travel with what `together` writes.
        """
        if portal in session.portals:
            return
        # Watched first: a session that forgot its portal is told of a little late, and not never.
        self._endings.watch(_to_tell(session, portal), due_at=session.expires_at)
        if version is None:
            self._edit(session, lambda current: current.known_at(portal), now)
            return
        known = session.known_at(portal)
        self._records.replace_later(
            _key(session.brand, session.sid),
            expected_version=version,
            value=known.encode(),
            expires_at=known.expires_at,
        )

    def end(self, session: Session, *, now: datetime) -> bool:
        """End it; True when it was still there. Tokens that name it die with it, and its portals hear."""
        for portal in session.portals:
            self._endings.watch(_to_tell(session, portal), due_at=now)
        found = self._records.take(_key(session.brand, session.sid))
        # Whoever joined after the caller had looked hears now as well, and not when it would have run out.
        for portal in Session.decode(found).portals if found is not None else ():
            if portal not in session.portals:
                self._endings.watch(_to_tell(session, portal), due_at=now)
        self._records.index_remove(_index_key(session.brand, session.account_id), session.sid)
        return found is not None

    def of_account(self, brand: str, account_id: AccountId, *, now: datetime) -> tuple[Session, ...]:
        """All live sessions of an account; index entries without a session are taken out on the way."""
        index = _index_key(brand, account_id)
        live = []
        for sid in self._records.index_members(index):
            session = self.find_by_sid(brand, sid, now=now)
            if session is not None and session.account_id == account_id:
                live.append(session)
            else:
                self._records.index_remove(index, sid)
        return tuple(live)

    def _go_on(self, login: NewLogin, running: Session, now: datetime) -> Opened | None:
        """The running session under a new secret, as it is now; None when it ended meanwhile."""
        secret = new_secret()
        edited = self._edit(running, lambda current: opened_by(login, current, secret, now), now)
        if edited is None:
            return None
        before, after = edited
        self._note(after)
        self._tell_in_time(before, after)
        return Opened(after, f"{after.sid}.{secret}")

    def _edit(
        self, session: Session, edit: Callable[[Session], Session | None], now: datetime
    ) -> tuple[Session, Session] | None:
        """Change what is stored now: before and after; None when it ended, or `edit` leaves it as it is."""
        key = _key(session.brand, session.sid)
        for _ in range(_ATTEMPTS):
            found = self._records.get_versioned(key)
            current = Session.decode(found.value) if found is not None else None
            changed = edit(current) if current is not None and current.is_live(now) else None
            if found is None or current is None or changed is None:
                return None
            if self._records.replace(
                key, expected_version=found.version, value=changed.encode(), expires_at=changed.expires_at
            ):
                return current, changed
        return None

    def _keep(self, session: Session) -> int:
        key = _key(session.brand, session.sid)
        return self._records.put(key, session.encode(), expires_at=session.expires_at)

    def _note(self, session: Session) -> None:
        """So that it is found by its account."""
        index = _index_key(session.brand, session.account_id)
        self._records.index_add(index, session.sid, expires_at=session.absolute_expires_at)

    def _tell_in_time(self, before: Session, after: Session) -> None:
        """Portals that are looked at when the session would have ended hear of an end that is nearer now."""
        if after.expires_at >= before.expires_at:
            return
        for portal in after.portals:
            self._endings.watch(_to_tell(after, portal), due_at=after.expires_at)


def _lasting_as(session: Session, touched: Session) -> Session:
    return replace(
        session,
        idle=touched.idle,
        idle_expires_at=touched.idle_expires_at,
        absolute_expires_at=touched.absolute_expires_at,
    )


def _to_tell(session: Session, portal: KnownAt) -> PortalToTell:
    return PortalToTell(session.brand, session.sid, portal.client_id, portal.subject)


def _key(brand: str, sid: str) -> RecordKey:
    return RecordKey(RecordKind.SESSION, brand, sid)


def _index_key(brand: str, account_id: AccountId) -> RecordKey:
    return RecordKey(RecordKind.ACCOUNT_SESSIONS, brand, account_id)
