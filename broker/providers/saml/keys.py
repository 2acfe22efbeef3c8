"""RSA keys and certificates as objects, loaded once per process.

Loading a private key costs a hundred signatures, so nothing on the road of a login reads a file.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key

from broker.errors import ConfigurationError

MIN_RSA_BITS: Final = 2048


@dataclass(frozen=True)
class SigningKey:
    """Our private key with its certificate; neither the key nor anything of it shows in `repr`."""

    private_key: RSAPrivateKey = field(repr=False)
    certificate: x509.Certificate

    @cached_property
    def key_name(self) -> str:
        """How DigiD 3.x calls the key."""
        return key_name_of(self.certificate)

    @cached_property
    def long_key_name(self) -> str:
        """How we call the key where the scheme leaves that to us, as eHerkenning does."""
        return long_key_name_of(self.certificate)

    @cached_property
    def certificate_base64(self) -> str:
        """The certificate as it stands in X509Certificate."""
        return certificate_base64(self.certificate)


def key_name_of(certificate: x509.Certificate) -> str:
    """The SHA-1 of the certificate in hex: a name that DigiD 3.x agreed upon, not a protection."""
    der = certificate.public_bytes(Encoding.DER)
    return hashlib.sha1(der, usedforsecurity=False).hexdigest()


def long_key_name_of(certificate: x509.Certificate) -> str:
    """The SHA-256 of the certificate in hex, as herkenningsmakelaars name theirs."""
    return hashlib.sha256(certificate.public_bytes(Encoding.DER)).hexdigest()


def fingerprint_of(certificate: x509.Certificate) -> str:
    """How people tell certificates apart: the beginning of the SHA-256 in hex."""
    return long_key_name_of(certificate)[:16]


def certificate_base64(certificate: x509.Certificate) -> str:
    """DER in base64 on one line."""
    return base64.b64encode(certificate.public_bytes(Encoding.DER)).decode("ascii")


def load_signing_key(key_file: Path, certificate_file: Path) -> SigningKey:
    """Read a PEM key (unencrypted) and its PEM certificate.

    Raises `ConfigurationError` naming the file when one cannot be read, is not RSA of at least 2048 bits,
    or when the two do not belong together.
    """
    try:
        private_key = load_pem_private_key(key_file.read_bytes(), password=None)
    except (OSError, ValueError, TypeError) as fault:
        raise ConfigurationError((f"{key_file}: no readable PEM private key",)) from fault
    if not isinstance(private_key, RSAPrivateKey) or private_key.key_size < MIN_RSA_BITS:
        raise ConfigurationError((f"{key_file}: must be an RSA key of at least {MIN_RSA_BITS} bits",))
    certificate = load_certificate(certificate_file)
    if rsa_key_of(certificate) != private_key.public_key():
        raise ConfigurationError((f"{certificate_file}: is not the certificate of {key_file}",))
    return SigningKey(private_key, certificate)


def load_certificate(certificate_file: Path) -> x509.Certificate:
    """Read one PEM certificate with an RSA key of at least 2048 bits; raises `ConfigurationError`."""
    try:
        certificate = x509.load_pem_x509_certificate(certificate_file.read_bytes())
        rsa_key_of(certificate)
    except (OSError, ValueError) as fault:
        raise ConfigurationError(
            (f"{certificate_file}: no readable PEM certificate with an RSA key",)
        ) from fault
    return certificate


def rsa_key_of(certificate: x509.Certificate) -> RSAPublicKey:
    """The public key of a certificate; `ValueError` unless it is RSA of at least 2048 bits."""
    public_key = certificate.public_key()
    if not isinstance(public_key, RSAPublicKey) or public_key.key_size < MIN_RSA_BITS:
        raise ValueError(f"the certificate has no RSA key of at least {MIN_RSA_BITS} bits")
    return public_key
