"""The mail listener: a real SMTP server whose every message ends up in the message store."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from html.parser import HTMLParser

from aiosmtpd.smtp import SMTP, Envelope, Session

from demo.outbox.messages import Channel, Delivery, MessageStore

LARGEST_MAIL_BYTES = 1024 * 1024


class MailHandler:
    """aiosmtpd's hook: one stored message for each receiver named in the envelope."""

    def __init__(self, store: MessageStore, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 (aiosmtpd's name)
        """Answer the SMTP reply line after the mail was kept."""
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        mail = message_from_bytes(content, policy=policy.default)
        subject = str(mail.get("Subject", ""))
        text = readable_text(mail)
        for receiver in envelope.rcpt_tos:
            delivery = Delivery(channel=Channel.MAIL, to=receiver, subject=subject, text=text)
            self._store.deliver(delivery, self._now())
        return "250 Message accepted for delivery"


def readable_text(mail: EmailMessage) -> str:
    """The plain text of a mail, or the words of its HTML when there is nothing else."""
    body = mail.get_body(preferencelist=("plain", "html"))
    if body is None:
        return ""
    content = str(body.get_content())
    if body.get_content_type() != "text/html":
        return content.strip()
    words = _Words()
    words.feed(content)
    return "\n".join(words.lines)


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.lines.append(" ".join(data.split()))


class MailListener:
    """The SMTP server in a thread of its own; `port` is the one really opened (0 asks for any)."""

    def __init__(self, handler: MailHandler, host: str, port: int) -> None:
        self._handler = handler
        self._loop = asyncio.new_event_loop()
        self._server = self._loop.run_until_complete(
            self._loop.create_server(self._protocol, host, port, reuse_address=True)
        )
        self.host = host
        self.port: int = self._server.sockets[0].getsockname()[1]
        self._thread = threading.Thread(target=self._loop.run_forever, name="smtp", daemon=True)

    def _protocol(self) -> SMTP:
        return SMTP(
            self._handler,
            data_size_limit=LARGEST_MAIL_BYTES,
            enable_SMTPUTF8=True,
            hostname="outbox.example",
            ident="demo outbox",
            loop=self._loop,
        )

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def stop(self) -> None:
        """Close the port and end the thread."""
        self._loop.call_soon_threadsafe(self._server.close)
        self._loop.call_soon_threadsafe(self._cancel_conversations)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        self._loop.close()

    def _cancel_conversations(self) -> None:
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
