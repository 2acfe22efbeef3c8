"""Accounts keep what they are when they may get a password, and when that is taken back."""

from __future__ import annotations

import pytest
from alembic import command
from sqlalchemy import insert, text, update
from sqlalchemy.exc import IntegrityError

from broker.domain.accounts import AccountState
from broker.domain.bsn import Bsn
from broker.storage.accounts import AccountRepository
from broker.storage.database import Database
from broker.storage.key_ring import KeyRing
from broker.storage.schema import ACCOUNT_PASSWORDS, ACCOUNTS
from broker.storage.schema_upgrade import migration_config
from tests.support.moments import MovableClock

BSN = Bsn("999990019")


def _downgrade(database: Database) -> None:
    with database.writing() as connection:
        command.downgrade(migration_config(connection), "0005_logout_and_key_rotation")


def test_accounts_and_identities_survive_the_migration_both_ways(
    database: Database, key_ring: KeyRing, clock: MovableClock
) -> None:
    """SQLite makes the table anew, and dropping the old one must not take the identities along."""
    accounts = AccountRepository(database, key_ring.columns, key_ring.blind_indexes, clock)
    added = accounts.add_consumer("cz", "Ans", "ans@example.test", BSN)
    _downgrade(database)
    assert not database.is_current()
    database.upgrade()
    assert accounts.find_by_digid("cz", BSN) == added
    assert accounts.is_address_in_use("cz", "ans@example.test")


def test_account_in_a_new_state_is_disabled_for_the_version_before(
    database: Database, key_ring: KeyRing, clock: MovableClock
) -> None:
    """What cannot be used must not become usable because an older version does not know why."""
    accounts = AccountRepository(database, key_ring.columns, key_ring.blind_indexes, clock)
    added = accounts.add_consumer("cz", "Ans", "ans@example.test", BSN)
    accounts.set_state(added.id, AccountState.HELD)
    _downgrade(database)
    with database.reading() as connection:
        assert connection.execute(text("SELECT state FROM accounts")).scalar_one() == "disabled"


def test_database_refuses_a_state_that_is_none(
    database: Database, key_ring: KeyRing, clock: MovableClock
) -> None:
    """The constraint still stands after the table was made anew, and knows every state."""
    accounts = AccountRepository(database, key_ring.columns, key_ring.blind_indexes, clock)
    added = accounts.add_consumer("cz", "Ans", "ans@example.test", BSN)
    for state in AccountState:
        assert accounts.set_state(added.id, state)
    with pytest.raises(IntegrityError), database.writing() as connection:
        connection.execute(update(ACCOUNTS).values(state="gone"))


def test_password_needs_an_account(database: Database, clock: MovableClock) -> None:
    """A password of nobody cannot be kept."""
    with pytest.raises(IntegrityError), database.writing() as connection:
        connection.execute(insert(ACCOUNT_PASSWORDS).values(account_id="none", hash="x", changed_at=clock()))
