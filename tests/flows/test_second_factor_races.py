"""A code of any kind counts once, also when two processes get it fifty times at once (A79, B4-08)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlencode
from uuid import uuid4

import pyotp
import pytest
from sqlalchemy import select

from broker.domain.accounts import Account, AccountId, AccountState
from broker.domain.second_factors import FactorKind
from broker.mfa.recovery_codes import digests_of, new_codes
from broker.storage.passwords import PasswordRepository
from broker.storage.schema import MESSAGES
from broker.storage.second_factors import SecondFactorRepository
from broker.wiring.passwords import password_hashing
from broker.wiring.repositories import account_repository
from tests.support.browser import Browser, filled
from tests.support.business import PASSWORD, SECRET, new_mobile
from tests.support.relying_party import RelyingParty
from tests.support.served_system import Call, Heard, Served, served_system
from tests.support.servers import PostgresServer, running_redis
from tests.support.system import Plan

# What is hashed here is read by servers of their own.
pytestmark = [pytest.mark.flow, pytest.mark.slow, pytest.mark.usefixtures("production_cost")]

AT_ONCE, JUDGED = 50, 5
IZA, CONFIRM = "mijn-iza", "Code bevestigen"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def served(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, demo_pki: Path
) -> Iterator[Served]:
    """Two processes on each kind of database in turn."""
    folder = tmp_path_factory.mktemp("factors")
    with ExitStack() as stack:
        redis = stack.enter_context(running_redis("--appendonly", "no"))
        database_url = f"sqlite:///{folder / 'voordeur.sqlite3'}"
        if request.param == "postgresql":
            server: PostgresServer = request.getfixturevalue("postgres_server")
            server.run(b"CREATE DATABASE factors TEMPLATE template")
            stack.callback(server.run, b"DROP DATABASE factors WITH (FORCE)")
            database_url = server.url("factors")
        yield stack.enter_context(served_system(folder, Plan(demo_pki, redis.url, database_url)))


class Person:
    """Somebody new at IZA with a factor of one kind, in a browser that is asked for it."""

    def __init__(self, served: Served, kind: FactorKind) -> None:
        stores, name = served.system.stores, uuid4()
        made = account_repository(stores).add_business(
            "iza",
            "Bea Bakker",
            f"bea.{name.hex}@gemeente.example",
            state=AccountState.ACTIVE,
            new_id=AccountId(str(name)),
        )
        assert isinstance(made, Account)
        self.served, self.account, self.kind = served, made, kind
        hashed = password_hashing().hash(PASSWORD)
        PasswordRepository(stores.database).put(made.id, hashed, at=stores.clock())
        self.factors = SecondFactorRepository(stores.database, stores.keys.columns)
        self.recovery_codes: tuple[str, ...] = ()
        self._set_up()
        self.browser = self._arrive()

    def _set_up(self) -> None:
        now = self.served.system.stores.clock()
        if self.kind is FactorKind.SMS:
            assert self.factors.add_phone(self.account.id, self.kind, new_mobile(), now)
            return
        assert self.factors.add_totp(self.account.id, pyotp.TOTP(SECRET).byte_secret(), 1, now)
        if self.kind is FactorKind.RECOVERY:
            self.recovery_codes = new_codes()
            self.factors.replace_codes(self.account.id, digests_of(self.account.id, self.recovery_codes))

    def _arrive(self) -> Browser:
        system = self.served.system
        registered = system.settings.portals[IZA].client
        portal = RelyingParty(
            system.broker,
            system.issuer,
            [],
            system.clock,
            client_id=IZA,
            redirect_uri=registered.redirect_uris[0],
        )
        browser = system.browser()
        browser.open(portal.begin().url)
        browser.press("Inloggen", email=self.account.email, password=PASSWORD)
        if self.kind is FactorKind.RECOVERY:
            browser.press("Gebruik een herstelcode")
        return browser

    def enter_settings(self, page: str) -> None:
        """Log in, and go to a page of one's own account when the next code may be asked for."""
        self.browser.press(CONFIRM, code=self.right_code())
        self.served.system.clock.advance(31)
        self.browser.open(f"{self.served.system.issuer}/iza/account/{page}")

    def right_code(self) -> str:
        """What its owner would type now."""
        if self.kind is FactorKind.RECOVERY:
            return self.recovery_codes[0]
        if self.kind is FactorKind.TOTP:
            return pyotp.TOTP(SECRET).at(self.served.system.clock())
        return self._queued_code()

    def _queued_code(self) -> str:
        """Nobody sends it here, so it is read where it waits."""
        stores = self.served.system.stores
        with stores.database.reading() as connection:
            row = connection.execute(select(MESSAGES).order_by(MESSAGES.c.created_at.desc())).first()
        assert row is not None
        content = stores.keys.columns.open(row.content_sealed, context=f"messages/{row.id}/content".encode())
        found = re.search(r"[0-9]{6}", content.decode())
        assert found is not None
        return found[0]

    def at_once(self, code_of: Callable[[int], str]) -> list[Heard]:
        """The form, fifty times over both processes."""
        page = self.browser.page
        form = page.form(CONFIRM)
        headers = FORM | {"Cookie": self.browser.cookie_header(page.url), "Sec-Fetch-Site": "same-origin"}
        fields = filled(form, CONFIRM)
        return self.served.at_once(
            [
                Call("POST", str(form["action"]), headers, urlencode(fields | {"code": code_of(number)}))
                for number in range(AT_ONCE)
            ]
        )


