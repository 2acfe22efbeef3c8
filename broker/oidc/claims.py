"""Which claims exist, where each may be told, and which of them a client gets.

One fixed table; a portal's contract (its allow-list) selects from it. Attributes from upstream never
name a claim, so nothing that a provider sends can become `roles` or `sub`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final, Self

from broker.domain.accounts import AccountType
from broker.domain.assurance import AccountLevel, Assurance, Scheme
from broker.domain.bsn import Bsn
from broker.domain.collectivity import NO_CONTACT, ContactDetails
from broker.domain.organisation import Organisation
from broker.domain.representation import Representation
from broker.domain.rights import Relation
from broker.domain.roles import RoleId
from broker.oidc.clients import Client
from broker.oidc.rights import ToldRights

SUBJECT_ID_TYPE = "urn:nl-eid-gdi:1.0:id:pseudonym"
"""Told beside `represents`: `sub` is the acting person's identifier for this portal's sector.

As the NL GOV profile spells it; the SAML interface of the same scheme writes a capital.
"""

ClaimValue = str | int | list[str] | dict[str, str] | dict[str, object] | list[dict[str, object]]


COLLECTIVITIES_TOTAL: Final = "collectivities_total"
"""Comes with the claim `collectivities`, and in its place where there are too many to list."""

# An ID token comes back as a hint, in an address; there it may have 8 kB.
MOST_LISTED_CHARACTERS: Final = 4000


class ClaimPlace(StrEnum):
    """Where claims are told."""

    ID_TOKEN = "id_token"
    USERINFO = "userinfo"
    INTROSPECTION = "introspection"


@dataclass(frozen=True, slots=True)
class SessionEnds:
    """When the broker's session ends: by standing still, and in any case. Aware UTC."""

    idle_at: datetime
    absolute_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimSource:
    """Everything that claims are made of, for one login; personal fields stay out of `repr`.

    `idp` is the word for the way of logging in (``digid``, ``password``); `bsn` is None unless the login gave
    one. `represents` is the party that the person acts for; None when people act for themselves. `rights` are
    those of this very moment, and None where the portal has nothing to do with them.
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
    rights: ToldRights | None = None

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
        asked = {ClaimPlace.ID_TOKEN: self.id_token, ClaimPlace.USERINFO: self.userinfo}
        return asked.get(place, frozenset())


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

_BOTH = frozenset({ClaimPlace.ID_TOKEN, ClaimPlace.USERINFO})
_EVERYWHERE = frozenset(ClaimPlace)
_ID_TOKEN = frozenset({ClaimPlace.ID_TOKEN})
_USERINFO = frozenset({ClaimPlace.USERINFO})

# `acr` and `auth_time` are protocol claims of every ID token, so that here they are for userinfo only.
# The BSN is told in the ID token alone, because only that can be encrypted to the portal. How a collectivity
# is reached may name people, and an ID token comes back in addresses, so that only userinfo tells it.
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
        "collectivity": _Rule(lambda source: _of_rights(source, _collectivity), _EVERYWHERE),
        "collectivity_details": _Rule(
            lambda source: _of_rights(source, lambda told: _contact(told.contact)), _USERINFO
        ),
        "organisation": _Rule(
            lambda source: _of_rights(source, lambda told: organisation_claim(told.relation.organisation)),
            _EVERYWHERE,
        ),
        "roles": _Rule(
            lambda source: _of_rights(source, lambda told: _names(told.relation.roles)), _EVERYWHERE
        ),
        "roles_withheld": _Rule(
            lambda source: _of_rights(source, lambda told: _names(told.withheld) or None), _BOTH
        ),
        "collectivities": _Rule(lambda source: _of_rights(source, _listed), _BOTH),
        COLLECTIVITIES_TOTAL: _Rule(lambda source: _of_rights(source, _total), _BOTH),
        "bsn": _Rule(lambda source: source.bsn.number if source.bsn else None, _ID_TOKEN),
    }
)
CLAIM_NAMES = frozenset(CLAIMS)
CLAIMS_OF_RIGHTS: Final = frozenset(
    {
        "collectivities",
        COLLECTIVITIES_TOTAL,
        "collectivity",
        "collectivity_details",
        "organisation",
        "roles",
        "roles_withheld",
    }
)
"""What a portal hears only where roles open it."""


def listed_relation(relation: Relation) -> dict[str, object]:
    """A collectivity with the roles there."""
    return {**_named(relation), "roles": _names(relation.roles)}


def organisation_claim(organisation: Organisation) -> dict[str, str]:
    """An organisation by its numbers; without `branch` when it is the whole."""
    branch = {"branch": organisation.branch.number} if organisation.branch else {}
    return {"kvk": organisation.kvk.number, **branch, "name": organisation.name}


def _of_rights(source: ClaimSource, read: Callable[[ToldRights], ClaimValue | None]) -> ClaimValue | None:
    return None if source.rights is None else read(source.rights)


def _names(roles: Iterable[RoleId]) -> list[str]:
    return [*roles]


def _named(relation: Relation) -> dict[str, str]:
    return {
        "number": relation.number.number,
        "customer_number": relation.customer_number.number,
        "name": relation.name,
    }


def _collectivity(told: ToldRights) -> ClaimValue:
    return _named(told.relation)


def _contact(contact: ContactDetails | None) -> ClaimValue | None:
    """How the collectivity is reached, as far as it is known."""
    if contact is None or contact == NO_CONTACT:
        return None
    told: dict[str, object] = {"phones": [*contact.phones]}
    if contact.address is not None:
        place = contact.address
        told["address"] = {"street": place.street, "postal_code": place.postal_code, "city": place.city}
    if contact.email is not None:
        told["email"] = contact.email
    return told


def _listed(told: ToldRights) -> ClaimValue | None:
    """All of them or none: part of a list would pass for the whole."""
    reach = told.reach
    if reach is None or len(reach.listed) < reach.total:
        return None
    listed = [listed_relation(relation) for relation in reach.listed]
    return listed if len(json.dumps(listed)) <= MOST_LISTED_CHARACTERS else None


def _total(told: ToldRights) -> ClaimValue | None:
    """How many there are, where they are not listed."""
    return told.reach.total if told.reach is not None and _listed(told) is None else None


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
