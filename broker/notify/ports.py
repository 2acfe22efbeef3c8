"""What the delivery of messages needs from elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from broker.notify.sms import PhoneMessage
from broker.storage.messages import LeasedMessage


@dataclass(frozen=True, slots=True)
class Envelope:
    """One message for a mail server: addresses in ASCII, and the bytes that go between."""

    sender: str
    recipient: str
    content: bytes

    def __repr__(self) -> str:
        return "Envelope(…)"


class SendingFailed(Exception):
    """The message did not go out, as far as we know. `fault` is a stable code without the server's words."""

    def __init__(self, fault: str) -> None:
        super().__init__(fault)
        self.fault = fault


class ServerAway(SendingFailed):
    """No server was reached or it would not talk to us: other messages would fare the same now."""


class RefusedForNow(SendingFailed):
    """The server will not take this message now (a reply 4yz, RFC 5321 4.2.1)."""


class RefusedForGood(SendingFailed):
    """The server will never take this message (a reply 5yz)."""


class MailTransport(Protocol):
    """Hands a message to a mail server."""

    def send(self, envelope: Envelope) -> None:
        """Return when the server has taken responsibility for it; raise `SendingFailed` otherwise."""


class PhoneTransport(Protocol):
    """Hands texts and calls to a gateway."""

    def send(self, message: PhoneMessage, *, idempotency_key: str) -> None:
        """Return when the gateway has taken responsibility for it; raise `SendingFailed` otherwise."""


class Carrier(Protocol):
    """Carries the messages of one or more channels out."""

    def carry(self, message: LeasedMessage) -> None:
        """Return when somebody else has taken responsibility for it; raise `SendingFailed` otherwise."""
