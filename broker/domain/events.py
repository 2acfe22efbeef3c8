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
class SecondFactorAsked(SecurityEvent):
    """After a password somebody has to show one of these kinds of second factor (a space between)."""

    kind: ClassVar[str] = "second-factor.asked"
    account_id: AccountId
    factors: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondFactorGiven(SecurityEvent):
    """Somebody showed a second factor, which raised the login to this level."""

    kind: ClassVar[str] = "second-factor.given"
    account_id: AccountId
    factor: str
    level: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondFactorRefused(SecurityEvent):
    """A right second factor came too late: the login that it belongs to is over, or changed meanwhile."""

    kind: ClassVar[str] = "second-factor.refused"
    account_id: AccountId
    factor: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondFactorEnrolled(SecurityEvent):
    """Somebody set a second factor up and confirmed it by a code; `replaces` when it took another's place."""

    kind: ClassVar[str] = "second-factor.enrolled"
    account_id: AccountId
    factor: str
    replaces: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondFactorRemoved(SecurityEvent):
    """A second factor is gone: removed by its owner, replaced, or reset by somebody else."""

    kind: ClassVar[str] = "second-factor.removed"
    account_id: AccountId
    factor: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondFactorCodeSent(SecurityEvent):
    """A code was queued for somebody's telephone; the message `message_id` tells how that went on."""

    kind: ClassVar[str] = "second-factor.code-sent"
    account_id: AccountId
    factor: str
    purpose: str
    message_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondFactorCodeNotSent(SecurityEvent):
    """No code was sent: a budget was used up, or too many were asked for."""

    kind: ClassVar[str] = "second-factor.code-not-sent"
    account_id: AccountId
    factor: str
    purpose: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondFactorNoticeSent(SecurityEvent):
    """A telephone will hear that it is a second factor no more; message `message_id` tells how that went."""

    kind: ClassVar[str] = "second-factor.notice-sent"
    account_id: AccountId
    factor: str
    message_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondFactorNoticeNotSent(SecurityEvent):
    """A telephone that is a second factor no more was not told so: a budget was used up."""

    kind: ClassVar[str] = "second-factor.notice-not-sent"
    account_id: AccountId
    factor: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondFactorCodeRefused(SecurityEvent):
    """A code was wrong, used before, too old or for something else, or was not judged any more."""

    kind: ClassVar[str] = "second-factor.code-refused"
    account_id: AccountId
    factor: str
    purpose: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryCodeUsed(SecurityEvent):
    """Somebody used a recovery code up; `left` are still good."""

    kind: ClassVar[str] = "recovery-code.used"
    account_id: AccountId
    left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryCodesReplaced(SecurityEvent):
    """Somebody got new recovery codes; all older ones are worth nothing."""

    kind: ClassVar[str] = "recovery-codes.replaced"
    account_id: AccountId


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
    """Somebody is in; `by_earlier_login` when a running session was enough.

    Who acts for another party (`on_behalf_of`) does so for a `service` of eHerkenning, by the statement
    `mandate`, and through the `intermediary` where the mandate goes by a chain.
    """

    kind: ClassVar[str] = "login.granted"
    client_id: str
    account_id: AccountId
    sid: str
    scheme: str
    level: str
    by_earlier_login: bool
    service: str | None = None
    mandate: str | None = None
    intermediary: str | None = None
    collectivity: str | None = None


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
class LogoutSentUpstream(SecurityEvent):
    """Somebody whose session `sid` had ended went on to log out at the provider, or came too late for it."""

    kind: ClassVar[str] = "logout.sent-upstream"
    scheme: str
    sid: str | None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LogoutAnswered(SecurityEvent):
    """A message came to our logout address: what became of the provider's login, or why it was refused."""

    kind: ClassVar[str] = "logout.provider-answered"
    scheme: str
    outcome: str
    reason: str | None
    sid: str | None


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
class ProviderMetadataChanged(SecurityEvent):
    """A provider's feed says something else than before; from now on that is what counts.

    `added` and `removed` are the beginnings of the SHA-256 of its signing certificates, with a blank between.
    """

    kind: ClassVar[str] = "provider-metadata.changed"
    actor: ClassVar[Actor] = Actor.SYSTEM
    provider: str
    added: str
    removed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderMetadataRefused(SecurityEvent):
    """A provider's feed could not be had or believed; the last good copy stays. One event for each reason."""

    kind: ClassVar[str] = "provider-metadata.refused"
    actor: ClassVar[Actor] = Actor.SYSTEM
    provider: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestForged(SecurityEvent):
    """A request that changes something did not come from our own page."""

    kind: ClassVar[str] = "request.forged"
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestsHeldBack(SecurityEvent):
    """A block of addresses sent more than a crowd of people would; one event a minute, whatever it sends.

    `limit` tells of what; the address of the first that was refused stands sealed beside it. Programs
    (`programs-refused`) are answered as before; their refusals are not written down one by one.
    """

    kind: ClassVar[str] = "requests.held-back"
    limit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordsGuessed(SecurityEvent):
    """More wrong passwords came in an hour than people make: somebody tries lists; one event an hour."""

    kind: ClassVar[str] = "passwords.guessed"
    in_an_hour: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageBudgetSpent(SecurityEvent):
    """A budget for codes by telephone is used up: somebody may be earning on them; one event a pause.

    `limit` is ``breaker`` (nothing leaves for an hour), ``home`` (nothing to home numbers) or ``abroad``
    (nothing to one other country); `country` is the calling code of the number that was refused.
    """

    kind: ClassVar[str] = "message-budget.spent"
    actor: ClassVar[Actor] = Actor.SYSTEM
    channel: str
    limit: str
    country: str


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
    """A mail server or SMS gateway took a message; `purpose` says which text it was."""

    kind: ClassVar[str] = "message.delivered"
    actor: ClassVar[Actor] = Actor.SYSTEM
    message_id: str
    channel: str
    purpose: str
    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageFailed(SecurityEvent):
    """A message was given up: refused for good, tried too often, or out of date."""

    kind: ClassVar[str] = "message.failed"
    actor: ClassVar[Actor] = Actor.SYSTEM
    message_id: str
    channel: str
    purpose: str
    attempts: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountAdded(SecurityEvent):
    """An operator made an account; `with_password` when a password was set right away."""

    kind: ClassVar[str] = "account.added"
    actor: ClassVar[Actor] = Actor.OPERATOR
    account_id: AccountId
    account_type: str
    state: str
    with_password: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountInvited(SecurityEvent):
    """An operator sent somebody the link to an account that waits for them; `again` when it did already."""

    kind: ClassVar[str] = "account.invited"
    actor: ClassVar[Actor] = Actor.OPERATOR
    account_id: AccountId
    again: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountActivated(SecurityEvent):
    """Somebody who was invited chose a password: the account may be used."""

    kind: ClassVar[str] = "account.activated"
    account_id: AccountId


