"""What ends an account's logins ends them in every process: closed, erased, another password (A30)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from broker.domain.accounts import AccountState
from broker.wiring.account_administration import account_administration
from broker.wiring.repositories import account_repository
from broker.wiring.stores import session_store
from broker.worker import run_jobs
from tests.support.account_area import NEW_PASSWORD, at
from tests.support.browser import Browser
from tests.support.business import PASSWORD, READABLE, ZAKELIJK, Business, Colleague, running_business
from tests.support.one_brand import Ear, claims_of, heard_by, listening_portal
from tests.support.password_links import Forgetful, use
from tests.support.served_system import Call, Heard, Served, forwarder, path_and_query, served_system
from tests.support.servers import running_redis
from tests.support.system import Plan, System

pytestmark = [pytest.mark.flow, pytest.mark.slow]

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
PATIENCE_SECONDS = 60


@dataclass
class Workplace:
    """Two processes with a portal that listens; `second` is the same system by way of the second process."""

    served: Served
    business: Business
    ear: Ear
    second: System

    @property
    def system(self) -> System:
        return self.served.system


@dataclass
class Login:
    """A browser that is logged in, and what the portal has of it."""

    person: Colleague
    body: dict[str, Any]
    sid: str

    def calls(self) -> list[Call]:
        """Everything that a login is good for, for two processes."""
        person, portal = self.person, self.person.portal
        bearer = {"Authorization": f"Bearer {self.body['access_token']}"}
        silent = path_and_query(portal.begin(prompt="none").url)
        cookie = {"Cookie": person.browser.cookie_header(person.system.issuer), "Sec-Fetch-Site": "none"}
        calls = []
        for _ in range(2):
            proof = {
                "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                "client_assertion": portal.assertion(),
            }
            asked = {"token": self.body["refresh_token"], **proof}
            calls.append(Call("POST", "/oauth2/introspect", FORM, urlencode(asked)))
        calls += [Call("GET", "/oauth2/userinfo", bearer) for _ in range(2)]
        return calls + [Call("GET", silent, cookie) for _ in range(2)]


@pytest.fixture(scope="module")
def place(
    tmp_path_factory: pytest.TempPathFactory, demo_pki: Path, sqlite_template: bytes
) -> Iterator[Workplace]:
    """Two processes of one worker each on the same stores."""
    folder = tmp_path_factory.mktemp("everywhere")
    file = folder / "voordeur.sqlite3"
    file.write_bytes(sqlite_template)
    with ExitStack() as stack:
        ear = stack.enter_context(listening_portal())
        redis = stack.enter_context(running_redis("--appendonly", "no"))
        words = READABLE | heard_by(ear, ear)
        plan = Plan(demo_pki, redis.url, f"sqlite:///{file}", replaced=words)
        served = stack.enter_context(served_system(folder, plan))
        business = stack.enter_context(running_business(served.system))
        second = replace(served.system, broker=forwarder(served.ports[1], served.host))
        yield Workplace(served, business, ear, second)


def logged_in(person: Colleague) -> Login:
    """By the app, at the process of this person's browser."""
    person.log_in()
    person.browser.press("Code bevestigen", code=person.app_code())
    portal = person.portal
    body = portal.redeem(portal.answer(person.page.url)["code"], person.attempt).json
    assert body is not None
    return Login(person, body, str(portal.read_id_token(body["id_token"])["sid"]))


def is_good(heard: list[Heard]) -> list[bool]:
    """What each call of `Login.calls` found: whether the login is worth anything there."""
    places = [{name.lower(): value for name, value in answer.headers}.get("location", "") for answer in heard]
    return [
        (answer.status == 200 and b'"active":false' not in answer.body.replace(b" ", b"")) or "code=" in place
        for answer, place in zip(heard, places, strict=True)
    ]


def _close(place: Workplace, person: Colleague) -> None:
    assert account_administration(place.system.stores).disable(person.account)


