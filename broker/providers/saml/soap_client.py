"""The back channel: one SOAP call over mutual TLS, on connections that are kept alive.

Pinned roots, our client certificate, no redirects, no proxies from the environment, a bounded answer. The
call is made once: an artifact can be resolved only once, so there is nothing to try again.
"""

from __future__ import annotations

import ssl
from http import HTTPStatus
from pathlib import Path
from typing import Final

from urllib3 import BaseHTTPResponse
from urllib3.exceptions import HTTPError
from urllib3.util import parse_url

from broker.errors import ConfigurationError
from broker.providers.saml.bounded_answer import (
    ChannelUnavailable,
    check_not_compressed,
    check_status,
    kind_of,
    read_bounded,
)
from broker.providers.saml.patience import Patience, patient_pool
from broker.providers.saml.refusal import ChannelRefused
from broker.providers.saml.soap_fault import is_soap_fault

SOAP_ACTION: Final = '"http://www.oasis-open.org/committees/security"'
_HEADERS: Final = {
    "Content-Type": "text/xml; charset=utf-8",
    "SOAPAction": SOAP_ACTION,
    "Accept": "text/xml",
    # We ask for plain bytes and accept nothing else.
    "Accept-Encoding": "identity",
    "User-Agent": "voordeur",
}


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
        if not endpoint.startswith("https://"):
            raise ConfigurationError((f"{endpoint}: the back channel must be https",))
        url = parse_url(endpoint)
        if url.host is None:
            raise ConfigurationError((f"{endpoint}: the back channel has no host",))
        self._path = url.request_uri
        # The pool alone, without the library around it: so there are no cookies, no proxies of the
        # environment and no authorities beside those of the context, and a call costs half.
        self._pool = patient_pool(url, context, patience or Patience(), connections=connections)

    def call(self, envelope: bytes) -> bytes:
        """The body of the answer, at most 256 KiB.

        Raises `ChannelUnavailable`, or `ChannelRefused` with ``channel.redirect``, ``channel.status``,
        ``channel.content-type``, ``channel.encoding``, ``channel.too-large`` or ``channel.soap-fault``.
        """
        try:
            response = self._pool.urlopen(
                "POST",
                self._path,
                body=envelope,
                headers=_HEADERS,
                retries=False,
                redirect=False,
                preload_content=False,
                decode_content=False,
            )
            try:
                return _body_of(response)
            finally:
                # What was read to its end has gone back to the pool; anything else is hung up.
                response.close()
                response.release_conn()
        except (HTTPError, OSError) as fault:
            # The kind of fault is enough for the log; its text may repeat parts of the answer.
            detail = f"the back channel failed: {type(fault).__name__}"
            raise ChannelUnavailable(kind_of(fault), detail) from fault

    def close(self) -> None:
        """Let go of the kept connections."""
        self._pool.close()


def _body_of(response: BaseHTTPResponse) -> bytes:
    if response.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise _server_error(response)
    check_status(response.status)
    _check_form(response)
    return read_bounded(response)


def _server_error(response: BaseHTTPResponse) -> ChannelUnavailable | ChannelRefused:
    """What an error of the server means: illness, unless it is a SOAP fault (SOAP 1.1 section 6.2).

    The certificate shows who says no, and it is no sign of illness: anybody can bring an artifact that the
    other side does not know, and must not be able to make it seem away for everybody.
    """
    status = response.status
    if status == HTTPStatus.INTERNAL_SERVER_ERROR and _holds_fault(response):
        return ChannelRefused("channel.soap-fault", "the back channel answered with a SOAP fault")
    return ChannelUnavailable("channel.server-error", f"the back channel answered with status {status}")


def _holds_fault(response: BaseHTTPResponse) -> bool:
    try:
        _check_form(response)
        return is_soap_fault(read_bounded(response))
    except ChannelRefused:
        return False


def _check_form(response: BaseHTTPResponse) -> None:
    media_type, _, parameters = response.headers.get("Content-Type", "").partition(";")
    if media_type.strip().lower() != "text/xml" or not _is_utf8(parameters):
        raise ChannelRefused("channel.content-type", "the answer is not text/xml in UTF-8")
    check_not_compressed(response)


def _is_utf8(parameters: str) -> bool:
    name, _, value = parameters.strip().partition("=")
    return not name or (name.strip().lower() == "charset" and value.strip().strip('"').lower() == "utf-8")
