"""Messages to people in the database: queued with what caused them, leased to one sender at a time.

A message is `waiting`, `sending` (leased), `delivered` or `dead`. A lease that ran out is taken over, so a
sender that dies between sending and saying so causes a second delivery with the same idempotency key;
that is the one way in which a message goes out twice.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Update, and_, bindparam, delete, or_, select, update

from broker.storage.database import Database
from broker.storage.schema import MESSAGES
from broker.storage.sealing import Sealer

_HOLDER_BYTES = 16
NOBODY = "nobody"
"""The fault of a message that was for nobody."""


class Channel(StrEnum):
    """How a message reaches somebody."""

    MAIL = "mail"
    SMS = "sms"
    VOICE = "voice"


class MessageState(StrEnum):
    """Where a message is on its way."""

    WAITING = "waiting"
    SENDING = "sending"
    DELIVERED = "delivered"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A message to be queued. `idempotency_key` names it to whoever receives it, also when it comes twice.

    `expires_at` is when sending it has no use any more.
    """

    id: str
    idempotency_key: str
    brand: str
    channel: Channel
    purpose: str
    recipient: str = field(repr=False)
    content: bytes = field(repr=False)
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class LeasedMessage:
    """A message that this sender, and no other, may send until the lease ends. `attempts` counts this one."""

    id: str
    idempotency_key: str
    brand: str
    channel: Channel
    purpose: str
    recipient: str = field(repr=False)
    content: bytes = field(repr=False)
    attempts: int
    created_at: datetime
    expires_at: datetime
    holder: str = field(repr=False)


_DUE = or_(
    and_(MESSAGES.c.state == MessageState.WAITING.value, MESSAGES.c.next_attempt_at <= bindparam("now")),
    and_(MESSAGES.c.state == MessageState.SENDING.value, MESSAGES.c.lease_until <= bindparam("now")),
)
_BY_CHANNEL = MESSAGES.c.channel.in_(bindparam("channels", expanding=True))
_ANY_DUE = select(MESSAGES.c.id).where(_BY_CHANNEL, _DUE).limit(1)
# SKIP LOCKED lets senders pass each other on PostgreSQL; SQLite has one writer at a time and leaves it out.
_FIRST_DUE = (
    select(MESSAGES.c.id)
    .where(_BY_CHANNEL, _DUE)
    .order_by(MESSAGES.c.next_attempt_at, MESSAGES.c.id)
    .limit(1)
    .with_for_update(skip_locked=True)
    .cte("first_due")
)
_LEASE = (
    update(MESSAGES)
    .where(MESSAGES.c.id.in_(select(_FIRST_DUE.c.id)))
    .values(
        state=MessageState.SENDING.value,
        attempts=MESSAGES.c.attempts + 1,
        lease_until=bindparam("until"),
        lease_holder=bindparam("holder"),
    )
    .returning(*MESSAGES.c)
)
_WIPED: dict[str, None] = dict.fromkeys(
    ("recipient_sealed", "content_sealed", "lease_until", "lease_holder"), None
)
_PURGE = delete(MESSAGES).where(
    MESSAGES.c.state.in_((MessageState.DELIVERED.value, MessageState.DEAD.value)),
    MESSAGES.c.settled_at <= bindparam("before"),
)


