"""What a record is called: its kind, whose it is, and a name that is never written down."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from broker.storage.keyed_hash import NameKey
from broker.storage.sealing import Sealer


class RecordKind(StrEnum):
    """What is kept; the kinds never meet, whatever they are called."""

    TRANSACTION = "transaction"
    SAML_REQUEST = "saml-request"
    PARKED_REQUEST = "parked-request"
    PARKED_ANSWER = "parked-answer"
    UPSTREAM_LOGOUT = "upstream-logout"
    SENT_LOGOUT = "sent-logout"
    CODE = "code"
    GRANT = "grant"
    REFRESH_TOKEN = "refresh-token"  # noqa: S105 - the name of a kind, no secret
    SESSION_ENDINGS = "session-endings"
    SESSION = "session"
    CLIENT_ASSERTION = "client-assertion"
    ACCOUNT_SESSIONS = "account-sessions"
    COUNTER = "counter"
    REGISTRATION = "registration"
    REGISTRATION_LINK = "registration-link"
    PASSWORD_LINK = "password-link"  # noqa: S105 - the name of a kind, no secret
    NEWEST_PASSWORD_LINK = "newest-password-link"  # noqa: S105 - the name of a kind, no secret
    PASSWORD_LINK_LIMIT = "password-link-limit"  # noqa: S105 - the name of a kind, no secret
    ADDRESS_LINK = "address-link"
    NEWEST_ADDRESS_LINK = "newest-address-link"
    ADDRESS_CHANGE_LIMIT = "address-change-limit"
    BREAKER = "breaker"
    LOGIN_TRIES = "login-tries"
    BUDGET = "budget"
    ADDRESS_LIMIT = "address-limit"
    SECOND_FACTOR_CODE = "second-factor-code"
    SECOND_FACTOR_ENROLMENT = "second-factor-enrolment"
    SECOND_FACTOR_PAGE = "second-factor-page"
    ACCOUNT_VISIT = "account-visit"
    CONFIGURATION = "configuration"
    CONFIGURATION_FOLLOWER = "configuration-follower"


@dataclass(frozen=True, slots=True)
class RecordKey:
    """Where one record stands.

    `scope` is a brand, a client id or ``-``; `name` may be any text, a secret too.
    """

    kind: RecordKind
    scope: str
    name: str = field(repr=False)

    def render(self, names: NameKey) -> str:
        """The key in Redis: ``voordeur:{<kind>:<keyed hash of kind, scope and name>}``.

        The braces put all of a record on one node of a cluster. No character of scope or name gets in, so
        nothing can be injected; the hash is keyed, because a name may be as guessable as a phone number.
        """
        return f"voordeur:{{{self.kind}:{names.digest_in(self.kind, self.scope, self.name)}}}"


@dataclass(frozen=True, slots=True)
class RecordKeys:
    """The keys under which records are hidden: their values sealed, their names hashed."""

    sealer: Sealer
    names: NameKey
