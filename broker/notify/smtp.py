"""The real mail transport: one conversation with an SMTP server for each message (RFC 5321)."""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Final

from broker.notify.ports import Envelope, RefusedForGood, RefusedForNow, SendingFailed, ServerAway

_PERMANENT: Final = 500


class Protection(Enum):
    """How the conversation is protected."""

    NONE = auto()
    STARTTLS = auto()
    TLS = auto()


@dataclass(frozen=True, slots=True)
class Credentials:
    """What the server wants of its clients."""

    username: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class MailServer:
    """The server that takes our mail; `context` verifies its certificate against its name.

    `timeout_seconds` bounds the wait for a connection and for each answer; `own_name` is what we say we are.
    """

    host: str
    port: int
    protection: Protection
    context: ssl.SSLContext
    own_name: str
    timeout_seconds: float
    credentials: Credentials | None = None


class SmtpTransport:
    """`broker.notify.ports.MailTransport` by SMTP. Knows nothing between two messages."""

    def __init__(self, server: MailServer) -> None:
        self._server = server

    def send(self, envelope: Envelope) -> None:
        """Hand over one message; see the port. A server without the protection asked gets nothing."""
        try:
            conversation = self._open()
        except (OSError, smtplib.SMTPException) as error:
            raise ServerAway(_fault("connect", error)) from None
        try:
            self._converse(conversation, envelope)
        finally:
            conversation.close()

    def greet(self) -> None:
        """Talk up to where a message would begin; raises `ServerAway` with what went wrong."""
        try:
            conversation = self._open()
        except (OSError, smtplib.SMTPException) as error:
            raise ServerAway(_fault("connect", error)) from None
        try:
            self._introduce(conversation)
        except (OSError, smtplib.SMTPException) as error:
            raise ServerAway(_fault("greet", error)) from None
        finally:
            conversation.close()

    def _open(self) -> smtplib.SMTP:
        server = self._server
        if server.protection is Protection.TLS:
            return smtplib.SMTP_SSL(
                server.host,
                server.port,
                local_hostname=server.own_name,
                timeout=server.timeout_seconds,
                context=server.context,
            )
        return smtplib.SMTP(
            server.host, server.port, local_hostname=server.own_name, timeout=server.timeout_seconds
        )

    def _converse(self, conversation: smtplib.SMTP, envelope: Envelope) -> None:
        try:
            self._introduce(conversation)
        except (OSError, smtplib.SMTPException) as error:
            raise ServerAway(_fault("greet", error)) from None
        try:
            conversation.sendmail(envelope.sender, [envelope.recipient], envelope.content)
        except smtplib.SMTPRecipientsRefused as error:
            # One recipient, so one reply.
            code = next(iter(error.recipients.values()))[0]
            raise _refused(code, "recipient") from None
        except smtplib.SMTPSenderRefused as error:
            # The server does not want mail of ours at all; that is for an operator to mend.
            raise ServerAway(f"sender-refused-{error.smtp_code}") from None
        except smtplib.SMTPResponseException as error:
            raise _refused(error.smtp_code, "message") from None
        except (OSError, smtplib.SMTPException) as error:
            raise ServerAway(_fault("send", error)) from None
        _say_goodbye(conversation)

    def _introduce(self, conversation: smtplib.SMTP) -> None:
        server = self._server
        if server.protection is Protection.STARTTLS:
            # Raises when the server does not offer it: nothing goes out in the clear.
            conversation.starttls(context=server.context)
        conversation.ehlo_or_helo_if_needed()
        if server.credentials is not None:
            conversation.login(server.credentials.username, server.credentials.password)


def _say_goodbye(conversation: smtplib.SMTP) -> None:
    """The message is the server's by now; how it says goodbye changes nothing."""
    try:
        conversation.quit()
    except (OSError, smtplib.SMTPException):
        return


def _refused(code: int, what: str) -> SendingFailed:
    kind = RefusedForGood if code >= _PERMANENT else RefusedForNow
    return kind(f"{what}-refused-{code}")


def _fault(step: str, error: Exception) -> str:
    """The step and the kind of error. What the server wrote stays out: it may repeat an address."""
    return f"{step}-{type(error).__name__}"[:64]
