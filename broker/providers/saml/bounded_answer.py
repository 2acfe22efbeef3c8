"""The answer of another server, read within limits: its status, its form, its size."""

from __future__ import annotations

import ssl
from http import HTTPStatus
from typing import Final

import urllib3
from urllib3 import BaseHTTPResponse
from urllib3.exceptions import NewConnectionError

from broker.providers.saml.bytes_rules import MAX_MESSAGE_BYTES
from broker.providers.saml.refusal import ChannelRefused

_CHUNK_BYTES: Final = 16 * 1024
_TIMEOUTS: Final = (TimeoutError, urllib3.exceptions.TimeoutError)
_TLS_FAULTS: Final = (ssl.SSLError, urllib3.exceptions.SSLError)


class ChannelUnavailable(Exception):
    """The other side could not be reached, did not prove who it is, or did not answer in time.

    `reason_code` is ``channel.timeout``, ``channel.tls``, ``channel.broken`` or ``channel.server-error``;
    `detail` is a sentence for the log.
    """

    def __init__(self, reason_code: str, detail: str) -> None:
        super().__init__(f"{reason_code}: {detail}")
        self.reason_code = reason_code
        self.detail = detail


def kind_of(fault: Exception) -> str:
    """The reason code of a fault of the line."""
    # To urllib3 a connection that was refused is a kind of timeout.
    if isinstance(fault, _TIMEOUTS) and not isinstance(fault, NewConnectionError):
        return "channel.timeout"
    return "channel.tls" if isinstance(fault, _TLS_FAULTS) else "channel.broken"


def check_status(status: int) -> None:
    """200 and nothing else; raises `ChannelRefused`."""
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        raise ChannelRefused("channel.redirect", f"status {status}: redirects are not followed")
    if status != HTTPStatus.OK:
        raise ChannelRefused("channel.status", f"status {status}")


def check_not_compressed(response: BaseHTTPResponse) -> None:
    """A compressed answer could unfold beyond any cap; raises `ChannelRefused`."""
    if response.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
        raise ChannelRefused("channel.encoding", "the answer is compressed")


def read_bounded(response: BaseHTTPResponse) -> bytes:
    """At most 256 KiB; raises `ChannelRefused`."""
    declared = response.headers.get("Content-Length", "")
    if declared.isdecimal() and int(declared) > MAX_MESSAGE_BYTES:
        raise ChannelRefused("channel.too-large", f"the answer is larger than {MAX_MESSAGE_BYTES} bytes")
    body = bytearray()
    while chunk := response.read1(_CHUNK_BYTES, decode_content=False):
        body += chunk
        if len(body) > MAX_MESSAGE_BYTES:
            raise ChannelRefused("channel.too-large", f"the answer is larger than {MAX_MESSAGE_BYTES} bytes")
    return bytes(body)
