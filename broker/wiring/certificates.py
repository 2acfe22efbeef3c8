"""Every certificate that a deployment depends on, in one list, with the days that it has left."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256

from broker.errors import ConfigurationError
from broker.providers.saml.metadata import load_identity_provider
from broker.settings import Brand, Settings

WARN_AT_DAYS: Final = (90, 30, 7)
_SECONDS_PER_DAY: Final = 86_400
_ALL_BRANDS: Final = "-"


@dataclass(frozen=True, slots=True)
class CertificateLife:
    """A certificate in use; `brand` is ``-`` where it is for none in particular.

    `use` is ``saml-signing``, ``saml-encryption`` or ``tls-client`` for ours, and ``idp-signing`` or
    ``tls-roots`` for the provider's;
    `fingerprint` is the beginning of its SHA-256 in hex.
    """

    use: str
    brand: str
    provider: str
    fingerprint: str
    expires_at: datetime

    def days_left(self, now: datetime) -> float:
        """Days until it expires; negative when it has."""
        return (self.expires_at - now).total_seconds() / _SECONDS_PER_DAY


def certificates_of(settings: Settings) -> tuple[CertificateLife, ...]:
    """All of them, read from the configured files; a file that cannot be read is left to `broker check`."""
    return (*_certificates_of_brands(settings), *_certificates_of_providers(settings))


def _certificates_of_brands(settings: Settings) -> Iterator[CertificateLife]:
    for name, brand in settings.brands.items():
        for use, provider, file in _files_of(brand):
            for certificate in _read(settings.path(file)):
                yield _life(use, name, provider, certificate)


def _files_of(brand: Brand) -> Iterator[tuple[str, str, Path]]:
    """What each is for, with which provider, and where it is."""
    if brand.digid is not None:
        yield "saml-signing", brand.digid.provider, brand.digid.signing_certificate_file
    if brand.eherkenning is not None:
        connection = brand.eherkenning
        yield "saml-signing", connection.provider, connection.signing_certificate_file
        yield "saml-encryption", connection.provider, connection.encryption_certificate_file


def _certificates_of_providers(settings: Settings) -> Iterator[CertificateLife]:
    for name, provider in settings.providers.items():
        for certificate in _read(settings.path(provider.tls_client_certificate_file)):
            yield _life("tls-client", _ALL_BRANDS, name, certificate)
        for certificate in _read(settings.path(provider.tls_ca_file)):
            yield _life("tls-roots", _ALL_BRANDS, name, certificate)
        try:
            known = load_identity_provider(settings.path(provider.metadata_file)).certificates
        except ConfigurationError:
            continue
        for certificate in known:
            yield _life("idp-signing", _ALL_BRANDS, name, certificate)


def _read(file: Path) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(file.read_bytes())
    except (OSError, ValueError):
        return []


def _life(use: str, brand: str, provider: str, certificate: x509.Certificate) -> CertificateLife:
    fingerprint = certificate.fingerprint(SHA256()).hex()[:16]
    return CertificateLife(use, brand, provider, fingerprint, certificate.not_valid_after_utc)
