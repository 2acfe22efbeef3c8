"""The back channel: one SOAP call over mutual TLS, on connections that are kept alive.

Pinned roots, our client certificate, no redirects, no proxies from the environment, a bounded answer. The
call is made once: an artifact can be resolved only once, so there is nothing to try again.
"""

from __future__ import annotations

import ssl
import time
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Final

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3 import HTTPSConnectionPool, PoolManager
from urllib3.exceptions import HTTPError

from broker.errors import ConfigurationError
from broker.providers.saml.bytes_rules import MAX_MESSAGE_BYTES
from broker.providers.saml.refusal import ChannelRefused

SOAP_ACTION: Final = '"http://www.oasis-open.org/committees/security"'
_HEADERS: Final = {
    "Content-Type": "text/xml; charset=utf-8",
    "SOAPAction": SOAP_ACTION,
    "Accept": "text/xml",
    # A compressed answer could unfold beyond any cap; we ask for plain bytes and accept nothing else.
    "Accept-Encoding": "identity",
    "User-Agent": "voordeur",
}
_CHUNK_BYTES: Final = 16 * 1024
_TIMEOUTS: Final = (requests.Timeout, TimeoutError, urllib3.exceptions.TimeoutError)
_TLS_FAULTS: Final = (requests.exceptions.SSLError, ssl.SSLError, urllib3.exceptions.SSLError)


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


class _PinnedAdapter(HTTPAdapter):
    """Hands every connection the one TLS context, and keeps requests from widening its trust."""

    def __init__(self, context: ssl.SSLContext, *, connections: int) -> None:
        super().__init__(max_retries=0)
        self.poolmanager = PoolManager(num_pools=1, maxsize=connections, ssl_context=context)

    def cert_verify(self, conn: HTTPSConnectionPool, url: str, verify: object, cert: object) -> None:
        """Verify always, and by the context alone: the default would add the public authorities to it."""
        del url, verify, cert
        conn.cert_reqs = "CERT_REQUIRED"
        conn.ca_certs = None
        conn.ca_cert_dir = None


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
        if not endpoint.startswith("https://"):
            raise ConfigurationError((f"{endpoint}: the back channel must be https",))
        self._patience = patience or Patience()
        # Without a session there are no cookies, no proxies of the environment and no redirects, and what
        # does not change is prepared once: a session prepares it for every call (a third of the call's CPU).
        self._request = requests.Request("POST", endpoint, headers=_HEADERS).prepare()
        self._adapter = _PinnedAdapter(context, connections=connections)

    def call(self, envelope: bytes) -> bytes:
        """The body of the answer, at most 256 KiB.

        Raises `ChannelUnavailable`, or `ChannelRefused` with ``channel.redirect``, ``channel.status``,
        ``channel.content-type``, ``channel.encoding`` or ``channel.too-large``.
        """
        give_up_at = time.monotonic() + self._patience.total_seconds
        try:
            with self._adapter.send(
                self._with_body(envelope),
                timeout=(self._patience.connect_seconds, self._patience.read_seconds),
                stream=True,
            ) as response:
                _check_head(response)
                return _read_bounded(response, give_up_at)
        except (requests.RequestException, HTTPError, OSError) as fault:
            # The kind of fault is enough for the log; its text may repeat parts of the answer.
            detail = f"the back channel failed: {type(fault).__name__}"
            raise ChannelUnavailable(_kind(fault), detail) from fault

    def close(self) -> None:
        """Let go of the kept connections."""
        self._adapter.close()

    def _with_body(self, envelope: bytes) -> requests.PreparedRequest:
        request = self._request.copy()
        request.prepare_body(envelope, None)
        return request


def _kind(fault: Exception) -> str:
    if isinstance(fault, _TIMEOUTS):
        return "channel.timeout"
    return "channel.tls" if isinstance(fault, _TLS_FAULTS) else "channel.broken"


def _check_head(response: requests.Response) -> None:
    status = response.status_code
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise ChannelUnavailable("channel.server-error", f"the back channel answered with status {status}")
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        raise ChannelRefused("channel.redirect", f"status {status}: redirects are not followed")
    if status != HTTPStatus.OK:
        raise ChannelRefused("channel.status", f"status {status}")
    media_type, _, parameters = response.headers.get("Content-Type", "").partition(";")
    if media_type.strip().lower() != "text/xml" or not _is_utf8(parameters):
        raise ChannelRefused("channel.content-type", "the answer is not text/xml in UTF-8")
    if response.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
        raise ChannelRefused("channel.encoding", "the answer is compressed")


def _is_utf8(parameters: str) -> bool:
    name, _, value = parameters.strip().partition("=")
    return not name or (name.strip().lower() == "charset" and value.strip().strip('"').lower() == "utf-8")


def _read_bounded(response: requests.Response, give_up_at: float) -> bytes:
    declared = response.headers.get("Content-Length", "")
    if declared.isdecimal() and int(declared) > MAX_MESSAGE_BYTES:
        raise ChannelRefused("channel.too-large", f"the answer is larger than {MAX_MESSAGE_BYTES} bytes")
    body = bytearray()
    while chunk := response.raw.read1(_CHUNK_BYTES, decode_content=False):
        body += chunk
        if len(body) > MAX_MESSAGE_BYTES:
            raise ChannelRefused("channel.too-large", f"the answer is larger than {MAX_MESSAGE_BYTES} bytes")
        if time.monotonic() > give_up_at:
            raise ChannelUnavailable("channel.timeout", "the back channel took too long as a whole")
    return bytes(body)
