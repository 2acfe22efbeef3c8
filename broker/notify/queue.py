"""Where a message begins: queued with what it tells of, kept or undone with it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID, uuid4

from broker.domain.clock import Clock
from broker.notify.mail import Mail, encode_content
from broker.storage.messages import MessageRepository, NewMessage


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
        message_id = str(self._new_id())
        domain = mail.sender.address.rpartition("@")[2]
        key = f"<{message_id}@{domain}>"
        self._messages.add(
            NewMessage(
                id=message_id,
                idempotency_key=key,
                brand=brand,
                channel="mail",
                purpose=purpose,
                recipient=mail.to,
                content=encode_content(mail),
                created_at=self._clock(),
                expires_at=expires_at,
            )
        )
        return key
