"""Accounts: found by BSN, per brand, with nothing readable in the database."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, func, select, text, update

from broker.domain.accounts import Account, AccountId, AccountState, AccountType
from broker.domain.bsn import Bsn
from broker.storage.accounts import AccountRepository
from broker.storage.database import Database
from broker.storage.key_ring import KeyRing
from broker.storage.keyed_hash import BlindIndex
from broker.storage.prepared import Prepared
from broker.storage.schema import ACCOUNT_IDENTITIES, ACCOUNTS, METADATA
from broker.storage.sealing import DataKey, SealBroken
from tests.support.moments import MovableClock

BSN = Bsn("999990019")
OTHER_BSN = Bsn("999990020")
NAME, EMAIL = "Marker de Vries", "marker@example.test"


@pytest.fixture
def accounts(database: Database, key_ring: KeyRing, clock: MovableClock) -> AccountRepository:
    """The accounts of `database`."""
    return AccountRepository(database, key_ring.columns, key_ring.blind_indexes, clock)


def test_consumer_is_found_by_bsn(accounts: AccountRepository) -> None:
    """A new account is active, is found by BSN and by id, and has a seed of 256 bits."""
    added = accounts.add_consumer("cz", NAME, EMAIL, BSN)
    assert (added.brand, added.name, added.email) == ("cz", NAME, EMAIL)
    assert (added.type, added.state) == (AccountType.CONSUMER, AccountState.ACTIVE)
    assert len(added.subject_seed) == 32
    assert accounts.find_by_digid("cz", BSN) == accounts.get(added.id) == added


def test_state_is_read_without_the_person(accounts: AccountRepository) -> None:
    """The same as the whole account says, for each state, and none where there is no account."""
    added = accounts.add_consumer("cz", NAME, EMAIL, BSN)
    for state in (AccountState.ACTIVE, AccountState.DISABLED):
        accounts.set_state(added.id, state)
        assert accounts.state_of(added.id) is state
    assert accounts.state_of(AccountId("00000000-0000-4000-8000-000000000000")) is None


def test_account_of_one_brand_is_unknown_at_another(accounts: AccountRepository) -> None:
    """The same person at two brands has two accounts with nothing in common."""
    first = accounts.add_consumer("cz", NAME, EMAIL, BSN)
    assert accounts.find_by_digid("vgz", BSN) is None
    second = accounts.add_consumer("vgz", NAME, EMAIL, BSN)
    assert first.id != second.id
    assert first.subject_seed != second.subject_seed


def test_nobody_is_found_by_another_bsn(accounts: AccountRepository) -> None:
    """Neither a BSN nor an id that we do not know gives an account."""
    accounts.add_consumer("cz", NAME, EMAIL, BSN)
    assert accounts.find_by_digid("cz", OTHER_BSN) is None
    assert accounts.get(AccountId("none")) is None


def test_adding_again_renews_name_and_address(accounts: AccountRepository) -> None:
    """It stays the same account with the same seed and state, so that portals keep their subject."""
    first = accounts.add_consumer("cz", NAME, EMAIL, BSN)
    accounts.set_state(first.id, AccountState.DISABLED)
    again = accounts.add_consumer("cz", "New Name", "new@example.test", BSN)
    assert (again.id, again.subject_seed, again.state) == (
        first.id,
        first.subject_seed,
        AccountState.DISABLED,
    )
    assert (again.name, again.email) == ("New Name", "new@example.test")


def test_adding_at_once_makes_one_account(accounts: AccountRepository, database: Database) -> None:
    """Eight threads that add the same person get the same account."""
    start = threading.Barrier(8)

    def add(number: int) -> Account:
        start.wait()
        return accounts.add_consumer("cz", f"{NAME} {number}", EMAIL, BSN)

    with ThreadPoolExecutor(8) as pool:
        assert len({account.id for account in pool.map(add, range(8))}) == 1
    with database.reading() as connection:
        assert connection.execute(select(func.count()).select_from(ACCOUNTS)).scalar_one() == 1


def test_state_is_set(accounts: AccountRepository) -> None:
    """An account can be disabled; one that is not there is told so."""
    added = accounts.add_consumer("cz", NAME, EMAIL, BSN)
    assert accounts.set_state(added.id, AccountState.DISABLED)
    found = accounts.get(added.id)
    assert found is not None
    assert found.state is AccountState.DISABLED
    assert not accounts.set_state(AccountId("none"), AccountState.DISABLED)


def test_login_is_recorded_and_never_goes_back(
    accounts: AccountRepository, database: Database, clock: MovableClock
) -> None:
    """Of two logins that are recorded in the wrong order the later one counts."""
    added = accounts.add_consumer("cz", NAME, EMAIL, BSN)
    for seconds in (20, 10):
        accounts.record_login(added.id, clock.after(seconds=seconds))
    with database.reading() as connection:
        last = connection.execute(select(ACCOUNTS.c.last_login_at)).scalar_one()
    assert last == clock.after(seconds=20)


def test_account_is_not_printed(accounts: AccountRepository) -> None:
    """Neither the person nor the seed shows up when an account is printed."""
    added = accounts.add_consumer("cz", NAME, EMAIL, BSN)
    assert not [part for part in (NAME, EMAIL, repr(added.subject_seed)) if part in repr(added)]


@pytest.mark.parametrize("column", ["name_sealed", "email_sealed", "subject_seed_sealed"])
def test_columns_swapped_between_accounts_do_not_open(
    accounts: AccountRepository, database: Database, column: str
) -> None:
    """Whoever can write to the database cannot give one person the data or seed of another (A60)."""
    people = [accounts.add_consumer("cz", NAME, EMAIL, bsn) for bsn in (BSN, OTHER_BSN)]
    with database.writing() as connection:
        rows = [
            connection.execute(select(ACCOUNTS.c[column]).where(ACCOUNTS.c.id == person.id)).scalar_one()
            for person in people
        ]
        for person, sealed in zip(people, reversed(rows), strict=True):
            connection.execute(update(ACCOUNTS).where(ACCOUNTS.c.id == person.id).values({column: sealed}))
    for bsn in (BSN, OTHER_BSN):
        with pytest.raises(SealBroken):
            accounts.find_by_digid("cz", bsn)


def test_columns_swapped_within_an_account_do_not_open(
    accounts: AccountRepository, database: Database
) -> None:
    """A name does not open as an e-mail address."""
    added = accounts.add_consumer("cz", NAME, EMAIL, BSN)
    with database.writing() as connection:
        connection.execute(update(ACCOUNTS).values(email_sealed=ACCOUNTS.c.name_sealed))
    with pytest.raises(SealBroken):
        accounts.get(added.id)


def test_identity_is_found_under_an_older_key(
    accounts: AccountRepository, database: Database, key_ring: KeyRing, clock: MovableClock
) -> None:
    """While index keys are replaced, people hashed under the old one are found, and new ones under both."""
    added = accounts.add_consumer("cz", NAME, EMAIL, BSN)
    index = key_ring.blind_indexes["cz"]
    old_id = index.digest("digid", BSN.number).key_id
    with database.writing() as connection:
        connection.execute(
            text(
                "INSERT INTO data_keys SELECT :new, purpose, brand, 2, state, key_sealed, created_at"
                " FROM data_keys WHERE id = :old"
            ),
            {"new": "00" * 8, "old": old_id},
        )
    both = BlindIndex("cz", [DataKey("00" * 8, b"n" * 32), *index._keys])
    rotating = AccountRepository(database, key_ring.columns, {"cz": both}, clock)
    assert rotating.find_by_digid("cz", BSN) == added
    newcomer = rotating.add_consumer("cz", NAME, EMAIL, OTHER_BSN)
    assert accounts.find_by_digid("cz", OTHER_BSN) == newcomer
    with database.reading() as connection:
        of_digid = ACCOUNT_IDENTITIES.c.scheme == "digid"
        rows = connection.execute(select(func.count()).select_from(ACCOUNT_IDENTITIES).where(of_digid))
        assert rows.scalar_one() == 3


@pytest.fixture
def statements(database: Database, key_ring: KeyRing, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What is sent to `database` from here on."""
    sent: list[str] = []

    def note(*arguments: object) -> None:
        sent.append(str(arguments[2]))

    def read_one(statement: Prepared, parameters: Mapping[str, object]) -> Any:
        sent.append(statement.ready(database._engine.dialect).sql)
        return Database.read_one(database, statement, parameters)

    event.listen(database._engine, "before_cursor_execute", note)
    # Prepared statements pass by SQLAlchemy's events.
    monkeypatch.setattr(database, "read_one", read_one)
    yield sent
    event.remove(database._engine, "before_cursor_execute", note)


