"""What a login makes of a session: a new one, or the one that its person has running in this browser."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from broker.domain.accounts import AccountType
from broker.domain.bsn import Bsn
from broker.domain.identity import Authentication, UpstreamSession
from broker.domain.representation import Representation
from broker.sessions.secrets import digest
from broker.sessions.session import UNKNOWN_DEVICE, Limits, LoginDevice, Session

_SID_BYTES = 16


@dataclass(frozen=True, slots=True)
class NewLogin:
    """What a session is made of.

    `adds_to` is the sid of the running session to which a second factor was added, if this login did no more
    than that.
    """

    authentication: Authentication
    account_type: AccountType
    portal: str
    limits: Limits
    bsn: Bsn | None
    adds_to: str | None = None
    device: LoginDevice = UNKNOWN_DEVICE
    represents: Representation | None = None
    upstream: UpstreamSession | None = field(default=None, repr=False)


class SessionOver(Exception):
    """The running session to which a second factor was to be added has ended, or is not this browser's."""


class Opened(NamedTuple):
    """A session and the cookie value that proves it; the value is not kept anywhere here.

    `version` is that of the record where it was made just now.
    """

    session: Session
    cookie: str
    version: int | None = None


def opened_by(login: NewLogin, running: Session | None, secret: str, now: datetime) -> Session:
    """What a login makes of the session that it goes on with, or of nothing; `secret` proves the browser."""
    sid = running.sid if running is not None else secrets.token_urlsafe(_SID_BYTES)
    limits, began = _limits(login, running), _began(login, running, now)
    return Session(
        sid=sid,
        brand=login.authentication.brand,
        portal=login.portal,
        account_id=login.authentication.account_id,
        account_type=login.account_type,
        assurance=login.authentication.assurance,
        authenticated_at=login.authentication.authenticated_at,
        started_at=began,
        idle=limits.idle,
        idle_expires_at=now + limits.idle,
        absolute_expires_at=began + limits.absolute,
        secret_sha256=digest(secret),
        portals=running.portals if running is not None else (),
        bsn=login.bsn,
        device=login.device,
        represents=login.represents,
        # What goes on by another means is still open where it began.
        upstream=login.upstream or (running.upstream if running is not None else None),
    )


def _limits(login: NewLogin, running: Session | None) -> Limits:
    """Those of the strictest portal of the session: the others have tokens that live as long as it does."""
    if running is None:
        return login.limits
    absolute = running.absolute_expires_at - running.started_at
    return Limits(min(login.limits.idle, running.idle), min(login.limits.absolute, absolute))


def continues(login: NewLogin, running: Session) -> bool:
    """Whether the same person goes on: at the same portal, or at any business portal of the brand."""
    if (
        running.account_id != login.authentication.account_id
        or running.account_type is not login.account_type
    ):
        return False
    return login.account_type is AccountType.BUSINESS or running.portal == login.portal


def _began(login: NewLogin, running: Session | None, now: datetime) -> datetime:
    """When the login began; a second factor alone does not begin it anew."""
    return running.started_at if running is not None and running.sid == login.adds_to else now
