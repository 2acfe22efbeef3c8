"""Other algorithms: really used, and only claimed. Signature, digest, canonicalisation, prefix lists."""

from __future__ import annotations

import hashlib
import hmac
import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache, partial

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import MD5, SHA1, SHA256, SHA384, SHA512, HashAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.security.mutations.forms import Form
from tests.security.mutations.smith import Canon, Stamp, inclusive, rsa_sha256, sha256
from tests.security.mutations.variant import Expect, Made
from tests.support.saml.answers import INNER_PLACE
from tests.support.saml.keys import Pair
from tests.support.saml.signers import DS, EXC_C14N

MORE = "http://www.w3.org/2001/04/xmldsig-more#"
ENC = "http://www.w3.org/2001/04/xmlenc#"
C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
C14N11 = "http://www.w3.org/2006/12/xml-c14n11"
Sign = Callable[[Pair, bytes], bytes]


def make(form: Form, _: random.Random) -> Iterator[Made]:
    """Each odd stamp on each layer of the form."""
    layers = ("outer", "inner") if INNER_PLACE in form.text else ("outer",)
    for name, stamp in odd_stamps(form.stamp):
        for layer in layers:
            yield f"{name}:{layer}", partial(_signed, form, stamp, layer), Expect.REFUSED


def _signed(form: Form, stamp: Stamp, layer: str) -> bytes:
    return form.sign(form.text, **{layer: stamp})


def odd_stamps(base: Stamp) -> Iterator[tuple[str, Stamp]]:
    """Every algorithm that is not agreed, honest first, then as a lie over a right signature."""
    for name, (uri, sign) in _METHODS.items():
        yield f"method-{name}", replace(base, method=_method(uri), sign=sign)
        yield f"method-{name}-claimed", replace(base, method=_method(uri))
    for name, inside in _METHOD_PARAMETERS.items():
        yield f"method-{name}", replace(base, method=_method(f"{MORE}hmac-sha256", inside), sign=_hmac("pem"))
        yield f"method-{name}-claimed", replace(base, method=_method(f"{MORE}rsa-sha256", inside))
    for name, (uri, digest) in _DIGESTS.items():
        yield f"digest-{name}", replace(base, digest_method=_digest(uri), digest=digest)
        if uri != f"{ENC}sha256":
            yield f"digest-{name}-claimed", replace(base, digest_method=_digest(uri))
    for name, (uri, canon) in _CANONS.items():
        yield f"info-{name}", replace(base, canonicalization=_canonicalization(uri), info_canon=canon)
        yield f"info-{name}-claimed", replace(base, canonicalization=_canonicalization(uri))
    for name, prefixes in _PREFIX_LISTS.items():
        canon = Canon(prefixes=tuple(prefixes.split()))
        listed = _canonicalization(EXC_C14N, inclusive(prefixes))
        yield f"info-prefixes-{name}", replace(base, canonicalization=listed, info_canon=canon)
        yield f"info-prefixes-{name}-claimed", replace(base, canonicalization=listed)


def _by_hash(algorithm: HashAlgorithm) -> Sign:
    return lambda key, signed: key.key.sign(signed, PKCS1v15(), algorithm)


def _hmac(form: str) -> Sign:
    """HMAC with what everybody knows of the key: its public half, in some form."""

    def sign(key: Pair, signed: bytes) -> bytes:
        public = key.key.public_key()
        secrets: dict[str, bytes] = {
            "pem": public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
            "der": public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
            "certificate": key.certificate_pem,
            "modulus": public.public_numbers().n.to_bytes(256, "big"),
            "empty": b"",
        }
        return hmac.digest(secrets[form], signed, "sha256")

    return sign


@cache
def _elliptic() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def _nothing(_key: Pair, _signed: bytes) -> bytes:
    return b""


