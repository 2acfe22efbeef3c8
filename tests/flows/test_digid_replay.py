"""What was used stays used, beyond one process.

For other workers, a Redis that lost everything, and one that failed over to an older state.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from lxml import etree
from redis import Redis

from broker.app import create_app
from demo.digid.addresses import Addresses
from demo.digid.messages import Status, artifact_response
from demo.digid.signing import sign
from demo.digid.simulator import load_signer
from demo.idp.forms import SAMLP, new_id
from demo.idp.soap import envelope
from tests.support.back_channel_between import asking_digid, broker_calling, http, like_digid, listening
from tests.support.browser import Browser
from tests.support.landing import (
    assert_refused,
    landing_of,
    landing_with,
    new_artifact,
    parameter_of,
    relay_state_of,
)
from tests.support.system import DIGID, Plan, System, digid_of

pytestmark = pytest.mark.flow


@pytest.fixture
def redis(plan: Plan) -> Iterator[Redis]:
    """The Redis of the system, for losing and restoring what is in it."""
    with Redis.from_url(plan.redis_url) as client:
        yield client


@pytest.mark.parametrize("where", ["the same worker", "another worker"])
@pytest.mark.parametrize("lost", [False, True], ids=["redis as it was", "redis emptied"])
def test_used_artifact_is_worth_nothing_in_a_new_login(
    own_system: System, redis: Redis, where: str, *, lost: bool
) -> None:
    """SQL remembers the artifact, so neither another process nor a Redis without memory takes it again."""
    system, browser = own_system, own_system.browser()
    system.enter(browser)
    used = parameter_of(landing_of(browser), "SAMLart")
    if lost:
        redis.flushall()
    if where == "another worker":
        browser.sites[system.issuer] = create_app(system.settings)
    browser.open(system.portal().begin(prompt="login").url)
    browser.press("Inloggen met DigiD")
    story = system.story()
    browser.open(landing_with(system, used, relay_state_of(browser)))
    answered = next(event for event in story.events() if event.kind == "login.provider-answered")
    assert_refused(system, browser, "replay.artifact", answered.detail["reason"])


@dataclass
class Forgetful:
    """A Redis that fails over to a copy from before the answer came: what was taken is there again."""

    redis: Redis
    saved: dict[bytes | str, bytes]
    cookies: dict[str, str]

    @classmethod
    def copy(cls, redis: Redis, browser: Browser, issuer: str) -> Forgetful:
        """The state now."""
        saved = {key: dumped for key in redis.keys("*") if (dumped := redis.dump(key)) is not None}
        return cls(redis, saved, browser.cookies(issuer))

    def fail_over(self, browser: Browser, issuer: str) -> None:
        """Back to the copy; the browser has kept its cookie of the attempt."""
        self.redis.flushall()
        for key, dumped in self.saved.items():
            self.redis.restore(key, 0, dumped)
        for name, value in self.cookies.items():
            browser.plant(issuer, name, value)


def _go_to_digid(system: System, redis: Redis) -> tuple[Browser, Forgetful]:
    browser = system.browser()
    browser.open(system.portal().begin().url)
    browser.press("Inloggen met DigiD")
    return browser, Forgetful.copy(redis, browser, system.issuer)


def test_answer_is_not_taken_again_after_a_failover(own_system: System, redis: Redis) -> None:
    """Redis has the request again, as if no answer had come; SQL knows that the artifact was used."""
    system = own_system
    browser, before = _go_to_digid(system, redis)
    system.pass_digid(browser)
    landing = landing_of(browser)
    before.fail_over(browser, system.issuer)
    thief = system.browser()
    thief.plant(system.issuer, *next(iter(before.cookies.items())))
    story = system.story()
    thief.open(landing)
    assert_refused(system, thief, "replay.artifact", story.events()[0].detail["reason"])


@pytest.mark.parametrize("renamed", [False, True], ids=["response", "assertion"])
def test_message_is_not_taken_again_under_another_artifact(
    own_system: System, redis: Redis, *, renamed: bool
) -> None:
    """DigiD itself sends the same Response, or the same Assertion in another one, for the same request."""
    with _repeating_digid(own_system, renamed=renamed) as system:
        browser, before = _go_to_digid(system, redis)
        system.pass_digid(browser)
        relay_state = parameter_of(landing_of(browser), "RelayState")
        before.fail_over(browser, system.issuer)
        story = system.story()
        browser.open(landing_with(system, new_artifact(), relay_state))
        reason = story.events()[0].detail["reason"]
    assert_refused(system, browser, "replay.assertion" if renamed else "replay.response", reason)


@contextmanager
def _repeating_digid(system: System, *, renamed: bool) -> Iterator[System]:
    """Answers the second call with what the first one got, signed anew around it."""
    first: list[etree._Element] = []
    ask, signer = asking_digid(system), load_signer(system.state)

    def answer(call: bytes) -> Iterator[bytes]:
        if not first:
            told = ask(call)
            first.append(etree.fromstring(told).find(f".//{{{SAMLP}}}Response"))  # type: ignore[arg-type]  # it is there
            yield http(told)
            return
        inner = deepcopy(first[0])
        if renamed:
            inner.set("ID", new_id())
        resolve = etree.fromstring(call).find(f".//{{{SAMLP}}}ArtifactResolve")
        assert resolve is not None
        again = artifact_response(
            Addresses(front=DIGID).entity_id, system.clock(), resolve.attrib["ID"], Status.SUCCESS, inner
        )
        sign(again, signer)
        yield http(envelope(again))

    with listening(answer, like_digid(system)) as between:
        yield broker_calling(system, between.base_url)


def test_used_messages_are_remembered_for_longer_than_they_are_believed(own_system: System) -> None:
    """Every claim of a login outlives the message, so purging them opens no door."""
    own_system.enter(own_system.browser())
    with own_system.stores.database.reading() as connection:
        rows = connection.exec_driver_sql("SELECT scope, expires_at FROM used_messages").all()
    assert {row[0] for row in rows} == {f"cz:digid:{kind}" for kind in ("artifact", "response", "assertion")}
    ends = [datetime.fromisoformat(str(row[1])).replace(tzinfo=UTC) for row in rows]
    assert all((end - own_system.clock()).total_seconds() > 11 * 60 for end in ends)
    assert digid_of("sanne").bsn not in str(rows)
