"""What the audit log tells about one account, for its owner: found by the index on account and moment."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, select

from broker.domain.accounts import AccountId
from broker.storage.database import Database
from broker.storage.schema import AUDIT_EVENTS

_EVENTS = AUDIT_EVENTS.c
_OF_ACCOUNT = (_EVENTS.account_id == bindparam("of_account"), _EVENTS.brand == bindparam("of_brand"))
_LATEST = (
    select(
        _EVENTS.id, _EVENTS.at, _EVENTS.kind, _EVENTS.result, _EVENTS.actor, _EVENTS.client_id, _EVENTS.detail
    )
    .where(*_OF_ACCOUNT)
    .order_by(_EVENTS.at.desc(), _EVENTS.id.desc())
    .limit(bindparam("most"))
)
_PORTALS = (
    select(_EVENTS.client_id, func.max(_EVENTS.at).label("last_at"))
    .where(*_OF_ACCOUNT, _EVENTS.kind == bindparam("of_kind"), _EVENTS.client_id.is_not(None))
    .group_by(_EVENTS.client_id)
)


@dataclass(frozen=True, slots=True)
class OwnEvent:
    """One event about an account, without what only the desk needs. `detail` holds codes, no words."""

    at: datetime
    kind: str
    result: str
    actor: str
    client_id: str | None
    detail: Mapping[str, str | int | bool | None]


class AccountEvents:
    """Reads; there is no way to change anything here."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def latest(self, brand: str, account_id: AccountId, *, most: int) -> tuple[OwnEvent, ...]:
        """The last `most` events about this account, the newest first."""
        values = {"of_brand": brand, "of_account": account_id, "most": most}
        with self._database.reading() as connection:
            rows = connection.execute(_LATEST, values).all()
        return tuple(
            OwnEvent(row.at, row.kind, row.result, row.actor, row.client_id, json.loads(row.detail))
            for row in rows
        )

    def last_at_clients(self, brand: str, account_id: AccountId, kind: str) -> Mapping[str, datetime]:
        """When an event of this kind last told of each client and this account."""
        values = {"of_brand": brand, "of_account": account_id, "of_kind": kind}
        with self._database.reading() as connection:
            return {row.client_id: row.last_at for row in connection.execute(_PORTALS, values)}
