"""Signatures: DigiD's own are made here, those of service providers are verified here.

Made with lxml's canonicalisation and cryptography's RSA, because DigiD puts an `InclusiveNamespaces` in
the transform that signing libraries leave out; verified with signxml, against registered certificates only.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree
from lxml.builder import ElementMaker
from signxml.algorithms import DigestAlgorithm, SignatureMethod
from signxml.exceptions import SignXMLException
from signxml.verifier import SignatureConfiguration, VerifyResult, XMLVerifier

from demo.digid.saml import DS, EC, RSA_SHA1, RSA_SHA256, SAML, SHA256

ENVELOPED = f"{DS}enveloped-signature"
PREFIX_LIST = ("ds", "saml", "samlp", "xs")
"""The namespaces DigiD treats inclusively in the reference (`xs` is never declared, and so has no effect)."""

_ds = ElementMaker(namespace=DS, nsmap={"ds": DS})
_ec = ElementMaker(namespace=EC, nsmap={"ec": EC})


class BadSignature(ValueError):
    """A signature is missing, of a forbidden kind, made with an unregistered key, or wrong."""


@dataclass(frozen=True, slots=True)
class Signer:
    """A signing key with its certificate and the name that metadata gives it."""

    key: rsa.RSAPrivateKey
    certificate: x509.Certificate
    key_name: str

    @classmethod
    def of(cls, key: rsa.RSAPrivateKey, certificate: x509.Certificate) -> Signer:
        """DigiD 3.x names a key after its certificate: the SHA-1 of the DER form, in hexadecimal."""
        digest = hashlib.sha1(certificate.public_bytes(Encoding.DER), usedforsecurity=False)
        return cls(key, certificate, digest.hexdigest())


def sign(element: etree._Element, signer: Signer, *, with_certificate: bool = True) -> None:
    """Puts an enveloped signature over `element` after its Issuer, or first when it has none.

    Messages carry KeyName and X509Data; metadata carries the KeyName alone (`with_certificate=False`).
    """
    reference = _reference(element.attrib["ID"], _digest(element))
    signed_info = _ds.SignedInfo(
        _ds.CanonicalizationMethod(Algorithm=EC), _ds.SignatureMethod(Algorithm=RSA_SHA256), reference
    )
    to_sign = etree.tostring(signed_info, method="c14n", exclusive=True)
    value = signer.key.sign(to_sign, padding.PKCS1v15(), hashes.SHA256())
    signature = _ds.Signature(
        signed_info, _ds.SignatureValue(_base64(value)), key_info(signer, with_certificate=with_certificate)
    )
    element.insert(1 if element.find(f"{{{SAML}}}Issuer") is not None else 0, signature)


def key_info(signer: Signer, *, with_certificate: bool) -> etree._Element:
    """A KeyInfo with the KeyName and, when asked, the certificate."""
    info = _ds.KeyInfo(_ds.KeyName(signer.key_name))
    if with_certificate:
        der = signer.certificate.public_bytes(Encoding.DER)
        info.append(_ds.X509Data(_ds.X509Certificate(_base64(der))))
    return info


def verified(
    element: etree._Element, registered: Mapping[str, x509.Certificate], now: datetime
) -> etree._Element:
    """The content that a registered key signed, read back from the signed bytes.

    `registered` maps KeyName to certificate; an embedded certificate is never looked at. Raises
    `BadSignature` unless the signature is a direct child of `element`, covers all of it, and is made with
    RSA-SHA256 by a key that is valid at `now`.
    """
    signatures = element.findall(f".//{{{DS}}}Signature")
    if len(signatures) != 1 or signatures[0].getparent() is not element:
        raise BadSignature("there must be one signature, directly in the message")
    certificate = _registered_certificate(signatures[0], registered)
    rules = SignatureConfiguration(
        location="./",
        signature_methods=frozenset({SignatureMethod.RSA_SHA256}),
        digest_algorithms=frozenset({DigestAlgorithm.SHA256}),
        verification_time=now,
    )
    try:
        result = XMLVerifier().verify(element, x509_cert=certificate, id_attribute="ID", expect_config=rules)
    except (SignXMLException, ValueError, TypeError, etree.LxmlError) as problem:
        raise BadSignature(f"the signature does not verify: {type(problem).__name__}") from problem
    signed = result.signed_xml if isinstance(result, VerifyResult) else None
    if signed is None or (signed.tag, signed.get("ID")) != (element.tag, element.get("ID")):
        raise BadSignature("the signature covers something else")
    return signed


def verify_query(
    signed: bytes, signature: bytes, algorithm: str, certificates: Sequence[x509.Certificate], now: datetime
) -> None:
    """Verifies a detached query signature with any of the registered certificates. Raises `BadSignature`.

    The specification still allows RSA-SHA1 here and nowhere else, so it is allowed here and nowhere else.
    """
    kinds: dict[str, hashes.HashAlgorithm] = {RSA_SHA256: hashes.SHA256(), RSA_SHA1: hashes.SHA1()}  # noqa: S303  # see above
    if algorithm not in kinds:
        raise BadSignature("the signature algorithm is not allowed")
    for certificate in certificates:
        key = certificate.public_key()
        if not isinstance(key, rsa.RSAPublicKey) or not _is_valid_at(certificate, now):
            continue
        try:
            key.verify(signature, signed, padding.PKCS1v15(), kinds[algorithm])
        except InvalidSignature:
            continue
        return
    raise BadSignature("no registered key made this signature")


def _registered_certificate(
    signature: etree._Element, registered: Mapping[str, x509.Certificate]
) -> x509.Certificate:
    """The KeyName picks; without one it is the first registered key, as at DigiD."""
    names = [(name.text or "").strip() for name in signature.findall(f"{{{DS}}}KeyInfo/{{{DS}}}KeyName")]
    if not names and registered:
        return next(iter(registered.values()))
    if len(names) != 1 or names[0] not in registered:
        raise BadSignature("the KeyName is not registered")
    return registered[names[0]]


def _is_valid_at(certificate: x509.Certificate, now: datetime) -> bool:
    return certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc


def _digest(element: etree._Element) -> bytes:
    # lxml leaves out a prefix of the list that no document of this thread has been parsed with, so what
    # was built in memory is read back first.
    canonical = etree.tostring(
        etree.fromstring(etree.tostring(element)),
        method="c14n",
        exclusive=True,
        with_comments=False,
        inclusive_ns_prefixes=PREFIX_LIST,
    )
    return hashlib.sha256(canonical).digest()


def _reference(element_id: str, digest: bytes) -> etree._Element:
    transforms = _ds.Transforms(
        _ds.Transform(Algorithm=ENVELOPED),
        _ds.Transform(_ec.InclusiveNamespaces(PrefixList=" ".join(PREFIX_LIST)), Algorithm=EC),
    )
    return _ds.Reference(
        transforms, _ds.DigestMethod(Algorithm=SHA256), _ds.DigestValue(_base64(digest)), URI=f"#{element_id}"
    )


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")