def _erase(place: Workplace, person: Colleague) -> None:
    assert account_administration(place.system.stores).erase(person.account)


def _reset(place: Workplace, person: Colleague) -> None:
    link = Forgetful(place.business, person).asked_link()
    assert use(_second_browser(place), link, NEW_PASSWORD).heading == "Uw wachtwoord is gewijzigd"


def _change(place: Workplace, person: Colleague) -> None:
    """By the owner, in yet another browser, at the second process."""
    other = replace(person, system=place.second, browser=_second_browser(place))
    place.business.pass_time(60)
    logged_in(other)
    at(other, "password")
    page = other.browser.press("Wachtwoord wijzigen", current=PASSWORD, password=NEW_PASSWORD)
    assert page.status == 200
    assert at(other).status == 200


def _second_browser(place: Workplace) -> Browser:
    return place.second.browser()


ACTS: dict[str, Callable[[Workplace, Colleague], None]] = {
    "closed": _close,
    "erased": _erase,
    "password reset": _reset,
    "password changed": _change,
}


@pytest.mark.parametrize("act", ACTS)
def test_end_reaches_every_process_at_its_next_request_and_the_portal_hears(
    place: Workplace, act: str
) -> None:
    """Session and tokens, tried in both processes at once, without waiting; then the worker does its part."""
    person = place.business.colleague(ZAKELIJK).with_app()
    login = logged_in(person)
    place.business.pass_time(60)
    other = logged_in(replace(person, system=place.second, browser=_second_browser(place)))
    assert login.sid != other.sid
    for one in (login, other):
        assert is_good(place.served.at_once(one.calls())) == [True] * 6
    ACTS[act](place, person)
    for one in (login, other):
        assert is_good(place.served.at_once(one.calls())) == [False] * 6
        refused = one.person.portal.post_token(
            {"grant_type": "refresh_token", "refresh_token": one.body["refresh_token"]}
        )
        assert (refused.json or {})["error"] == "invalid_grant"
    _hears(place, {login.sid, other.sid})


def _hears(place: Workplace, sids: set[str]) -> None:
    """Let the worker run as it does in earnest until the portal has heard of all of these."""
    stop = threading.Event()
    worker = threading.Thread(target=run_jobs, args=(place.system.settings, place.system.stores, stop, 0.1))
    worker.start()
    try:
        while not sids <= {claims_of(place.system, token)["sid"] for token in tuple(place.ear.tokens)}:
            assert place.ear.heard.wait(PATIENCE_SECONDS)
            place.ear.heard.clear()
    finally:
        stop.set()
        worker.join()


def test_login_that_is_under_way_while_the_account_is_closed_is_worth_nothing(place: Workplace) -> None:
    """The password was right a moment earlier: neither the second step nor a code of before helps."""
    waiting = place.business.colleague(ZAKELIJK).with_app()
    waiting.log_in()
    code_in_hand = waiting.elsewhere()
    code_in_hand.log_in()
    code_in_hand.browser.press("Code bevestigen", code=waiting.app_code())
    code = code_in_hand.portal.answer(code_in_hand.page.url)["code"]
    _close(place, waiting)
    place.business.pass_time(60)
    page = waiting.browser.press("Code bevestigen", code=waiting.app_code())
    assert page.status == 403
    assert not waiting.has_session
    assert waiting.portal.redeem(code, code_in_hand.attempt).status_code == 400
    now = place.system.clock()
    assert session_store(place.system.stores).of_account("cz", waiting.account.id, now=now) == ()


def test_account_that_is_opened_again_needs_a_new_login(place: Workplace) -> None:
    """What ended stays ended."""
    person = place.business.colleague(ZAKELIJK).with_app()
    login = logged_in(person)
    acts = account_administration(place.system.stores)
    assert acts.disable(person.account)
    closed = account_repository(place.system.stores).get(person.account.id)
    assert closed is not None
    assert acts.enable(closed) is AccountState.ACTIVE
    assert is_good(place.served.at_once(login.calls())) == [False] * 6
