"""Sessions in Redis: one record each, plus an index per account that heals itself.

The cookie is ``<sid>.<secret>``: the sid finds the record, the secret proves the browser. Login and
step-up give a new secret and leave the sid, so that portals keep recognising the session.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from broker.domain.bsn import Bsn
from broker.domain.identity import Authentication
from broker.sessions.endings import PortalToTell, SessionEndings
from broker.sessions.secrets import digest, matches, new_secret
from broker.sessions.session import KnownAt, Limits, Session
from broker.storage.records import RecordKey, RecordKind, RecordStore

if TYPE_CHECKING:
    from broker.domain.accounts import AccountId, AccountType

_SID_BYTES = 16
_COOKIE_LENGTH_CAP = 200
# How often a change that met another is tried; two requests of one browser meet once, hardly thrice.
_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class NewLogin:
    """What a session is made of."""

    authentication: Authentication
    account_type: AccountType
    portal: str
    limits: Limits
    bsn: Bsn | None


class Opened(NamedTuple):
    """A session and the cookie value that proves it; the value is not kept anywhere here."""

    session: Session
    cookie: str


class SessionStore:
    """Starts, finds, renews and ends sessions."""

    def __init__(self, records: RecordStore, endings: SessionEndings) -> None:
        self._records = records
        self._endings = endings

    def open(self, login: NewLogin, *, replaces: Session | None, now: datetime) -> Opened:
        """Start a session, or renew the one that the same person has running in this browser.

        A running session of somebody else, or for another portal, is ended first. The cookie's secret is
        new in every case, so that a value planted before the login is worth nothing (session fixation).
        """
        keeps_sid = (
            replaces is not None
            and replaces.account_id == login.authentication.account_id
            and replaces.portal == login.portal
            and replaces.is_live(now)
        )
        if replaces is not None and not keeps_sid:
            self.end(replaces, now=now)
        sid = replaces.sid if replaces is not None and keeps_sid else secrets.token_urlsafe(_SID_BYTES)
        secret = new_secret()
        session = Session(
            sid=sid,
            brand=login.authentication.brand,
            portal=login.portal,
            account_id=login.authentication.account_id,
            account_type=login.account_type,
            assurance=login.authentication.assurance,
            authenticated_at=login.authentication.authenticated_at,
            started_at=now,
            idle=login.limits.idle,
            idle_expires_at=now + login.limits.idle,
            absolute_expires_at=now + login.limits.absolute,
            secret_sha256=digest(secret),
            portals=replaces.portals if replaces is not None and keeps_sid else (),
            bsn=login.bsn,
        )
        self._records.put(_key(session.brand, sid), session.encode(), expires_at=session.expires_at)
        self._records.index_add(
            _index_key(session.brand, session.account_id), sid, expires_at=session.absolute_expires_at
        )
        return Opened(session, f"{sid}.{secret}")

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

    def touch(self, session: Session, *, now: datetime) -> Session:
        """Record activity. A change that another request made at the same time wins: both mean activity."""
        key = _key(session.brand, session.sid)
        found = self._records.get_versioned(key)
        current = Session.decode(found.value) if found is not None else None
        if found is None or current is None or not current.is_live(now):
            return session
        touched = current.touched(now)
        self._records.replace(
            key, expected_version=found.version, value=touched.encode(), expires_at=touched.expires_at
        )
        return replace(session, idle_expires_at=touched.idle_expires_at)

    def tell_at_end(self, session: Session, portal: KnownAt, *, now: datetime) -> None:
        """See to it that `portal` hears when the session ends, for whatever reason (Back-Channel Logout)."""
        if portal in session.portals:
            return
        # Watched first: a session that forgot its portal is told of a little late, and not never.
        self._endings.watch(_to_tell(session, portal), due_at=session.expires_at)
        key = _key(session.brand, session.sid)
        for _ in range(_ATTEMPTS):
            found = self._records.get_versioned(key)
            if found is None:
                return
            known = Session.decode(found.value).known_at(portal)
            if not known.is_live(now):
                return
            if self._records.replace(
                key, expected_version=found.version, value=known.encode(), expires_at=known.expires_at
            ):
                return

    def end(self, session: Session, *, now: datetime) -> bool:
        """End it; True when it was still there. Tokens that name it die with it, and its portals hear."""
        for portal in session.portals:
            self._endings.watch(_to_tell(session, portal), due_at=now)
        ended = self._records.delete(_key(session.brand, session.sid))
        self._records.index_remove(_index_key(session.brand, session.account_id), session.sid)
        return ended

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


def _to_tell(session: Session, portal: KnownAt) -> PortalToTell:
    return PortalToTell(session.brand, session.sid, portal.client_id, portal.subject)


def _key(brand: str, sid: str) -> RecordKey:
    return RecordKey(RecordKind.SESSION, brand, sid)


def _index_key(brand: str, account_id: AccountId) -> RecordKey:
    return RecordKey(RecordKind.ACCOUNT_SESSIONS, brand, account_id)
