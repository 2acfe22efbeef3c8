"""Accounts in the database: persons sealed, found by keyed hash."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, Update, bindparam, delete, insert, or_, select, update

from broker.domain.accounts import Account, AccountId, AccountState, AccountType
from broker.domain.assurance import Scheme
from broker.domain.bsn import Bsn
from broker.domain.clock import Clock
from broker.storage.account_addresses import AccountAddresses, owner_of_address
from broker.storage.database import Database
from broker.storage.keyed_hash import BlindIndex
from broker.storage.schema import ACCOUNT_IDENTITIES, ACCOUNTS
from broker.storage.sealing import Sealer

_SEED_BYTES = 32
_UUID_BYTES = 16

_COLUMNS = (
    ACCOUNTS.c.id,
    ACCOUNTS.c.brand,
    ACCOUNTS.c.type,
    ACCOUNTS.c.state,
    ACCOUNTS.c.name_sealed,
    ACCOUNTS.c.email_sealed,
    ACCOUNTS.c.subject_seed_sealed,
)
_BY_ID = select(*_COLUMNS).where(ACCOUNTS.c.id == bindparam("account_id"))
# One read: the primary key of the identities, then that of the accounts.
_BY_IDENTITY = (
    select(*_COLUMNS)
    .join(ACCOUNT_IDENTITIES, ACCOUNT_IDENTITIES.c.account_id == ACCOUNTS.c.id)
    .where(
        ACCOUNT_IDENTITIES.c.brand == bindparam("of_brand"),
        ACCOUNT_IDENTITIES.c.scheme == bindparam("of_scheme"),
        ACCOUNT_IDENTITIES.c.index_key_id == bindparam("key_id"),
        ACCOUNT_IDENTITIES.c.identity_digest == bindparam("digest"),
    )
)
_RECORD_LOGIN = (
    update(ACCOUNTS)
    .where(
        ACCOUNTS.c.id == bindparam("account_id"),
        or_(ACCOUNTS.c.last_login_at.is_(None), ACCOUNTS.c.last_login_at < bindparam("at")),
    )
    .values(last_login_at=bindparam("at"))
)
_SET_STATE = (
    update(ACCOUNTS).where(ACCOUNTS.c.id == bindparam("account_id")).values(state=bindparam("new_state"))
)


@dataclass(frozen=True, slots=True)
class Registered:
    """The account of a person who registered; `created` is false when there was one already."""

    account: Account
    created: bool


@dataclass(frozen=True, slots=True)
class AddressTaken:
    """The address belongs to another account of the brand; nothing was made."""


class AccountRepository:
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
        self._database = database
        self._columns = columns
        self._blind_indexes = blind_indexes
        self._clock = clock
        self._random_bytes = random_bytes
        self._addresses = AccountAddresses(database, columns)

    def get(self, account_id: AccountId) -> Account | None:
        """The account with this id."""
        with self._database.reading() as connection:
            row = connection.execute(_BY_ID, {"account_id": account_id}).one_or_none()
        return self._account(row) if row else None

    def find_by_digid(self, brand: str, bsn: Bsn) -> Account | None:
        """The account of the person with this BSN at `brand`.

        One indexed read; while index keys are replaced, one more for each older key.
        """
        with self._database.reading() as connection:
            row = self._find(connection, brand, bsn)
        return self._account(row) if row else None

    def add_consumer(self, brand: str, name: str, email: str, bsn: Bsn) -> Account:
        """Makes the account of a consumer, or gives the one there is this name and e-mail address.

        An address that another account owns is kept on this one too, without owning it.
        """
        with self._database.writing(lock=self._lock(brand, bsn)) as connection:
            row = self._find(connection, brand, bsn)
            account_id = AccountId(row.id) if row else self._insert(connection, brand, bsn, self._new_id())
            self._addresses.claim(connection, self._blind_indexes[brand], account_id, email)
            return self._name(connection, brand, account_id, name, email)

    def register_consumer(
        self, brand: str, name: str, email: str, bsn: Bsn, *, new_id: AccountId
    ) -> Registered | AddressTaken:
        """Makes the account of a consumer who has none and owns `email`; whoever has one keeps it as it is.

        However many do this at once for a person, one account comes of it. It gets `new_id`, a random UUID,
        so that who tries again knows the account that came of the first try.
        """
        with self._database.writing(lock=self._lock(brand, bsn)) as connection:
            row = self._find(connection, brand, bsn)
            if row:
                return Registered(self._account(row), created=False)
            if owner_of_address(connection, self._blind_indexes[brand], email) is not None:
                return AddressTaken()
            account_id = self._insert(connection, brand, bsn, new_id)
            if not self._addresses.claim(connection, self._blind_indexes[brand], account_id, email):
                # Somebody else was faster by a moment. No exception: the caller's transaction goes on.
                connection.execute(delete(ACCOUNTS).where(ACCOUNTS.c.id == account_id))
                return AddressTaken()
            return Registered(self._name(connection, brand, account_id, name, email), created=True)

    def is_address_in_use(self, brand: str, email: str) -> bool:
        """Whether an account of the brand owns this address."""
        with self._database.reading() as connection:
            return owner_of_address(connection, self._blind_indexes[brand], email) is not None

    def record_login(self, account_id: AccountId, at: datetime) -> None:
        """Notes when the account was last used; an earlier moment never replaces a later one."""
        values = {"account_id": account_id, "at": at}
        self._database.act_last("accounts", lambda: self._write(_RECORD_LOGIN, values))

    def set_state(self, account_id: AccountId, state: AccountState) -> bool:
        """Lets the account be used, or not; False when there is no such account."""
        return (
            self._database.write_alone(_SET_STATE, {"account_id": account_id, "new_state": state.value}) == 1
        )

    def _write(self, statement: Update, values: Mapping[str, object]) -> None:
        self._database.write_alone(statement, values)

    def _lock(self, brand: str, bsn: Bsn) -> str:
        """What must not happen twice at once for a person: the making of an account."""
        oldest = self._blind_indexes[brand].digests(Scheme.DIGID, bsn.number)[-1]
        return f"account {brand} {oldest.digest.hex()}"

    def _name(
        self, connection: Connection, brand: str, account_id: AccountId, name: str, email: str
    ) -> Account:
        person = {
            "name_sealed": self._seal(brand, account_id, "name", name.encode()),
            "email_sealed": self._seal(brand, account_id, "email", email.encode()),
        }
        connection.execute(update(ACCOUNTS).where(ACCOUNTS.c.id == account_id).values(**person))
        return self._account(connection.execute(_BY_ID, {"account_id": account_id}).one())

    def _find(self, connection: Connection, brand: str, bsn: Bsn) -> Row[*tuple[Any, ...]] | None:
        for hashed in self._blind_indexes[brand].digests(Scheme.DIGID, bsn.number):
            place = {"of_brand": brand, "of_scheme": Scheme.DIGID.value}
            key = {"key_id": hashed.key_id, "digest": hashed.digest}
            row = connection.execute(_BY_IDENTITY, place | key).one_or_none()
            if row:
                return row
        return None

    def _new_id(self) -> AccountId:
        return AccountId(str(UUID(bytes=self._random_bytes(_UUID_BYTES), version=4)))

    def _insert(self, connection: Connection, brand: str, bsn: Bsn, account_id: AccountId) -> AccountId:
        seed = self._random_bytes(_SEED_BYTES)
        connection.execute(
            insert(ACCOUNTS).values(
                id=account_id,
                brand=brand,
                type=AccountType.CONSUMER.value,
                state=AccountState.ACTIVE.value,
                name_sealed=b"",
                email_sealed=b"",
                subject_seed_sealed=self._seal(brand, account_id, "subject_seed", seed),
                created_at=self._clock(),
            )
        )
        rows = [
            {
                "brand": brand,
                "scheme": Scheme.DIGID.value,
                "index_key_id": hashed.key_id,
                "identity_digest": hashed.digest,
                "account_id": account_id,
                "identity_sealed": self._seal(brand, account_id, Scheme.DIGID.value, bsn.number.encode()),
            }
            for hashed in self._blind_indexes[brand].digests(Scheme.DIGID, bsn.number)
        ]
        connection.execute(insert(ACCOUNT_IDENTITIES), rows)
        return account_id

    def _account(self, row: Row[*tuple[Any, ...]]) -> Account:
        account_id = AccountId(row.id)
        return Account(
            id=account_id,
            brand=row.brand,
            type=AccountType(row.type),
            state=AccountState(row.state),
            name=self._open(row.brand, account_id, "name", row.name_sealed).decode(),
            email=self._open(row.brand, account_id, "email", row.email_sealed).decode(),
            subject_seed=self._open(row.brand, account_id, "subject_seed", row.subject_seed_sealed),
        )

    def _seal(self, brand: str, account_id: AccountId, column: str, plain: bytes) -> bytes:
        return self._columns.seal(plain, context=_place(brand, account_id, column))

    def _open(self, brand: str, account_id: AccountId, column: str, sealed: bytes) -> bytes:
        return self._columns.open(sealed, context=_place(brand, account_id, column))


def _place(brand: str, account_id: AccountId, column: str) -> bytes:
    return f"accounts/{brand}/{account_id}/{column}".encode()
