"""Nobody learns from the login form which addresses have an account: not by answer, not by work (B4-02..04).

Every kind of address goes through the same two tries in a fresh browser, once in each language. What differs
by chance (codes, nonces, the attempt's name) is taken out; everything else must be equal to the letter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import pytest
from argon2 import PasswordHasher
from sqlalchemy import event
from sqlalchemy.engine import Engine

from broker.domain.accounts import AccountId, AccountState
from broker.domain.bsn import Bsn
from broker.storage.lua_script import LuaScript
from broker.storage.redis_connection import RedisConnection
from broker.wiring.repositories import account_repository
from tests.support.browser import Browser, Page
from tests.support.business import IZA, PASSWORD, VGZ, Business
from tests.support.relying_party import RelyingParty

pytestmark = pytest.mark.flow

WRONG = "vier paarse olifanten"
BUTTONS = {"nl": "Inloggen", "en": "Log in"}
# Values that are new in every answer; all else must be the same.
CHANCE = re.compile(r"[0-9a-f]{32}|[ACDEFGHJKMNPQRTUVWXY34679]{4}-[ACDEFGHJKMNPQRTUVWXY34679]{4}")
TOKENS = re.compile(r"(nonce-|nonce=\"|value=\"|login-X=)[A-Za-z0-9_.+/=-]{16,}")


@dataclass
class Work:
    """What one stretch of requests asked of the stores, in order, and how often it hashed."""

    asked: list[str] = field(default_factory=list)
    hashed: int = 0

    def statement(self, *arguments: object) -> None:
        """A statement for the database, without its values."""
        self.asked.append(str(arguments[2]))


@contextmanager
def watched(monkeypatch: pytest.MonkeyPatch) -> Iterator[Work]:
    """Count while the block lasts; everything does its own work as ever."""
    work = Work()
    send, verify = RedisConnection._send, PasswordHasher.verify

    def note_commands(self: RedisConnection, commands: list[Any]) -> Any:
        work.asked += [f"Redis {_name(command.words, command.script)}" for command in commands]
        return send(self, commands)

    def note_hash(self: PasswordHasher, *arguments: Any) -> bool:
        work.hashed += 1
        return verify(self, *arguments)

    with monkeypatch.context() as patched:
        patched.setattr(RedisConnection, "_send", note_commands)
        patched.setattr(PasswordHasher, "verify", note_hash)
        event.listen(Engine, "before_cursor_execute", work.statement)
        try:
            yield work
        finally:
            event.remove(Engine, "before_cursor_execute", work.statement)


def _name(words: tuple[Any, ...], script: LuaScript | None) -> str:
    return script.name if script else str(words[0])


@dataclass(frozen=True)
class Seen:
    """Everything of one try that somebody outside could compare; `asked` is what it cost inside."""

    answers: tuple[tuple[int, tuple[tuple[str, str], ...], str], ...]
    cookies: tuple[str, ...]
    hashed: int
    asked: tuple[str, ...]


def _plain(text: str) -> str:
    return TOKENS.sub(r"\1…", CHANCE.sub("X", text))


def _seen(page: Page) -> tuple[int, tuple[tuple[str, str], ...], str]:
    # The length is that of the body, which is compared itself; a code's letters can be longer in HTML.
    headers = tuple((name, _plain(value)) for name, value in page.headers if name != "Content-Length")
    return page.status, headers, _plain(page.html)


def _try(
    business: Business,
    monkeypatch: pytest.MonkeyPatch,
    email: str,
    password: str,
    browser: Browser,
) -> Seen:
    """One try on a login page that is open in this browser already."""
    already = len(browser.history)
    with watched(monkeypatch) as work:
        browser.press(BUTTONS[browser.language], email=email, password=password)
    answers = tuple(_seen(page) for page in browser.history[already:])
    names = tuple(sorted(CHANCE.sub("X", name) for name in browser.cookies(business.system.issuer)))
    return Seen(answers, names, work.hashed, tuple(work.asked))


def _open(business: Business, language: str) -> Browser:
    browser = business.system.browser(language=language)
    portal: RelyingParty = business.colleague(IZA).portal
    browser.open(portal.begin().url)
    return browser


@pytest.fixture(scope="module")
def addresses(business: Business) -> dict[str, str]:
    """Somebody of every kind, by address; `nobody` is the measure of all."""
    of = {
        "nobody": "niemand@elders.example",
        "active": business.colleague(IZA).account.email,
        "with-app": business.colleague(IZA).with_app().account.email,
        "held": business.colleague(IZA, state=AccountState.HELD).account.email,
        "disabled": business.colleague(IZA, state=AccountState.DISABLED).account.email,
        "invited": business.colleague(IZA, state=AccountState.INVITED, with_password=False).account.email,
        "other-brand": business.colleague(VGZ).account.email,
    }
    accounts = account_repository(business.system.stores)
    staff = "noor.medewerker@iza.example"
    accounts.add_staff("iza", "Noor", staff, state=AccountState.ACTIVE, new_id=AccountId(str(uuid4())))
    erased = business.colleague(IZA)
    accounts.erase(erased.account.id)
    consumer = accounts.add_consumer("iza", "Bas", "bas.consument@post.example", Bsn("999990019"))
    return of | {"erased": erased.account.email, "consumer": consumer.email, "staff": staff}


@pytest.mark.parametrize("language", ["nl", "en"])
def test_wrong_password_says_the_same_for_every_address(
    business: Business, addresses: dict[str, str], language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Status, headers, body, cookies, questions to the stores and hashes, on the first try and the second."""
    found = {}
    for kind, email in addresses.items():
        browser = _open(business, language)
        found[kind] = [_try(business, monkeypatch, email, WRONG, browser) for _ in range(2)]
    for kind, tries in found.items():
        for number, seen in enumerate(tries):
            assert seen == found["nobody"][number], kind
    first = found["nobody"][0]
    assert [status for status, _, _ in first.answers] == [303, 200]
    assert first.hashed == 1
    assert len(first.asked) > 5
    assert not any(name.startswith("__Host-voordeur-session") for name in first.cookies)


