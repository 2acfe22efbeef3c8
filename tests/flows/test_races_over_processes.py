"""What may happen once happens once, also when two processes are asked fifty times at once (A79)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import ExitStack, nullcontext
from pathlib import Path
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from sqlalchemy import select

from broker.accounts.passwords.hashing import PasswordHashing
from broker.domain.accounts import Account, AccountId, AccountState
from broker.storage.passwords import PasswordRepository
from broker.storage.schema import MESSAGES
from broker.wiring.repositories import account_repository
from tests.support.at_work import BOTH_BINDINGS, Worker
from tests.support.browser import Browser
from tests.support.makelaar import MAKELAAR, answer_at_the_door, reach_makelaar
from tests.support.relying_party import Attempt, RelyingParty
from tests.support.served_system import Call, Heard, Served, path_and_query, served_system
from tests.support.servers import PostgresServer, running_redis
from tests.support.system import Plan, digid_of, someone

pytestmark = [pytest.mark.flow, pytest.mark.slow]

AT_ONCE = 50
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


ANSWER_BINDING = {"sqlite": "post", "postgresql": "artifact"}
"""How eHerkenning answers beside each kind of database."""


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def served(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, demo_pki: Path
) -> Iterator[Served]:
    """Two processes on each kind of database in turn."""
    folder = tmp_path_factory.mktemp("served")
    with ExitStack() as stack:
        redis = stack.enter_context(running_redis("--appendonly", "no"))
        database_url = f"sqlite:///{folder / 'voordeur.sqlite3'}"
        if request.param == "postgresql":
            server: PostgresServer = request.getfixturevalue("postgres_server")
            server.run(b"CREATE DATABASE races TEMPLATE template")
            stack.callback(server.run, b"DROP DATABASE races WITH (FORCE)")
            database_url = server.url("races")
        replaced = BOTH_BINDINGS[ANSWER_BINDING[request.param]]
        plan = Plan(demo_pki, redis.url, database_url, replaced=replaced)
        yield stack.enter_context(served_system(folder, plan))


def _redemption(portal: RelyingParty, code: str, attempt: Attempt, assertion: str) -> Call:
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": portal.redirect_uri,
        "code_verifier": attempt.verifier,
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": assertion,
    }
    return Call("POST", "/oauth2/token", FORM, urlencode(form))


def _answer_address(served: Served, browser: Browser, start: str) -> str:
    """Log in at DigiD and stop before the broker gets the artifact."""
    browser.open(start)
    browser.press("Inloggen met DigiD")
    served.system.reach_sms_code(browser)
    del browser.sites[served.system.issuer]
    return browser.press("Inloggen", code=served.system.phone.last_code()).url


def _by_status(answers: list[Heard]) -> dict[int, int]:
    statuses = [answer.status for answer in answers]
    return {status: statuses.count(status) for status in sorted(set(statuses))}


def test_code_is_redeemed_once_and_the_replays_end_its_tokens(served: Served) -> None:
    """B3-04: fifty portals' servers with one code: one gets tokens, and loses them to the replays."""
    portal, browser = served.system.portal(), served.system.browser()
    attempt = portal.begin()
    code = portal.answer(served.system.log_in(browser, attempt.url))["code"]
    calls = [_redemption(portal, code, attempt, portal.assertion()) for _ in range(AT_ONCE)]
    answers = served.at_once(calls)
    assert _by_status(answers) == {200: 1, 400: AT_ONCE - 1}
    tokens = json.loads(next(answer.body for answer in answers if answer.status == 200))
    assert portal.userinfo(tokens["access_token"]).status_code == 401
    assert portal.redeem(code, attempt).status_code == 400


def test_artifact_logs_in_once(served: Served) -> None:
    """B1-23, B1-24: fifty deliveries of one address: one login, one session, one resolution."""
    portal, browser, story = served.system.portal(), served.system.browser(), served.system.story()
    address = _answer_address(served, browser, portal.begin().url)
    cookie = {"Cookie": browser.cookie_header(address), "Sec-Fetch-Site": "cross-site"}
    answers = served.at_once([Call("GET", path_and_query(address), cookie) for _ in range(AT_ONCE)])
    assert _by_status(answers) == {303: 1, 400: AT_ONCE - 1}
    assert story.kinds().count("login.granted") == 1
    answered = [event for event in story.events() if event.kind == "login.provider-answered"]
    assert len(answered) == AT_ONCE
    assert [event.result for event in answered].count("success") == 1


