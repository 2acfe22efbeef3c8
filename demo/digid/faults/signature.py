"""Faults of the key."""

from __future__ import annotations

from datetime import timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa

from demo.idp.signing import Signer


def unsigned(_signer: Signer) -> None:
    """Nothing is signed."""


def other_key(signer: Signer) -> Signer:
    """A key nobody registered signs under DigiD's KeyName, with its own certificate embedded."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    genuine = signer.certificate
    certificate = (
        x509.CertificateBuilder()
        .subject_name(genuine.subject)
        .issuer_name(genuine.issuer)
        .public_key(key.public_key())
        .serial_number(genuine.serial_number)
        .not_valid_before(genuine.not_valid_before_utc)
        .not_valid_after(genuine.not_valid_after_utc - timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    return Signer(key, certificate, signer.key_name)