def test_right_password_of_an_account_that_may_not_be_used_says_the_same(
    business: Business, addresses: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever bought a list learns nothing of accounts that are closed, elsewhere, or not open yet."""
    measure = _try(business, monkeypatch, addresses["nobody"], PASSWORD, _open(business, "nl"))
    for kind in ("held", "disabled", "invited", "other-brand", "erased", "consumer"):
        assert _try(business, monkeypatch, addresses[kind], PASSWORD, _open(business, "nl")) == measure, kind


def test_address_that_is_held_back_says_the_same_as_one_that_nobody_has(
    business: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    """B4-04: after five tries from a network neither is judged any more, with the same answer and work."""
    emails = (business.colleague(IZA).account.email, "iemand@elders.example")
    rows = []
    for email in emails:
        browser = _open(business, "nl")
        rows.append([_try(business, monkeypatch, email, WRONG, browser) for _ in range(7)])
        # Held is held: the right password does not tell itself apart from any other.
        rows[-1].append(_try(business, monkeypatch, email, PASSWORD, browser))
    assert rows[0] == rows[1]
    # Page and headers do not even tell who is held from who is not.
    assert len({seen.answers for seen in rows[0][1:]}) == 1
    assert {seen.hashed for seen in rows[0]} == {1}


@pytest.mark.parametrize("password", ["x" * 129, "x" * 40_000, PASSWORD + "\0"])
def test_password_that_nobody_can_have_is_refused_without_hashing(
    business: Business, addresses: dict[str, str], password: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """B4-19: the notice is that of any wrong password, and nothing is hashed, known address or not."""
    usual = _try(business, monkeypatch, addresses["nobody"], WRONG, _open(business, "nl"))
    for kind in ("nobody", "active"):
        seen = _try(business, monkeypatch, addresses[kind], password, _open(business, "nl"))
        assert seen.answers == usual.answers, kind
        assert seen.hashed == 0


def test_right_password_is_told_from_a_wrong_one(business: Business, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control of this file: what it compares does differ when there is something to tell."""
    email = business.colleague(IZA).account.email
    seen = _try(business, monkeypatch, email, PASSWORD, _open(business, "nl"))
    measure = _try(business, monkeypatch, "weer.niemand@elders.example", PASSWORD, _open(business, "nl"))
    assert seen.answers != measure.answers
    assert seen.cookies != measure.cookies
    assert seen.asked != measure.asked
