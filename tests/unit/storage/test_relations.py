"""Organisations, collectivities and grants in the database, and what an account reaches by them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from broker.domain.collectivity import (
    NO_CONTACT,
    CollectivityId,
    CollectivityNumber,
    ContactDetails,
    PostalAddress,
)
from broker.domain.organisation import BranchNumber, KvkNumber, Organisation
from broker.domain.rights import RoleGrant
from broker.storage.accounts import AccountRepository
from broker.storage.database import Database
from broker.storage.key_ring import KeyRing
from broker.storage.schema import COLLECTIVITIES, LAST_RELATIONS, MEMBERSHIP_WORDS, MEMBERSHIPS, ROLE_GRANTS
from tests.support.moments import MovableClock
from tests.support.relations import MANAGER, MEMBERS, REPORTS, Registry, access

CONTACT = ContactDetails(
    PostalAddress("Dorpsstraat 1", "1234 AB", "Ons Dorp"),
    ("088 123 45 67", "06 12345678"),
    "post@bedrijf.example",
)


@pytest.fixture
def registry(database: Database, key_ring: KeyRing, clock: MovableClock) -> Registry:
    """A registry on each kind of database."""
    return Registry(database, key_ring, clock)


def test_collectivity_comes_back_as_it_was(registry: Registry) -> None:
    """With its organisation, and how it is reached."""
    kept = registry.collectivity("1001", "Korenaar Utrecht", contact=CONTACT)
    assert registry.collectivities.find("cz", CollectivityNumber("1001")) == kept
    assert kept.contact == CONTACT
    assert registry.collectivities.find("vgz", CollectivityNumber("1001")) is None


def test_how_a_collectivity_is_reached_is_told_of_its_own_brand_alone(registry: Registry) -> None:
    """Nothing of one that another brand asks about, of one that is not there, or that nobody knows."""
    known, unknown = (
        registry.collectivity("1001", "Korenaar", contact=CONTACT),
        registry.collectivity("1002", "Molen"),
    )
    assert registry.collectivities.contact("cz", known.id) == CONTACT
    assert registry.collectivities.contact("vgz", known.id) == NO_CONTACT
    assert registry.collectivities.contact("cz", CollectivityId("-")) == NO_CONTACT
    assert registry.collectivities.contact("cz", unknown.id) == NO_CONTACT


def test_how_a_collectivity_is_reached_is_not_stored_open(registry: Registry, database: Database) -> None:
    """It may be somebody's own telephone."""
    registry.collectivity("1001", "Korenaar Utrecht", contact=CONTACT)
    with database.reading() as connection:
        (sealed,) = connection.execute(select(COLLECTIVITIES.c.contact_sealed)).scalars()
    assert b"Dorpsstraat" not in sealed
    assert b"12345678" not in sealed


def test_organisation_and_its_branch_are_two(registry: Registry) -> None:
    """The one is found by its number alone, the other by both."""
    kvk, branch = KvkNumber("90001354"), BranchNumber("000012345678")
    whole, part = Organisation(kvk, None, "Korenaar"), Organisation(kvk, branch, "Korenaar Utrecht")
    registry.collectivities.put_organisation("cz", whole)
    registry.collectivities.put_organisation("cz", part)
    assert registry.collectivities.organisation("cz", kvk, None) == whole
    assert registry.collectivities.organisation("cz", kvk, branch) == part
    assert registry.collectivities.organisation("vgz", kvk, None) is None


def test_relation_holds_the_roles_of_this_collectivity_alone(registry: Registry, clock: MovableClock) -> None:
    """What somebody may in one says nothing of another."""
    bea, first, second = (
        registry.account(),
        registry.collectivity("1001", "Eerste"),
        registry.collectivity("1002", "Tweede"),
    )
    registry.give(bea, first, MANAGER, REPORTS)
    registry.give(bea, second, MEMBERS)
    holder = registry.holder(bea)
    one = registry.relations.one(holder, first.id, clock())
    two = registry.relations.by_number(holder, second.number, clock())
    assert one is not None
    assert two is not None
    assert set(one.roles) == {MANAGER, REPORTS}
    assert (one.number, one.customer_number, one.name, one.organisation) == (
        first.number,
        first.customer_number,
        first.name,
        first.organisation,
    )
    assert two.roles == (MEMBERS,)


