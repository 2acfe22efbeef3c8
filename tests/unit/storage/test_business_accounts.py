"""Accounts with an address as user name: found by it, one owner a brand, and erased for good."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from uuid import uuid4

import pytest
from sqlalchemy import event, func, insert, select

from broker.domain.accounts import Account, AccountId, AccountState, AccountType
from broker.domain.bsn import Bsn
from broker.storage.accounts import AccountRepository, AddressTaken
from broker.storage.database import Database
from broker.storage.key_ring import KeyRing
from broker.storage.keyed_hash import BlindIndex
from broker.storage.known_devices import KnownDevices
from broker.storage.passwords import PasswordRepository
from broker.storage.schema import ACCOUNTS, DATA_KEYS, METADATA
from broker.storage.sealing import DataKey
from tests.support.moments import MovableClock

BSN = Bsn("999990019")
NAME, EMAIL = "Marker de Vries", "marker@example.test"


@pytest.fixture
def accounts(database: Database, key_ring: KeyRing, clock: MovableClock) -> AccountRepository:
    """The accounts of `database`."""
    return AccountRepository(database, key_ring.columns, key_ring.blind_indexes, clock)


def _new_id() -> AccountId:
    return AccountId(str(uuid4()))


def _add(
    accounts: AccountRepository,
    brand: str = "cz",
    email: str = EMAIL,
    *,
    state: AccountState = AccountState.ACTIVE,
) -> Account:
    added = accounts.add_business(brand, NAME, email, state=state, new_id=_new_id())
    assert isinstance(added, Account)
    return added


@pytest.mark.parametrize("spelling", [EMAIL, "MARKER@Example.TEST", " Marker@example.TEST\t"])
def test_business_account_is_found_by_its_address(accounts: AccountRepository, spelling: str) -> None:
    """However the address is written; it has the type and state that it was made with."""
    added = _add(accounts, state=AccountState.INVITED)
    assert (added.type, added.state) == (AccountType.BUSINESS, AccountState.INVITED)
    assert (added.name, added.email, len(added.subject_seed)) == (NAME, EMAIL, 32)
    assert accounts.find_by_address("cz", spelling) == added
    assert accounts.find_by_address("cz", "other@example.test") is None


def test_same_address_at_two_brands_is_two_accounts(accounts: AccountRepository) -> None:
    """They have nothing in common, and neither brand sees the other's."""
    first = _add(accounts)
    assert accounts.find_by_address("vgz", EMAIL) is None
    second = _add(accounts, "vgz")
    assert first.id != second.id
    assert first.subject_seed != second.subject_seed
    assert accounts.find_by_address("cz", EMAIL) == first


def test_address_of_a_brand_has_one_owner(accounts: AccountRepository, database: Database) -> None:
    """Whoever comes second is told, also in another spelling or as a consumer, and leaves nothing behind."""
    _add(accounts)
    for email in (EMAIL, EMAIL.upper()):
        taken = accounts.add_business("cz", "X", email, state=AccountState.ACTIVE, new_id=_new_id())
        assert taken == AddressTaken()
    assert accounts.register_consumer("cz", "X", EMAIL, BSN, new_id=_new_id()) == AddressTaken()
    with database.reading() as connection:
        assert connection.execute(select(func.count()).select_from(ACCOUNTS)).scalar_one() == 1


def test_address_taken_at_once_has_one_owner(accounts: AccountRepository) -> None:
    """Of eight threads that add the same address one makes an account."""
    start = threading.Barrier(8)

    def add(number: int) -> Account | AddressTaken:
        start.wait()
        return accounts.add_business(
            "cz", f"{NAME} {number}", EMAIL, state=AccountState.ACTIVE, new_id=_new_id()
        )

    with ThreadPoolExecutor(8) as pool:
        made = [found for found in pool.map(add, range(8)) if isinstance(found, Account)]
    assert [accounts.find_by_address("cz", EMAIL)] == made


def test_consumer_is_not_found_to_log_in_with_an_address(accounts: AccountRepository) -> None:
    """Consumers log in by DigiD; administration finds them by address all the same."""
    consumer = accounts.add_consumer("cz", NAME, EMAIL, BSN)
    assert accounts.find_by_address("cz", EMAIL) is None
    assert accounts.find_any_by_address("cz", EMAIL) == consumer
    business = _add(accounts, email="work@example.test")
    assert accounts.find_any_by_address("cz", "work@example.test") == business


def test_looking_up_is_one_statement_whoever_is_asked_for(
    accounts: AccountRepository, database: Database, key_ring: KeyRing, clock: MovableClock
) -> None:
    """A known address, an unknown one and a consumer's cost the same, also while keys change (B4-03)."""
    newer = DataKey("00" * 8, b"n" * 32)
    with database.writing() as connection:
        connection.execute(
            insert(DATA_KEYS).values(
                id=newer.id,
                purpose="blind-index",
                brand="cz",
                generation=2,
                state="next",
                key_sealed=b"",
                created_at=clock(),
            )
        )
    older = accounts.add_business("cz", NAME, EMAIL, state=AccountState.ACTIVE, new_id=_new_id())
    both = BlindIndex("cz", [newer, *key_ring.blind_indexes["cz"]._keys])
    rotating = AccountRepository(database, key_ring.columns, {"cz": both}, clock)
    rotating.add_consumer("cz", NAME, "consumer@example.test", BSN)
    added = _add(rotating, email="new@example.test")
    sent: list[str] = []

    def note(*arguments: object) -> None:
        sent.append(str(arguments[2]))

    event.listen(database._engine, "before_cursor_execute", note)
    found = {}
    for email in (EMAIL, "new@example.test", "consumer@example.test", "nobody@example.test"):
        sent.clear()
        found[email] = rotating.find_by_address("cz", email)
        assert len(sent) == 1, email
    event.remove(database._engine, "before_cursor_execute", note)
    assert list(found.values()) == [older, added, None, None]


