"""When a store is away in the middle of a login, nothing is granted and the page says so (B6-05, A58)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.servers import RedisServer, running_redis
from tests.support.system import Plan, System, running_system

pytestmark = pytest.mark.flow

SESSION_COOKIE = "__Host-voordeur-session-cz"


@pytest.fixture
def redis() -> Iterator[RedisServer]:
    """A Redis that a test may stop."""
    with running_redis("--appendonly", "no") as server:
        yield server


@pytest.fixture
def fragile(tmp_path: Path, plan: Plan, redis: RedisServer) -> Iterator[System]:
    """A system whose stores may be taken away."""
    with running_system(tmp_path, replace(plan, redis_url=redis.url)) as system:
        yield system


def test_redis_away_at_the_answer_gives_no_login(fragile: System, redis: RedisServer) -> None:
    """Fail closed: a 503 with a page of ours, no session cookie, no code."""
    browser = fragile.browser()
    browser.open(fragile.portal().begin().url)
    browser.press("Inloggen met DigiD")
    fragile.reach_sms_code(browser)
    redis.stop()
    page = browser.press("Inloggen", code=fragile.phone.last_code())
    assert (page.status, page.heading) == (503, "Inloggen kan nu even niet")
    assert page.support_code
    assert SESSION_COOKIE not in browser.cookies(fragile.issuer)


def test_redis_away_kills_no_public_document_and_is_told_by_ready(
    fragile: System, redis: RedisServer
) -> None:
    """The process lives, is not ready, and portals can still read keys."""
    redis.stop()
    browser = fragile.browser()
    assert browser.open(f"{fragile.issuer}/health/live").status == 200
    assert browser.open(f"{fragile.issuer}/health/ready").status == 503
    assert browser.open(f"{fragile.issuer}/oauth2/jwks").status == 200
    assert browser.open(f"{fragile.issuer}/.well-known/openid-configuration").status == 200


def test_redis_away_is_a_server_error_in_the_words_of_oauth(fragile: System, redis: RedisServer) -> None:
    """Programs get JSON."""
    portal, browser = fragile.portal(), fragile.browser()
    attempt = portal.begin()
    code = portal.answer(fragile.log_in(browser, attempt.url))["code"]
    redis.stop()
    answer = portal.redeem(code, attempt)
    assert (answer.status_code, answer.json) == (503, {"error": "temporarily_unavailable"})


def test_audit_log_away_gives_no_login(fragile: System) -> None:
    """B6-13: what cannot be written down does not happen."""
    browser = fragile.browser()
    browser.open(fragile.portal().begin().url)
    browser.press("Inloggen met DigiD")
    fragile.reach_sms_code(browser)
    with fragile.stores.database.writing() as connection:
        connection.exec_driver_sql("ALTER TABLE audit_events RENAME TO audit_events_away")
    page = browser.press("Inloggen", code=fragile.phone.last_code())
    assert page.status >= 500
    assert SESSION_COOKIE not in browser.cookies(fragile.issuer)
    assert "audit" not in page.html