@dataclass(frozen=True, slots=True, kw_only=True)
class BindingCodeMade(SecurityEvent):
    """A code was mailed that binds its owner's eHerkenning to an account; an older one works no more."""

    kind: ClassVar[str] = "eherkenning.code-made"
    account_id: AccountId


@dataclass(frozen=True, slots=True, kw_only=True)
class BindingCodeWithdrawn(SecurityEvent):
    """A code that would still have bound eHerkenning to an account was made worthless by an operator."""

    kind: ClassVar[str] = "eherkenning.code-withdrawn"
    account_id: AccountId


@dataclass(frozen=True, slots=True, kw_only=True)
class BindingCodeRefused(SecurityEvent):
    """Somebody who came by eHerkenning typed a code that binds nothing, or too many of them."""

    kind: ClassVar[str] = "eherkenning.code-refused"
    client_id: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EherkenningBound(SecurityEvent):
    """A person at an organisation was bound to an account by its code; `activated`: it waited for that."""

    kind: ClassVar[str] = "eherkenning.bound"
    account_id: AccountId
    client_id: str
    organisation: str
    activated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class EherkenningUnbound(SecurityEvent):
    """An account's binding to an organisation was taken off; its sessions ended."""

    kind: ClassVar[str] = "eherkenning.unbound"
    account_id: AccountId
    organisation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRequested(SecurityEvent):
    """Somebody who came by eHerkenning and has no account asked for one; a desk decides."""

    kind: ClassVar[str] = "account.requested"
    client_id: str
    request_id: str
    organisation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRequestsRead(SecurityEvent):
    """An operator read who asked for an account and is waiting; `requests` is how many there were."""

    kind: ClassVar[str] = "account.requests-read"
    requests: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRequestDecided(SecurityEvent):
    """An operator decided upon a request and the applicant was told by mail; what they wrote was wiped.

    `of_account` is the account whose binding code was mailed; None where the request was refused.
    """

    kind: ClassVar[str] = "account.request-decided"
    request_id: str
    approved: bool
    of_account: AccountId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordLinkAsked(SecurityEvent):
    """Somebody asked for a link to choose a password; nothing says that it was the owner of the account.

    `outcome` is what the link is for, or why none was sent; `of_account` is whose address it was, if any.
    """

    kind: ClassVar[str] = "password.link-asked"
    outcome: str
    of_account: AccountId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordLinkRefused(SecurityEvent):
    """Somebody wanted to choose a password by a link that is not good: used, too old, replaced, made up."""

    kind: ClassVar[str] = "password.link-refused"
    purpose: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordChanged(SecurityEvent):
    """An account has another password; `way` is how its owner proved to be that."""

    kind: ClassVar[str] = "password.changed"
    account_id: AccountId
    way: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountLookedUp(SecurityEvent):
    """An operator looked at what there is of an account."""

    kind: ClassVar[str] = "account.looked-up"
    actor: ClassVar[Actor] = Actor.OPERATOR
    account_id: AccountId


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountStateChanged(SecurityEvent):
    """An account may be used from now on, or may not; `before` is the state that it was in."""

    kind: ClassVar[str] = "account.state-changed"
    actor: ClassVar[Actor] = Actor.OPERATOR
    account_id: AccountId
    before: str
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountErased(SecurityEvent):
    """Everything of a person was taken out of an account, for good."""

    kind: ClassVar[str] = "account.erased"
    actor: ClassVar[Actor] = Actor.OPERATOR
    account_id: AccountId


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountsImported(SecurityEvent):
    """An operator brought accounts in."""

    kind: ClassVar[str] = "accounts.imported"
    actor: ClassVar[Actor] = Actor.OPERATOR
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RelationsImported(SecurityEvent):
    """An operator imported organisations, collectivities, members and roles from a file with this digest."""

    kind: ClassVar[str] = "relations.imported"
    actor: ClassVar[Actor] = Actor.OPERATOR
    organisations: int
    collectivities: int
    memberships: int
    role_grants: int
    file_sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RelationsExported(SecurityEvent):
    """An operator wrote rows of these kinds (a space between) to a file; it names people by their address."""

    kind: ClassVar[str] = "relations.exported"
    actor: ClassVar[Actor] = Actor.OPERATOR
    kinds: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleGiven(SecurityEvent):
    """Somebody got a role for a collectivity; `until` is empty for one without an end."""

    kind: ClassVar[str] = "role.given"
    account_id: AccountId
    collectivity: str
    role: str
    until: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleEnded(SecurityEvent):
    """A role for a collectivity was taken from somebody, at once."""

    kind: ClassVar[str] = "role.ended"
    account_id: AccountId
    collectivity: str
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MembershipEnded(SecurityEvent):
    """Somebody does not belong to a collectivity any more, and has no role there."""

    kind: ClassVar[str] = "membership.ended"
    account_id: AccountId
    collectivity: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RelationChosen(SecurityEvent):
    """Somebody who works for several collectivities chose one of them at a login."""

    kind: ClassVar[str] = "relation.chosen"
    account_id: AccountId
    portal: str
    collectivity: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RelationSwitched(SecurityEvent):
    """A portal went over to another collectivity of the same person; its tokens of before are dead."""

    kind: ClassVar[str] = "relation.switched"
    account_id: AccountId
    client_id: str
    sid: str
    collectivity: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessRefused(SecurityEvent):
    """Somebody who is who they say has no role that opens the portal, or none for the collectivity asked."""

    kind: ClassVar[str] = "access.refused"
    account_id: AccountId
    portal: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigurationPublished(SecurityEvent):
    """An operator had the files judged, and every process read them anew; `generation` counts these acts."""

    kind: ClassVar[str] = "configuration.published"
    actor: ClassVar[Actor] = Actor.OPERATOR
    generation: int


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


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditVisitorsErased(SecurityEvent):
    """The source addresses of unknown visitors, of so many months before this one, were made unreadable."""

    kind: ClassVar[str] = "audit.visitors-erased"
    actor: ClassVar[Actor] = Actor.OPERATOR
    before: str
    months: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordNotChanged(SecurityEvent):
    """Somebody who was logged in wanted another password: they gave a wrong one, or it changed meanwhile."""

    kind: ClassVar[str] = "password.not-changed"
    account_id: AccountId
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityConfirmed(SecurityEvent):
    """Somebody who was logged in proved once more who they are, to change something of their account."""

    kind: ClassVar[str] = "account.identity-confirmed"
    account_id: AccountId
    sid: str
    factor: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityNotConfirmed(SecurityEvent):
    """Somebody who was logged in gave a wrong password, or one that was not judged."""

    kind: ClassVar[str] = "account.identity-not-confirmed"
    account_id: AccountId
    sid: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnAccountExported(SecurityEvent):
    """Somebody downloaded what we keep of them."""

    kind: ClassVar[str] = "account.exported-by-owner"
    account_id: AccountId


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnAccountErased(SecurityEvent):
    """Somebody had everything of themselves taken out of their account, for good."""

    kind: ClassVar[str] = "account.erased-by-owner"
    account_id: AccountId


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressChangeAsked(SecurityEvent):
    """Somebody asked for another e-mail address for their own account; nothing says whether it was free."""

    kind: ClassVar[str] = "account.address-change-asked"
    account_id: AccountId


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressWanted(SecurityEvent):
    """Somebody asked for the e-mail address of this account for another of the brand, and did not get it."""

    kind: ClassVar[str] = "account.address-wanted"
    account_id: AccountId


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressChanged(SecurityEvent):
    """An account has another e-mail address: its owner asked, and confirmed it by the link in a mail."""

    kind: ClassVar[str] = "account.address-changed"
    account_id: AccountId


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressChangeRefused(SecurityEvent):
    """Somebody wanted to confirm an address by a link that is not good: used, too old, replaced, made up.

    `reason` is also `taken`: the address came to belong to another account of the brand.
    """

    kind: ClassVar[str] = "account.address-change-refused"
    reason: str


