"""Rights over two processes: a role that is taken away is gone in both (A30), switches at once do not mix."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.support.business import READABLE, Colleague, running_business
from tests.support.related import Grant, Related, details, entered, open_by_roles
from tests.support.relations import MANAGER, MEMBERS, REPORTS, Registry
from tests.support.relying_party import Attempt
from tests.support.served_system import Call, Served, forwarder, path_and_query, served_system
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


@pytest.fixture(scope="module")
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


SWITCHES = 8


def _asked_at_once(served: Served, before: Grant, numbers: list[str]) -> list[tuple[Attempt, str]]:
    """Many tabs ask to switch with the tokens of one login; each gets a code of its own."""
    portal, browser = before.person.portal, before.person.browser
    attempts = [
        portal.begin(prompt="none", id_token_hint=before.hint, authorization_details=details(number))
        for number in numbers
    ]
    cookie = {"Cookie": browser.cookie_header(attempts[0].url)}
    answers = served.at_once([Call("GET", path_and_query(attempt.url), cookie) for attempt in attempts])
    back = [{name.lower(): value for name, value in answer.headers}["location"] for answer in answers]
    return [(attempt, portal.answer(url)["code"]) for attempt, url in zip(attempts, back, strict=True)]


def _token_call(person: Colleague, form: dict[str, str]) -> Call:
    proof = {
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": person.portal.assertion(),
    }
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    return Call("POST", "/oauth2/token", headers, urlencode(form | proof))


def _redemption(person: Colleague, attempt: Attempt, code: str) -> Call:
    return _token_call(
        person,
        {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": person.portal.redirect_uri,
            "code_verifier": attempt.verifier,
        },
    )


def test_switches_at_once_leave_nothing_of_before_and_do_not_mix(served: Served, related: Related) -> None:
    """Two relations, four tabs each, and a refresh in between: each has its own relation and roles."""
    places = [related.collectivity(f"Tegelijk {number}") for number in range(3)]
    roles = dict(zip((place.number.number for place in places), (MANAGER, REPORTS, MEMBERS), strict=True))
    first, *others = roles
    person = related.with_roles(*((place, (roles[place.number.number],)) for place in places))
    before = entered(person, authorization_details=details(first))
    numbers = [others[number % 2] for number in range(SWITCHES)]
    asked = _asked_at_once(served, before, numbers)
    refresh = {"grant_type": "refresh_token", "refresh_token": before.body["refresh_token"]}
    calls = [_redemption(person, attempt, code) for attempt, code in asked]
    *answers, refreshed = served.at_once([*calls, _token_call(person, refresh)])
    assert [answer.status for answer in answers] == [200] * SWITCHES
    switched = [Grant.of(person, json.loads(answer.body)) for answer in answers]
    for number, grant in zip(numbers, switched, strict=True):
        told = grant.userinfo()
        assert told is not None
        for claims in (grant.claims, told):
            assert (claims["collectivity"]["number"], claims["roles"]) == (number, [roles[number]])
    old = [before, *([Grant.of(person, json.loads(refreshed.body))] if refreshed.status == 200 else [])]
    for grant in old:
        assert [roles_told(one) for one in by_both(served, grant)] == [[None] * 3] * 2
        assert grant.refresh() is None
    served.system.clock.advance(31)
    again = entered(person.elsewhere()).claims["collectivity"]["number"]
    assert again in others
