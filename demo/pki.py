"""The demo's throw-away keys: one certificate authority and everything that needs a key before it starts.

Run `python -m demo.pki --state var/demo`. It keeps what exists and makes what is missing, so that it
can run before every start. Every file is readable by its owner only.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from joserfc.jwk import ECKey, Key, KeySet, RSAKey

from demo.portals import definitions

VALID_YEARS = 20
"""Long, because the demo's clock may be moved far ahead."""

RSA_BITS = 2048
DIGID_BRANDS = ("cz",)
EHERKENNING_BRANDS = ("zz",)
PORTALS = tuple(portal.id for portal in definitions.PORTALS)
_OWNER_ONLY = 0o600


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A private key with the certificate that belongs to it."""

    key: rsa.RSAPrivateKey
    certificate: x509.Certificate


def make_pki(
    state: Path, brands: Sequence[str] = DIGID_BRANDS, portals: Sequence[str] = PORTALS
) -> list[Path]:
    """Makes what is missing under `state`; returns the files that were written this time."""
    pki = state / "pki"
    made: list[Path] = []
    if not _exists(pki, "ca"):
        made += write_pair(pki, "ca", make_authority())
    authority = load_pair(pki, "ca")
    usages: dict[str, list[x509.ExtensionType]] = {
        "digid-backchannel": [_server_names(), _purpose(ExtendedKeyUsageOID.SERVER_AUTH)],
        "eherkenning-backchannel": [_server_names(), _purpose(ExtendedKeyUsageOID.SERVER_AUTH)],
        "broker-tls-client": [_purpose(ExtendedKeyUsageOID.CLIENT_AUTH)],
        "digid-signing": [],
        "eherkenning-signing": [],
        "eherkenning-ad-signing": [],
        "eherkenning-mr-signing": [],
        **{f"{brand}-digid-signing": [] for brand in brands},
        **{
            f"{brand}-eherkenning-{purpose}": []
            for brand in EHERKENNING_BRANDS
            for purpose in ("signing", "encryption")
        },
    }
    for name, extensions in usages.items():
        if not _exists(pki, name):
            made += write_pair(pki, name, issue(authority, name, extensions))
    for portal in portals:
        made += _make_portal_keys(state / "portals", portal)
    return made


def make_authority() -> KeyPair:
    """A certificate authority that signs itself and may sign nothing but end certificates."""
    key = _rsa_key()
    extensions = [
        x509.BasicConstraints(ca=True, path_length=0),
        _key_usage(signs_certificates=True),
        x509.SubjectKeyIdentifier.from_public_key(key.public_key()),
    ]
    name = _name("Voordeur demo CA")
    return KeyPair(key, _certificate(key, name, KeyPairSigner(key, name), extensions))


def issue(authority: KeyPair, name: str, extensions: Sequence[x509.ExtensionType] = ()) -> KeyPair:
    """A new RSA key with an end certificate from `authority`, whose common name is `name`."""
    key = _rsa_key()
    signer = KeyPairSigner(authority.key, authority.certificate.subject)
    everyones = [
        x509.BasicConstraints(ca=False, path_length=None),
        _key_usage(signs_certificates=False),
        x509.SubjectKeyIdentifier.from_public_key(key.public_key()),
        x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key()),
    ]
    return KeyPair(key, _certificate(key, _name(name), signer, [*everyones, *extensions]))


def load_pair(folder: Path, name: str) -> KeyPair:
    """Reads `name.key` and `name.pem` from `folder`."""
    key = serialization.load_pem_private_key((folder / f"{name}.key").read_bytes(), password=None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError(f"{name}.key is not an RSA key")
    return KeyPair(key, x509.load_pem_x509_certificate((folder / f"{name}.pem").read_bytes()))


def write_pair(folder: Path, name: str, pair: KeyPair) -> list[Path]:
    """Writes `name.key` (PKCS #8) and `name.pem`; the certificate last, so that a pair is whole or absent."""
    key = pair.key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    certificate = pair.certificate.public_bytes(serialization.Encoding.PEM)
    return [
        _write(folder / f"{name}.key", key),
        _write(folder / f"{name}.pem", certificate),
    ]


@dataclass(frozen=True, slots=True)
class KeyPairSigner:
    """Who signs a certificate: a key and the name that goes with it."""

    key: rsa.RSAPrivateKey
    name: x509.Name


def _certificate(
    key: rsa.RSAPrivateKey,
    subject: x509.Name,
    signer: KeyPairSigner,
    extensions: Sequence[x509.ExtensionType],
) -> x509.Certificate:
    now = datetime.now(UTC).replace(microsecond=0)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(signer.name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=365 * VALID_YEARS))
    )
    for extension in extensions:
        builder = builder.add_extension(extension, critical=isinstance(extension, _CRITICAL))
    return builder.sign(signer.key, hashes.SHA256())


