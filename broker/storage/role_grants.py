"""Roles given to accounts for collectivities: who gave one, when, why and until when."""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, delete, select

from broker.domain.accounts import AccountId
from broker.domain.collectivity import CollectivityId, CollectivityNumber
from broker.domain.rights import RoleGrant
from broker.domain.roles import RoleId
from broker.storage.database import Database
from broker.storage.prepared import Prepared
from broker.storage.schema import COLLECTIVITIES, ROLE_GRANTS

_G = ROLE_GRANTS.c
_OF_ACCOUNT = Prepared(
    select(*_G)
    .where(_G.account_id == bindparam("account_id"), _G.collectivity_id == bindparam("collectivity_id"))
    .order_by(_G.role)
)

_WITH_NUMBERS = Prepared(
    select(*_G, COLLECTIVITIES.c.number)
    .join(COLLECTIVITIES, COLLECTIVITIES.c.id == _G.collectivity_id)
    .where(_G.account_id == bindparam("account_id"))
    .order_by(COLLECTIVITIES.c.number, _G.role)
)


class RoleGrantRepository:
    """Keeps grants. One that ended is not there any more; the audit log tells that it was."""

    def __init__(self, database: Database) -> None:
        self._database = database
        put = database.put_row(ROLE_GRANTS, ("account_id", "collectivity_id", "role"))
        self._put = Prepared(put, *(column.name for column in ROLE_GRANTS.c))

    def of_account(self, account_id: AccountId, collectivity_id: CollectivityId) -> tuple[RoleGrant, ...]:
        """Every grant of an account for a collectivity, also one whose end has come."""
        asked = {"account_id": account_id, "collectivity_id": collectivity_id}
        return tuple(_grant(row) for row in self._database.read_all(_OF_ACCOUNT, asked))

    def with_numbers(self, account_id: AccountId) -> tuple[tuple[CollectivityNumber, RoleGrant], ...]:
        """Every grant of an account with the number of its collectivity, in their order."""
        rows = self._database.read_all(_WITH_NUMBERS, {"account_id": account_id})
        return tuple((CollectivityNumber(row.number), _grant(row)) for row in rows)

    def put(self, grant: RoleGrant) -> None:
        """Give a role, or give it anew with another end; the account has to be a member."""
        row = {
            "account_id": grant.account_id,
            "collectivity_id": grant.collectivity_id,
            "role": grant.role,
            "given_at": grant.given_at,
            "given_by": grant.given_by,
            "reason": grant.reason,
            "ends_at": grant.ends_at,
        }
        self._database.write_alone(self._put, row)

    def end(self, account_id: AccountId, collectivity_id: CollectivityId, role: RoleId) -> bool:
        """Take a role away, at once and everywhere; True for the one caller who did."""
        ended = delete(ROLE_GRANTS).where(
            _G.account_id == account_id, _G.collectivity_id == collectivity_id, _G.role == role
        )
        return self._database.write_alone(ended) == 1


def _grant(row: Any) -> RoleGrant:  # noqa: ANN401 - a row of the table
    return RoleGrant(
        account_id=AccountId(row.account_id),
        collectivity_id=CollectivityId(row.collectivity_id),
        role=RoleId(row.role),
        given_at=row.given_at,
        given_by=AccountId(row.given_by) if row.given_by else None,
        reason=row.reason,
        ends_at=row.ends_at,
    )