def _gets(served: Served, browser: Browser, address: str) -> list[Call]:
    """Fifty times the same address in one browser."""
    cookie = {"Cookie": browser.cookie_header(address), "Sec-Fetch-Site": "cross-site"}
    return [Call("GET", path_and_query(address), cookie)] * AT_ONCE


def _posts(answer: dict[str, str]) -> list[Call]:
    """Fifty times the same answer, which shows no cookie."""
    headers = FORM | {"Sec-Fetch-Site": "cross-site", "Origin": MAKELAAR}
    return [Call("POST", "/saml/zz/eherkenning/acs", headers, urlencode(answer))] * AT_ONCE


def test_answer_of_eherkenning_logs_in_once(served: Served) -> None:
    """Fifty deliveries of one artifact; or of one posted answer, and then of the handle that parks it."""
    system, worker = served.system, Worker(served.system, "anouk")
    worker.bound()
    worker.browser = browser = system.browser()
    worker.arrive()
    reach_makelaar(browser)
    answer, story = answer_at_the_door(browser, system.issuer, "anouk"), system.story()
    address = f"{system.issuer}/saml/zz/eherkenning/acs?{urlencode(answer)}"
    if "SAMLResponse" in answer:
        answers = served.at_once(_posts(answer))
        assert _by_status(answers) == {303: 1, 400: AT_ONCE - 1}
        won = next(heard for heard in answers if heard.status == 303)
        address = system.issuer + dict(won.headers)["location"]
    answers = served.at_once(_gets(served, browser, address))
    assert _by_status(answers) == {303: 1, 400: AT_ONCE - 1}
    assert story.kinds().count("login.granted") == 1
    answered = [event for event in story.events() if event.kind == "login.provider-answered"]
    assert [event.result for event in answered].count("success") == 1


def test_client_assertion_is_believed_once(served: Served) -> None:
    """B3-15: fifty requests with one jti: one client proves itself."""
    portal, browser = served.system.portal(), served.system.browser()
    attempt = portal.begin()
    code = portal.answer(served.system.log_in(browser, attempt.url))["code"]
    assertion = portal.assertion()
    answers = served.at_once([_redemption(portal, code, attempt, assertion) for _ in range(AT_ONCE)])
    assert _by_status(answers) == {200: 1, 401: AT_ONCE - 1}


def test_attempt_is_cancelled_once(served: Served) -> None:
    """Fifty presses of the way back: the portal hears it once."""
    portal, browser = served.system.portal(), served.system.browser()
    page = browser.open(portal.begin().url)
    token = page.soup.select_one("input[name=csrf_token]")
    assert token is not None
    action = str(page.form("Terug naar Mijn CZ")["action"])
    headers = FORM | {"Cookie": browser.cookie_header(page.url), "Sec-Fetch-Site": "same-origin"}
    body = urlencode({"csrf_token": str(token["value"])})
    answers = served.at_once([Call("POST", action, headers, body) for _ in range(AT_ONCE)])
    assert _by_status(answers) == {303: 1, 400: AT_ONCE - 1}


def test_refresh_token_is_used_once_and_the_family_of_a_client_with_a_key_lives(served: Served) -> None:
    """A42: fifty at once over two processes: one gets tokens and goes on; later the old token ends it all."""
    system, portal = served.system, served.system.portal()
    attempt = portal.begin()
    code = portal.answer(system.log_in(system.browser(), attempt.url))["code"]
    first = portal.redeem(code, attempt).json
    assert first is not None

    def refresh(token: str) -> Call:
        form = {
            "grant_type": "refresh_token",
            "refresh_token": token,
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": portal.assertion(),
        }
        return Call("POST", "/oauth2/token", FORM, urlencode(form))

    answers = served.at_once([refresh(first["refresh_token"]) for _ in range(AT_ONCE)])
    assert _by_status(answers) == {200: 1, 400: AT_ONCE - 1}
    won = json.loads(next(answer.body for answer in answers if answer.status == 200))
    (second,) = served.at_once([refresh(won["refresh_token"])])
    assert second.status == 200
    system.clock.advance(30)
    (replayed,) = served.at_once([refresh(first["refresh_token"])])
    assert replayed.status == 400
    (dead,) = served.at_once([refresh(json.loads(second.body)["refresh_token"])])
    assert dead.status == 400


