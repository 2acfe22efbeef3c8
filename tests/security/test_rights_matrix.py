"""Every role, every claim, every portal, two brands: what is told is what was granted, and nothing leaks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import combinations, product

import pytest

from broker.domain.access import AccessRule, PortalAccess
from broker.domain.accounts import Account
from broker.domain.assurance import AccountLevel, Assurance, Scheme
from broker.domain.collectivity import Collectivity, ContactDetails, PostalAddress
from broker.domain.roles import RoleId
from broker.oidc.access_token import access_token_claims
from broker.oidc.claims import (
    CLAIM_NAMES,
    ClaimPlace,
    ClaimSource,
    RequestedClaims,
    SessionEnds,
    released_claims,
)
from broker.oidc.clients import Client
from broker.oidc.current_facts import CurrentFacts, NothingLeft
from broker.oidc.grants import Grant
from broker.oidc.id_token import id_token_claims
from broker.oidc.rights import Acting, CurrentRights
from broker.oidc.vocabulary import AuthMethod, SigningAlgorithm
from broker.storage.database import Database
from broker.storage.key_ring import KeyRing
from tests.support.moments import MovableClock
from tests.support.relations import MANAGER, MEMBERS, REPORTS, Registry

ROLES = (MANAGER, REPORTS, MEMBERS)
BRANDS = ("cz", "vgz")
PASSWORD, WITH_APP = (
    Assurance(Scheme.PASSWORD, level) for level in (AccountLevel.PASSWORD, AccountLevel.TOTP)
)
OF_RIGHTS = (
    "collectivity",
    "roles",
    "organisation",
    "collectivities",
    "roles_withheld",
    "collectivity_details",
)
CONTRACTS = [frozenset({claim}) for claim in (*OF_RIGHTS, "name")] + [frozenset(OF_RIGHTS)]
NOT_TOLD_AT = {
    ClaimPlace.INTROSPECTION: frozenset({"collectivities", "roles_withheld", "collectivity_details"}),
    ClaimPlace.ID_TOKEN: frozenset({"collectivity_details"}),
}
PROTOCOL = {"iss", "sub", "aud", "exp", "iat", "nbf", "jti", "acr", "auth_time", "sid", "grant_id"}
# Names that would be claims, if a name ever became one.
HOSTILE = ("roles", "sub", "acr", "aud", '{"roles": ["functioneel-beheerder"]}')
ISSUER = "https://login.example"


def subsets(items: tuple[RoleId, ...]) -> list[tuple[RoleId, ...]]:
    """Every choice of these, the empty one first."""
    return [chosen for size in range(len(items) + 1) for chosen in combinations(items, size)]


@dataclass(frozen=True)
class Sessions:
    """A session that lives."""

    ends: SessionEnds

    def live(self, sid: str, *, brand: str) -> SessionEnds | None:
        return self.ends

    def touch(self, sid: str, *, brand: str) -> SessionEnds | None:
        return self.ends


@dataclass
class Stage:
    """One person for each set of roles at each brand, all of them in collectivities of the same names."""

    facts: CurrentFacts
    people: dict[tuple[str, tuple[RoleId, ...]], Account]
    places: dict[str, tuple[Collectivity, Collectivity]]
    now: datetime


@pytest.fixture
def stage(sqlite_database: Database, open_ring: Callable[[Database], KeyRing], clock: MovableClock) -> Stage:
    """Everybody has the roles in the first collectivity, and the manager's role in the second."""
    registry = Registry(sqlite_database, open_ring(sqlite_database), clock)
    people, places = {}, {}
    for brand in BRANDS:
        names = (f"sub-{brand}", HOSTILE[-1])
        first, second = (
            registry.collectivity(
                number, name, brand=brand, organisation="roles", contact=reached_at(number, brand)
            )
            for number, name in zip(("1001", "1002"), names, strict=True)
        )
        places[brand] = (first, second)
        for held in subsets(ROLES):
            person = people[brand, held] = registry.account(brand)
            registry.give(person, first, *held)
            registry.give(person, second, MANAGER)
    ends = SessionEnds(clock() + timedelta(minutes=15), clock() + timedelta(hours=2))
    facts = CurrentFacts(Sessions(ends), CurrentRights(registry.rights, registry.collectivities))
    return Stage(facts, people, places, clock())


def reached_at(number: str, brand: str) -> ContactDetails:
    """How one collectivity is reached, and no other."""
    place = PostalAddress(f"Straat {number} {brand}", "1234 AB", HOSTILE[-1])
    return ContactDetails(place, (f"+31 {number} {brand}",), f"{number}@{brand}.example")


def client_of(brand: str, opens: tuple[RoleId, ...], claims: frozenset[str]) -> Client:
    """A portal that opens to these roles; the manager's takes an app."""
    rules = (AccessRule(MANAGER, None, (WITH_APP,)),)
    return Client(
        client_id=f"portal-{brand}",
        portal=f"portal-{brand}",
        brand=brand,
        sector=brand,
        resource="urn:api",
        redirect_uris=("https://portal.example/callback",),
        token_endpoint_auth_method=AuthMethod.PRIVATE_KEY_JWT,
        id_token_signed_response_alg=SigningAlgorithm.ES256,
        claims=claims,
        access=PortalAccess(opens, rules) if opens else None,
    )


