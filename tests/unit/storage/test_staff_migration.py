"""The upgrade that lets accounts be of staff: what is there is not touched; the way back takes staff away."""

from __future__ import annotations

from uuid import uuid4

import pytest
from alembic import command
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from broker.domain.accounts import Account, AccountId, AccountState, AccountType
from broker.storage.accounts import AccountRepository
from broker.storage.database import Database
from broker.storage.key_ring import KeyRing
from broker.storage.passwords import PasswordRepository
from broker.storage.schema_upgrade import migration_config
from tests.support.moments import MovableClock

_BEFORE = "0008_collectivities"


@pytest.fixture
def accounts(database: Database, key_ring: KeyRing, clock: MovableClock) -> AccountRepository:
    """On each kind of database."""
    return AccountRepository(database, key_ring.columns, key_ring.blind_indexes, clock)


def _add(accounts: AccountRepository, kind: AccountType) -> Account:
    add = accounts.add_staff if kind is AccountType.STAFF else accounts.add_business
    new_id = AccountId(str(uuid4()))
    made = add("cz", "Bea Bakker", f"{kind.value}@cz.example", state=AccountState.ACTIVE, new_id=new_id)
    assert isinstance(made, Account)
    assert made.type is kind
    return made


def test_staff_are_found_by_their_address_and_no_consumer_is(accounts: AccountRepository) -> None:
    """Who has a password is found with one look-up, whatever kind of account it is."""
    staff = _add(accounts, AccountType.STAFF)
    assert accounts.find_by_address("cz", "STAFF@cz.example") == staff


def test_downgrade_takes_staff_away_and_leaves_everybody_else(
    accounts: AccountRepository, database: Database, clock: MovableClock
) -> None:
    """With what hangs on the others: their passwords are where they were, before and after the upgrade."""
    passwords = PasswordRepository(database)
    business, staff = (_add(accounts, kind) for kind in (AccountType.BUSINESS, AccountType.STAFF))
    for account in (business, staff):
        passwords.put(account.id, "$argon2id$", at=clock.now)
    with database.writing() as connection:
        command.downgrade(migration_config(connection), _BEFORE)
    with pytest.raises(IntegrityError), database.writing() as connection:
        connection.execute(text("UPDATE accounts SET type = 'staff'"))
    database.upgrade()
    assert accounts.get(business.id) == business
    assert passwords.get(business.id) == "$argon2id$"
    assert (accounts.get(staff.id), passwords.get(staff.id)) == (None, None)
    _add(accounts, AccountType.STAFF)
    with pytest.raises(IntegrityError), database.writing() as connection:
        connection.execute(text("UPDATE accounts SET type = 'guest'"))
