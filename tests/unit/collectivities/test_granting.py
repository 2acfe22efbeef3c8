"""Roles are given and ended by the catalogue's rules, each with its event."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from broker.cli.import_arrival import RelationArrival
from broker.cli.import_relations import NewRoleGrant
from broker.collectivities.granting import (
    Granting,
    OtherBrand,
    RolesClash,
    Surroundings,
    Terms,
    UnknownRole,
)
from broker.domain.collectivity import Collectivity
from broker.domain.events import MembershipEnded, RoleEnded, RoleGiven, SecurityEvent
from broker.domain.roles import RoleCatalogue, RoleId
from broker.storage.accounts import AccountRepository
from broker.storage.database import Database
from broker.storage.key_ring import KeyRing
from tests.support.moments import MovableClock
from tests.support.relations import CATALOGUE, MANAGER, MEMBERS, REPORTS, Registry

ALONE = RoleCatalogue.of(replace(role, combinable=role.id == MANAGER) for role in CATALOGUE.roles.values())

_WAITS_FOR_ME = text(
    "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
)


@dataclass
class Heard:
    """What was written down."""

    events: list[SecurityEvent] = field(default_factory=list)

    def record(self, event: SecurityEvent) -> None:
        self.events.append(event)


@pytest.fixture
def registry(database: Database, key_ring: KeyRing, clock: MovableClock) -> Registry:
    """A registry on each kind of database."""
    return Registry(database, key_ring, clock)


@pytest.fixture
def heard() -> Heard:
    """Nothing yet."""
    return Heard()


@pytest.fixture
def granting(registry: Registry, heard: Heard) -> Granting:
    """Of the roles but the manager's, one at a time."""
    return Granting(
        Surroundings(
            grants=registry.grants,
            members=registry.collectivities,
            catalogues={"cz": ALONE},
            auditor=heard,
            together=registry.database.writing,
            clock=registry.clock,
        )
    )


def test_role_is_given_with_who_when_why_and_until(
    registry: Registry, granting: Granting, heard: Heard
) -> None:
    """It counts from that moment, and so says the log."""
    bea, boss, place = registry.account(), registry.account(), registry.collectivity("1001", "Eerste")
    until = registry.clock() + timedelta(days=1)
    granting.give(bea, place, REPORTS, Terms(by=boss.id, reason="vakantie", ends_at=until))
    (grant,) = registry.grants.of_account(bea.id, place.id)
    assert (grant.given_at, grant.given_by, grant.reason, grant.ends_at) == (
        registry.clock(),
        boss.id,
        "vakantie",
        until,
    )
    assert registry.rights.at(registry.holder(bea), place.id) is not None
    (event,) = heard.events
    assert isinstance(event, RoleGiven)
    assert (event.account_id, event.actor_account_id, event.collectivity, event.role) == (
        bea.id,
        boss.id,
        "1001",
        REPORTS,
    )


def test_role_is_ended_by_one(registry: Registry, granting: Granting, heard: Heard) -> None:
    """A second one finds nothing, and tells nothing."""
    bea, place = registry.account(), registry.collectivity("1001", "Eerste")
    granting.give(bea, place, REPORTS, Terms())
    assert granting.end(bea, place, REPORTS)
    assert not granting.end(bea, place, REPORTS)
    assert registry.rights.at(registry.holder(bea), place.id) is None
    assert [type(event) for event in heard.events] == [RoleGiven, RoleEnded]


