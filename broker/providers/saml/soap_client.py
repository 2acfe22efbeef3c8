"""The back channel: one SOAP call over mutual TLS, on connections that are kept alive.

Pinned roots, our client certificate, no redirects, no proxies from the environment, a bounded answer. The
call is made once: an artifact can be resolved only once, so there is nothing to try again.
"""

from __future__ import annotations

import ssl
import time
import weakref
from collections import deque
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from broker.errors import ConfigurationError
from broker.providers.saml.bytes_rules import MAX_MESSAGE_BYTES
from broker.providers.saml.https_line import Head, HttpsLine, TooLarge
from broker.providers.saml.refusal import ChannelRefused
from broker.providers.saml.soap_fault import is_soap_fault

SOAP_ACTION: Final = '"http://www.oasis-open.org/committees/security"'
_HEADERS: Final = {
    "Content-Type": "text/xml; charset=utf-8",
    "SOAPAction": SOAP_ACTION,
    "Accept": "text/xml",
    # A compressed answer could unfold beyond any cap; we ask for plain bytes and accept nothing else.
    "Accept-Encoding": "identity",
    "User-Agent": "voordeur",
}
_HTTPS_PORT: Final = 443


class ChannelUnavailable(Exception):
    """The other side could not be reached, did not prove who it is, or did not answer in time.

    `reason_code` is ``channel.timeout``, ``channel.tls``, ``channel.broken`` or ``channel.server-error``;
    `detail` is a sentence for the log.
    """

    def __init__(self, reason_code: str, detail: str) -> None:
        super().__init__(f"{reason_code}: {detail}")
        self.reason_code = reason_code
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a call may take, in seconds: to connect, for each silence, and as a whole."""

    connect_seconds: float = 3.0
    read_seconds: float = 8.0
    total_seconds: float = 12.0


def back_channel_context(ca_file: Path, certificate_file: Path, key_file: Path) -> ssl.SSLContext:
    """Mutual TLS, at least 1.2: trusts `ca_file` alone and shows our certificate. Loaded once.

    Raises `ConfigurationError` naming the files when they cannot be used.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_verify_locations(cafile=ca_file)
    except (OSError, ValueError) as fault:
        raise ConfigurationError((f"{ca_file}: no readable PEM certificates",)) from fault
    try:
        context.load_cert_chain(certificate_file, key_file, password=_no_password)
    except (OSError, ValueError) as fault:
        raise ConfigurationError(
            (f"{certificate_file}, {key_file}: no usable TLS certificate and key",)
        ) from fault
    return context


def _no_password() -> str:
    raise ValueError("the key is encrypted")


