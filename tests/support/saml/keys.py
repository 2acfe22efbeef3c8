"""Throw-away keys and certificates for SAML tests, made once per test process."""

from __future__ import annotations

import datetime as dt
import ipaddress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from broker.providers.saml.keys import SigningKey

BEGINS_AT = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
ENDS_AT = dt.datetime(2049, 12, 31, tzinfo=dt.UTC)
"""Wide enough for every moment at which tests play."""


@dataclass(frozen=True)
class Pair:
    """A private key with its certificate."""

    key: rsa.RSAPrivateKey
    certificate: x509.Certificate

    @property
    def key_pem(self) -> bytes:
        """The key, unencrypted."""
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    @property
    def certificate_pem(self) -> bytes:
        """The certificate."""
        return self.certificate.public_bytes(Encoding.PEM)

    @property
    def signing_key(self) -> SigningKey:
        """As the broker holds it."""
        return SigningKey(self.key, self.certificate)

    def write(self, folder: Path, name: str) -> tuple[Path, Path]:
        """Write ``<name>.pem`` and ``<name>.key``; gives (certificate, key)."""
        certificate, key = folder / f"{name}.pem", folder / f"{name}.key"
        certificate.write_bytes(self.certificate_pem)
        key.write_bytes(self.key_pem)
        return certificate, key


@cache
def pair(name: str) -> Pair:
    """A self-signed pair, the same one each time it is asked by `name`."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return Pair(key, _certificate(name, key, None))


@cache
def pair_valid(name: str, begins_at: dt.datetime, ends_at: dt.datetime) -> Pair:
    """The same for a certificate with these days."""
    key = pair(name).key
    return Pair(key, _certificate(name, key, None, days=(begins_at, ends_at)))


@cache
def issued_by(authority: str, name: str, host: str = "localhost") -> Pair:
    """A pair for 127.0.0.1 and `host`, signed by the pair called `authority`."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return Pair(key, _certificate(name, key, pair(authority), host))


def _certificate(
    name: str,
    key: rsa.RSAPrivateKey,
    issuer: Pair | None,
    host: str = "localhost",
    days: tuple[dt.datetime, dt.datetime] = (BEGINS_AT, ENDS_AT),
) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    alternatives = [x509.DNSName(host), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    key_usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=issuer is None,
        crl_sign=issuer is None,
        encipher_only=False,
        decipher_only=False,
    )
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(days[0])
        .not_valid_after(days[1])
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
        .add_extension(key_usage, critical=True)
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .sign(issuer.key if issuer else key, hashes.SHA256())
    )
