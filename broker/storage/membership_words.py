"""The words by which members find a collectivity, and its place in their list: written for each of them."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import ClauseElement, Connection, Table, bindparam, delete, select, update

from broker.domain.accounts import AccountId
from broker.domain.collectivity import Collectivity
from broker.domain.search_words import sort_key
from broker.storage.collectivity_rows import word_row, words_of_collectivity
from broker.storage.database import Database
from broker.storage.prepared import Prepared
from broker.storage.schema import MEMBERSHIP_WORDS, MEMBERSHIPS

_M, _W = MEMBERSHIPS.c, MEMBERSHIP_WORDS.c
_MEMBERS = select(_M.account_id).where(_M.collectivity_id == bindparam("of_collectivity"))


class MembershipWords:
    """Writes within the caller's transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._add_word = row_by_row(database.new_row(MEMBERSHIP_WORDS), MEMBERSHIP_WORDS)

    def add(self, collectivity: Collectivity, member: AccountId) -> None:
        """Let a new member find it."""
        self._write(collectivity, (member,))

    def write_anew(self, connection: Connection, collectivity: Collectivity) -> None:
        """Let every member find it by what it is called now, and in its place of the list."""
        connection.execute(delete(MEMBERSHIP_WORDS).where(_W.collectivity_id == collectivity.id))
        key = sort_key(collectivity.name, collectivity.number.number)
        of_it = _M.collectivity_id == collectivity.id
        connection.execute(update(MEMBERSHIPS).where(of_it).values(sort_key=key))
        self._write(
            collectivity, connection.execute(_MEMBERS, {"of_collectivity": collectivity.id}).scalars().all()
        )

    def _write(self, collectivity: Collectivity, members: Iterable[str]) -> None:
        words = words_of_collectivity(collectivity)
        for member in members:
            for word in words:
                self._database.write_alone(self._add_word, word_row(collectivity.id, member, word))


def row_by_row(statement: ClauseElement, table: Table) -> Prepared:
    """An insert of whole rows, prepared: files bring tens of thousands of these."""
    return Prepared(statement, *(column.name for column in table.c))
