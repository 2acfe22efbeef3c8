"""What arrived: messages of four channels in memory, newest first, each idempotency key once."""

from __future__ import annotations

import re
import threading
from collections import OrderedDict, deque
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

MOST_MESSAGES_KEPT = 2000
MOST_KEYS_KEPT = 10_000


class Channel(StrEnum):
    """The ways a message reaches somebody."""

    MAIL = "mail"
    SMS = "sms"
    VOICE = "voice"
    LETTER = "letter"


@dataclass(frozen=True, slots=True)
class Message:
    """One message as it arrived.

    `to` is a mail address, a phone number with ``+``, or the lines of a postal address.
    """

    id: str
    channel: Channel
    to: str
    subject: str
    text: str = field(repr=False)
    sent_at: datetime

    def as_json(self) -> dict[str, str]:
        """The form of ``/api/messages``."""
        return {
            "id": self.id,
            "channel": self.channel.value,
            "to": self.to,
            "subject": self.subject,
            "text": self.text,
            "sent_at": self.sent_at.isoformat(timespec="seconds"),
        }


@dataclass(frozen=True, slots=True)
class Delivery:
    """What somebody hands in; `idempotency_key` makes a repeated delivery arrive once."""

    channel: Channel
    to: str
    text: str = field(repr=False)
    subject: str = ""
    idempotency_key: str | None = None


class KeyReusedError(Exception):
    """The same idempotency key came with another message."""


class MessageStore:
    """Keeps the latest messages; safe for the threads of the mail listener and the web server."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._messages: deque[Message] = deque(maxlen=MOST_MESSAGES_KEPT)
        self._by_key: OrderedDict[tuple[Channel, str], tuple[Delivery, Message]] = OrderedDict()
        self._count = 0

    def deliver(self, delivery: Delivery, sent_at: datetime) -> Message:
        """Keep a message, or answer the one that came under this key before.

        `KeyReusedError` when the key came before with another receiver or text.
        """
        with self._lock:
            if delivery.idempotency_key is None:
                return self._keep(delivery, sent_at)
            key = (delivery.channel, delivery.idempotency_key)
            if key in self._by_key:
                earlier, message = self._by_key[key]
                if earlier != delivery:
                    raise KeyReusedError
                return message
            message = self._keep(delivery, sent_at)
            self._by_key[key] = (delivery, message)
            if len(self._by_key) > MOST_KEYS_KEPT:
                self._by_key.popitem(last=False)
            return message

    def _keep(self, delivery: Delivery, sent_at: datetime) -> Message:
        self._count += 1
        message = Message(
            id=f"m{self._count}",
            channel=delivery.channel,
            to=delivery.to,
            subject=delivery.subject,
            text=delivery.text,
            sent_at=sent_at,
        )
        self._messages.appendleft(message)
        return message

    def newest_first(self, channels: frozenset[Channel] = frozenset(Channel), to: str = "") -> list[Message]:
        """Messages of these channels, for this receiver when one is given."""
        wanted = comparable_receiver(to)
        with self._lock:
            messages = list(self._messages)
        return [
            message
            for message in messages
            if message.channel in channels and (not wanted or comparable_receiver(message.to) == wanted)
        ]


def comparable_receiver(receiver: str) -> str:
    """Addresses without regard to case; numbers without ``+`` and spaces.

    In a query a ``+`` that nobody escaped arrives as a space, so the plus cannot decide.
    """
    receiver = receiver.strip().lower()
    digits = re.sub(r"[\s+()-]", "", receiver)
    return digits if digits.isdigit() else receiver
