"""Signatures of service providers, verified with signxml against registered certificates only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from lxml import etree
from signxml.algorithms import DigestAlgorithm, SignatureMethod
from signxml.exceptions import SignXMLException
from signxml.verifier import SignatureConfiguration, VerifyResult, XMLVerifier

from demo.idp.forms import DS, RSA_SHA1, RSA_SHA256

_HASHES: Mapping[str, hashes.HashAlgorithm] = {
    RSA_SHA256: hashes.SHA256(),
    # DigiD's specification still allows it in a query; what allows it is the caller's argument.
    RSA_SHA1: hashes.SHA1(),  # noqa: S303  # see above
}


class BadSignature(ValueError):
    """A signature is missing, of a forbidden kind, made with an unregistered key, or wrong."""


def verified(
    element: etree._Element, registered: Mapping[str, x509.Certificate], now: datetime
) -> etree._Element:
    """The content that a registered key signed, read back from the signed bytes.

    `registered` maps KeyName to certificate; an embedded certificate is never looked at. Raises
    `BadSignature` unless the signature is a direct child of `element`, covers all of it, and is made with
    RSA-SHA256 by a key that is valid at `now`.
    """
    return verified_by(_registered_certificate(own_signature(element), registered), element, now)


def own_signature(element: etree._Element) -> etree._Element:
    """The one signature in a message, which must be a direct child of it. Raises `BadSignature`."""
    signatures = element.findall(f".//{{{DS}}}Signature")
    if len(signatures) != 1 or signatures[0].getparent() is not element:
        raise BadSignature("there must be one signature, directly in the message")
    return signatures[0]


def verified_by(certificate: x509.Certificate, element: etree._Element, now: datetime) -> etree._Element:
    """The content that this certificate's key signed. Raises `BadSignature`, as `verified` does."""
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
    signed: bytes,
    signature: bytes,
    algorithm: str,
    certificates: Sequence[x509.Certificate],
    now: datetime,
    allowed: frozenset[str] = frozenset({RSA_SHA256}),
) -> None:
    """Verifies a detached query signature with any of the registered certificates. Raises `BadSignature`."""
    if algorithm not in allowed:
        raise BadSignature("the signature algorithm is not allowed")
    for certificate in certificates:
        key = certificate.public_key()
        if not isinstance(key, rsa.RSAPublicKey) or not _is_valid_at(certificate, now):
            continue
        try:
            key.verify(signature, signed, padding.PKCS1v15(), _HASHES[algorithm])
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
