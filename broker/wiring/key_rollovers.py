"""Our keys with their successors: loaded at the start, judged before anything is served."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from cryptography import x509

from broker.clock import clock_of
from broker.errors import ConfigurationError
from broker.providers.saml.instants import write_instant
from broker.providers.saml.keys import SigningKey, load_signing_key
from broker.providers.saml.rollover import Rollover, Upcoming
from broker.providers.saml.soap_client import back_channel_context
from broker.settings import ProviderFile, Settings
from broker.settings.next_key import NextKey
from broker.wiring.faults import gather

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class KeyFiles:
    """Where a key in use is, and what comes after it; `following_at` is where that stands in the file."""

    key: Path
    certificate: Path
    following: NextKey | None
    following_at: str


def rolling_key(settings: Settings, files: KeyFiles) -> Rollover[SigningKey]:
    """A key with its successor; raises `ConfigurationError` with every fault of either."""
    return _rolling(settings, files, lambda certificate, key: load_signing_key(key, certificate))


def rolling_tls(settings: Settings, upstream: ProviderFile) -> Rollover[ssl.SSLContext]:
    """Mutual TLS with the provider's own roots and our certificate, and with its successor."""
    roots = settings.path(upstream.tls_ca_file)
    files = KeyFiles(
        key=upstream.tls_client_key_file,
        certificate=upstream.tls_client_certificate_file,
        following=upstream.next_tls_client,
        following_at="next_tls_client",
    )
    return _rolling(settings, files, lambda certificate, key: back_channel_context(roots, certificate, key))


def _rolling(settings: Settings, files: KeyFiles, load: Callable[[Path, Path], T]) -> Rollover[T]:
    """`load` makes something of a certificate's file and its key's."""
    faults: list[str] = []
    certificate, key = settings.path(files.certificate), settings.path(files.key)
    current = gather(faults, lambda: load(certificate, key))
    upcoming = None
    if (following := files.following) is not None:
        upcoming = gather(faults, lambda: _upcoming(settings, following, load))
        if current and upcoming:
            old = _first_certificate(certificate)
            new = _first_certificate(settings.path(following.certificate_file))
            unfit = _unfit(old, new, following.active_from, clock_of(settings)())
            faults.extend(f"{files.following_at}.{fault}" for fault in unfit)
    if current is None or faults:
        raise ConfigurationError(tuple(faults))
    return Rollover(current, upcoming)


def _upcoming(settings: Settings, following: NextKey, load: Callable[[Path, Path], T]) -> Upcoming[T]:
    loaded = load(settings.path(following.certificate_file), settings.path(following.key_file))
    return Upcoming(loaded, following.active_from)


def _first_certificate(file: Path) -> x509.Certificate:
    """Ours; behind it may stand those of its issuers."""
    return x509.load_pem_x509_certificates(file.read_bytes())[0]


def _unfit(
    current: x509.Certificate, following: x509.Certificate, active_from: datetime, now: datetime
) -> Iterator[str]:
    """What is wrong with a successor that can be read."""
    begins_at, ends_at = following.not_valid_before_utc, following.not_valid_after_utc
    if following == current:
        yield "certificate_file: is the certificate that is in use already"
    if not begins_at <= active_from < ends_at:
        days = f"from {write_instant(begins_at)} to {write_instant(ends_at)}"
        yield f"active_from: the certificate is not valid at that moment (it is {days})"
    if ends_at <= now:
        yield "certificate_file: has expired"
