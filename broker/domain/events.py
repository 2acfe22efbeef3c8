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


class Actor(StrEnum):
    """What kind of party acted."""

    PERSON = "person"
    PORTAL = "portal"
    OPERATOR = "operator"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityEvent:
    """What all events have: the brand (None where there is none), and how the act ended.

    `actor_account_id` is the person who acted, where that is somebody else than the `account_id` that it was
    about; `on_behalf_of` is the party that was represented, as a code. `actor` tells who acts in this kind.
    """

    kind: ClassVar[str]
    actor: ClassVar[Actor] = Actor.PERSON
    brand: str | None
    result: Result
    actor_account_id: AccountId | None = None
    on_behalf_of: str | None = None


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
class TurnedAway(SecurityEvent):
    """Somebody chose a way of logging in that is closed: by an announced outage, or after failures."""

    kind: ClassVar[str] = "login.turned-away"
    client_id: str
    scheme: str
    reason: str


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
    actor: ClassVar[Actor] = Actor.PORTAL
    client_id: str
    sid: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TokensRefreshed(SecurityEvent):
    """A portal kept the session `sid` alive and got new tokens."""

    kind: ClassVar[str] = "tokens.refreshed"
    actor: ClassVar[Actor] = Actor.PORTAL
    client_id: str
    sid: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TokensRevoked(SecurityEvent):
    """A portal gave the tokens of the session `sid` back; the whole family ended."""

    kind: ClassVar[str] = "tokens.revoked"
    actor: ClassVar[Actor] = Actor.PORTAL
    client_id: str
    sid: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRefused(SecurityEvent):
    """An endpoint for programs (token, userinfo, revocation, introspection) turned a portal away."""

    kind: ClassVar[str] = "tokens.refused"
    actor: ClassVar[Actor] = Actor.PORTAL
    client_id: str | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UserInfoRead(SecurityEvent):
    """A portal read claims of the person whose session is `sid`."""

    kind: ClassVar[str] = "userinfo.read"
    actor: ClassVar[Actor] = Actor.PORTAL
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
class PortalTold(SecurityEvent):
    """A portal heard that the session `sid` ended, at that attempt."""

    kind: ClassVar[str] = "portal.told-of-end"
    actor: ClassVar[Actor] = Actor.SYSTEM
    client_id: str
    sid: str
    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PortalNotTold(SecurityEvent):
    """A portal could not be told that the session `sid` ended, and will not be told any more."""

    kind: ClassVar[str] = "portal.not-told-of-end"
    actor: ClassVar[Actor] = Actor.SYSTEM
    client_id: str
    sid: str
    attempts: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningKeyChanged(SecurityEvent):
    """A token signing key was made, came into use or was destroyed, by the worker or an operator."""

    kind: ClassVar[str] = "signing-key.changed"
    actor: ClassVar[Actor] = Actor.SYSTEM
    kid: str
    algorithm: str
    change: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestForged(SecurityEvent):
    """A request that changes something did not come from our own page."""

    kind: ClassVar[str] = "request.forged"
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrationOffered(SecurityEvent):
    """Somebody was vouched for, has no account, and may make one; `resumed` when it was begun before."""

    kind: ClassVar[str] = "registration.offered"
    client_id: str
    resumed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrationMailAsked(SecurityEvent):
    """A mail to confirm an address was queued; `address_in_use` when it says that there is an account."""

    kind: ClassVar[str] = "registration.mail-asked"
    client_id: str
    address_in_use: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrationMailRefused(SecurityEvent):
    """No more mail was sent for a registration."""

    kind: ClassVar[str] = "registration.mail-refused"
    client_id: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrationCancelled(SecurityEvent):
    """Somebody stopped making an account; what was filled in is gone."""

    kind: ClassVar[str] = "registration.cancelled"
    client_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrationCompleted(SecurityEvent):
    """An address was confirmed; `created` is false when the person had got an account meanwhile."""

    kind: ClassVar[str] = "registration.completed"
    client_id: str
    account_id: AccountId
    created: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrationLinkRefused(SecurityEvent):
    """A confirmation link was not acceptable."""

    kind: ClassVar[str] = "registration.link-refused"
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageDelivered(SecurityEvent):
    """A mail server took a message; `purpose` says which text it was."""

    kind: ClassVar[str] = "message.delivered"
    actor: ClassVar[Actor] = Actor.SYSTEM
    message_id: str
    purpose: str
    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageFailed(SecurityEvent):
    """A message was given up: refused for good, tried too often, or out of date."""

    kind: ClassVar[str] = "message.failed"
    actor: ClassVar[Actor] = Actor.SYSTEM
    message_id: str
    purpose: str
    attempts: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountsImported(SecurityEvent):
    """An operator brought accounts in."""

    kind: ClassVar[str] = "accounts.imported"
    actor: ClassVar[Actor] = Actor.OPERATOR
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OutageAnnounced(SecurityEvent):
    """An operator closed a provider; `until` is a moment in ISO 8601, or None for until further notice."""

    kind: ClassVar[str] = "outage.announced"
    actor: ClassVar[Actor] = Actor.OPERATOR
    provider: str
    until: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutageEnded(SecurityEvent):
    """An operator opened a provider again."""

    kind: ClassVar[str] = "outage.ended"
    actor: ClassVar[Actor] = Actor.OPERATOR
    provider: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditExported(SecurityEvent):
    """An operator exported events, between two checkpoints; `personal` when what is sealed was opened."""

    kind: ClassVar[str] = "audit.exported"
    actor: ClassVar[Actor] = Actor.OPERATOR
    after: int
    until: int
    personal: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditSearched(SecurityEvent):
    """An operator looked up the events behind a support code."""

    kind: ClassVar[str] = "audit.searched"
    actor: ClassVar[Actor] = Actor.OPERATOR
    code: str
    found: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditPersonErased(SecurityEvent):
    """What the audit log held of a person was made unreadable for good."""

    kind: ClassVar[str] = "audit.person-erased"
    actor: ClassVar[Actor] = Actor.SYSTEM
    account_id: AccountId


ALL_EVENTS: tuple[type[SecurityEvent], ...] = (
    LoginStarted,
    AuthorizationRefused,
    SentUpstream,
    TurnedAway,
    ProviderAnswered,
    LoginRefused,
    LoginGranted,
    TokensIssued,
    TokensRefreshed,
    TokensRevoked,
    TokenRefused,
    UserInfoRead,
    SessionEnded,
    PortalTold,
    PortalNotTold,
    SigningKeyChanged,
    RequestForged,
    RegistrationOffered,
    RegistrationMailAsked,
    RegistrationMailRefused,
    RegistrationCancelled,
    RegistrationCompleted,
    RegistrationLinkRefused,
    MessageDelivered,
    MessageFailed,
    AccountsImported,
    OutageAnnounced,
    OutageEnded,
    AuditExported,
    AuditSearched,
    AuditPersonErased,
)