ALL_EVENTS: tuple[type[SecurityEvent], ...] = (
    LoginStarted,
    AuthorizationRefused,
    SentUpstream,
    TurnedAway,
    ProviderAnswered,
    SecondFactorAsked,
    SecondFactorGiven,
    SecondFactorRefused,
    SecondFactorEnrolled,
    SecondFactorRemoved,
    SecondFactorCodeSent,
    SecondFactorCodeNotSent,
    SecondFactorNoticeSent,
    SecondFactorNoticeNotSent,
    SecondFactorCodeRefused,
    RecoveryCodeUsed,
    RecoveryCodesReplaced,
    LoginRefused,
    LoginGranted,
    TokensIssued,
    TokensRefreshed,
    TokensRevoked,
    TokenRefused,
    UserInfoRead,
    SessionEnded,
    LogoutSentUpstream,
    LogoutAnswered,
    PortalTold,
    PortalNotTold,
    SigningKeyChanged,
    ProviderMetadataChanged,
    ProviderMetadataRefused,
    RequestForged,
    RequestsHeldBack,
    PasswordsGuessed,
    MessageBudgetSpent,
    RegistrationOffered,
    RegistrationMailAsked,
    RegistrationMailRefused,
    RegistrationCancelled,
    RegistrationCompleted,
    RegistrationLinkRefused,
    MessageDelivered,
    MessageFailed,
    BindingCodeMade,
    BindingCodeWithdrawn,
    BindingCodeRefused,
    EherkenningBound,
    EherkenningUnbound,
    AccountRequested,
    AccountRequestsRead,
    AccountRequestDecided,
    AccountAdded,
    AccountInvited,
    AccountActivated,
    PasswordLinkAsked,
    PasswordLinkRefused,
    PasswordChanged,
    AccountLookedUp,
    AccountStateChanged,
    AccountErased,
    AccountsImported,
    RelationsImported,
    RelationsExported,
    RoleGiven,
    RoleEnded,
    MembershipEnded,
    RelationChosen,
    RelationSwitched,
    AccessRefused,
    ConfigurationPublished,
    OutageAnnounced,
    OutageEnded,
    AuditExported,
    AuditSearched,
    AuditPersonErased,
    AuditVisitorsErased,
    PasswordNotChanged,
    IdentityConfirmed,
    IdentityNotConfirmed,
    OwnAccountExported,
    OwnAccountErased,
    AddressChangeAsked,
    AddressWanted,
    AddressChanged,
    AddressChangeRefused,
)