def _everything(database: Database) -> str:
    with database.reading() as connection:
        return "".join(
            repr(tuple(row)) for table in METADATA.sorted_tables for row in connection.execute(select(table))
        )


def test_erased_account_holds_nothing_of_a_person(
    accounts: AccountRepository, database: Database, key_ring: KeyRing, clock: MovableClock
) -> None:
    """Name, address and seed are gone, and with them password, devices and every way to find it."""
    added = _add(accounts)
    PasswordRepository(database).put(added.id, "$argon2id$marker", at=clock())
    KnownDevices(database, key_ring.columns).seen(
        added.id, "token", label="Firefox", network_block="192.0.2.0/24", at=clock()
    )
    assert accounts.erase(added.id)
    erased = accounts.get(added.id)
    assert erased == Account(added.id, "cz", AccountType.BUSINESS, AccountState.ERASED, "", "", b"")
    assert accounts.find_any_by_address("cz", EMAIL) is None
    assert PasswordRepository(database).get(added.id) is None
    rows = {
        table.name
        for table in METADATA.sorted_tables
        for column in table.columns
        if column.references(ACCOUNTS.c.id) and f"'{added.id}'" in _rows_of(database, table.name)
    }
    assert rows == set()
    assert "marker" not in _everything(database)


def _rows_of(database: Database, name: str) -> str:
    with database.reading() as connection:
        return "".join(repr(tuple(row)) for row in connection.execute(select(METADATA.tables[name])))


def test_erased_account_never_comes_back(accounts: AccountRepository) -> None:
    """It is erased once, and no state can be given to it; its address is free for somebody else."""
    added = _add(accounts)
    assert accounts.erase(added.id)
    assert not accounts.erase(added.id)
    assert not accounts.erase(AccountId("none"))
    assert not accounts.set_state(added.id, AccountState.ACTIVE)
    again = _add(accounts)
    assert again.id != added.id
    assert again.subject_seed != added.subject_seed


def test_erased_consumer_may_begin_anew(accounts: AccountRepository) -> None:
    """The BSN leads to no account, and a new one has another seed: portals cannot link the two."""
    first = accounts.add_consumer("cz", NAME, EMAIL, BSN)
    assert accounts.erase(first.id)
    assert accounts.find_by_digid("cz", BSN) is None
    second = accounts.add_consumer("cz", NAME, EMAIL, BSN)
    assert second.id != first.id
    assert second.subject_seed != first.subject_seed


def test_changed_address_is_the_one_to_be_found_by(accounts: AccountRepository) -> None:
    """Nothing else changes, and the old address is free for others."""
    before = _add(accounts)
    after = accounts.change_address(before.id, before=EMAIL, after="New@example.test")
    assert after == replace(before, email="New@example.test")
    assert accounts.find_by_address("cz", "new@EXAMPLE.test") == after
    assert accounts.find_by_address("cz", EMAIL) is None
    assert _add(accounts).id != before.id


def test_address_of_another_is_not_given_away(accounts: AccountRepository) -> None:
    """Both keep what they have; at another brand it is free."""
    mine, theirs = _add(accounts), _add(accounts, email="theirs@example.test")
    refused = accounts.change_address(mine.id, before=EMAIL, after="THEIRS@example.test")
    assert refused == AddressTaken()
    assert accounts.find_by_address("cz", EMAIL) == mine
    assert accounts.find_by_address("cz", "theirs@example.test") == theirs
    elsewhere = _add(accounts, "vgz")
    assert isinstance(accounts.change_address(elsewhere.id, before=EMAIL, after=theirs.email), Account)


def test_address_is_changed_only_of_an_active_account_that_has_the_old_one(
    accounts: AccountRepository,
) -> None:
    """A wish of before another change, or of before the account was closed, does nothing."""
    account = _add(accounts)
    assert accounts.change_address(account.id, before="other@example.test", after="new@example.test") is None
    assert accounts.set_state(account.id, AccountState.HELD)
    assert accounts.change_address(account.id, before=EMAIL, after="new@example.test") is None
    assert accounts.change_address(_new_id(), before=EMAIL, after="new@example.test") is None
    assert not accounts.is_address_in_use("cz", "new@example.test")


def test_of_accounts_that_want_one_address_at_once_one_gets_it(accounts: AccountRepository) -> None:
    """The others are told, and are still found by the address that they had."""
    people = [_add(accounts, email=f"{number}@example.test") for number in range(8)]
    start = threading.Barrier(len(people))

    def contend(person: Account) -> object:
        start.wait()
        return accounts.change_address(person.id, before=person.email, after="one@example.test")

    with ThreadPoolExecutor(len(people)) as pool:
        outcomes = list(pool.map(contend, people))
    (winner,) = [outcome for outcome in outcomes if isinstance(outcome, Account)]
    assert accounts.find_by_address("cz", "one@example.test") == winner
    for person in people:
        assert (accounts.find_by_address("cz", person.email) == person) is (person.id != winner.id)
