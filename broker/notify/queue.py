"""Where a message begins: queued with what it tells of, kept or undone with it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID, uuid4

from broker.domain.clock import Clock
from broker.notify.mail import Mail, encode_content
from broker.notify.sms import PhoneMessage, encode_phone_message
from broker.storage.messages import Channel, MessageRepository, NewMessage

SUPERSEDED = "superseded"
"""The fault of a message that was taken back because a newer one says otherwise."""


class MessageQueue:
    """Takes messages in."""

    def __init__(self, messages: MessageRepository, clock: Clock, new_id: Callable[[], UUID] = uuid4) -> None:
        self._messages = messages
        self._clock = clock
        self._new_id = new_id

    def enqueue(self, brand: str, purpose: str, mail: Mail, *, expires_at: datetime) -> str:
        """Queue a mail and answer its Message-ID, which is also its idempotency key.

        Within `Database.writing` of this thread it joins that transaction: when that is undone, nothing is
        sent. `purpose` is a code for log and audit; after `expires_at` the mail is not sent any more.
        """
        message = self._mail(brand, purpose, mail, expires_at)
        self._messages.add(message)
        return message.idempotency_key

    def enqueue_for_nobody(self, brand: str, purpose: str, mail: Mail, *, expires_at: datetime) -> None:
        """The work of `enqueue` without a mail coming of it; `mail` must hold nothing of anybody."""
        self._messages.add_for_nobody(self._mail(brand, purpose, mail, expires_at))

    def _mail(self, brand: str, purpose: str, mail: Mail, expires_at: datetime) -> NewMessage:
        message_id = str(self._new_id())
        domain = mail.sender.address.rpartition("@")[2]
        return NewMessage(
            id=message_id,
            idempotency_key=f"<{message_id}@{domain}>",
            brand=brand,
            channel=Channel.MAIL,
            purpose=purpose,
            recipient=mail.to,
            content=encode_content(mail),
            created_at=self._clock(),
            expires_at=expires_at,
        )

    def enqueue_for_phone(
        self, message_id: str, brand: str, purpose: str, message: PhoneMessage, *, expires_at: datetime
    ) -> None:
        """Queue a text or call under this id (a UUID), which is also its idempotency key; see `enqueue`."""
        self._messages.add(
            NewMessage(
                id=message_id,
                idempotency_key=message_id,
                brand=brand,
                channel=message.channel,
                purpose=purpose,
                recipient=message.to,
                content=encode_phone_message(message),
                created_at=self._clock(),
                expires_at=expires_at,
            )
        )

    def supersede(self, message_id: str) -> None:
        """Take back a message that is not on its way yet: what it says does not hold any more."""
        self._messages.withdraw(message_id, self._clock(), fault=SUPERSEDED)
