"""DigiD's signatures: a key named after its certificate, and namespaces that are treated inclusively."""

from __future__ import annotations

import hashlib

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from demo.idp.signing import Carries, SignatureForm, Signer
from demo.idp.signing import sign as sign_in_form

PREFIX_LIST = ("ds", "saml", "samlp", "xs")
"""The namespaces DigiD treats inclusively in the reference (`xs` is never declared, and so has no effect)."""

MESSAGE = SignatureForm(Carries.NAME | Carries.CERTIFICATE, PREFIX_LIST)
METADATA = SignatureForm(Carries.NAME, PREFIX_LIST)


def digid_signer(key: rsa.RSAPrivateKey, certificate: x509.Certificate) -> Signer:
    """DigiD 3.x names a key after its certificate: the SHA-1 of the DER form, in hexadecimal."""
    digest = hashlib.sha1(certificate.public_bytes(Encoding.DER), usedforsecurity=False)
    return Signer(key, certificate, digest.hexdigest())


def sign(element: etree._Element, signer: Signer, form: SignatureForm = MESSAGE) -> None:
    """Puts an enveloped signature over `element`: messages carry the certificate, metadata does not."""
    sign_in_form(element, signer, form)
