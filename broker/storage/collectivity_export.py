"""Everything that a brand knows of organisations and who works for them, read row by row for an export."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import bindparam, select, tuple_

from broker.domain.accounts import AccountId
from broker.domain.collectivity import CollectivityId, CollectivityNumber
from broker.domain.organisation import BranchNumber, KvkNumber, Organisation
from broker.domain.rights import RoleGrant
from broker.domain.roles import RoleId
from broker.storage.database import Database
from broker.storage.prepared import Prepared
from broker.storage.schema import COLLECTIVITIES, MEMBERSHIPS, NO_BRANCH, ORGANISATIONS, ROLE_GRANTS

_A_TIME: Final = 500
_O, _C, _M, _G = (table.c for table in (ORGANISATIONS, COLLECTIVITIES, MEMBERSHIPS, ROLE_GRANTS))
_OF_BRAND = _C.brand == bindparam("of_brand")
_ORGANISATIONS = Prepared(
    select(_O.id, _O.kvk, _O.branch, _O.name)
    .where(_O.brand == bindparam("of_brand"), _O.id > bindparam("after"))
    .order_by(_O.id)
    .limit(_A_TIME)
)
_COLLECTIVITIES = Prepared(
    select(_C.number).where(_OF_BRAND, _C.number > bindparam("after")).order_by(_C.number).limit(_A_TIME)
)
_MEMBERSHIPS = Prepared(
    select(_M.account_id, _M.collectivity_id, _C.number)
    .join(COLLECTIVITIES, _C.id == _M.collectivity_id)
    .where(
        _OF_BRAND,
        tuple_(_M.account_id, _M.collectivity_id)
        > tuple_(bindparam("after_account"), bindparam("after_collectivity")),
    )
    .order_by(_M.account_id, _M.collectivity_id)
    .limit(_A_TIME)
)
_GRANTS = Prepared(
    select(*_G, _C.number)
    .join(COLLECTIVITIES, _C.id == _G.collectivity_id)
    .where(
        _OF_BRAND,
        tuple_(_G.account_id, _G.collectivity_id, _G.role)
        > tuple_(bindparam("after_account"), bindparam("after_collectivity"), bindparam("after_role")),
    )
    .order_by(_G.account_id, _G.collectivity_id, _G.role)
    .limit(_A_TIME)
)
_BEGINNING: Final = ""


class CollectivityExport:
    """Reads a brand from beginning to end, some hundred rows at a time."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def organisations(self, brand: str) -> Iterator[Organisation]:
        """Every organisation of the brand."""
        after = _BEGINNING
        while rows := self._read(_ORGANISATIONS, brand, after=after):
            for row in rows:
                branch = None if row.branch == NO_BRANCH else BranchNumber(row.branch)
                yield Organisation(KvkNumber(row.kvk), branch, row.name)
            after = rows[-1].id

    def numbers(self, brand: str) -> Iterator[CollectivityNumber]:
        """The number of every collectivity of the brand."""
        after = _BEGINNING
        while rows := self._read(_COLLECTIVITIES, brand, after=after):
            yield from (CollectivityNumber(row.number) for row in rows)
            after = rows[-1].number

    def memberships(self, brand: str) -> Iterator[tuple[AccountId, CollectivityNumber]]:
        """Who belongs to which collectivity, all of an account together."""
        last = (_BEGINNING, _BEGINNING)
        while rows := self._read(_MEMBERSHIPS, brand, after_account=last[0], after_collectivity=last[1]):
            yield from ((AccountId(row.account_id), CollectivityNumber(row.number)) for row in rows)
            last = (rows[-1].account_id, rows[-1].collectivity_id)

    def grants(self, brand: str) -> Iterator[tuple[CollectivityNumber, RoleGrant]]:
        """Every role that was given, all of an account together."""
        last = (_BEGINNING, _BEGINNING, _BEGINNING)
        while rows := self._read(
            _GRANTS, brand, after_account=last[0], after_collectivity=last[1], after_role=last[2]
        ):
            for row in rows:
                yield CollectivityNumber(row.number), _grant(row)
            last = (rows[-1].account_id, rows[-1].collectivity_id, rows[-1].role)

    def _read(self, statement: Prepared, brand: str, **after: str) -> list[Any]:
        return self._database.read_all(statement, {"of_brand": brand, **after})


def _grant(row: Any) -> RoleGrant:  # noqa: ANN401 - a row of the statement
    return RoleGrant(
        AccountId(row.account_id),
        CollectivityId(row.collectivity_id),
        RoleId(row.role),
        row.given_at,
        AccountId(row.given_by) if row.given_by else None,
        row.reason,
        row.ends_at,
    )
