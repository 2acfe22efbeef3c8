"""J27, J39: portals keep a session alive by refreshing, and hear when it ends, for whatever reason."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import pytest
from werkzeug.test import Client

from broker.domain.accounts import AccountState
from tests.support.one_brand import Ear, listening_portal, read_logout_token, tell_portals
from tests.support.system import Plan, System
from tests.support.system_fixtures import SystemMaker

pytestmark = pytest.mark.flow

EVENT = "http://schemas.openid.net/event/backchannel-logout"
IDLE_SECONDS = 900


@dataclass
class Heard:
    """A system whose portal listens, and the worker's two jobs."""

    system: System
    ear: Ear

    def work(self) -> int:
        """One round of the worker; how many portals were told."""
        return tell_portals(self.system)

    def read(self, token: str) -> tuple[dict[str, Any], dict[str, Any]]:
        """Header and claims of a logout token."""
        return read_logout_token(self.system, token)


@pytest.fixture
def heard(plan: Plan, make_system: SystemMaker) -> Iterator[Heard]:
    """A system of its own for each test."""
    with listening_portal() as ear:
        words = {"http://127.0.0.1:8401/backchannel-logout": ear.url}
        with make_system(replace(plan, replaced=words)) as system:
            yield Heard(system, ear)


def _refresh(system: System, token: str) -> Any:
    return system.portal().post_token({"grant_type": "refresh_token", "refresh_token": token})


def _enter(system: System, person: str = "sanne") -> dict[str, Any]:
    """Log in and give the whole token answer."""
    portal = system.portal()
    attempt = portal.begin()
    code = portal.answer(system.log_in(system.browser(), attempt.url, person))["code"]
    body = portal.redeem(code, attempt).json
    assert body is not None
    return {**body, "claims": portal.read_id_token(body["id_token"])}


def test_refreshing_keeps_the_session_alive_and_tells_its_ends(heard: Heard) -> None:
    """Ten minutes apart, past the first idle end; the BSN does not come again, nor the nonce."""
    system, portal = heard.system, heard.system.portal()
    entered = _enter(system)
    token, ends = entered["refresh_token"], [entered["claims"]["session_idle_expires_at"]]
    body: dict[str, Any] = {}
    for _ in range(3):
        system.clock.advance(600)
        body = _refresh(system, token).json
        claims = portal.read_id_token(body["id_token"])
        token = body["refresh_token"]
        ends.append(claims["session_idle_expires_at"])
        assert "bsn" not in claims
        assert "nonce" not in claims
        assert heard.work() == 0
    assert all(590 <= later - earlier <= 620 for earlier, later in pairwise(ends))
    assert portal.userinfo(body["access_token"]).status_code == 200
    assert heard.ear.tokens == []


def test_logging_out_at_the_portal_tells_its_back_channel(heard: Heard) -> None:
    """A50: typ, events, sid, pairwise sub, two minutes, an id, no nonce, nothing else."""
    system, browser = heard.system, heard.system.browser()
    tokens = system.enter(browser)
    browser.post_from_elsewhere(f"{system.issuer}/oauth2/logout", {"id_token_hint": tokens.id_token})
    assert heard.work() == 1
    (token,) = heard.ear.tokens
    header, claims = heard.read(token)
    assert header["typ"] == "logout+jwt"
    assert claims.pop("exp") - claims.pop("iat") == 120
    assert len(claims.pop("jti")) >= 20
    assert claims == {
        "iss": system.issuer,
        "aud": "mijn-cz",
        "sub": tokens.claims["sub"],
        "sid": tokens.claims["sid"],
        "events": {EVENT: {}},
    }
    assert heard.work() == 0
    assert len(heard.ear.tokens) == 1


def test_session_that_runs_out_is_told_too(heard: Heard) -> None:
    """Nobody did anything: at the idle end the portal hears, and once only."""
    tokens = heard.system.enter(heard.system.browser())
    heard.system.clock.advance(IDLE_SECONDS - 30)
    assert heard.work() == 0
    heard.system.clock.advance(31)
    assert heard.work() == 1
    assert heard.read(heard.ear.tokens[0])[1]["sid"] == tokens.claims["sid"]
    heard.system.clock.advance(IDLE_SECONDS)
    assert heard.work() == 0


def test_portal_that_is_away_hears_when_it_is_back(heard: Heard) -> None:
    """B3-23: tried again after a while, each time with another token."""
    system, story = heard.system, heard.system.story()
    _enter(system)
    system.clock.advance(IDLE_SECONDS + 1)
    heard.ear.status = 503
    assert heard.work() == 0
    assert heard.work() == 0
    system.clock.advance(10)
    heard.ear.status = 200
    assert heard.work() == 1
    ids = {heard.read(token)[1]["jti"] for token in heard.ear.tokens}
    assert len(heard.ear.tokens) == len(ids) == 2
    assert story.last().kind == "portal.told-of-end"
    assert story.last().detail["attempts"] == 2


def test_portal_that_stays_away_becomes_a_dead_letter(heard: Heard) -> None:
    """After an hour of trying it is written down and let go."""
    system, story = heard.system, heard.system.story()
    _enter(system)
    system.clock.advance(IDLE_SECONDS + 1)
    heard.ear.status = 500
    for _ in range(10):
        heard.work()
        system.clock.advance(1800)
    assert len(heard.ear.tokens) == 7
    last = next(event for event in reversed(story.events()) if event.kind == "portal.not-told-of-end")
    assert (last.result, last.detail["reason"]) == ("refused", "status-500")


def test_refreshing_with_an_account_that_was_disabled_ends_the_session(heard: Heard) -> None:
    """A29: refused at the next refresh, and the portal hears."""
    system = heard.system
    entered = _enter(system)
    system.set_account_state("sanne", AccountState.DISABLED)
    assert _refresh(system, entered["refresh_token"]).status_code == 400
    assert heard.work() == 1


def test_another_person_in_the_same_browser_ends_the_first_session_and_its_portal_hears(
    heard: Heard,
) -> None:
    """The session was replaced, not logged out."""
    system, browser = heard.system, heard.system.browser()
    henk = system.enter(browser, "henk")
    system.enter(browser, "sanne", prompt="login")
    assert heard.work() == 1
    assert heard.read(heard.ear.tokens[0])[1]["sid"] == henk.claims["sid"]


def test_tokens_can_be_given_back_and_asked_about_over_http(heard: Heard) -> None:
    """RFC 7009 and 7662 at the addresses that discovery names; written down."""
    system, portal, story = heard.system, heard.system.portal(), heard.system.story()
    entered = _enter(system)
    http = Client(system.broker)
    proof = {"client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"}

    def call(endpoint: str, token: str) -> Any:
        form = {**proof, "client_assertion": portal.assertion(), "token": token}
        return http.post(f"/oauth2/{endpoint}", base_url=system.issuer, data=form)

    told = call("introspect", entered["access_token"]).json
    assert (told["active"], told["sid"]) == (True, entered["claims"]["sid"])
    assert call("revoke", entered["refresh_token"]).status_code == 200
    assert story.last().kind == "tokens.revoked"
    assert call("introspect", entered["access_token"]).json == {"active": False}
    assert portal.userinfo(entered["access_token"]).status_code == 401
    assert call("introspect", entered["refresh_token"]).headers["Cache-Control"] == "no-store"
