"""Who acts for an organisation reaches its collectivities alone, whatever else the account has (B2-06)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from broker.domain.accounts import Account, AccountType
from broker.domain.assurance import Assurance, EherkenningLevel, Scheme
from broker.domain.collectivity import Collectivity
from broker.domain.identity import AccountIdentity, Evidence
from broker.domain.organisation import BranchNumber, KvkNumber, Rsin
from broker.domain.representation import LegalSubject, Representation
from broker.domain.rights import Holder
from broker.login.progress import EarlierLogin, FindRelation, NoRelation, Progress
from broker.login.relation_finding import find_relation
from broker.login.steps.choose_collectivity import choose_collectivity
from broker.login.transaction import RelationWish, Wish
from broker.oidc.rights import Acting, CurrentRights
from broker.storage.database import Database
from broker.storage.key_ring import KeyRing
from tests.support.moments import MovableClock
from tests.support.relations import EVERY_ROLE, MANAGER, Registry
from tests.unit.oidc.oidc_support import make_client

OWN, OTHER = "90005528", "90006712"
LEIDEN, VOORBURG = "000090067121", "000090067122"
NOW = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)
EH3 = Assurance(Scheme.EHERKENNING, EherkenningLevel.EH3)


def acting_for(kvk: str, branch: str | None = None) -> Representation:
    """A mandate for an organisation, or for one branch of it."""
    subject = LegalSubject(kvk=KvkNumber(kvk))
    return Representation(subject, "service", "_mandate", BranchNumber(branch) if branch else None)


@pytest.fixture
def registry(database: Database, key_ring: KeyRing, clock: MovableClock) -> Registry:
    """A registry on each kind of database."""
    return Registry(database, key_ring, clock)


@pytest.fixture
def both(registry: Registry) -> tuple[Account, Collectivity, Collectivity]:
    """Somebody with the same role at two organisations, by one account, and what they have there."""
    bea = registry.account()
    own = registry.collectivity("1001", "Rijnstroom", kvk=OWN, organisation="Rijnstroom Zorg")
    other = registry.collectivity("1002", "De Vliet", kvk=OTHER, organisation="De Vliet B.V.")
    for place in (own, other):
        registry.give(bea, place, MANAGER)
    return bea, own, other


WAYS: dict[str, Callable[[Registry, Holder, Collectivity], object]] = {
    "by its id": lambda registry, holder, place: registry.rights.at(holder, place.id),
    "by its number": lambda registry, holder, place: registry.rights.by_number(holder, place.number.number),
    "as the last": lambda registry, holder, _: registry.rights.last(holder),
    "by its name": lambda registry, holder, place: (
        registry.rights.search(holder, place.name, most=5).relations
    ),
    "by its name, counted": lambda registry, holder, place: (
        registry.rights.search(holder, place.name, most=5).total
    ),
}


@pytest.mark.parametrize("way", WAYS)
def test_collectivity_of_another_organisation_is_not_reached(
    registry: Registry, both: tuple[Account, Collectivity, Collectivity], way: str
) -> None:
    """By no way; the same look without a mandate, and with the right one, finds it."""
    bea, _, other = both
    registry.rights.remember(bea.id, other.id)
    found = WAYS[way]
    assert found(registry, registry.holder(bea), other)
    assert found(registry, registry.holder(bea, represents=acting_for(OTHER)), other)
    assert not found(registry, registry.holder(bea, represents=acting_for(OWN)), other)


def test_lists_and_counts_hold_what_the_mandate_is_for(
    registry: Registry, both: tuple[Account, Collectivity, Collectivity]
) -> None:
    """All of it and no more."""
    bea, own, _ = both
    holder = registry.holder(bea, represents=acting_for(OWN))
    assert [one.id for one in registry.rights.first(holder, 5)] == [own.id]
    assert registry.rights.count(holder) == 1
    page = registry.rights.search(holder, "", most=5)
    assert ([one.id for one in page.relations], page.total) == ([own.id], 1)


def test_mandate_for_a_branch_reaches_that_branch_alone(registry: Registry) -> None:
    """Neither the organisation as a whole nor its other branch; one for the whole reaches all of these."""
    bea = registry.account()
    branches = {"1001": None, "1002": LEIDEN, "1003": VOORBURG}
    for number, branch in branches.items():
        place = registry.collectivity(number, f"De Vliet {number}", kvk=OTHER, branch=branch)
        registry.give(bea, place, MANAGER)
    leiden = registry.holder(bea, represents=acting_for(OTHER, LEIDEN))
    whole = registry.holder(bea, represents=acting_for(OTHER))
    assert [one.number.number for one in registry.rights.first(leiden, 5)] == ["1002"]
    assert registry.rights.by_number(leiden, "1001") is None
    assert registry.rights.count(leiden) == 1
    assert registry.rights.count(whole) == 3


def test_organisation_without_a_kvk_number_reaches_nothing(
    registry: Registry, both: tuple[Account, Collectivity, Collectivity]
) -> None:
    """There is nothing to hold a collectivity against."""
    by_rsin = Representation(LegalSubject(rsin=Rsin("900135402")), "service", "_mandate")
    holder = registry.holder(both[0], represents=by_rsin)
    assert registry.rights.count(holder) == 0
    assert registry.rights.by_number(holder, "1001") is None


@pytest.mark.parametrize("by", ["evidence", "earlier"])
def test_login_for_one_organisation_finds_no_collectivity_of_another(
    registry: Registry, both: tuple[Account, Collectivity, Collectivity], by: str
) -> None:
    """The one that the portal asks for, in a login that comes in and by the session that runs."""
    bea, own, other = both
    evidence = Evidence("cz", AccountIdentity(bea.id), EH3, NOW, represents=acting_for(OWN))
    earlier = EarlierLogin("sid", bea.id, bea.type, "portal", EH3, NOW, acting_for(OWN))
    bare = Wish((EH3,), AccountType.BUSINESS, represented=True)
    found = {}
    for place in (own, other):
        wish = replace(bare, relation=RelationWish(EVERY_ROLE.roles, asked=place.number.number))
        known = Progress("cz", "portal", wish, NOW, account=bea)
        progress = replace(known, evidence=evidence) if by == "evidence" else replace(known, earlier=earlier)
        wanted = choose_collectivity(progress)
        assert isinstance(wanted, FindRelation)
        found[place.id] = find_relation(registry.rights, "cz", wanted)
    assert found[own.id] != NoRelation()
    assert found[other.id] == NoRelation()


def test_tokens_of_a_mandate_tell_nothing_beyond_it(
    registry: Registry, both: tuple[Account, Collectivity, Collectivity]
) -> None:
    """Neither the active collectivity, nor the list, nor a search: one that went to another is gone too."""
    bea, own, other = both
    client = make_client(brand="cz", access=EVERY_ROLE)
    rights = CurrentRights(registry.rights, registry.collectivities)
    here, there = (Acting(bea.id, place.id, represents=acting_for(OWN)) for place in (own, other))
    assert rights.active(client, here, EH3) is not None
    assert rights.active(client, there, EH3) is None
    assert [one.id for one in rights.reach(client, here, EH3).listed] == [own.id]
    assert [one.id for one in rights.search(client, here, EH3, ("", 5, None)).relations] == [own.id]
    registry.collectivities.put_collectivity(replace(own, organisation=other.organisation))
    assert rights.active(client, here, EH3) is None