def grant_of(stage: Stage, client: Client, person: Account, reached: Assurance) -> Grant:
    """A grant of this person for the first collectivity of the portal's brand."""
    source = ClaimSource(
        name=HOSTILE[-1],
        email="roles@sub.acr.aud.example",
        account_type=person.type,
        brand=client.brand,
        idp="password",
        assurance=reached,
        authenticated_at=datetime(2026, 11, 20, 12, 0, tzinfo=UTC),
        session=SessionEnds(stage.now, stage.now),
    )
    return Grant(
        id="grant",
        client_id=client.client_id,
        sid="sid",
        subject="subject",
        scope=("openid", "profile", "email"),
        nonce=None,
        requested_claims=RequestedClaims(CLAIM_NAMES, CLAIM_NAMES),
        source=source,
        acting=Acting(person.id, stage.places[client.brand][0].id),
    )


def told_of(
    stage: Stage, client: Client, person: Account, reached: Assurance
) -> dict[ClaimPlace, dict[str, object]] | None:
    """Everything that leaves the house; None when nothing does."""
    grant = grant_of(stage, client, person, reached)
    try:
        source = stage.facts.for_userinfo(client, grant, stage.facts.live(client, grant))
    except NothingLeft:
        return None
    told: dict[ClaimPlace, dict[str, object]] = {}
    for place in (ClaimPlace.USERINFO, ClaimPlace.INTROSPECTION):
        asked = grant.requested_claims
        told[place] = dict(released_claims(client, place, scope=grant.scope, requested=asked, source=source))
    told[ClaimPlace.ID_TOKEN] = id_token_claims(ISSUER, client, grant, source, stage.now)
    bearer = access_token_claims(ISSUER, client, grant, source.rights, stage.now)
    assert not {"roles", "collectivity", "organisation", "collectivities", "name", "email"} & bearer.keys()
    return told


def by_set_arithmetic(
    brand: str, opens: tuple[RoleId, ...], held: tuple[RoleId, ...], reached: Assurance
) -> dict[str, object] | None:
    """Every claim of rights that may be told at all; None where nobody may come in."""
    if not set(opens) & set(held):
        return None

    def counting(roles: tuple[RoleId, ...]) -> list[RoleId]:
        known = [role for role in ROLES if role in opens and role in roles]
        return [role for role in known if role != MANAGER or reached == WITH_APP]

    first = {"number": "1001", "customer_number": "K1001", "name": f"sub-{brand}"}
    second = {"number": "1002", "customer_number": "K1002", "name": HOSTILE[-1]}
    # "{" stands behind every letter.
    reach = [{**first, "roles": counting(held)}, {**second, "roles": counting((MANAGER,))}]
    reach = [one for one in reach if one["roles"]]
    withheld = [role for role in held if role in opens and role not in counting(held)]
    contact = {
        "phones": [f"+31 1001 {brand}"],
        "address": {"street": f"Straat 1001 {brand}", "postal_code": "1234 AB", "city": HOSTILE[-1]},
        "email": f"1001@{brand}.example",
    }
    return {
        "collectivity": first,
        "roles": counting(held),
        "organisation": {"kvk": "90001354", "name": "roles"},
        "collectivities": sorted(reach, key=lambda one: str(one["name"])),
        **({"roles_withheld": withheld} if withheld else {}),
        **({"collectivity_details": contact} if counting(held) else {}),
    }


@pytest.mark.parametrize("reached", [PASSWORD, WITH_APP], ids=["password", "with-app"])
@pytest.mark.parametrize("brand", BRANDS)
def test_what_is_told_is_what_was_granted(stage: Stage, brand: str, reached: Assurance) -> None:
    """For every contract, every set of roles that opens the portal, and every set that somebody has."""
    for claims, opens, held in product(CONTRACTS, subsets(ROLES)[1:], subsets(ROLES)):
        told = told_of(stage, client_of(brand, opens, claims), stage.people[brand, held], reached)
        allowed = by_set_arithmetic(brand, opens, held, reached)
        assert (told is None) == (allowed is None), (opens, held)
        for place, content in (told or {}).items():
            assert content.keys() - PROTOCOL <= claims, place
            told_here = claims - NOT_TOLD_AT.get(place, frozenset())
            expected = {name: value for name, value in (allowed or {}).items() if name in told_here}
            assert {name: content[name] for name in content if name in OF_RIGHTS} == expected, (opens, held)


@pytest.mark.parametrize("brand", BRANDS)
def test_person_of_another_brand_gets_nothing(stage: Stage, brand: str) -> None:
    """Not for their own collectivity, and not for that of the portal's brand."""
    other = next(name for name in BRANDS if name != brand)
    client = client_of(brand, ROLES, frozenset(OF_RIGHTS))
    stranger = stage.people[other, ROLES]
    assert told_of(stage, client, stranger, WITH_APP) is None
    grant = grant_of(stage, client, stranger, WITH_APP)
    acting = Acting(stranger.id, stage.places[other][0].id)
    with pytest.raises(NothingLeft):
        stage.facts.live(client, replace(grant, acting=acting))


def test_names_that_look_like_claims_stay_names(stage: Stage) -> None:
    """`roles`, `sub`, `acr` and `aud` in names and addresses are values, wherever they stand."""
    client = client_of("cz", ROLES, frozenset({*OF_RIGHTS, "name", "email"}))
    told = told_of(stage, client, stage.people["cz", (MEMBERS,)], PASSWORD)
    assert told is not None
    token = told[ClaimPlace.ID_TOKEN]
    assert (token["sub"], token["aud"], token["acr"]) == ("subject", "portal-cz", PASSWORD.acr)
    assert token["roles"] == [MEMBERS]
    assert token["name"] == HOSTILE[-1]
    assert token["organisation"] == {"kvk": "90001354", "name": "roles"}