class MessageRepository:
    """Queues messages and hands them to senders."""

    def __init__(self, database: Database, columns: Sealer) -> None:
        self._database = database
        self._columns = columns
        self._insert = database.new_row(MESSAGES)

    def add(self, message: NewMessage) -> bool:
        """Queue it, within `Database.writing` together with what it tells of.

        False when a message with this idempotency key was queued before; then nothing is added.
        """
        return self._database.write_alone(self._insert, self._row(message)) == 1

    def add_for_nobody(self, message: NewMessage) -> None:
        """Keep one that is never sent, with the same work as `add`, so that the two cannot be told apart.

        It counts as delivered and goes with those. Its recipient must be nobody's address.
        """
        over = {"state": MessageState.DELIVERED.value, "fault": NOBODY, "settled_at": message.created_at}
        self._database.write_alone(self._insert, self._row(message) | over)

    def _row(self, message: NewMessage) -> dict[str, object]:
        return {
            "id": message.id,
            "idempotency_key": message.idempotency_key,
            "brand": message.brand,
            "channel": message.channel.value,
            "purpose": message.purpose,
            "state": MessageState.WAITING.value,
            "attempts": 0,
            "next_attempt_at": message.created_at,
            "recipient_sealed": self._columns.seal(
                message.recipient.encode(), context=_place(message.id, "recipient")
            ),
            "content_sealed": self._columns.seal(message.content, context=_place(message.id, "content")),
            "created_at": message.created_at,
            "expires_at": message.expires_at,
            "fault": None,
            "settled_at": None,
        }

    def lease(
        self, now: datetime, until: datetime, *, channels: Iterable[Channel] = tuple(Channel)
    ) -> LeasedMessage | None:
        """The message that waits longest, for this caller alone until `until`; None when none is due."""
        wanted = {"now": now, "channels": [channel.value for channel in channels]}
        with self._database.reading() as connection:
            # Asked every second by every worker: a look costs nobody the writer's lock.
            if connection.execute(_ANY_DUE, wanted).first() is None:
                return None
        asked = wanted | {"until": until, "holder": secrets.token_hex(_HOLDER_BYTES)}
        with self._database.writing() as connection:
            row = connection.execute(_LEASE, asked).one_or_none()
        if row is None:
            return None
        return LeasedMessage(
            id=row.id,
            idempotency_key=row.idempotency_key,
            brand=row.brand,
            channel=Channel(row.channel),
            purpose=row.purpose,
            recipient=self._columns.open(row.recipient_sealed, context=_place(row.id, "recipient")).decode(),
            content=self._columns.open(row.content_sealed, context=_place(row.id, "content")),
            attempts=row.attempts,
            created_at=row.created_at,
            expires_at=row.expires_at,
            holder=row.lease_holder,
        )

    def delivered(self, message: LeasedMessage, now: datetime) -> bool:
        """It is out: recipient and content are wiped. False when the lease is not this caller's any more."""
        done = {"state": MessageState.DELIVERED.value, "fault": None, "settled_at": now, **_WIPED}
        return self._database.write_alone(_of_holder(message).values(**done)) == 1

    def postpone(self, message: LeasedMessage, *, until: datetime, fault: str) -> bool:
        """It did not go out; try again later. `fault` is a code. False as above."""
        later = {"state": MessageState.WAITING.value, "next_attempt_at": until, "fault": fault}
        freed = {"lease_until": None, "lease_holder": None}
        return self._database.write_alone(_of_holder(message).values(**later, **freed)) == 1

    def give_up(self, message: LeasedMessage, now: datetime, *, fault: str) -> bool:
        """It will not go out: recipient and content are wiped. False as above."""
        dead = {"state": MessageState.DEAD.value, "fault": fault, "settled_at": now, **_WIPED}
        return self._database.write_alone(_of_holder(message).values(**dead)) == 1

    def withdraw(self, message_id: str, now: datetime, *, fault: str) -> bool:
        """Take back a message that nobody is sending, because of `fault` (a code): it is wiped.

        False when it is out already, or on its way; in the second case it is not tried again should it fail.
        """
        dead = {"state": MessageState.DEAD.value, "fault": fault, "settled_at": now, **_WIPED}
        waiting = (MESSAGES.c.id == message_id, MESSAGES.c.state == MessageState.WAITING.value)
        if self._database.write_alone(update(MESSAGES).where(*waiting).values(**dead)) == 1:
            return True
        sending = (MESSAGES.c.id == message_id, MESSAGES.c.state == MessageState.SENDING.value)
        self._database.write_alone(update(MESSAGES).where(*sending).values(expires_at=now))
        return False

    def purge(self, before: datetime) -> int:
        """Drops what was over before that moment; answers how many."""
        return self._database.write_alone(_PURGE, {"before": before})


def _of_holder(message: LeasedMessage) -> Update:
    return update(MESSAGES).where(MESSAGES.c.id == message.id, MESSAGES.c.lease_holder == message.holder)


def _place(message_id: str, column: str) -> bytes:
    return f"messages/{message_id}/{column}".encode()