def test_member_without_a_role_reaches_nothing(registry: Registry, clock: MovableClock) -> None:
    """Belonging somewhere is no right."""
    bea, place = registry.account(), registry.collectivity("1001", "Eerste")
    registry.give(bea, place)
    holder = registry.holder(bea)
    assert registry.relations.one(holder, place.id, clock()) is None
    assert registry.relations.page(holder, (), after="", most=5, now=clock()) == ()
    assert registry.relations.count(holder, (), clock()) == 0


def test_grant_ends_when_it_says_so(registry: Registry, clock: MovableClock) -> None:
    """To the second, by our clock."""
    bea, place = registry.account(), registry.collectivity("1001", "Eerste")
    registry.give(bea, place, REPORTS, ends_at=clock() + timedelta(hours=1))
    holder = registry.holder(bea)
    clock.advance(seconds=3599)
    assert registry.relations.one(holder, place.id, clock()) is not None
    clock.advance(seconds=1)
    assert registry.relations.one(holder, place.id, clock()) is None
    assert registry.relations.page(holder, (), after="", most=5, now=clock()) == ()
    assert registry.relations.count(holder, (), clock()) == 0
    assert registry.relations.count(holder, ("eerste",), clock()) == 0


def test_role_that_the_portal_does_not_open_to_is_not_read(registry: Registry, clock: MovableClock) -> None:
    """Neither alone nor beside another."""
    bea, first, second = (
        registry.account(),
        registry.collectivity("1001", "Eerste"),
        registry.collectivity("1002", "Tweede"),
    )
    registry.give(bea, first, MANAGER, REPORTS)
    registry.give(bea, second, MEMBERS)
    holder = registry.holder(bea, access(REPORTS))
    found = registry.relations.page(holder, (), after="", most=5, now=clock())
    assert [(one.number.number, one.roles) for one in found] == [("1001", (REPORTS,))]
    assert registry.relations.one(holder, second.id, clock()) is None
    assert registry.relations.count(holder, (), clock()) == 1


def test_portal_that_opens_to_no_role_shows_nothing(registry: Registry, clock: MovableClock) -> None:
    """An empty list of roles is not every role."""
    bea, place = registry.account(), registry.collectivity("1001", "Eerste")
    registry.give(bea, place, MANAGER)
    holder = registry.holder(bea, access())
    assert registry.relations.one(holder, place.id, clock()) is None
    assert registry.relations.count(holder, (), clock()) == 0


def test_account_of_another_brand_cannot_become_a_member(registry: Registry, database: Database) -> None:
    """Nothing crosses the border between brands."""
    stranger, place = registry.account("vgz"), registry.collectivity("1001", "Eerste")
    with pytest.raises(ValueError, match="brand"):
        registry.collectivities.add_member(stranger.id, place)
    with database.reading() as connection:
        assert connection.execute(select(func.count()).select_from(MEMBERSHIPS)).scalar_one() == 0


def test_collectivity_of_another_brand_is_never_told(registry: Registry, clock: MovableClock) -> None:
    """Whatever stands in the tables: the brand is that of the collectivity."""
    bea, place = registry.account(), registry.collectivity("1001", "Eerste")
    registry.give(bea, place, MANAGER)
    holder = registry.rights.holder(bea.id, "vgz", (MANAGER,))
    assert registry.relations.one(holder, place.id, clock()) is None
    assert registry.relations.by_number(holder, place.number, clock()) is None
    assert registry.relations.page(holder, (), after="", most=5, now=clock()) == ()


def test_last_relation_is_where_somebody_worked_last_and_still_may(
    registry: Registry, clock: MovableClock
) -> None:
    """What was taken away is not offered again."""
    bea, first, second = (
        registry.account(),
        registry.collectivity("1001", "Eerste"),
        registry.collectivity("1002", "Tweede"),
    )
    registry.give(bea, first, MANAGER)
    registry.give(bea, second, MANAGER)
    holder = registry.holder(bea)
    assert registry.relations.last(holder, clock()) is None
    for place in (first, second, second):
        registry.relations.remember(bea.id, place.id, clock())
    last = registry.relations.last(holder, clock())
    assert last is not None
    assert last.number == second.number
    registry.grants.end(bea.id, second.id, MANAGER)
    assert registry.relations.last(holder, clock()) is None


