"""Looking accounts up: by id, by what a provider knows somebody by, by address."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Select

from broker.domain.accounts import Account, AccountId, AccountState
from broker.domain.assurance import Scheme
from broker.domain.bsn import Bsn
from broker.domain.email_address import comparable
from broker.domain.identity import EherkenningIdentity
from broker.storage.account_addresses import ADDRESS_SCHEME, owner_of_address
from broker.storage.account_queries import (
    BY_ADDRESS,
    BY_ID,
    BY_IDENTITY,
    LAST_LOGIN,
    STATE_BY_ID,
    WITH_PASSWORD_BY_ADDRESS,
)
from broker.storage.account_rows import AccountRows
from broker.storage.database import Database
from broker.storage.keyed_hash import BlindIndex


class AccountFinder:
    """Reads accounts; within a transaction of this thread it sees what that wrote."""

    def __init__(
        self, database: Database, rows: AccountRows, blind_indexes: Mapping[str, BlindIndex]
    ) -> None:
        """`rows` opens what is sealed; `blind_indexes` is by brand."""
        self._database = database
        self._rows = rows
        self._blind_indexes = blind_indexes

    def get(self, account_id: AccountId) -> Account | None:
        """The account with this id."""
        row = self._database.read_one(BY_ID, {"account_id": account_id})
        return self._rows.account(row) if row else None

    def state_of(self, account_id: AccountId) -> AccountState | None:
        """Whether the account with this id may be used; None when there is none."""
        row = self._database.read_one(STATE_BY_ID, {"account_id": account_id})
        return AccountState(row.state) if row else None

    def find_by_digid(self, brand: str, bsn: Bsn) -> Account | None:
        """The account of the person with this BSN at `brand`.

        One indexed read; while index keys are replaced, one more for each older key.
        """
        return self._of_identity(brand, Scheme.DIGID, bsn.number)

    def find_by_eherkenning(self, brand: str, identity: EherkenningIdentity) -> Account | None:
        """The account that was bound to this person at this organisation; one indexed read, as by DigiD."""
        return self._of_identity(brand, Scheme.EHERKENNING, identity.key)

    def find_by_address(self, brand: str, email: str) -> Account | None:
        """The account of business or staff that owns this address; consumers have another way of logging in.

        One statement, whoever is found and however many index keys there are.
        """
        return self._of_address(brand, email, WITH_PASSWORD_BY_ADDRESS)

    def find_any_by_address(self, brand: str, email: str) -> Account | None:
        """The account of any type that owns this address; for administration, never to log in with."""
        return self._of_address(brand, email, BY_ADDRESS)

    def is_address_in_use(self, brand: str, email: str) -> bool:
        """Whether an account of the brand owns this address."""
        with self._database.reading() as connection:
            return owner_of_address(connection, self._blind_indexes[brand], email) is not None

    def last_login_at(self, account_id: AccountId) -> datetime | None:
        """When the account was last used."""
        with self._database.reading() as connection:
            return connection.execute(LAST_LOGIN, {"account_id": account_id}).scalar_one_or_none()

    def _of_address(self, brand: str, email: str, query: Select[*tuple[Any, ...]]) -> Account | None:
        hashed = self._blind_indexes[brand].digests(ADDRESS_SCHEME, comparable(email))
        values = {"of_brand": brand, "digests": [(found.key_id, found.digest) for found in hashed]}
        with self._database.reading() as connection:
            row = connection.execute(query, values).first()
        return self._rows.account(row) if row else None

    def _of_identity(self, brand: str, scheme: Scheme, value: str) -> Account | None:
        for hashed in self._blind_indexes[brand].digests(scheme, value):
            place = {"of_brand": brand, "of_scheme": scheme.value}
            key = {"key_id": hashed.key_id, "digest": hashed.digest}
            row = self._database.read_one(BY_IDENTITY, {**place, **key})
            if row:
                return self._rows.account(row)
        return None
