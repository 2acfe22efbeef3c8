"""How much waits in the queues that stand in the database, and for how long: for the figures only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Table, func, select

from broker.storage.database import Database
from broker.storage.schema import LOGOUT_NOTICES, MESSAGES

_UNDER_WAY = ("waiting", "sending")
_DEAD = "dead"


@dataclass(frozen=True, slots=True)
class QueueDepth:
    """`oldest_due_at` is when the first of them should have gone; None when nothing waits."""

    queue: str
    waiting: int
    oldest_due_at: datetime | None


def message_queues(database: Database) -> tuple[QueueDepth, ...]:
    """Messages to people: under way, and given up."""
    return _depths(database, "messages", MESSAGES)


def logout_queues(database: Database) -> tuple[QueueDepth, ...]:
    """Portals that must hear that a session ended: under way, and given up."""
    return _depths(database, "logout-notices", LOGOUT_NOTICES)


def _depths(database: Database, name: str, table: Table) -> tuple[QueueDepth, ...]:
    """Both, by the index that stands on state and moment; a queue has these columns."""
    under_way = select(func.count(), func.min(table.c.next_attempt_at)).where(table.c.state.in_(_UNDER_WAY))
    dead = select(func.count()).where(table.c.state == _DEAD)
    with database.reading() as connection:
        waiting, oldest = connection.execute(under_way).one()
        given_up = connection.execute(dead).scalar_one()
    return QueueDepth(name, waiting, oldest), QueueDepth(f"{name}-dead", given_up, None)