def test_membership_ends_with_every_role_there(registry: Registry, granting: Granting, heard: Heard) -> None:
    """Each role tells its end, the last one that the person is out; elsewhere everything stays."""
    bea, boss = registry.account(), registry.account()
    place, other = registry.collectivity("1001", "Eerste"), registry.collectivity("1002", "Tweede")
    granting.give(bea, place, REPORTS, Terms(ends_at=registry.clock() - timedelta(days=1)))
    granting.give(bea, place, MANAGER, Terms())
    granting.give(bea, other, MEMBERS, Terms())
    heard.events.clear()
    assert granting.end_membership(bea, place, by=boss.id)
    assert registry.rights.at(registry.holder(bea), place.id) is None
    assert registry.rights.at(registry.holder(bea), other.id) is not None
    assert registry.grants.of_account(bea.id, place.id) == ()
    assert registry.collectivities.numbers_of(bea.id) == (other.number,)
    *roles, last = heard.events
    assert {event.role for event in roles if isinstance(event, RoleEnded)} == {REPORTS, MANAGER}
    assert isinstance(last, MembershipEnded)
    assert (last.account_id, last.actor_account_id, last.collectivity) == (bea.id, boss.id, "1001")


def test_membership_is_ended_by_one(registry: Registry, granting: Granting, heard: Heard) -> None:
    """Also where there was no role; a second one finds nothing, and tells nothing."""
    bea, place = registry.account(), registry.collectivity("1001", "Eerste")
    registry.collectivities.add_member(bea.id, place)
    assert granting.end_membership(bea, place)
    assert not granting.end_membership(bea, place)
    assert [type(event) for event in heard.events] == [MembershipEnded]


def test_roles_that_exclude_each_other_are_not_given_together(
    registry: Registry, granting: Granting, heard: Heard, clock: MovableClock
) -> None:
    """One that ended is in nobody's way, and one that goes with all is not either."""
    bea, place = registry.account(), registry.collectivity("1001", "Eerste")
    granting.give(bea, place, REPORTS, Terms(ends_at=registry.clock() + timedelta(hours=1)))
    granting.give(bea, place, MANAGER, Terms())
    with pytest.raises(RolesClash) as clash:
        granting.give(bea, place, MEMBERS, Terms())
    assert {role.id for role in clash.value.roles} == {REPORTS, MEMBERS}
    assert len(heard.events) == 2
    granting.give(bea, registry.collectivity("1002", "Tweede"), MEMBERS, Terms())
    clock.advance(seconds=3601)
    granting.give(bea, place, MEMBERS, Terms())


@pytest.mark.parametrize("role", ["eigenaar", "", "Functioneel-beheerder"])
def test_role_that_the_brand_does_not_have_is_not_given(
    registry: Registry, granting: Granting, heard: Heard, role: str
) -> None:
    """Nothing is made up on the way."""
    bea, place = registry.account(), registry.collectivity("1001", "Eerste")
    with pytest.raises(UnknownRole):
        granting.give(bea, place, RoleId(role), Terms())
    assert heard.events == []


def test_role_of_another_brand_is_not_given(registry: Registry, granting: Granting, heard: Heard) -> None:
    """Neither a membership comes of it."""
    stranger, place = registry.account("vgz"), registry.collectivity("1001", "Eerste")
    with pytest.raises(OtherBrand):
        granting.give(stranger, place, REPORTS, Terms())
    assert registry.collectivities.numbers_of(stranger.id) == ()
    assert heard.events == []


# Two at once.


def during(database: Database, first: Callable[[], object], second: Callable[[], object]) -> Future[object]:
    """Begin `second` once `first` has acted, and keep that when `second` is through, or waits for it.

    Who waits for the one writer of SQLite cannot be seen; there `second` may as well begin after `first`.
    """
    with ThreadPoolExecutor(1) as pool, database.writing() as connection:
        first()
        acting = pool.submit(second)
        while not database.has_one_writer and not connection.execute(_WAITS_FOR_ME).scalar_one():
            if wait([acting], timeout=0.01).done:
                break
    return acting


@pytest.mark.parametrize("is_member", [True, False])
def test_roles_that_exclude_each_other_are_not_given_at_once(
    registry: Registry, granting: Granting, *, is_member: bool
) -> None:
    """Two operators, two roles, somebody who may have one of them: the second hears of the clash."""
    bea, place = registry.account(), registry.collectivity("1001", "Eerste")
    if is_member:
        registry.collectivities.add_member(bea.id, place)
    given = during(
        registry.database,
        lambda: granting.give(bea, place, REPORTS, Terms()),
        lambda: granting.give(bea, place, MEMBERS, Terms()),
    )
    with pytest.raises(RolesClash):
        given.result()
    assert [grant.role for grant in registry.grants.of_account(bea.id, place.id)] == [REPORTS]


