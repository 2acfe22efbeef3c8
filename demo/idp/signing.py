"""Signatures of the simulators, made with lxml's canonicalisation and cryptography's RSA.

A scheme prescribes small things that signing libraries do not let one choose, such as what stands in the
KeyInfo; `verifying` reads the signatures of others with signxml.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from enum import Flag, auto

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree
from lxml.builder import ElementMaker

from demo.idp.forms import DS, EC, RSA_SHA256, SAML, SHA256

ENVELOPED = f"{DS}enveloped-signature"

_ds = ElementMaker(namespace=DS, nsmap={"ds": DS})
_ec = ElementMaker(namespace=EC, nsmap={"ec": EC})


class Carries(Flag):
    """What stands in a KeyInfo."""

    NAME = auto()
    CERTIFICATE = auto()


@dataclass(frozen=True, slots=True)
class Signer:
    """A signing key with its certificate and the name that metadata gives it."""

    key: rsa.RSAPrivateKey
    certificate: x509.Certificate
    key_name: str


@dataclass(frozen=True, slots=True)
class SignatureForm:
    """What one scheme prescribes: the content of the KeyInfo, and namespaces to be treated inclusively."""

    carries: Carries
    prefixes: tuple[str, ...] = ()


def sign(element: etree._Element, signer: Signer, form: SignatureForm) -> None:
    """Puts an enveloped signature over `element` after its Issuer, or first when it has none."""
    reference = _reference(element.attrib["ID"], _digest(element, form.prefixes), form.prefixes)
    signed_info = _ds.SignedInfo(
        _ds.CanonicalizationMethod(Algorithm=EC), _ds.SignatureMethod(Algorithm=RSA_SHA256), reference
    )
    to_sign = etree.tostring(signed_info, method="c14n", exclusive=True)
    value = signer.key.sign(to_sign, padding.PKCS1v15(), hashes.SHA256())
    signature = _ds.Signature(
        signed_info, _ds.SignatureValue(base64_text(value)), key_info(signer, form.carries)
    )
    element.insert(1 if element.find(f"{{{SAML}}}Issuer") is not None else 0, signature)


def key_info(signer: Signer, carries: Carries) -> etree._Element:
    """A KeyInfo with what the scheme wants in it."""
    info = _ds.KeyInfo()
    if Carries.NAME in carries:
        info.append(_ds.KeyName(signer.key_name))
    if Carries.CERTIFICATE in carries:
        der = signer.certificate.public_bytes(Encoding.DER)
        info.append(_ds.X509Data(_ds.X509Certificate(base64_text(der))))
    return info


def base64_text(content: bytes) -> str:
    """Base64 as it stands in XML here: on one line."""
    return base64.b64encode(content).decode("ascii")


def _digest(element: etree._Element, prefixes: tuple[str, ...]) -> bytes:
    # lxml leaves out a prefix of the list that no document of this thread has been parsed with, so what
    # was built in memory is read back first.
    canonical = etree.tostring(
        etree.fromstring(etree.tostring(element)),
        method="c14n",
        exclusive=True,
        with_comments=False,
        inclusive_ns_prefixes=prefixes,
    )
    return hashlib.sha256(canonical).digest()


def _reference(element_id: str, digest: bytes, prefixes: tuple[str, ...]) -> etree._Element:
    canonical = _ds.Transform(Algorithm=EC)
    if prefixes:
        canonical.append(_ec.InclusiveNamespaces(PrefixList=" ".join(prefixes)))
    return _ds.Reference(
        _ds.Transforms(_ds.Transform(Algorithm=ENVELOPED), canonical),
        _ds.DigestMethod(Algorithm=SHA256),
        _ds.DigestValue(base64_text(digest)),
        URI=f"#{element_id}",
    )