class SoapClient:
    """Posts an envelope to one endpoint and gives the bytes that come back. Safe to share by threads."""

    def __init__(
        self,
        endpoint: str,
        context: ssl.SSLContext,
        *,
        patience: Patience | None = None,
        connections: int = 8,
    ) -> None:
        """`connections`: how many are kept; more are made, and closed again, when they are needed."""
        self._address, self._front = _opened_up(endpoint)
        self._context = context
        self._patience = patience or Patience()
        # Its pop and append are atomic, so no lock is needed.
        self._idle: deque[HttpsLine] = deque()
        self._most_idle = connections
        # Whoever forgets this leaves no connection open.
        weakref.finalize(self, _hang_up_all, self._idle)

    def call(self, envelope: bytes) -> bytes:
        """The body of the answer, at most 256 KiB.

        Raises `ChannelUnavailable`, or `ChannelRefused` with ``channel.redirect``, ``channel.status``,
        ``channel.content-type``, ``channel.encoding``, ``channel.too-large`` or ``channel.soap-fault``.
        """
        give_up_at = time.monotonic() + self._patience.total_seconds
        try:
            line = self._take()
            try:
                head = line.ask(self._question(envelope), give_up_at=give_up_at)
                body = _body_of(Answer(line, head, give_up_at))
            except BaseException:
                # What is left on it would be taken for the answer to the next question.
                line.hang_up()
                raise
        except OSError as fault:
            # The kind of fault is enough for the log; its text may repeat parts of the answer.
            detail = f"the back channel failed: {type(fault).__name__}"
            raise ChannelUnavailable(_kind(fault), detail) from fault
        self._give_back(line, head)
        return body

    def close(self) -> None:
        """Let go of the kept connections."""
        _hang_up_all(self._idle)

    def _question(self, envelope: bytes) -> bytes:
        return b"%bContent-Length: %d\r\n\r\n%b" % (self._front, len(envelope), envelope)

    def _take(self) -> HttpsLine:
        """A connection that nobody else has: one that was kept and is still there, or a new one."""
        while self._idle:
            try:
                line = self._idle.pop()
            except IndexError:  # Another thread took the last one.
                break
            if not line.was_closed():
                return line
            line.hang_up()
        return HttpsLine.connect(
            self._address,
            self._context,
            connect_seconds=self._patience.connect_seconds,
            read_seconds=self._patience.read_seconds,
        )

    def _give_back(self, line: HttpsLine, head: Head) -> None:
        if head.stays_open and len(self._idle) < self._most_idle:
            self._idle.append(line)
        else:
            line.hang_up()


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer whose body is read when it is asked for."""

    line: HttpsLine
    head: Head
    give_up_at: float

    def header(self, name: str, default: str = "") -> str:
        """The value of a header, by its name in lower case."""
        return self.head.headers.get(name, default)

    def read(self) -> bytes:
        """The body, within the bound."""
        try:
            return self.line.body(self.head, most_bytes=MAX_MESSAGE_BYTES, give_up_at=self.give_up_at)
        except TooLarge:
            detail = f"the answer is larger than {MAX_MESSAGE_BYTES} bytes"
            raise ChannelRefused("channel.too-large", detail) from None


def _opened_up(endpoint: str) -> tuple[tuple[str, int], bytes]:
    """Whom to call, and how every question begins."""
    url = urlsplit(endpoint)
    if url.scheme != "https":
        raise ConfigurationError((f"{endpoint}: the back channel must be https",))
    try:
        host, port = (url.hostname or "").encode("idna").decode(), url.port or _HTTPS_PORT
        path = f"{url.path or '/'}?{url.query}" if url.query else url.path or "/"
        front = _front(path, url.netloc.rpartition("@")[2])
    except ValueError:
        host, port, front = "", 0, b""
    if not host:
        raise ConfigurationError((f"{endpoint}: the back channel has no usable address",))
    return (host, port), front


def _front(path: str, host: str) -> bytes:
    """What stands before the length and the envelope, the same for every call."""
    lines = (
        f"POST {path} HTTP/1.1",
        f"Host: {host}",
        *(f"{name}: {value}" for name, value in _HEADERS.items()),
    )
    return "".join(f"{line}\r\n" for line in lines).encode("ascii")


def _hang_up_all(idle: deque[HttpsLine]) -> None:
    while idle:
        idle.pop().hang_up()


def _body_of(answer: Answer) -> bytes:
    if answer.head.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise _server_error(answer)
    _check_status(answer.head.status)
    _check_form(answer)
    return answer.read()


def _kind(fault: OSError) -> str:
    if isinstance(fault, TimeoutError):
        return "channel.timeout"
    return "channel.tls" if isinstance(fault, ssl.SSLError) else "channel.broken"


def _server_error(answer: Answer) -> ChannelUnavailable | ChannelRefused:
    """What an error of the server means: illness, unless it is a SOAP fault (SOAP 1.1 section 6.2).

    The certificate shows who says no, and it is no sign of illness: anybody can bring an artifact that the
    other side does not know, and must not be able to make it seem away for everybody.
    """
    status = answer.head.status
    if status == HTTPStatus.INTERNAL_SERVER_ERROR and _holds_fault(answer):
        return ChannelRefused("channel.soap-fault", "the back channel answered with a SOAP fault")
    return ChannelUnavailable("channel.server-error", f"the back channel answered with status {status}")


def _holds_fault(answer: Answer) -> bool:
    try:
        _check_form(answer)
        return is_soap_fault(answer.read())
    except ChannelRefused:
        return False


def _check_status(status: int) -> None:
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        raise ChannelRefused("channel.redirect", f"status {status}: redirects are not followed")
    if status != HTTPStatus.OK:
        raise ChannelRefused("channel.status", f"status {status}")


def _check_form(answer: Answer) -> None:
    media_type, _, parameters = answer.header("content-type").partition(";")
    if media_type.strip().lower() != "text/xml" or not _is_utf8(parameters):
        raise ChannelRefused("channel.content-type", "the answer is not text/xml in UTF-8")
    if answer.header("content-encoding", "identity").strip().lower() != "identity":
        raise ChannelRefused("channel.encoding", "the answer is compressed")


def _is_utf8(parameters: str) -> bool:
    name, _, value = parameters.strip().partition("=")
    return not name or (name.strip().lower() == "charset" and value.strip().strip('"').lower() == "utf-8")
