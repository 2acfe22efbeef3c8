"""Which account of a brand an e-mail address belongs to, found by keyed hash.

An address belongs to one account: the first that claims it. Consumers who were imported with the address
of somebody else keep it on their account without owning it, as partners who share a mailbox do.
"""

from __future__ import annotations

from sqlalchemy import Connection, delete, select

from broker.domain.accounts import AccountId
from broker.domain.email_address import comparable
from broker.storage.database import Database
from broker.storage.keyed_hash import BlindIndex
from broker.storage.schema import ACCOUNT_IDENTITIES
from broker.storage.sealing import Sealer

ADDRESS_SCHEME = "email"


def owner_of_address(connection: Connection, index: BlindIndex, email: str) -> AccountId | None:
    """The account that owns this address at the brand of `index`."""
    table = ACCOUNT_IDENTITIES.c
    for hashed in index.digests(ADDRESS_SCHEME, comparable(email)):
        found = connection.execute(
            select(table.account_id).where(
                table.brand == index.brand,
                table.scheme == ADDRESS_SCHEME,
                table.index_key_id == hashed.key_id,
                table.identity_digest == hashed.digest,
            )
        ).scalar_one_or_none()
        if found is not None:
            return AccountId(found)
    return None


class AccountAddresses:
    """Gives addresses to accounts."""

    def __init__(self, database: Database, columns: Sealer) -> None:
        self._insert = database.new_row(ACCOUNT_IDENTITIES)
        self._columns = columns

    def claim(self, connection: Connection, index: BlindIndex, account_id: AccountId, email: str) -> bool:
        """Let the account own this address and no other; False when another account owns it.

        Of two who claim it at once the second waits for the first and is told. On False the account owns
        no address; undo the transaction when that matters.
        """
        table = ACCOUNT_IDENTITIES.c
        connection.execute(
            delete(ACCOUNT_IDENTITIES).where(table.account_id == account_id, table.scheme == ADDRESS_SCHEME)
        )
        normal = comparable(email)
        context = f"accounts/{index.brand}/{account_id}/{ADDRESS_SCHEME}-address".encode()
        # Oldest key first: a process that does not know the newest one yet meets us there.
        for hashed in reversed(index.digests(ADDRESS_SCHEME, normal)):
            row = {
                "brand": index.brand,
                "scheme": ADDRESS_SCHEME,
                "index_key_id": hashed.key_id,
                "identity_digest": hashed.digest,
                "account_id": account_id,
                "identity_sealed": self._columns.seal(normal.encode(), context=context),
            }
            if connection.execute(self._insert, row).rowcount != 1:
                return False
        return True
