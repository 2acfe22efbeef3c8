"""Accounts in the database: made, changed and erased; persons sealed, found by keyed hash."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, delete, insert

from broker.domain.accounts import Account, AccountId, AccountState, AccountType
from broker.domain.assurance import Scheme
from broker.domain.bsn import Bsn
from broker.domain.clock import Clock
from broker.storage.account_addresses import AccountAddresses, owner_of_address
from broker.storage.account_finder import AccountFinder
from broker.storage.account_queries import (
    ACTIVATE,
    BY_ID,
    RECORD_LOGIN,
    SET_STATE,
)
from broker.storage.account_rows import AccountRows
from broker.storage.database import Database
from broker.storage.keyed_hash import BlindIndex
from broker.storage.prepared import Prepared
from broker.storage.schema import ACCOUNT_IDENTITIES, ACCOUNTS
from broker.storage.sealing import Sealer

_UUID_BYTES = 16


@dataclass(frozen=True, slots=True)
class Registered:
    """The account of a person who registered; `created` is false when there was one already."""

    account: Account
    created: bool


@dataclass(frozen=True, slots=True)
class AddressTaken:
    """The address belongs to another account of the brand; nothing was made."""


@dataclass(frozen=True, slots=True)
class _Newcomer:
    """Somebody with a password and no account yet."""

    brand: str
    name: str
    email: str
    type: AccountType
    state: AccountState


class AccountRepository(AccountFinder):
    """Finds and keeps accounts.

    What is sealed belongs to its column, brand and account, and opens nowhere else.
    """

    def __init__(
        self,
        database: Database,
        columns: Sealer,
        blind_indexes: Mapping[str, BlindIndex],
        clock: Clock,
        *,
        random_bytes: Callable[[int], bytes] = os.urandom,
    ) -> None:
        """`columns` seals; `blind_indexes` is by brand; `clock` dates new accounts."""
        super().__init__(database, AccountRows(columns, clock, random_bytes), blind_indexes)
        self._random_bytes = random_bytes
        self._addresses = AccountAddresses(database, columns)

    def add_consumer(self, brand: str, name: str, email: str, bsn: Bsn) -> Account:
        """Makes the account of a consumer, or gives the one there is this name and e-mail address.

        An address that another account owns is kept on this one too, without owning it.
        """
        with self._database.writing(lock=self._lock(brand, bsn)) as connection:
            found = self.find_by_digid(brand, bsn)
            account_id = found.id if found else self._insert_consumer(connection, brand, bsn, self._new_id())
            self._addresses.claim(connection, self._blind_indexes[brand], account_id, email)
            return self._named(connection, brand, account_id, name, email)

    def register_consumer(
        self, brand: str, name: str, email: str, bsn: Bsn, *, new_id: AccountId
    ) -> Registered | AddressTaken:
        """Makes the account of a consumer who has none and owns `email`; whoever has one keeps it as it is.

        However many do this at once for a person, one account comes of it. It gets `new_id`, a random UUID,
        so that who tries again knows the account that came of the first try.
        """
        with self._database.writing(lock=self._lock(brand, bsn)) as connection:
            if (found := self.find_by_digid(brand, bsn)) is not None:
                return Registered(found, created=False)
            if owner_of_address(connection, self._blind_indexes[brand], email) is not None:
                return AddressTaken()
            account_id = self._insert_consumer(connection, brand, bsn, new_id)
            if not self._addresses.claim(connection, self._blind_indexes[brand], account_id, email):
                # Somebody else was faster by a moment. No exception: the caller's transaction goes on.
                connection.execute(delete(ACCOUNTS).where(ACCOUNTS.c.id == account_id))
                return AddressTaken()
            return Registered(self._named(connection, brand, account_id, name, email), created=True)

    def add_business(
        self, brand: str, name: str, email: str, *, state: AccountState, new_id: AccountId
    ) -> Account | AddressTaken:
        """Makes the account of somebody who works for an organisation; nobody else at the brand owns `email`.

        It gets `new_id`, a random UUID. Of two who do this at once one is told that the address is taken.
        """
        return self._add_by_address(_Newcomer(brand, name, email, AccountType.BUSINESS, state), new_id)

    def add_staff(
        self, brand: str, name: str, email: str, *, state: AccountState, new_id: AccountId
    ) -> Account | AddressTaken:
        """The same for one of the insurer's own people."""
        return self._add_by_address(_Newcomer(brand, name, email, AccountType.STAFF, state), new_id)

    def change_address(
        self, account_id: AccountId, *, before: str, after: str
    ) -> Account | AddressTaken | None:
        """Gives an active account the address `after`, which nobody else at the brand owns.

        None when it is not active with the address `before`. Of two accounts that do this at once for one
        address, one is told that it is taken; what is refused changes nothing.
        """
        with self._database.writing(lock=f"address of {account_id}") as connection:
            account = self.get(account_id)
            if account is None or account.state is not AccountState.ACTIVE or account.email != before:
                return None
            index = self._blind_indexes[account.brand]
            owner = owner_of_address(connection, index, after)
            if owner not in {None, account_id}:
                return AddressTaken()
            had = owner_of_address(connection, index, before) == account_id
            if not self._addresses.claim(connection, index, account_id, after):
                # Somebody else was faster by a moment. No exception: the caller's transaction goes on.
                if had:
                    self._addresses.claim(connection, index, account_id, before)
                return AddressTaken()
            return self._named(connection, account.brand, account_id, account.name, after)

    def erase(self, account_id: AccountId) -> bool:
        """Takes everything of a person out of the account, for good; False when there is nothing to erase."""
        with self._database.writing() as connection:
            return self._rows.erase(connection, account_id)

    def record_login(self, account_id: AccountId, at: datetime) -> None:
        """Notes when the account was last used; an earlier moment never replaces a later one."""
        values = {"account_id": account_id, "at": at}
        self._database.act_last("accounts", lambda: self._write(RECORD_LOGIN, values))

    def activate(self, account_id: AccountId) -> bool:
        """Lets an invited account be used; False when it was not invited, and nothing is changed."""
        return self._database.write_alone(ACTIVATE, {"account_id": account_id}) == 1

    def set_state(self, account_id: AccountId, state: AccountState) -> bool:
        """Lets the account be used, or not; False when there is no such account, or it was erased."""
        return (
            self._database.write_alone(SET_STATE, {"account_id": account_id, "new_state": state.value}) == 1
        )

    def _add_by_address(self, new: _Newcomer, new_id: AccountId) -> Account | AddressTaken:
        brand, email = new.brand, new.email
        with self._database.writing() as connection:
            if owner_of_address(connection, self._blind_indexes[brand], email) is not None:
                return AddressTaken()
            self._rows.insert(connection, new_id, brand, account_type=new.type, state=new.state)
            if not self._addresses.claim(connection, self._blind_indexes[brand], new_id, email):
                connection.execute(delete(ACCOUNTS).where(ACCOUNTS.c.id == new_id))
                return AddressTaken()
            return self._named(connection, brand, new_id, new.name, email)

    def _write(self, statement: Prepared, values: Mapping[str, object]) -> None:
        self._database.write_alone(statement, values)

    def _lock(self, brand: str, bsn: Bsn) -> str:
        """What must not happen twice at once for a person: the making of an account."""
        oldest = self._blind_indexes[brand].digests(Scheme.DIGID, bsn.number)[-1]
        return f"account {brand} {oldest.digest.hex()}"

    def _named(
        self, connection: Connection, brand: str, account_id: AccountId, name: str, email: str
    ) -> Account:
        self._rows.name(connection, brand, account_id, name, email)
        return self._rows.account(self._database.read_one(BY_ID, {"account_id": account_id}))

    def _new_id(self) -> AccountId:
        return AccountId(str(UUID(bytes=self._random_bytes(_UUID_BYTES), version=4)))

    def _insert_consumer(
        self, connection: Connection, brand: str, bsn: Bsn, account_id: AccountId
    ) -> AccountId:
        self._rows.insert(
            connection, account_id, brand, account_type=AccountType.CONSUMER, state=AccountState.ACTIVE
        )
        sealed = self._rows.seal(brand, account_id, Scheme.DIGID.value, bsn.number.encode())
        rows = [
            {
                "brand": brand,
                "scheme": Scheme.DIGID.value,
                "index_key_id": hashed.key_id,
                "identity_digest": hashed.digest,
                "account_id": account_id,
                "identity_sealed": sealed,
            }
            for hashed in self._blind_indexes[brand].digests(Scheme.DIGID, bsn.number)
        ]
        connection.execute(insert(ACCOUNT_IDENTITIES), rows)
        return account_id