def test_file_is_judged_with_the_role_that_is_given_at_once(
    registry: Registry, granting: Granting, key_ring: KeyRing, clock: MovableClock
) -> None:
    """`broker import` beside `broker role give`: no clash comes of the two."""
    bea, place = registry.account(), registry.collectivity("1001", "Eerste")
    registry.collectivities.add_member(bea.id, place)
    accounts = AccountRepository(registry.database, key_ring.columns, key_ring.blind_indexes, clock)
    arrival = RelationArrival(accounts, registry.collectivities, registry.grants, {"cz": ALONE}, clock)

    def let_in() -> None:
        with registry.database.writing():
            arrival.let_in(NewRoleGrant("cz", bea.email, place.number, MEMBERS, "", None))

    imported = during(registry.database, lambda: granting.give(bea, place, REPORTS, Terms()), let_in)
    with pytest.raises(ValueError, match="together"):
        imported.result()


def test_role_that_is_given_while_the_membership_ends_tells_its_end(
    registry: Registry, granting: Granting, heard: Heard
) -> None:
    """It goes along, and not in silence: the log shows every role that ended."""
    bea, place = registry.account(), registry.collectivity("1001", "Eerste")
    granting.give(bea, place, REPORTS, Terms())
    ended = during(
        registry.database,
        lambda: granting.give(bea, place, MANAGER, Terms()),
        lambda: granting.end_membership(bea, place),
    )
    assert ended.result()
    assert registry.grants.of_account(bea.id, place.id) == ()
    assert {event.role for event in heard.events if isinstance(event, RoleEnded)} == {REPORTS, MANAGER}


def test_role_that_is_given_after_the_membership_ended_stands_alone(
    registry: Registry, granting: Granting
) -> None:
    """Whoever gives it at the same moment is second: what ended is in nobody's way."""
    bea, place = registry.account(), registry.collectivity("1001", "Eerste")
    granting.give(bea, place, REPORTS, Terms())
    given = during(
        registry.database,
        lambda: granting.end_membership(bea, place),
        lambda: granting.give(bea, place, MEMBERS, Terms()),
    )
    given.result()
    assert [grant.role for grant in registry.grants.of_account(bea.id, place.id)] == [MEMBERS]


def test_membership_that_ends_at_once_is_not_remembered(registry: Registry, granting: Granting) -> None:
    """A portal redeems its code while somebody is taken out: there is nothing to remember, and no error."""
    bea, place = registry.account(), registry.collectivity("1001", "Eerste")
    granting.give(bea, place, REPORTS, Terms())
    remembered = during(
        registry.database,
        lambda: granting.end_membership(bea, place),
        lambda: registry.rights.remember(bea.id, place.id),
    )
    remembered.result()
    assert registry.rights.last(registry.holder(bea)) is None


@pytest.mark.parametrize("owner", ["Bakkerij De Korenaar B.V.", "Een ander B.V."])
def test_what_two_files_bring_at_once_is_there_once(registry: Registry, owner: str) -> None:
    """A new collectivity, or a new organisation: imports that overlap, and the words of the second stay."""
    if owner == "Bakkerij De Korenaar B.V.":
        registry.collectivity("1000", "Is er al", organisation=owner)
    brought = during(
        registry.database,
        lambda: registry.collectivity("1001", "Eerste", organisation="Bakkerij De Korenaar B.V."),
        lambda: registry.collectivity("1001", "Tweede", organisation=owner),
    ).result()
    assert isinstance(brought, Collectivity)
    assert (brought.name, brought.organisation.name) == ("Tweede", owner)
