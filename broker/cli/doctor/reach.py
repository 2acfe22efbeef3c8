"""Whether another machine can be reached: a connection and, for https, a handshake; no request is sent."""

from __future__ import annotations

import contextlib
import socket
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

_CONNECT_SECONDS = 4.0
# In TLS 1.3 the other side judges our certificate after we think that all is done.
_REGRET_SECONDS = 0.5
_PORTS = {"http": 80, "https": 443}


class NotReached(Exception):
    """No connection; the text is a sentence that says why and what to look at."""


@dataclass(frozen=True, slots=True)
class Reached:
    """A connection that worked; `protocol` and `expires_at` are None without TLS."""

    protocol: str | None = None
    expires_at: datetime | None = None


def reach(url: str, context: ssl.SSLContext | None = None) -> Reached:
    """Connect to the host of a URL; `context` is for TLS, by default with the machine's own roots."""
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or _PORTS.get(parts.scheme, 443)
    try:
        with socket.create_connection((host, port), timeout=_CONNECT_SECONDS) as connection:
            if parts.scheme != "https":
                return Reached()
            return _shake_hands(connection, host, context or ssl.create_default_context())
    except ssl.SSLCertVerificationError as error:
        raise NotReached(f"its certificate is not trusted here ({error.verify_message})") from None
    except ssl.SSLError as error:
        raise NotReached(f"the TLS handshake failed ({error.reason or 'no reason given'})") from None
    except socket.gaierror:
        raise NotReached(f"the name {host} is unknown here: look at the DNS") from None
    except TimeoutError:
        raise NotReached(f"{host}:{port} is silent: look at firewalls and routes") from None
    except OSError as error:
        raise NotReached(
            f"{host}:{port} cannot be reached ({error.strerror or type(error).__name__})"
        ) from None


def _shake_hands(connection: socket.socket, host: str, context: ssl.SSLContext) -> Reached:
    with context.wrap_socket(connection, server_hostname=host) as secured:
        secured.settimeout(_REGRET_SECONDS)
        # Silence is consent: it waits for our request.
        with contextlib.suppress(TimeoutError):
            secured.recv(1)
        certificate = secured.getpeercert() or {}
        ends = str(certificate["notAfter"]) if "notAfter" in certificate else None
        expires_at = datetime.fromtimestamp(ssl.cert_time_to_seconds(ends), UTC) if ends else None
        return Reached(secured.version(), expires_at)
