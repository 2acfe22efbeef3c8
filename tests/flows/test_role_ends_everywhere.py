"""A role that is taken away is gone in every process at once, also where it was told a moment ago (A30)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.support.business import READABLE, running_business
from tests.support.related import Grant, Related, entered, open_by_roles
from tests.support.relations import MANAGER, MEMBERS, Registry
from tests.support.served_system import Served, forwarder, served_system
from tests.support.servers import PostgresServer, running_redis
from tests.support.system import Plan

pytestmark = [pytest.mark.flow, pytest.mark.slow]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def served(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, demo_pki: Path
) -> Iterator[Served]:
    """Two processes on each kind of database in turn."""
    folder = tmp_path_factory.mktemp("roles")
    with ExitStack() as stack:
        redis = stack.enter_context(running_redis("--appendonly", "no"))
        database_url = f"sqlite:///{folder / 'voordeur.sqlite3'}"
        if request.param == "postgresql":
            server: PostgresServer = request.getfixturevalue("postgres_server")
            server.run(b"CREATE DATABASE roles TEMPLATE template")
            stack.callback(server.run, b"DROP DATABASE roles WITH (FORCE)")
            database_url = server.url("roles")
        plan = Plan(demo_pki, redis.url, database_url, replaced=READABLE, edit=open_by_roles)
        yield stack.enter_context(served_system(folder, plan))


@pytest.fixture
def related(served: Served) -> Iterator[Related]:
    """People and collectivities beside the two processes: this one is the third."""
    stores = served.system.stores
    with running_business(served.system) as business:
        yield Related(business, Registry(stores.database, stores.keys, stores.clock))


def by_both(served: Served, grant: Grant) -> tuple[Grant, Grant]:
    """The same tokens as each of the processes is asked about them."""
    second = replace(served.system, broker=forwarder(served.ports[1], served.host))
    return grant, replace(grant, person=replace(grant.person, system=second))


def roles_told(grant: Grant) -> list[Any]:
    """What userinfo, introspection and search of one process say somebody may do; None for a dead token."""
    userinfo, (status, found) = grant.userinfo(), grant.search()
    searched = found["collectivities"][0]["roles"] if status == 200 else None
    return [userinfo["roles"] if userinfo else None, grant.introspect().get("roles"), searched]


def test_ended_role_is_gone_in_every_process(served: Served, related: Related) -> None:
    """Both have told it; with the next question neither does, and the last role takes the tokens along."""
    place = related.collectivity("Overal weg")
    person = related.with_roles((place, (MANAGER, MEMBERS)))
    first, second = by_both(served, entered(person))
    assert [roles_told(one) for one in (first, second)] == [[[MANAGER, MEMBERS]] * 3] * 2
    related.registry.grants.end(person.account.id, place.id, MANAGER)
    assert [roles_told(one) for one in (first, second)] == [[[MEMBERS]] * 3] * 2
    renewed = second.refresh()
    assert renewed is not None
    assert renewed.claims["roles"] == [MEMBERS]
    first, second = by_both(served, replace(renewed, person=person))
    related.registry.grants.end(person.account.id, place.id, MEMBERS)
    assert [roles_told(one) for one in (first, second)] == [[None] * 3] * 2
    assert first.refresh() is None