def test_looking_up_is_one_statement_however_many_there_are(
    accounts: AccountRepository, statements: list[str]
) -> None:
    """The work of a look-up does not grow with the number of accounts."""
    for number in ("999990019", "999990020", "999990032"):
        accounts.add_consumer("cz", NAME, EMAIL, Bsn(number))
    statements.clear()
    accounts.find_by_digid("cz", BSN)
    assert len(statements) == 1


def test_looking_up_goes_by_primary_keys(sqlite_database: Database) -> None:
    """SQLite's plan for the look-up searches two indexes and scans nothing."""
    query = text(
        "EXPLAIN QUERY PLAN SELECT a.id FROM accounts a JOIN account_identities i ON i.account_id = a.id"
        " WHERE i.brand = 'cz' AND i.scheme = 'digid' AND i.index_key_id = 'k' AND i.identity_digest = x'00'"
    )
    with sqlite_database.reading() as connection:
        plan = [row.detail for row in connection.execute(query)]
    assert [step.split()[0] for step in plan] == ["SEARCH", "SEARCH"]


def test_nothing_readable_stands_in_any_table(accounts: AccountRepository, database: Database) -> None:
    """Neither name, address, BSN nor seed can be found in any column of any table (A60, B6-03)."""
    added = accounts.add_consumer("cz", NAME, EMAIL, BSN)
    held = ""
    with database.reading() as connection:
        for table in METADATA.sorted_tables:
            held += "".join(repr(tuple(row)) for row in connection.execute(select(table)))
    assert added.id in held
    secrets = ("Marker", "marker@", BSN.number, repr(added.subject_seed)[2:-1])
    assert not [secret for secret in secrets if secret in held]


def test_nothing_readable_stands_in_the_file(
    sqlite_database: Database, open_ring: Callable[[Database], KeyRing], clock: MovableClock, tmp_path: Path
) -> None:
    """The same for the bytes on disk, log included, as grep sees them."""
    ring = open_ring(sqlite_database)
    repository = AccountRepository(sqlite_database, ring.columns, ring.blind_indexes, clock)
    repository.add_consumer("cz", NAME, EMAIL, BSN)
    patterns = ["-e", "Marker", "-e", "marker@", "-e", BSN.number]
    grep = ["/usr/bin/env", "grep", "-rlai", *patterns, str(tmp_path)]
    found = subprocess.run(grep, capture_output=True, text=True, check=False)
    assert list(tmp_path.iterdir())
    assert (found.returncode, found.stdout) == (1, "")
