"""Every certificate that a deployment depends on, in one list, with the days that it has left.

The end of a provider's metadata stands in the same list: it stops logins in the same way.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from cryptography import x509

from broker.errors import ConfigurationError
from broker.providers.saml.keys import fingerprint_of
from broker.settings import Settings
from broker.settings.next_key import NextKey
from broker.wiring.provider_metadata import metadata_of

WARN_AT_DAYS: Final = (90, 30, 7)
_SECONDS_PER_DAY: Final = 86_400
_ALL_BRANDS: Final = "-"


@dataclass(frozen=True, slots=True)
class CertificateLife:
    """A certificate; `brand` is ``-`` where it is for none in particular.

    `use` is ``saml-signing``, ``saml-encryption`` or ``tls-client`` for ours, with ``-next`` behind it for
    what takes its place; and ``idp-signing``, ``tls-roots``, ``feed-signer`` or ``idp-metadata`` for the
    provider's. `fingerprint` is the beginning of its SHA-256 in hex; metadata has none.
    """

    use: str
    brand: str
    provider: str
    fingerprint: str
    expires_at: datetime

    def days_left(self, now: datetime) -> float:
        """Days until it expires; negative when it has."""
        return (self.expires_at - now).total_seconds() / _SECONDS_PER_DAY


@dataclass(frozen=True, slots=True)
class _OwnKey:
    """A key of ours: what it is for, at which brand and provider, and what takes its place."""

    use: str
    brand: str
    provider: str
    file: Path
    following: NextKey | None


def certificates_of(settings: Settings) -> tuple[CertificateLife, ...]:
    """All of them, read from the configured files; a file that cannot be read is left to `broker check`."""
    return (*_certificates_of_ours(settings), *_certificates_of_providers(settings))


def gaps_of(settings: Settings) -> Iterator[tuple[CertificateLife, datetime]]:
    """Certificates of ours that expire before their successor is used, with the moment when it is."""
    for own in _own_keys(settings):
        if own.following is None:
            continue
        for certificate in _read(settings.path(own.file))[:1]:
            life = _life(own.use, own.brand, own.provider, certificate)
            if life.expires_at < own.following.active_from:
                yield life, own.following.active_from


def _certificates_of_ours(settings: Settings) -> Iterator[CertificateLife]:
    for own in _own_keys(settings):
        for certificate in _read(settings.path(own.file)):
            yield _life(own.use, own.brand, own.provider, certificate)
        if own.following is not None:
            for certificate in _read(settings.path(own.following.certificate_file)):
                yield _life(f"{own.use}-next", own.brand, own.provider, certificate)


def _own_keys(settings: Settings) -> Iterator[_OwnKey]:
    for name, brand in settings.brands.items():
        for one in (brand.digid, brand.eherkenning):
            if one is not None:
                file = one.signing_certificate_file
                yield _OwnKey("saml-signing", name, one.provider, file, one.next_signing)
        if (dv := brand.eherkenning) is not None:
            file = dv.encryption_certificate_file
            yield _OwnKey("saml-encryption", name, dv.provider, file, dv.next_encryption)
    for name, provider in settings.providers.items():
        file = provider.tls_client_certificate_file
        yield _OwnKey("tls-client", _ALL_BRANDS, name, file, provider.next_tls_client)


def _certificates_of_providers(settings: Settings) -> Iterator[CertificateLife]:
    for name, provider in settings.providers.items():
        for certificate in _read(settings.path(provider.tls_ca_file)):
            yield _life("tls-roots", _ALL_BRANDS, name, certificate)
        for file in provider.feed.signer_certificate_files if provider.feed else ():
            for certificate in _read(settings.path(file)):
                yield _life("feed-signer", _ALL_BRANDS, name, certificate)
        try:
            known = metadata_of(settings, name)()
        except ConfigurationError:
            continue
        for certificate in known.certificates:
            yield _life("idp-signing", _ALL_BRANDS, name, certificate)
        if known.valid_until is not None:
            yield CertificateLife("idp-metadata", _ALL_BRANDS, name, "-", known.valid_until)


def _read(file: Path) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(file.read_bytes())
    except (OSError, ValueError):
        return []


def _life(use: str, brand: str, provider: str, certificate: x509.Certificate) -> CertificateLife:
    return CertificateLife(use, brand, provider, fingerprint_of(certificate), certificate.not_valid_after_utc)
