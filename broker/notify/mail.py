"""A mail as a value, how it is kept while it waits, and how it looks on the wire."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

_CONTROL = frozenset(map(chr, (*range(0x20), 0x7F, 0x85, 0x2028, 0x2029)))


@dataclass(frozen=True, slots=True)
class Sender:
    """In whose name a mail goes out; `address` is ASCII."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail to one person, in two forms with the same words. `language` is a BCP 47 tag.

    Raises `ValueError`, without repeating anything, when a header could be broken into by a line end.
    """

    sender: Sender
    to: str = field(repr=False)
    subject: str
    text: str = field(repr=False)
    html: str = field(repr=False)
    language: str

    def __post_init__(self) -> None:
        headers = (self.sender.name, self.sender.address, self.to, self.subject, self.language)
        if any(_CONTROL.intersection(header) for header in headers):
            raise ValueError("a header of a mail must be one line without control characters")


def encode_content(mail: Mail) -> bytes:
    """All of it but the recipient, for the outbox, which seals it."""
    content = asdict(mail)
    del content["to"]
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def decode_content(content: bytes, to: str) -> Mail:
    """Read what `encode_content` wrote."""
    raw: dict[str, Any] = json.loads(content)
    return Mail(
        sender=Sender(**raw["sender"]),
        to=to,
        subject=raw["subject"],
        text=raw["text"],
        html=raw["html"],
        language=raw["language"],
    )


def on_the_wire(mail: Mail, message_id: str, sent_at: datetime) -> bytes:
    """The message of RFC 5322 with both forms (RFC 2046 5.1.4: the one to prefer stands last).

    The same mail with the same `message_id` and `sent_at` has the same headers however often it is made.
    """
    message = EmailMessage(policy=SMTP)
    message["Message-ID"] = message_id
    message["Date"] = sent_at
    message["From"] = Address(mail.sender.name, addr_spec=mail.sender.address)
    message["To"] = Address(addr_spec=mail.to)
    message["Subject"] = mail.subject
    # RFC 3834 5: a machine wrote this, so holiday replies and bounces to them stay away.
    message["Auto-Submitted"] = "auto-generated"
    # Seven bits: servers without 8BITMIME (RFC 6152) take it as well.
    message.set_content(mail.text, cte="quoted-printable")
    message.add_alternative(mail.html, subtype="html", cte="quoted-printable")
    # After the content, which would take it away.
    message["Content-Language"] = mail.language
    return message.as_bytes()
