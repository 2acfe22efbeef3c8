"""An account as a row: its personal columns sealed, each for its brand, account and column only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, update

from broker.domain.accounts import Account, AccountId, AccountState, AccountType
from broker.domain.clock import Clock
from broker.storage.schema import ACCOUNTS, METADATA
from broker.storage.sealing import Sealer

_SEED_BYTES = 32
_NOTHING = b""

COLUMNS = (
    ACCOUNTS.c.id,
    ACCOUNTS.c.brand,
    ACCOUNTS.c.type,
    ACCOUNTS.c.state,
    ACCOUNTS.c.name_sealed,
    ACCOUNTS.c.email_sealed,
    ACCOUNTS.c.subject_seed_sealed,
)


class AccountRows:
    """Writes and reads accounts within the caller's transaction."""

    def __init__(self, columns: Sealer, clock: Clock, random_bytes: Callable[[int], bytes]) -> None:
        """`columns` seals; `clock` dates new accounts."""
        self._columns = columns
        self._clock = clock
        self._random_bytes = random_bytes

    def insert(
        self,
        connection: Connection,
        account_id: AccountId,
        brand: str,
        *,
        account_type: AccountType,
        state: AccountState,
    ) -> None:
        """A new account of nobody yet."""
        seed = self._random_bytes(_SEED_BYTES)
        connection.execute(
            insert(ACCOUNTS).values(
                id=account_id,
                brand=brand,
                type=account_type.value,
                state=state.value,
                name_sealed=_NOTHING,
                email_sealed=_NOTHING,
                subject_seed_sealed=self.seal(brand, account_id, "subject_seed", seed),
                created_at=self._clock(),
            )
        )

    def name(self, connection: Connection, brand: str, account_id: AccountId, name: str, email: str) -> None:
        """Gives an account its name and address."""
        person = {
            "name_sealed": self.seal(brand, account_id, "name", name.encode()),
            "email_sealed": self.seal(brand, account_id, "email", email.encode()),
        }
        connection.execute(update(ACCOUNTS).where(ACCOUNTS.c.id == account_id).values(**person))

    def erase(self, connection: Connection, account_id: AccountId) -> bool:
        """Takes everything of a person out of an account, for good; False when there is nothing to erase.

        The row stays, as the id that events name. Whatever belongs to accounts goes, in every table that
        refers to them: identities and addresses, which become free, passwords, devices, second factors.
        """
        wiped = {
            "state": AccountState.ERASED.value,
            "name_sealed": _NOTHING,
            "email_sealed": _NOTHING,
            "subject_seed_sealed": _NOTHING,
            "last_login_at": None,
        }
        erasable = (ACCOUNTS.c.id == account_id, ACCOUNTS.c.state != AccountState.ERASED.value)
        if connection.execute(update(ACCOUNTS).where(*erasable).values(**wiped)).rowcount != 1:
            return False
        for table in METADATA.sorted_tables:
            for key in table.foreign_keys:
                if key.references(ACCOUNTS):
                    connection.execute(delete(table).where(key.parent == account_id))
        return True

    def account(self, row: Row[*tuple[Any, ...]]) -> Account:
        """The account that a row of `COLUMNS` holds; raises `SealBroken` when it was changed."""
        account_id, state = AccountId(row.id), AccountState(row.state)
        if state is AccountState.ERASED:
            return Account(account_id, row.brand, AccountType(row.type), state, "", "", _NOTHING)
        return Account(
            id=account_id,
            brand=row.brand,
            type=AccountType(row.type),
            state=state,
            name=self._open(row.brand, account_id, "name", row.name_sealed).decode(),
            email=self._open(row.brand, account_id, "email", row.email_sealed).decode(),
            subject_seed=self._open(row.brand, account_id, "subject_seed", row.subject_seed_sealed),
        )

    def seal(self, brand: str, account_id: AccountId, column: str, plain: bytes) -> bytes:
        """What only this column of this account opens."""
        return self._columns.seal(plain, context=_place(brand, account_id, column))

    def _open(self, brand: str, account_id: AccountId, column: str, sealed: bytes) -> bytes:
        return self._columns.open(sealed, context=_place(brand, account_id, column))


def _place(brand: str, account_id: AccountId, column: str) -> bytes:
    return f"accounts/{brand}/{account_id}/{column}".encode()