def test_relation_that_was_taken_away_is_not_remembered(registry: Registry, clock: MovableClock) -> None:
    """Who loses a collectivity at this very moment gets no error for it."""
    bea, place = registry.account(), registry.collectivity("1001", "Eerste")
    registry.relations.remember(bea.id, place.id, clock())
    assert registry.relations.last(registry.holder(bea), clock()) is None


def test_membership_takes_everything_along(
    registry: Registry, database: Database, clock: MovableClock
) -> None:
    """Roles, words, and what was remembered."""
    bea, place = registry.account(), registry.collectivity("1001", "Eerste")
    registry.give(bea, place, MANAGER, REPORTS)
    registry.relations.remember(bea.id, place.id, clock())
    assert registry.collectivities.numbers_of(bea.id) == (place.number,)
    assert registry.collectivities.remove_member(bea.id, place.id)
    assert registry.collectivities.numbers_of(bea.id) == ()
    assert not registry.collectivities.remove_member(bea.id, place.id)
    with database.reading() as connection:
        for table in (MEMBERSHIPS, MEMBERSHIP_WORDS, ROLE_GRANTS, LAST_RELATIONS):
            assert connection.execute(select(func.count()).select_from(table)).scalar_one() == 0


def test_erased_account_leaves_no_membership(
    registry: Registry, database: Database, key_ring: KeyRing, clock: MovableClock
) -> None:
    """Whoever is forgotten has no rights left; a role that they gave to somebody else stays."""
    bea, bob, place = registry.account(), registry.account(), registry.collectivity("1001", "Eerste")
    registry.give(bea, place, MANAGER)
    registry.collectivities.add_member(bob.id, place)
    registry.grants.put(RoleGrant(bob.id, place.id, REPORTS, clock(), given_by=bea.id))
    AccountRepository(database, key_ring.columns, key_ring.blind_indexes, clock).erase(bea.id)
    assert registry.relations.one(registry.holder(bea), place.id, clock()) is None
    assert registry.relations.one(registry.holder(bob), place.id, clock()) is not None


def test_grant_comes_back_as_it_was_and_can_be_given_anew(registry: Registry, clock: MovableClock) -> None:
    """By whom, when, why and until when; ending it is one caller's."""
    bea, boss, place = registry.account(), registry.account(), registry.collectivity("1001", "Eerste")
    registry.collectivities.add_member(bea.id, place)
    first = RoleGrant(bea.id, place.id, REPORTS, clock(), boss.id, "vakantie", clock() + timedelta(days=1))
    registry.grants.put(first)
    assert registry.grants.of_account(bea.id, place.id) == (first,)
    clock.advance(seconds=60)
    again = RoleGrant(bea.id, place.id, REPORTS, clock(), None, "vast")
    registry.grants.put(again)
    assert registry.grants.of_account(bea.id, place.id) == (again,)
    assert registry.grants.end(bea.id, place.id, REPORTS)
    assert not registry.grants.end(bea.id, place.id, REPORTS)
    assert registry.grants.of_account(bea.id, place.id) == ()


def test_new_name_is_found_and_sorted_by_and_the_old_one_is_not(
    registry: Registry, clock: MovableClock
) -> None:
    """Of the collectivity, and of its organisation."""
    bea, place = registry.account(), registry.collectivity("1001", "Zonnebloem")
    registry.give(bea, place, MANAGER)
    registry.give(bea, registry.collectivity("1002", "Middelburg"), MANAGER)
    holder = registry.holder(bea)
    registry.collectivity("1001", "Anemoon")
    registry.collectivities.put_organisation("cz", Organisation(KvkNumber("90001354"), None, "Molenaar"))
    assert registry.relations.count(holder, ("zonnebloem",), clock()) == 0
    assert registry.relations.count(holder, ("anemoon",), clock()) == 1
    assert registry.relations.count(holder, ("molenaar",), clock()) == 2
    assert registry.relations.count(holder, ("korenaar",), clock()) == 0
    found = registry.relations.page(holder, (), after="", most=5, now=clock())
    assert [one.name for one in found] == ["Anemoon", "Middelburg"]
