"""Which claims exist, where each may be told, and which of them a client gets.

One fixed table; a portal's contract (its allow-list) selects from it. Attributes from upstream never
name a claim, so nothing that a provider sends can become `roles` or `sub`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Self

from broker.domain.accounts import AccountType
from broker.domain.assurance import AccountLevel, Assurance, Scheme
from broker.domain.bsn import Bsn
from broker.domain.representation import Representation
from broker.oidc.clients import Client

SUBJECT_ID_TYPE = "urn:nl-eid-gdi:1.0:id:Pseudonym"
"""Told beside `represents`: `sub` is the acting person's identifier for this portal's sector."""

ClaimValue = str | int | list[str] | dict[str, str]


class ClaimPlace(StrEnum):
    """Where claims are told."""

    ID_TOKEN = "id_token"
    USERINFO = "userinfo"


@dataclass(frozen=True, slots=True)
class SessionEnds:
    """When the broker's session ends: by standing still, and in any case. Aware UTC."""

    idle_at: datetime
    absolute_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimSource:
    """Everything that claims are made of, for one login; personal fields stay out of `repr`.

    `idp` is the word for the way of logging in (``digid``, ``password``); `bsn` is None unless the login gave
    one. `represents` is the party that the person acts for; None when people act for themselves.
    """

    name: str = field(repr=False)
    email: str = field(repr=False)
    account_type: AccountType
    brand: str
    idp: str
    assurance: Assurance
    authenticated_at: datetime
    session: SessionEnds
    bsn: Bsn | None = None
    represents: Representation | None = None

    def ending(self, session: SessionEnds) -> Self:
        """The same facts with the ends that the session has by now."""
        return self if session == self.session else replace(self, session=session)


@dataclass(frozen=True, slots=True)
class RequestedClaims:
    """The names a portal asked for one by one, per place (OpenID Connect Core 5.5); known names only."""

    id_token: frozenset[str] = frozenset()
    userinfo: frozenset[str] = frozenset()

    def at(self, place: ClaimPlace) -> frozenset[str]:
        """What was asked for that place."""
        return self.id_token if place is ClaimPlace.ID_TOKEN else self.userinfo


NOTHING_REQUESTED = RequestedClaims()


def numeric_date(moment: datetime) -> int:
    """Whole seconds since 1970 in UTC (RFC 7519 2)."""
    return int(moment.timestamp())


@dataclass(frozen=True, slots=True)
class _Rule:
    """How it is read, where it may be told, and which scope asks for it (None: contract alone)."""

    read: Callable[[ClaimSource], ClaimValue | None]
    places: frozenset[ClaimPlace]
    scope: str | None = None


# How a login of our own was proven (RFC 8176 2). What happens at a provider is not ours to tell.
_METHODS: Mapping[Assurance, tuple[str, ...]] = MappingProxyType(
    {
        Assurance(Scheme.PASSWORD, AccountLevel.PASSWORD): ("pwd",),
        Assurance(Scheme.PASSWORD, AccountLevel.SMS): ("pwd", "sms", "mfa"),
        Assurance(Scheme.PASSWORD, AccountLevel.TOTP): ("pwd", "otp", "mfa"),
    }
)

_BOTH = frozenset(ClaimPlace)
_ID_TOKEN = frozenset({ClaimPlace.ID_TOKEN})
_USERINFO = frozenset({ClaimPlace.USERINFO})

# `acr` and `auth_time` are protocol claims of every ID token, so that here they are for userinfo only.
# The BSN is told in the ID token alone, because only that can be encrypted to the portal.
CLAIMS: Mapping[str, _Rule] = MappingProxyType(
    {
        "name": _Rule(lambda source: source.name, _BOTH, "profile"),
        "email": _Rule(lambda source: source.email, _BOTH, "email"),
        "acr": _Rule(lambda source: source.assurance.acr, _USERINFO),
        "auth_time": _Rule(lambda source: numeric_date(source.authenticated_at), _USERINFO),
        "amr": _Rule(lambda source: list(_METHODS.get(source.assurance, ())) or None, _ID_TOKEN),
        "assurance": _Rule(lambda source: _assurance(source.assurance), _BOTH),
        "idp": _Rule(lambda source: source.idp, _BOTH),
        "account_type": _Rule(lambda source: source.account_type.value, _BOTH),
        "session_expires_at": _Rule(lambda source: numeric_date(source.session.absolute_at), _BOTH),
        "session_idle_expires_at": _Rule(lambda source: numeric_date(source.session.idle_at), _BOTH),
        "represents": _Rule(lambda source: _represents(source.represents), _BOTH),
        "sub_id_type": _Rule(lambda source: SUBJECT_ID_TYPE if source.represents else None, _BOTH),
        "bsn": _Rule(lambda source: source.bsn.number if source.bsn else None, _ID_TOKEN),
    }
)
CLAIM_NAMES = frozenset(CLAIMS)


def _assurance(assurance: Assurance) -> dict[str, str]:
    return {"scheme": assurance.scheme.value, "level": assurance.level.label}


def _represents(representation: Representation | None) -> dict[str, str] | None:
    """The represented party as NL GOV OpenID Connect 5.2.4 nests it: an identifier and its type, and more.

    The KvK number is the identifier where there is one. `service` and `mandate` are what to name when the
    mandate is looked into.
    """
    if representation is None:
        return None
    subject = representation.subject
    number = subject.kvk.number if subject.kvk else subject.rsin.number if subject.rsin else ""
    kind = "urn:nl-eid-gdi:1.0:id:KvKnr" if subject.kvk else "urn:nl-eid-gdi:1.0:id:RSIN"
    return {"sub": number, "sub_id_type": kind, **representation.encode()}


def released_claims(
    client: Client,
    place: ClaimPlace,
    *,
    scope: tuple[str, ...],
    requested: RequestedClaims,
    source: ClaimSource,
) -> dict[str, ClaimValue]:
    """The claims that `client` gets at `place`: those of its contract that may be told there.

    A claim with a scope also needs that scope, or to be asked for by name. Empty values are left out.
    """
    released: dict[str, ClaimValue] = {}
    for name in sorted(client.claims & CLAIM_NAMES):
        rule = CLAIMS[name]
        if place not in rule.places or (name == "bsn" and not client.may_have_bsn):
            continue
        if rule.scope is not None and rule.scope not in scope and name not in requested.at(place):
            continue
        value = rule.read(source)
        if value is not None and value != "":
            released[name] = value
    return released