_METHODS: dict[str, tuple[str, Sign]] = {
    "rsa-sha1": (f"{DS}rsa-sha1", _by_hash(SHA1())),
    "rsa-md5": (f"{MORE}rsa-md5", _by_hash(MD5())),
    "rsa-sha384": (f"{MORE}rsa-sha384", _by_hash(SHA384())),
    "rsa-sha512": (f"{MORE}rsa-sha512", _by_hash(SHA512())),
    "rsa-sha1-really-256": (f"{DS}rsa-sha1", rsa_sha256),
    "dsa-sha1": (f"{DS}dsa-sha1", _nothing),
    "hmac-sha1": (f"{DS}hmac-sha1", lambda key, signed: hmac.digest(key.certificate_pem, signed, "sha1")),
    "hmac-pem": (f"{MORE}hmac-sha256", _hmac("pem")),
    "hmac-der": (f"{MORE}hmac-sha256", _hmac("der")),
    "hmac-certificate": (f"{MORE}hmac-sha256", _hmac("certificate")),
    "hmac-modulus": (f"{MORE}hmac-sha256", _hmac("modulus")),
    "hmac-empty-key": (f"{MORE}hmac-sha256", _hmac("empty")),
    "ecdsa": (f"{MORE}ecdsa-sha256", lambda _key, signed: _elliptic().sign(signed, ec.ECDSA(SHA256()))),
    "rsa-pss": ("http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1", _nothing),
    "none": ("none", _nothing),
    "none-uri": ("urn:none", _nothing),
    "empty": ("", _nothing),
    "unknown": ("urn:example:unknown", rsa_sha256),
    "bare-name": ("rsa-sha256", rsa_sha256),
    "upper-case": (f"{MORE}RSA-SHA256", rsa_sha256),
    "padded": (f" {MORE}rsa-sha256", rsa_sha256),
    "padded-behind": (f"{MORE}rsa-sha256 ", rsa_sha256),
    "with-query": (f"{MORE}rsa-sha256?", rsa_sha256),
    "https": (f"{MORE}rsa-sha256".replace("http:", "https:"), rsa_sha256),
    "digest-uri": (f"{ENC}sha256", rsa_sha256),
}
_METHOD_PARAMETERS = {
    "hmac-output-length-0": "<ds:HMACOutputLength>0</ds:HMACOutputLength>",
    "hmac-output-length-8": "<ds:HMACOutputLength>8</ds:HMACOutputLength>",
    "foreign-parameter": '<x xmlns="urn:x"/>',
    "text-parameter": "x",
}
_DIGESTS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "sha1": (f"{DS}sha1", lambda data: hashlib.sha1(data, usedforsecurity=False).digest()),
    "md5": (f"{MORE}md5", lambda data: hashlib.md5(data, usedforsecurity=False).digest()),
    "sha384": (f"{MORE}sha384", lambda data: hashlib.sha384(data).digest()),
    "sha512": (f"{ENC}sha512", lambda data: hashlib.sha512(data).digest()),
    "sha1-padded-to-32": (f"{ENC}sha256", lambda data: hashlib.sha1(data).digest() + bytes(12)),
    "sha256-cut": (f"{ENC}sha256", lambda data: sha256(data)[:31]),
    "sha256-longer": (f"{ENC}sha256", lambda data: sha256(data) + b"\x00"),
    "of-nothing": (f"{ENC}sha256", lambda _data: sha256(b"")),
    "empty": (f"{ENC}sha256", lambda _data: b""),
    "zeros": (f"{ENC}sha256", lambda _data: bytes(32)),
    "none": ("none", lambda _data: b""),
    "signature-uri": (f"{MORE}rsa-sha256", sha256),
    "upper-case": (f"{ENC}SHA256", sha256),
    "padded": (f"{ENC}sha256 ", sha256),
    "more-namespace": (f"{MORE}sha256", sha256),
    "ds-namespace": (f"{DS}sha256", sha256),
}
_CANONS = {
    "exclusive-with-comments": (f"{EXC_C14N}WithComments", Canon(with_comments=True)),
    "inclusive": (C14N, Canon(exclusive=False)),
    "inclusive-with-comments": (f"{C14N}#WithComments", Canon(exclusive=False, with_comments=True)),
    "1.1": (C14N11, Canon(exclusive=False)),
    "1.1-with-comments": (f"{C14N11}#WithComments", Canon(exclusive=False, with_comments=True)),
    "2.0": ("http://www.w3.org/2010/xml-c14n2", Canon(exclusive=False)),
    "minimal": (f"{DS}minimal", Canon()),
    "none": ("none", Canon()),
    "empty": ("", Canon()),
    "without-hash": (EXC_C14N.rstrip("#"), Canon()),
    "padded": (f"{EXC_C14N} ", Canon()),
    "upper-case": (EXC_C14N.upper(), Canon()),
    "enveloped": (f"{DS}enveloped-signature", Canon()),
}
_PREFIX_LISTS = {
    "evil": "ds evil",
    "default": "#default",
    "soap": "soapenv",
    "upper-case": "DS SAML",
    "star": "*",
    "xml": "xml",
    "many": " ".join(f"p{number}" for number in range(200)),
}


def _method(uri: str, inside: str = "") -> str:
    return f'<ds:SignatureMethod Algorithm="{uri}">{inside}</ds:SignatureMethod>'


def _digest(uri: str) -> str:
    return f'<ds:DigestMethod Algorithm="{uri}"/>'


def _canonicalization(uri: str, inside: str = "") -> str:
    return f'<ds:CanonicalizationMethod Algorithm="{uri}">{inside}</ds:CanonicalizationMethod>'