def _link_asked_for(served: Served, account: Account) -> str:
    """The token in the mail that is queued; nobody sends it here, so it is read where it waits."""
    system, browser = served.system, served.system.browser()
    browser.open(f"{system.issuer}/iza/reset")
    browser.press("Stuur mij een e-mail", email=account.email)
    columns = system.stores.keys.columns
    with system.stores.database.reading() as connection:
        row = connection.execute(select(MESSAGES).order_by(MESSAGES.c.created_at.desc())).first()
    assert row is not None
    content = columns.open(row.content_sealed, context=f"messages/{row.id}/content".encode()).decode()
    found = re.search(r"/password\?link=([A-Za-z0-9_-]+)", content)
    assert found is not None
    return found[1]


@pytest.mark.parametrize("state", [AccountState.ACTIVE, AccountState.INVITED])
def test_link_lets_one_password_be_chosen(served: Served, state: AccountState) -> None:
    """B4-14: fifty forms at once, each with a password of its own: one is kept, and it is the winner's."""
    stores, place = served.system.stores, "reset" if state is AccountState.ACTIVE else "activate"
    account = account_repository(stores).add_business(
        "iza", "Bea Bakker", f"{state}@gemeente.example", state=state, new_id=AccountId(str(uuid4()))
    )
    assert isinstance(account, Account)
    story = served.system.story()
    token = _link_asked_for(served, account)
    page = served.system.browser().open(f"{served.system.issuer}/iza/{place}/password?link={token}")
    field = page.soup.select_one("input[name=csrf_token]")
    assert field is not None
    typed = [f"paard gieter maan {number}" for number in range(AT_ONCE)]
    same = {"csrf_token": str(field["value"]), "link": token}
    headers = FORM | {"Sec-Fetch-Site": "same-origin"}
    forms = [urlencode({**same, "password": password}) for password in typed]
    answers = served.at_once([Call("POST", f"/iza/{place}/password", headers, form) for form in forms])
    # 503: there was no room to hash so many at once; that is no use of the link either.
    assert _by_status(answers)[303] == 1
    assert set(_by_status(answers)) <= {303, 410, 503}
    winner = next(number for number, answer in enumerate(answers) if answer.status == 303)
    stored = PasswordRepository(stores.database).get(account.id)
    assert PasswordHashing(nullcontext).verify(stored, typed[winner]).right
    kinds = story.kinds()
    assert kinds.count("password.changed") + kinds.count("account.activated") == 1


def test_processes_write_nothing_personal_and_no_secret(served: Served) -> None:
    """A65: the log at its most talkative, after logins that went right and wrong, tells of nobody."""
    system = served.system
    portal, browser = system.portal(), system.browser()
    attempt = portal.begin(login_hint="sanne@post.example")
    tokens = portal.tokens(system.log_in(browser, attempt.url), attempt)
    portal.userinfo(tokens.access_token)
    system.fault("two-assertions")
    stranger = system.browser()
    system.log_in(stranger, portal.begin().url, "jelle")
    system.fault(None)
    system.log_in(system.browser(), portal.begin().url, "jelle")
    browser.post_from_elsewhere(f"{system.issuer}/oauth2/logout", {"id_token_hint": tokens.id_token})
    secrets = {
        "name": someone("sanne").name,
        "mail": "sanne",
        "bsn": digid_of("sanne").bsn,
        "other bsn": digid_of("jelle").bsn,
        "access token": tokens.access_token,
        "id token": tokens.id_token,
        "subject": str(tokens.claims["sub"]),
        "state": attempt.state,
        "nonce": attempt.nonce,
        "verifier": attempt.verifier,
    }
    for page in (*browser.history, *stranger.history):
        _, _, query = page.url.partition("?")
        for pair in query.split("&"):
            name, _, value = pair.partition("=")
            if name in {"code", "SAMLart", "RelayState", "handle"}:
                secrets[name] = value
    assert {"code", "SAMLart", "RelayState"} <= set(secrets)
    log = served.log()
    assert log.count('"event": "request"') > 10
    for what, secret in secrets.items():
        assert secret not in log, what
