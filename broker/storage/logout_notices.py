"""Portals that must be told that a session ended: queued once each, leased to one sender at a time.

A notice is `waiting`, `sending` (leased), `delivered` or `dead`. A lease that ran out is taken over, so that
a sender that dies half-way causes a second delivery and never a lost one.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import uuid4

from sqlalchemy import Update, and_, bindparam, delete, or_, select, update

from broker.storage.database import Database
from broker.storage.schema import LOGOUT_NOTICES
from broker.storage.sealing import Sealer

_HOLDER_BYTES = 16


class NoticeState(StrEnum):
    """Where a notice is on its way."""

    WAITING = "waiting"
    SENDING = "sending"
    DELIVERED = "delivered"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class LeasedNotice:
    """A notice that this sender, and no other, may send until the lease ends. `attempts` counts this one."""

    id: str
    brand: str
    sid: str
    client_id: str
    subject: str = field(repr=False)
    attempts: int
    holder: str = field(repr=False)


_T = LOGOUT_NOTICES.c
_DUE = or_(
    and_(_T.state == NoticeState.WAITING.value, _T.next_attempt_at <= bindparam("now")),
    and_(_T.state == NoticeState.SENDING.value, _T.lease_until <= bindparam("now")),
)
_ANY_DUE = select(_T.id).where(_DUE).limit(1)
# SKIP LOCKED lets senders pass each other on PostgreSQL; SQLite has one writer at a time and leaves it out.
_FIRST_DUE = (
    select(_T.id)
    .where(_DUE)
    .order_by(_T.next_attempt_at, _T.id)
    .limit(1)
    .with_for_update(skip_locked=True)
    .cte("first_due")
)
_LEASE = (
    update(LOGOUT_NOTICES)
    .where(_T.id.in_(select(_FIRST_DUE.c.id)))
    .values(
        state=NoticeState.SENDING.value,
        attempts=_T.attempts + 1,
        lease_until=bindparam("until"),
        lease_holder=bindparam("holder"),
    )
    .returning(*_T)
)
_PURGE = delete(LOGOUT_NOTICES).where(
    _T.state.in_((NoticeState.DELIVERED.value, NoticeState.DEAD.value)), _T.settled_at <= bindparam("before")
)


class LogoutNoticeRepository:
    """Queues notices and hands them to senders."""

    def __init__(self, database: Database, columns: Sealer) -> None:
        self._database = database
        self._columns = columns
        self._insert = database.new_row(LOGOUT_NOTICES)

    def add(self, *, brand: str, sid: str, client_id: str, subject: str, now: datetime) -> bool:
        """Queue it; False when this portal's notice of this session was queued before, whatever its state."""
        notice_id = str(uuid4())
        row = {
            "id": notice_id,
            "brand": brand,
            "sid": sid,
            "client_id": client_id,
            "subject_sealed": self._columns.seal(subject.encode(), context=_place(notice_id)),
            "state": NoticeState.WAITING.value,
            "attempts": 0,
            "next_attempt_at": now,
            "created_at": now,
        }
        return self._database.write_alone(self._insert, row) == 1

    def lease(self, now: datetime, until: datetime) -> LeasedNotice | None:
        """The notice that waits longest, for this caller alone until `until`; None when none is due."""
        with self._database.reading() as connection:
            # Asked every second by every worker: a look costs nobody the writer's lock.
            if connection.execute(_ANY_DUE, {"now": now}).first() is None:
                return None
        asked = {"now": now, "until": until, "holder": secrets.token_hex(_HOLDER_BYTES)}
        with self._database.writing() as connection:
            row = connection.execute(_LEASE, asked).one_or_none()
        if row is None:
            return None
        subject = self._columns.open(row.subject_sealed, context=_place(row.id)).decode()
        return LeasedNotice(
            row.id, row.brand, row.sid, row.client_id, subject, row.attempts, row.lease_holder
        )

    def delivered(self, notice: LeasedNotice, now: datetime) -> bool:
        """The portal knows. False when the lease is not this caller's any more."""
        return self._settle(notice, NoticeState.DELIVERED, now, fault=None)

    def give_up(self, notice: LeasedNotice, now: datetime, *, fault: str) -> bool:
        """The portal will not be told; the row stays for a while as a dead letter. False as above."""
        return self._settle(notice, NoticeState.DEAD, now, fault=fault)

    def postpone(self, notice: LeasedNotice, *, until: datetime, fault: str) -> bool:
        """Try again later. `fault` is a code. False as above."""
        later = {"state": NoticeState.WAITING.value, "next_attempt_at": until, "fault": fault}
        freed = {"lease_until": None, "lease_holder": None}
        return self._database.write_alone(_of_holder(notice).values(**later, **freed)) == 1

    def purge(self, before: datetime) -> int:
        """Drops what was over before that moment; answers how many."""
        return self._database.write_alone(_PURGE, {"before": before})

    def _settle(self, notice: LeasedNotice, state: NoticeState, now: datetime, *, fault: str | None) -> bool:
        done = {"state": state.value, "fault": fault, "settled_at": now}
        wiped = {"subject_sealed": None, "lease_until": None, "lease_holder": None}
        return self._database.write_alone(_of_holder(notice).values(**done, **wiped)) == 1


def _of_holder(notice: LeasedNotice) -> Update:
    return update(LOGOUT_NOTICES).where(_T.id == notice.id, _T.lease_holder == notice.holder)


def _place(notice_id: str) -> bytes:
    return f"logout_notices/{notice_id}/subject".encode()
