"""Posting a form to an address that a portal registered, without becoming a way into our own network.

The name is resolved once, every address it has is judged, and the connection goes to the one that was
judged (no second look-up that could say something else). No redirects, no proxies, bounded time; of the
answer only the status is read.
"""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final
from urllib.parse import SplitResult, urlencode, urlsplit

Address = IPv4Address | IPv6Address
Resolve = Callable[[str, int], Sequence[str]]
"""The addresses of a host name, as text; `OSError` when there are none."""

_HEADERS: Final = {
    "Content-Type": "application/x-www-form-urlencoded",
    "Accept": "*/*",
    "User-Agent": "voordeur",
    "Connection": "close",
}


class PostRefused(Exception):
    """The address is one that we do not call, now or later."""

    def __init__(self, fault: str) -> None:
        super().__init__(fault)
        self.fault = fault


class PostFailed(Exception):
    """Nobody answered; `fault` is a code, for the text of an error may repeat what was sent."""

    def __init__(self, fault: str) -> None:
        super().__init__(fault)
        self.fault = fault


def resolve_name(host: str, port: int) -> list[str]:
    """The addresses that the machine finds for a host name; `OSError` when there are none."""
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


@dataclass(frozen=True, slots=True)
class GuardedPost:
    """Posts forms. `loopback_only` is the demo's: http and this machine, and nothing else at all."""

    loopback_only: bool
    resolve: Resolve = resolve_name
    trust: ssl.SSLContext = field(default_factory=ssl.create_default_context, repr=False)
    silence_seconds: float = 5.0
    total_seconds: float = 10.0

    def __call__(self, url: str, form: dict[str, str]) -> int:
        """The status of the answer. Raises `PostRefused` or `PostFailed`."""
        parts = urlsplit(url)
        self._judge_url(parts)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        address = self._judged_address(parts.hostname or "", port)
        connection = _PinnedConnection(parts, port, address, self)
        # Whoever sends a byte now and then would never be silent long enough.
        watch = threading.Timer(self.total_seconds, connection.cut)
        watch.daemon = True
        watch.start()
        try:
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            connection.request("POST", path, body=urlencode(form).encode(), headers=_HEADERS)
            status = connection.getresponse().status
        except TimeoutError as error:
            raise PostFailed("timeout") from error
        except ssl.SSLError as error:
            raise PostFailed("tls") from error
        except (OSError, HTTPException, ValueError) as error:
            raise PostFailed("no-answer") from error
        finally:
            watch.cancel()
            connection.close()
        if connection.was_cut:
            raise PostFailed("timeout")
        return status

    def _judge_url(self, parts: SplitResult) -> None:
        if parts.scheme != "https" and not (self.loopback_only and parts.scheme == "http"):
            raise PostRefused("not-https")
        if not parts.hostname or parts.username or parts.password:
            raise PostRefused("no-plain-host")

    def _judged_address(self, host: str, port: int) -> Address:
        """The first address of the host, when every one of them may be called."""
        try:
            found = [_plain(ip_address(text)) for text in self.resolve(host, port)]
        except (OSError, ValueError) as error:
            raise PostFailed("not-resolved") from error
        if not found:
            raise PostFailed("not-resolved")
        if not all(self._may_call(address) for address in found):
            raise PostRefused("address-not-allowed")
        return found[0]

    def _may_call(self, address: Address) -> bool:
        if self.loopback_only:
            return address.is_loopback
        if isinstance(address, IPv6Address) and (
            address.is_site_local or address.sixtofour or address.teredo
        ):
            # Old ranges that hide a private address, or an address of the other family, in a public one.
            return False
        return address.is_global and not address.is_multicast and not address.is_reserved


class _PinnedConnection(HTTPConnection):
    """Speaks to the address that was judged; certificate and Host header are of the name."""

    def __init__(self, parts: SplitResult, port: int, address: Address, rules: GuardedPost) -> None:
        super().__init__(parts.hostname or "", port, timeout=rules.silence_seconds)
        self._address = str(address)
        self.was_cut = False
        self._trust = rules.trust if parts.scheme == "https" else None
        if self._trust is not None:
            self.default_port = 443

    def connect(self) -> None:
        """Without a look-up: the address is given."""
        plain = socket.create_connection((self._address, self.port), self.timeout)
        self.sock = (
            plain if self._trust is None else self._trust.wrap_socket(plain, server_hostname=self.host)
        )

    def cut(self) -> None:
        """End the conversation from outside."""
        self.was_cut = True
        if self.sock is not None:
            try:
                self.sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                return


def _plain(address: Address) -> Address:
    """An IPv4 address that is dressed as IPv6 is judged as what it is."""
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
