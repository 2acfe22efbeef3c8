"""What an account reaches, read from the database at the moment of asking; nothing of it is kept."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select

from broker.domain.accounts import AccountId
from broker.domain.collectivity import CollectivityId, CollectivityNumber, CustomerNumber
from broker.domain.rights import Holder, Relation
from broker.domain.roles import RoleId
from broker.storage.collectivity_rows import organisation_of
from broker.storage.column_types import UtcDateTime
from broker.storage.database import Database
from broker.storage.prepared import Prepared
from broker.storage.relation_queries import (
    LAST_CHARACTER,
    MANY,
    MATCHES,
    RelationQueries,
    extent_of,
    relation_queries,
)
from broker.storage.schema import LAST_RELATIONS, MEMBERSHIPS, NO_BRANCH

_LAST, _M = LAST_RELATIONS.c, MEMBERSHIPS.c
_LAST_OF = Prepared(select(_LAST.collectivity_id).where(_LAST.account_id == bindparam("of_account")))


class RelationRepository:
    """Finds the relations of an account. Each look-up costs the same however many accounts there are."""

    def __init__(self, database: Database) -> None:
        self._database = database
        # Of a membership that was taken away meanwhile there is nothing to remember; one that is being taken
        # away at this moment is waited for (FOR KEY SHARE).
        still_there = (
            select(_M.account_id, _M.collectivity_id, bindparam("used_at", type_=UtcDateTime()))
            .where(
                _M.account_id == bindparam("account_id"), _M.collectivity_id == bindparam("collectivity_id")
            )
            .with_for_update(read=True, key_share=True)
        )
        self._remember = Prepared(database.put_row(LAST_RELATIONS, ("account_id",), still_there))

    def one(self, holder: Holder, collectivity_id: CollectivityId, now: datetime) -> Relation | None:
        """The relation to this collectivity, if there is a role in it that counts."""
        return self._only(_queries(holder).one, holder, now, collectivity_id=collectivity_id)

    def by_number(self, holder: Holder, number: CollectivityNumber, now: datetime) -> Relation | None:
        """The same by the number that the brand gave it."""
        return self._only(_queries(holder).by_number, holder, now, number=number.number)

    def last(self, holder: Holder, now: datetime) -> Relation | None:
        """The relation that was used last, if it still has a role that counts."""
        return self._only(_queries(holder).last, holder, now)

    def page(
        self, holder: Holder, terms: Sequence[str], *, after: str, most: int, now: datetime
    ) -> tuple[Relation, ...]:
        """At most `most` relations that fit every term, in the order of their names, behind `after`."""
        parameters = {**_asked(holder, now), **_ranges(terms), "after": after, "most": most}
        few = bool(terms) and self._fits_few(holder, terms[0])
        rows = self._database.read_all(_queries(holder).page(len(terms), few=few), parameters)
        return _relations(rows)

    def count(self, holder: Holder, terms: Sequence[str], now: datetime) -> int:
        """How many relations fit every term."""
        asked = {**_asked(holder, now), **_ranges(terms)}
        return int(self._database.read_one(_queries(holder).count(len(terms)), asked).number)

    def remember(self, account_id: AccountId, collectivity_id: CollectivityId, at: datetime) -> None:
        """Let the next login begin here. What is remembered already is not written again."""
        known = self._database.read_one(_LAST_OF, {"of_account": account_id})
        if known is not None and known.collectivity_id == collectivity_id:
            return
        row = {"account_id": account_id, "collectivity_id": collectivity_id, "used_at": at}
        self._database.act_last("relations", lambda: self._write(row))

    def _fits_few(self, holder: Holder, term: str) -> bool:
        asked = {"of_account": holder.account_id, **_ranges([term])}
        return int(self._database.read_one(MATCHES, asked).number) < MANY

    def _write(self, row: dict[str, object]) -> None:
        self._database.write_alone(self._remember, row)

    def _only(self, statement: Prepared, holder: Holder, now: datetime, **asked: object) -> Relation | None:
        found = _relations(self._database.read_all(statement, {**_asked(holder, now), **asked}))
        return found[0] if found else None


def _queries(holder: Holder) -> RelationQueries:
    return relation_queries(holder.roles, extent_of(holder.bounds))


def _asked(holder: Holder, now: datetime) -> dict[str, object]:
    asked: dict[str, object] = {"of_account": holder.account_id, "of_brand": holder.brand, "now": now}
    if holder.bounds is not None:
        branch = holder.bounds.branch
        asked |= {"of_kvk": holder.bounds.kvk.number, "of_branch": branch.number if branch else NO_BRANCH}
    return asked


def _ranges(terms: Sequence[str]) -> dict[str, object]:
    ranges: dict[str, object] = {}
    for number, term in enumerate(terms):
        ranges[f"term_{number}"] = term
        ranges[f"behind_{number}"] = term + LAST_CHARACTER
    return ranges


def _relations(rows: Iterable[Any]) -> tuple[Relation, ...]:
    """From one row a role to one relation each, in the order of the rows."""
    found: dict[str, Any] = {}
    roles: dict[str, list[RoleId]] = {}
    for row in rows:
        found.setdefault(row.id, row)
        roles.setdefault(row.id, []).append(RoleId(row.role))
    return tuple(_relation(row, roles[row.id]) for row in found.values())


def _relation(row: Any, roles: Iterable[RoleId]) -> Relation:  # noqa: ANN401 - a row of the statements above
    return Relation(
        id=CollectivityId(row.id),
        number=CollectivityNumber(row.number),
        customer_number=CustomerNumber(row.customer_number),
        name=row.name,
        organisation=organisation_of(row.kvk, row.branch, row.organisation_name),
        roles=tuple(roles),
    )
