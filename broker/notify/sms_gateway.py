"""The real way to telephones: one HTTPS call a message to a gateway for texts and calls.

`POST <url>/sms` or `/voice` with a JSON object: `to` (E.164), `from`, `text`, `idempotency_key`; the key also
stands in the header Idempotency-Key. Any 2xx says that the gateway has taken it. Redirects are not followed,
proxies of the environment not used, and of the answer only the status is read.
"""

from __future__ import annotations

import json
import ssl
from http import HTTPStatus
from typing import Final

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.exceptions import HTTPError

from broker.notify.gateway import SmsGateway
from broker.notify.ports import RefusedForGood, RefusedForNow, SendingFailed, ServerAway
from broker.notify.sms import PhoneMessage

_TIMEOUTS: Final = (requests.Timeout, TimeoutError, urllib3.exceptions.TimeoutError)
_TLS_FAULTS: Final = (requests.exceptions.SSLError, ssl.SSLError, urllib3.exceptions.SSLError)
# Of the 4xx these say nothing about the message: our key is for an operator to mend, the others for time.
_KEY_REFUSED: Final = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})
_LATER: Final = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS})


class _TrustingOnly(HTTPAdapter):
    """Verifies by the one TLS context and keeps requests from widening its trust."""

    def __init__(self, context: ssl.SSLContext) -> None:
        super().__init__(max_retries=0)
        self.poolmanager = PoolManager(num_pools=1, maxsize=1, ssl_context=context)

    def cert_verify(self, conn: HTTPConnectionPool, url: str, verify: object, cert: object) -> None:
        """Verify always: the default would add authorities of its own."""
        del url, verify, cert
        if isinstance(conn, HTTPSConnectionPool):
            conn.cert_reqs = "CERT_REQUIRED"
            conn.ca_certs = None
            conn.ca_cert_dir = None


class SmsGatewayTransport:
    """Hands texts and calls to a gateway. Knows nothing between two messages."""

    def __init__(self, gateway: SmsGateway) -> None:
        self._gateway = gateway
        # Without a session there are no cookies, no proxies of the environment and no redirects.
        self._adapter = _TrustingOnly(gateway.context)

    def send(self, message: PhoneMessage, *, idempotency_key: str) -> None:
        """Return when the gateway has taken responsibility for it; raise `SendingFailed` otherwise."""
        patience = self._gateway.timeout_seconds
        try:
            with self._adapter.send(
                self._request(message, idempotency_key), timeout=(patience, patience), stream=True
            ) as answer:
                status = answer.status_code
        except (requests.RequestException, HTTPError, OSError) as fault:
            # The kind alone: the text of an error may repeat what was sent.
            raise ServerAway(_kind(fault)) from None
        failure = _failure(status)
        if failure is not None:
            raise failure

    def _request(self, message: PhoneMessage, key: str) -> requests.PreparedRequest:
        body = {
            "to": message.to,
            "from": self._gateway.sender,
            "text": message.text,
            "idempotency_key": key,
        }
        headers = {
            "Content-Type": "application/json",
            "Accept": "application/json",
            "Idempotency-Key": key,
            "User-Agent": "voordeur",
            # Minutes may pass before the next message: a kept connection would often be dead by then.
            "Connection": "close",
        }
        if self._gateway.api_key is not None:
            headers["Authorization"] = f"Bearer {self._gateway.api_key}"
        url = f"{self._gateway.url.rstrip('/')}/{message.channel.value}"
        content = json.dumps(body, ensure_ascii=False).encode()
        return requests.Request("POST", url, headers=headers, data=content).prepare()


def _failure(status: int) -> SendingFailed | None:
    """What the status means for the message; None when it was taken."""
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return None
    if status in _KEY_REFUSED:
        return ServerAway(f"gateway-key-refused-{status}")
    if status in _LATER or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return RefusedForNow(f"gateway-later-{status}")
    if status < HTTPStatus.BAD_REQUEST:
        # Whoever answers there is not the gateway that was configured.
        return ServerAway(f"gateway-elsewhere-{status}")
    return RefusedForGood(f"gateway-refused-{status}")


def _kind(fault: Exception) -> str:
    if isinstance(fault, _TIMEOUTS):
        return "gateway-timeout"
    return "gateway-tls" if isinstance(fault, _TLS_FAULTS) else "gateway-no-answer"