def _is_code_for_portal(answer: Heard) -> bool:
    return any(name.lower() == "location" and "code=" in value for name, value in answer.headers)


@pytest.mark.parametrize("kind", [FactorKind.TOTP, FactorKind.SMS, FactorKind.RECOVERY])
def test_right_code_opens_one_session(served: Served, kind: FactorKind) -> None:
    """One of fifty gets a code for the portal; the others change nothing, and no error is a bug."""
    person = Person(served, kind)
    code, story = person.right_code(), served.system.story()
    answers = person.at_once(lambda _: code)
    assert sum(_is_code_for_portal(answer) for answer in answers) == 1
    assert not [answer.status for answer in answers if answer.status >= 500]
    assert story.kinds().count("login.granted") == 1
    if kind is FactorKind.RECOVERY:
        assert person.factors.codes_left(person.account.id) == len(person.recovery_codes) - 1


@pytest.mark.parametrize("kind", [FactorKind.TOTP, FactorKind.SMS, FactorKind.RECOVERY])
def test_five_of_fifty_wrong_codes_are_judged(served: Served, kind: FactorKind) -> None:
    """B4-05, B4-08: the rest is refused unseen, and nobody is in."""
    person = Person(served, kind)
    right, story = person.right_code(), served.system.story()
    wrong = [code for number in range(AT_ONCE + 1) if (code := _other(kind, number)) != right]
    answers = person.at_once(lambda number: wrong[number])
    assert not any(_is_code_for_portal(answer) for answer in answers)
    assert not [answer.status for answer in answers if answer.status >= 500]
    refused = [event for event in story.events() if event.kind == "second-factor.code-refused"]
    judged = [event for event in refused if event.detail["reason"] == "wrong"]
    assert len(judged) <= JUDGED


def test_right_code_proves_who_it_is_in_the_settings(served: Served) -> None:
    """Those that came too late to be judged take nothing from the one that was right."""
    person = Person(served, FactorKind.SMS)
    person.enter_settings("confirm?to=factors")
    person.browser.press("Verder", password=PASSWORD)
    code, story = person.right_code(), served.system.story()
    answers = person.at_once(lambda _: code)
    assert not [answer.status for answer in answers if answer.status >= 500]
    assert story.kinds().count("account.identity-confirmed") == 1


def test_right_code_sets_a_factor_up_in_the_settings(served: Served) -> None:
    """The same for the first code of a new app."""
    person = Person(served, FactorKind.SMS)
    person.enter_settings("factors/add")
    shown = person.browser.press("Code ontvangen via een app").soup.select_one(".secret-text")
    assert shown is not None
    app = pyotp.TOTP(shown.get_text(strip=True).replace(" ", ""))
    person.browser.press("Verder")
    code, story = app.at(served.system.clock()), served.system.story()
    answers = person.at_once(lambda _: code)
    assert not [answer.status for answer in answers if answer.status >= 500]
    assert story.kinds().count("second-factor.enrolled") == 1
    kinds = {factor.kind for factor in person.factors.of_account(person.account.id)}
    assert kinds == {FactorKind.SMS, FactorKind.TOTP}


def _other(kind: FactorKind, number: int) -> str:
    """A code in the form of its kind; of an app's codes, none of those near."""
    return f"{'A' * 14}{number:02d}" if kind is FactorKind.RECOVERY else f"{number:06d}"
