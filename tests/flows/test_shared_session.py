"""One login for the business portals of a brand: kept alive, raised and ended for all of them (J38, J39)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from broker.wiring.stores import session_store
from tests.support.business import Business, Colleague, running_business
from tests.support.one_brand import (
    MILD,
    ONE_BRAND,
    STRICT,
    Ear,
    claims_of,
    heard_by,
    listening_portal,
    tell_portals,
)
from tests.support.servers import running_redis
from tests.support.system import Plan, running_system

pytestmark = pytest.mark.flow

CONFIRM = "Code bevestigen"
BOTH = sorted([STRICT, MILD])
WITH_SMS, WITH_APP = "urn:voordeur:loa:password-sms", "urn:voordeur:loa:password-totp"
IDLE_SECONDS, ABSOLUTE_SECONDS = 1800, 28800


@dataclass
class Brand:
    """Two portals of one brand that listen, and people."""

    business: Business
    strict: Ear
    mild: Ear

    def pass_time(self, seconds: int) -> None:
        self.business.pass_time(seconds)

    def told_of(self, grant: Grant) -> list[str]:
        """Which portals heard of the end of this session, each time, after a round of the worker."""
        tell_portals(self.business.system)
        heard = [claims_of(self.business.system, token) for token in self.strict.tokens + self.mild.tokens]
        return sorted(claims["aud"] for claims in heard if claims["sid"] == grant.claims["sid"])


@dataclass
class Grant:
    """What a portal holds after a login, and can use later."""

    person: Colleague
    body: dict[str, Any]
    claims: dict[str, Any]

    def refresh(self) -> Grant | None:
        """The next tokens; None when there are none any more."""
        form = {"grant_type": "refresh_token", "refresh_token": self.body["refresh_token"]}
        answer = self.person.portal.post_token(form)
        assert answer.json is not None
        if answer.status_code != 200:
            assert answer.json["error"] == "invalid_grant"
            return None
        claims = self.person.portal.read_id_token(answer.json["id_token"])
        return Grant(self.person, answer.json, claims)

    @property
    def lives(self) -> bool:
        """Whether the access token is good for anything."""
        return self.person.portal.userinfo(self.body["access_token"]).status_code == 200


@pytest.fixture(scope="module")
def brand(
    tmp_path_factory: pytest.TempPathFactory, demo_pki: Path, sqlite_template: bytes
) -> Iterator[Brand]:
    """One system for all tests here: each has a person and a session of its own."""
    folder = tmp_path_factory.mktemp("shared")
    file = folder / "voordeur.sqlite3"
    file.write_bytes(sqlite_template)
    with ExitStack() as stack:
        strict, mild = (stack.enter_context(listening_portal()) for _ in range(2))
        redis = stack.enter_context(running_redis("--appendonly", "no"))
        plan = Plan(demo_pki, redis.url, f"sqlite:///{file}", replaced=ONE_BRAND | heard_by(strict, mild))
        system = stack.enter_context(running_system(folder, plan))
        yield Brand(stack.enter_context(running_business(system)), strict, mild)


def granted(person: Colleague) -> Grant:
    """Redeem the code that the browser came back with."""
    portal = person.portal
    body = portal.redeem(portal.answer(person.page.url)["code"], person.attempt).json
    assert body is not None
    return Grant(person, body, portal.read_id_token(body["id_token"]))


def by_text(brand: Brand) -> Grant:
    """Somebody at the mild portal by a text message, who has an app as well."""
    person = brand.business.colleague().at(MILD).with_phone()
    person.log_in()
    person.browser.press(CONFIRM, code=person.worker.last_code())
    return granted(person.with_app())


def stepped_up(grant: Grant) -> Grant:
    """On to the strict portal, by the app."""
    person = grant.person.at(STRICT)
    person.arrive()
    person.browser.press(CONFIRM, code=person.app_code())
    return granted(person)


def log_out(grant: Grant) -> None:
    """At the portal, with the ID token that it has."""
    person = grant.person
    hint = person.portal.open_id_token(grant.body["id_token"])
    person.browser.post_from_elsewhere(f"{person.system.issuer}/oauth2/logout", {"id_token_hint": hint})


def test_tokens_of_before_a_step_up_go_on_as_what_they_were(brand: Brand) -> None:
    """Core 12.2: a refresh tells the login that it came of; nothing is raised."""
    first = by_text(brand)
    brand.pass_time(600)
    second = stepped_up(first)
    brand.pass_time(60)
    old, new = first.refresh(), second.refresh()
    assert old is not None
    assert new is not None
    assert (old.claims["acr"], new.claims["acr"]) == (WITH_SMS, WITH_APP)
    assert old.claims["auth_time"] == first.claims["auth_time"]
    assert new.claims["auth_time"] == second.claims["auth_time"]
    assert first.claims["sid"] == old.claims["sid"] == new.claims["sid"]
    # The two portals are of different sectors, and cannot compare people.
    assert first.claims["sub"] != second.claims["sub"]
    for now, before in ((old, first), (new, second)):
        assert now.claims["session_expires_at"] == first.claims["session_expires_at"]
        assert now.claims["session_idle_expires_at"] >= before.claims["session_idle_expires_at"] + 60
        assert now.lives


def test_refreshing_at_one_portal_keeps_the_session_for_the_other(brand: Brand) -> None:
    """Activity is of the person, wherever it happens; nobody hears of an end that is none."""
    first = by_text(brand)
    second: Grant | None = stepped_up(first)
    for _ in range(3):
        brand.pass_time(IDLE_SECONDS - 300)
        assert second is not None
        second = second.refresh()
        assert brand.told_of(first) == []
    renewed = first.refresh()
    assert renewed is not None
    assert renewed.lives


@pytest.mark.parametrize("of_before", [True, False])
def test_logging_out_after_a_step_up_ends_the_session_for_both(brand: Brand, of_before: bool) -> None:
    """J38: by the ID token of before it as well as by the new one; each portal hears once."""
    first = by_text(brand)
    second = stepped_up(first)
    log_out(first if of_before else second)
    assert not first.lives
    assert not second.lives
    assert first.refresh() is None
    assert second.refresh() is None
    assert brand.told_of(first) == BOTH
    brand.pass_time(ABSOLUTE_SECONDS)
    assert brand.told_of(first) == BOTH


def test_both_portals_hear_when_nobody_does_anything(brand: Brand) -> None:
    """J39: at the idle end that the tokens told, not before it, and once only."""
    first = by_text(brand)
    second = stepped_up(first)
    left = second.claims["session_idle_expires_at"] - brand.business.system.clock().timestamp()
    assert IDLE_SECONDS - 60 <= left <= IDLE_SECONDS
    brand.pass_time(int(left) - 30)
    assert brand.told_of(first) == []
    brand.pass_time(32)  # Tokens tell whole seconds, rounded down.
    assert brand.told_of(first) == BOTH
    assert first.refresh() is None
    brand.pass_time(ABSOLUTE_SECONDS)
    assert brand.told_of(first) == BOTH


def test_both_portals_hear_at_the_absolute_end_however_busy_the_person_is(brand: Brand) -> None:
    """J39: the step-up did not move it, and the last refresh told it."""
    first = by_text(brand)
    end = first.claims["session_expires_at"]
    second: Grant | None = stepped_up(first)
    while end - brand.business.system.clock().timestamp() > 1500:
        brand.pass_time(1200)
        assert second is not None
        second = second.refresh()
        assert second is not None
        assert second.claims["session_expires_at"] == end
        assert brand.told_of(first) == []
    assert second is not None
    assert second.claims["session_idle_expires_at"] >= end - 1
    brand.pass_time(int(end - brand.business.system.clock().timestamp()) + 2)
    assert second.refresh() is None
    assert brand.told_of(first) == BOTH


def test_portal_that_joined_while_the_session_was_being_ended_hears_as_well(brand: Brand) -> None:
    """Whoever ends a session looked at it a moment earlier; who joined since then hears too."""
    first = by_text(brand)
    system = brand.business.system
    sessions = session_store(system.stores)
    (as_it_was,) = sessions.of_account("cz", first.person.account.id, now=system.clock())
    stepped_up(first)
    assert sessions.end(as_it_was, now=system.clock())
    assert brand.told_of(first) == BOTH
