"""A real mail server for tests: keeps every message as it came, and refuses when told to."""

from __future__ import annotations

import asyncio
import re
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from html import unescape
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from broker.notify.delivery import Delivery
from broker.notify.smtp import Credentials, MailServer, Protection, SmtpTransport
from broker.worker import delivery_of
from tests.support.system import System

_LINK = re.compile(r"https?://[^\s<>\"]+/activate\?link=[^\s<>\"]+")


@dataclass(frozen=True)
class Received:
    """One message: the envelope's recipient and the bytes, read as a mail."""

    recipient: str
    mail: EmailMessage
    encrypted: bool

    @property
    def message_id(self) -> str:
        """The Message-ID."""
        return str(self.mail["Message-ID"])

    def body(self, kind: str) -> str:
        """The text (``plain``) or the HTML (``html``)."""
        found = self.mail.get_body(preferencelist=(kind,))
        assert found is not None
        return str(found.get_content())

    @property
    def link(self) -> str:
        """The confirmation link; the text and the HTML have the same one."""
        in_text, in_html = (set(_LINK.findall(unescape(self.body(kind)))) for kind in ("plain", "html"))
        assert in_text == in_html
        (link,) = in_text
        return str(link)


@dataclass
class Mailbox:
    """What arrived, oldest first. `answers` are replies to give instead of taking the next messages."""

    received: list[Received] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    logins: list[str] = field(default_factory=list)

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 (aiosmtpd's name)
        """Keep the message, or give the answer that a test ordered."""
        if self.answers:
            return self.answers.pop(0)
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        mail = message_from_bytes(content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        transport = server.transport
        encrypted = transport is not None and transport.get_extra_info("ssl_object") is not None
        for recipient in envelope.rcpt_tos:
            self.received.append(Received(recipient, mail, encrypted))
        return "250 taken"

    def authenticate(self, *arguments: object) -> AuthResult:
        """Let the right password in."""
        given = arguments[-1]
        assert isinstance(given, LoginPassword)
        self.logins.append(given.login.decode())
        return AuthResult(success=given.password == b"the-password")

    def last(self) -> Received:
        """The newest message. No property, for aiosmtpd looks at every attribute of its handler."""
        return self.received[-1]


class Listener:
    """The SMTP side of a mailbox on a free port of this machine."""

    def __init__(self, mailbox: Mailbox, **options: Any) -> None:
        self._loop = asyncio.new_event_loop()
        self._options = options
        self._mailbox = mailbox
        self._server = self._loop.run_until_complete(
            self._loop.create_server(self._protocol, "127.0.0.1", 0, ssl=options.pop("implicit_tls", None))
        )
        self.port: int = self._server.sockets[0].getsockname()[1]
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def _protocol(self) -> SMTP:
        return SMTP(self._mailbox, hostname="mail.example", loop=self._loop, **self._options)

    def stop(self) -> None:
        """Close the port and end every conversation."""
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        self._loop.close()

    async def _close(self) -> None:
        self._server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)


@contextmanager
def listening(mailbox: Mailbox, **options: Any) -> Iterator[int]:
    """A mail server for this mailbox; its port. `options` as of aiosmtpd's SMTP, or ``implicit_tls``."""
    listener = Listener(mailbox, **options)
    try:
        yield listener.port
    finally:
        listener.stop()


def smtp_transport(
    port: int,
    *,
    protection: Protection = Protection.NONE,
    context: ssl.SSLContext | None = None,
    credentials: Credentials | None = None,
) -> SmtpTransport:
    """The real transport to a mail server of a test."""
    trusted = context or ssl.create_default_context()
    return SmtpTransport(MailServer("127.0.0.1", port, protection, trusted, "localhost", 5.0, credentials))


@dataclass
class Post:
    """A system's mail: what its worker sends ends up in the mailbox."""

    mailbox: Mailbox
    delivery: Delivery

    def deliver(self) -> Received:
        """One round of the worker; the newest message."""
        self.delivery.run()
        return self.mailbox.last()


@contextmanager
def running_post(system: System) -> Iterator[Post]:
    """A mail server for `system`, and the worker's job that sends to it."""
    mailbox = Mailbox()
    with listening(mailbox) as port:
        mail = system.settings.broker.mail
        assert mail is not None
        broker = system.settings.broker.model_copy(update={"mail": mail.model_copy(update={"port": port})})
        delivery = delivery_of(replace(system.settings, broker=broker), system.stores)
        assert delivery is not None
        yield Post(mailbox, delivery)
