"""Every security-relevant act, one class each; the audit reference is generated from this file.

An event holds codes and identifiers only. Who it was about stands in `account_id`, which means nothing
outside the broker; names, numbers and addresses of people never stand in an event.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from broker.domain.accounts import AccountId


class Result(StrEnum):
    """How an act ended."""

    SUCCESS = "success"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityEvent:
    """What all events have: the brand (None where there is none), and how the act ended."""

    kind: ClassVar[str]
    brand: str | None
    result: Result


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginStarted(SecurityEvent):
    """A portal sent somebody to log in."""

    kind: ClassVar[str] = "login.started"
    client_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizationRefused(SecurityEvent):
    """A portal's authorization request was not acceptable."""

    kind: ClassVar[str] = "authorization.refused"
    client_id: str | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SentUpstream(SecurityEvent):
    """A person was sent to a provider, with the level asked."""

    kind: ClassVar[str] = "login.sent-upstream"
    client_id: str
    scheme: str
    level: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderAnswered(SecurityEvent):
    """A provider's answer came in: accepted, cancelled, refused for a reason, or absent."""

    kind: ClassVar[str] = "login.provider-answered"
    scheme: str
    outcome: str
    reason: str | None
    level: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginRefused(SecurityEvent):
    """A login attempt ended without access."""

    kind: ClassVar[str] = "login.refused"
    client_id: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginGranted(SecurityEvent):
    """Somebody is in; `by_earlier_login` when a running session was enough."""

    kind: ClassVar[str] = "login.granted"
    client_id: str
    account_id: AccountId
    sid: str
    scheme: str
    level: str
    by_earlier_login: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TokensIssued(SecurityEvent):
    """A portal redeemed a code; the session `sid` names the person through `login.granted`."""

    kind: ClassVar[str] = "tokens.issued"
    client_id: str
    sid: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRefused(SecurityEvent):
    """The token endpoint or userinfo turned a portal away."""

    kind: ClassVar[str] = "tokens.refused"
    client_id: str | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UserInfoRead(SecurityEvent):
    """A portal read claims of the person whose session is `sid`."""

    kind: ClassVar[str] = "userinfo.read"
    client_id: str
    sid: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionEnded(SecurityEvent):
    """A session ended before its time."""

    kind: ClassVar[str] = "session.ended"
    account_id: AccountId
    sid: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestForged(SecurityEvent):
    """A request that changes something did not come from our own page."""

    kind: ClassVar[str] = "request.forged"
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountsImported(SecurityEvent):
    """An operator brought accounts in."""

    kind: ClassVar[str] = "accounts.imported"
    count: int


ALL_EVENTS: tuple[type[SecurityEvent], ...] = (
    LoginStarted,
    AuthorizationRefused,
    SentUpstream,
    ProviderAnswered,
    LoginRefused,
    LoginGranted,
    TokensIssued,
    TokenRefused,
    UserInfoRead,
    SessionEnded,
    RequestForged,
    AccountsImported,
)