# RFC 5280 sections 4.2.1.3 and 4.2.1.9 want these two marked critical.
_CRITICAL = (x509.BasicConstraints, x509.KeyUsage)


def _rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=RSA_BITS)


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _server_names() -> x509.SubjectAlternativeName:
    return x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1")), x509.DNSName("localhost")])


def _purpose(purpose: x509.ObjectIdentifier) -> x509.ExtendedKeyUsage:
    return x509.ExtendedKeyUsage([purpose])


def _key_usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=not signs_certificates,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _make_portal_keys(folder: Path, portal: str) -> list[Path]:
    """What the portal's registration needs: a key to sign `private_key_jwt` with, one to encrypt to."""
    private, public = (
        folder / f"{portal}.private.jwks",
        folder / f"{portal}.public.jwks",
    )
    if private.exists() and public.exists():
        return []
    keys = KeySet(_portal_keys(portal))
    return [
        _write(private, json.dumps(keys.as_dict(private=True), indent=2).encode()),
        _write(public, json.dumps(keys.as_dict(private=False), indent=2).encode()),
    ]


def _portal_keys(portal: str) -> list[Key]:
    known = definitions.portal_by_id(portal)
    # A portal that the demo does not know gets both kinds, to be on the safe side.
    registration = known.registration if known else definitions.Registration(encrypted=True)
    made: list[Key] = []
    if registration.client_auth is definitions.ClientAuth.PRIVATE_KEY_JWT:
        alg = registration.assertion_alg
        kid = f"{portal}-sig"
        made.append(
            ECKey.generate_key("P-256", {"use": "sig", "alg": alg, "kid": kid})
            if alg == "ES256"
            else RSAKey.generate_key(RSA_BITS, {"use": "sig", "alg": alg, "kid": kid})
        )
    if registration.encrypted:
        kid = f"{portal}-enc"
        made.append(RSAKey.generate_key(RSA_BITS, {"use": "enc", "alg": "RSA-OAEP-256", "kid": kid}))
    return made


def _exists(folder: Path, name: str) -> bool:
    return (folder / f"{name}.key").exists() and (folder / f"{name}.pem").exists()


def _write(file: Path, content: bytes) -> Path:
    """Writes beside and renames, so that a reader never sees half a key nor a wider mode."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    beside = file.with_name(f".{file.name}.new")
    beside.unlink(missing_ok=True)
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY), "wb") as out:
        out.write(content)
    return beside.replace(file)


def main(arguments: Sequence[str] | None = None) -> None:
    """The command line: makes the keys and says which files are new."""
    parser = argparse.ArgumentParser(
        prog="python -m demo.pki", description="Makes the demo's throw-away keys."
    )
    parser.add_argument(
        "--state",
        type=Path,
        required=True,
        help="state directory of the demo: var/demo",
    )
    parser.add_argument(
        "--brand",
        action="append",
        help=f"brand with a DigiD connection (default: {DIGID_BRANDS})",
    )
    parser.add_argument(
        "--portal",
        action="append",
        help=f"portal with keys of its own (default: {PORTALS})",
    )
    options = parser.parse_args(arguments)
    made = make_pki(options.state, options.brand or DIGID_BRANDS, options.portal or PORTALS)
    for file in made:
        print(f"made {file}")
    if not made:
        print("all keys exist")


if __name__ == "__main__":
    main()
