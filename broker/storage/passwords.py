"""The hashes of passwords, one an account."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, delete, select, update

from broker.domain.accounts import AccountId
from broker.domain.identity import password_mark
from broker.storage.database import Database
from broker.storage.schema import ACCOUNT_PASSWORDS

_TABLE = ACCOUNT_PASSWORDS.c
_GET = select(_TABLE.hash).where(_TABLE.account_id == bindparam("of_account"))
_CHANGE = (
    update(ACCOUNT_PASSWORDS)
    .where(_TABLE.account_id == bindparam("of_account"))
    .values(hash=bindparam("new_hash"), changed_at=bindparam("at"))
)
_CHANGE_KNOWN = _CHANGE.where(_TABLE.hash == bindparam("old_hash"))
# The moment stays: it is still the password of then.
_REPLACE = (
    update(ACCOUNT_PASSWORDS)
    .where(_TABLE.account_id == bindparam("of_account"), _TABLE.hash == bindparam("old_hash"))
    .values(hash=bindparam("new_hash"))
)


class PasswordRepository:
    """Keeps what proves a password; what it is made with is the business of who hashes."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._insert = database.new_row(ACCOUNT_PASSWORDS)

    def get(self, account_id: AccountId) -> str | None:
        """The hash of the account's password; None when it has none."""
        with self._database.reading() as connection:
            return connection.execute(_GET, {"of_account": account_id}).scalar_one_or_none()

    def put(self, account_id: AccountId, hashed: str, *, at: datetime) -> None:
        """The account has this password from now on; raises when there is no such account."""
        with self._database.writing() as connection:
            row = {"account_id": account_id, "hash": hashed, "changed_at": at}
            if connection.execute(self._insert, row).rowcount != 1:
                connection.execute(_CHANGE, {"of_account": account_id, "new_hash": hashed, "at": at})

    def change(self, account_id: AccountId, hashed: str, *, judged: str | None, at: datetime) -> bool:
        """Another password instead of the one with the mark `judged`.

        False when the account has that one no more: what was chosen meanwhile stays.
        """
        with self._database.writing() as connection:
            stored = connection.execute(_GET, {"of_account": account_id}).scalar_one_or_none()
            if stored is None or password_mark(stored) != judged:
                return False
            values = {"of_account": account_id, "old_hash": stored, "new_hash": hashed, "at": at}
            # Who reads may not see yet what another is about to keep; who writes waits for it.
            return connection.execute(_CHANGE_KNOWN, values).rowcount == 1

    def mark(self, account_id: AccountId) -> str | None:
        """What tells the password that the account has from any other (`domain.identity.password_mark`)."""
        stored = self.get(account_id)
        return None if stored is None else password_mark(stored)

    def replace_hash(self, account_id: AccountId, old: str, new: str) -> bool:
        """The same password under newer parameters; False when it was changed meanwhile, and stays so."""
        values = {"of_account": account_id, "old_hash": old, "new_hash": new}
        return self._database.write_alone(_REPLACE, values) == 1

    def changed_at(self, account_id: AccountId) -> datetime | None:
        """Since when the account has the password that it has."""
        with self._database.reading() as connection:
            query = select(_TABLE.changed_at).where(_TABLE.account_id == account_id)
            return connection.execute(query).scalar_one_or_none()

    def remove(self, account_id: AccountId) -> bool:
        """The account has no password any more; False when it had none."""
        gone = delete(ACCOUNT_PASSWORDS).where(_TABLE.account_id == account_id)
        return self._database.write_alone(gone) == 1
