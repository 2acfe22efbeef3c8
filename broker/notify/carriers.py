"""What carries a leased message out: mail by a mail server, texts and calls by a gateway."""

from __future__ import annotations

from broker.notify.mail import decode_content, on_the_wire
from broker.notify.ports import Envelope, MailTransport, PhoneTransport
from broker.notify.sms import decode_phone_message
from broker.storage.messages import LeasedMessage


class MailCarrier:
    """`broker.notify.ports.Carrier` for mail; the Message-ID is the idempotency key."""

    def __init__(self, transport: MailTransport) -> None:
        self._transport = transport

    def carry(self, message: LeasedMessage) -> None:
        """Hand the mail over."""
        mail = decode_content(message.content, message.recipient)
        content = on_the_wire(mail, message.idempotency_key, message.created_at)
        self._transport.send(Envelope(mail.sender.address, mail.to, content))


class PhoneCarrier:
    """`broker.notify.ports.Carrier` for texts and calls."""

    def __init__(self, transport: PhoneTransport) -> None:
        self._transport = transport

    def carry(self, message: LeasedMessage) -> None:
        """Hand the text or call over."""
        phone_message = decode_phone_message(message.channel, message.content, message.recipient)
        self._transport.send(phone_message, idempotency_key=message.idempotency_key)
