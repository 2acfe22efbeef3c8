"""An operator makes, closes, opens and erases accounts, and every worker follows at once (A30, J39)."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from broker.accounts.passwords.hashing import PasswordHashing
from broker.app import create_app
from broker.domain.accounts import Account, AccountState, AccountType
from broker.domain.bsn import Bsn
from broker.storage.passwords import PasswordRepository
from broker.storage.schema import AUDIT_PERSONS, METADATA
from broker.wiring.repositories import account_repository
from tests.support.system import Plan, System, digid_of, someone

pytestmark = pytest.mark.flow

EMAIL, PASSWORD = "jelle@bakkerij.example", "paard fiets zon kleedje"


class Operator:
    """Runs `broker account` as an operator does."""

    def __init__(self, config: Path, plan: Plan) -> None:
        self._config = config
        self._environment = {**os.environ, **plan.environment}

    def run(self, *arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
        """One command with what it said."""
        act, *options = arguments
        command = [
            sys.executable,
            "-m",
            "broker.cli",
            "account",
            act,
            "--config",
            str(self._config),
            *options,
        ]
        return subprocess.run(
            command, capture_output=True, text=True, check=False, env=self._environment, input=typed
        )

    def done(self, *arguments: str, typed: str = "") -> str:
        """What a command said that had to succeed."""
        told = self.run(*arguments, typed=typed)
        assert told.returncode == 0, told.stderr
        return told.stdout

    def refused(self, *arguments: str, typed: str = "") -> str:
        """What a command said that had to fail, which is no stack trace and repeats nothing personal."""
        told = self.run(*arguments, typed=typed)
        assert told.returncode == 1, told
        assert "Traceback" not in told.stderr
        assert not [part for part in (PASSWORD, "bakkerij", "Jelle") if part in told.stderr]
        return told.stderr


@pytest.fixture
def operator(tmp_path: Path, plan: Plan, own_system: System) -> Operator:
    """At the deployment of `own_system`."""
    return Operator(tmp_path / "config", plan)


def _person(brand: str = "cz", email: str = EMAIL) -> tuple[str, ...]:
    return ("--brand", brand, "--email", email)


def _found(system: System, email: str = EMAIL) -> Account:
    found = account_repository(system.stores).find_by_address("cz", email)
    assert found is not None
    return found


def test_operator_makes_an_account_with_a_password(operator: Operator, own_system: System) -> None:
    """It is kept hashed, the act is written down, and neither person nor password is printed."""
    story = own_system.story()
    told = operator.done(
        "add",
        *_person(),
        "--name",
        "Jelle Hoekstra",
        "--state",
        "active",
        "--password-stdin",
        typed=f"{PASSWORD}\n",
    )
    made = _found(own_system)
    assert (made.type, made.state, made.name) == (AccountType.BUSINESS, AccountState.ACTIVE, "Jelle Hoekstra")
    assert told == f"Account {made.id} was made; it is active.\n"
    stored = PasswordRepository(own_system.stores.database).get(made.id)
    assert PasswordHashing(nullcontext).verify(stored, PASSWORD).right
    (event,) = story.events()
    assert (event.kind, event.account_id) == ("account.added", made.id)
    assert event.detail == {"account_type": "business", "state": "active", "with_password": True}


def test_operator_is_told_every_fault_at_once(operator: Operator) -> None:
    """An unknown brand, what is no address or name, a password that its owner could not choose."""
    assert "brands/xx.toml" in operator.refused("add", *_person("xx"), "--name", "Jelle Hoekstra")
    told = operator.refused("add", *_person(email="bakkerij"), "--name", "12")
    assert "--email: " in told
    assert "--name: " in told
    for password in ("kort", "Welkom2026!!!", "JelleHoekstra1", "x" * 5000):
        told = operator.refused(
            "add", *_person(), "--name", "Jelle Hoekstra", "--password-stdin", typed=f"{password}\n"
        )
        assert told.startswith("--password-stdin: the password ")
        assert password not in told


def test_address_has_one_owner_at_a_brand(operator: Operator) -> None:
    """The second is told; another brand has accounts of its own."""
    operator.done("add", *_person(), "--name", "Jelle Hoekstra")
    spelled = EMAIL.upper()
    assert "another account" in operator.refused("add", *_person(email=spelled), "--name", "Jelle Hoekstra")


def test_account_that_is_not_there_is_a_sentence(operator: Operator) -> None:
    """For each act, with exit 1."""
    for act in (["show"], ["disable"], ["enable"], ["erase", "--yes"]):
        assert "no account" in operator.refused(*act, *_person())


def test_operator_looks_without_learning_who_it_is(operator: Operator, own_system: System) -> None:
    """State, type and counts; that somebody looked is written down."""
    operator.done("add", *_person(), "--name", "Jelle Hoekstra")
    story = own_system.story()
    told = operator.done("show", *_person())
    assert "state: invited\n" in told
    assert "password since: -\n" in told
    assert not [part for part in ("Jelle", "bakkerij") if part in told]
    assert story.kinds() == ["account.looked-up"]


def test_disabling_ends_sessions_and_tokens_in_every_worker(operator: Operator, own_system: System) -> None:
    """Two workers, a session at each: the next request of each is refused, and portals are told (A30)."""
    other = replace(own_system, broker=create_app(own_system.settings))
    entered = [(system, system.enter(system.browser())) for system in (own_system, other)]
    for system, tokens in entered:
        assert system.portal().userinfo(tokens.access_token).status_code == 200
    story = own_system.story()
    told = operator.done("disable", *_person(email=_address_of("sanne")))
    assert told.endswith(" is disabled.\n")
    for system in (own_system, other):
        for _, tokens in entered:
            assert system.portal().userinfo(tokens.access_token).status_code == 401
    by_operator = [event for event in story.events() if event.kind != "tokens.refused"]
    assert [event.kind for event in by_operator] == [
        "account.state-changed",
        "session.ended",
        "session.ended",
    ]
    assert by_operator[0].detail == {"before": "active", "state": "disabled"}
    assert {event.detail["reason"] for event in by_operator[1:]} == {"account-disabled"}
    assert operator.done("disable", *_person(email=_address_of("sanne"))).endswith(" was already disabled.\n")


def test_enabling_lets_people_in_again(operator: Operator, own_system: System) -> None:
    """A consumer logs in as before; who never had a password is invited, as before."""
    sanne = _person(email=_address_of("sanne"))
    operator.done("disable", *sanne)
    assert operator.done("enable", *sanne).endswith(" is active.\n")
    assert operator.done("enable", *sanne).endswith(" was already active.\n")
    own_system.enter(own_system.browser())
    operator.done("add", *_person(), "--name", "Jelle Hoekstra")
    operator.done("disable", *_person())
    assert operator.done("enable", *_person()).endswith(" is invited.\n")


def test_erasing_leaves_nothing_of_a_person(operator: Operator, own_system: System) -> None:
    """Session, seed, identities, address and what the audit log held; the facts stay under an id."""
    accounts = account_repository(own_system.stores)
    bsn = Bsn(digid_of("sanne").bsn)
    account = accounts.find_by_digid("cz", bsn)
    assert account is not None
    tokens = own_system.enter(own_system.browser())
    sanne = _person(email=_address_of("sanne"))
    assert "Erase?" in operator.run("erase", *sanne).stdout
    assert own_system.portal().userinfo(tokens.access_token).status_code == 200
    story = own_system.story()
    operator.done("erase", "--yes", *sanne)
    assert story.kinds() == ["account.erased", "audit.person-erased", "session.ended"]
    assert own_system.portal().userinfo(tokens.access_token).status_code == 401
    assert accounts.find_by_digid("cz", bsn) is None
    assert not accounts.is_address_in_use("cz", _address_of("sanne"))
    erased = accounts.get(account.id)
    assert erased == Account(account.id, "cz", AccountType.CONSUMER, AccountState.ERASED, "", "", b"")
    with own_system.stores.database.reading() as connection:
        row = connection.execute(select(AUDIT_PERSONS).where(AUDIT_PERSONS.c.person == account.id)).one()
        held = [
            table.name
            for table in METADATA.sorted_tables
            if table.name not in {"audit_events", "audit_persons", "accounts"}
            for found in connection.execute(select(table))
            if account.id in found
        ]
    assert (row.key_sealed, held) == (None, [])


def test_stores_hold_no_password_and_no_person(
    operator: Operator, own_system: System, tmp_path: Path
) -> None:
    """What an operator typed is nowhere to be read afterwards (A60, A65)."""
    operator.done("add", *_person(), "--name", "Jelle Hoekstra", "--password-stdin", typed=PASSWORD)
    own_system.stores.database.close()
    kept = b"".join(file.read_bytes() for file in tmp_path.glob("voordeur.sqlite3*"))
    assert re.search(rb"\$argon2id\$v=19\$m=19456,t=2,p=1\$", kept)
    for secret in (PASSWORD, "Jelle Hoekstra", "bakkerij.example"):
        assert secret.encode() not in kept


def _address_of(person: str) -> str:
    return next(account.email for account in someone(person).accounts if account.brand == "cz")
