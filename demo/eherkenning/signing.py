"""How eHerkenning signs: messages name the key and no more, metadata holds the certificate and no name."""

from __future__ import annotations

import hashlib

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from demo.idp.forms import DS
from demo.idp.signing import Carries, SignatureForm, Signer
from demo.idp.verifying import BadSignature

MESSAGE = SignatureForm(Carries.NAME)
METADATA = SignatureForm(Carries.CERTIFICATE)


def scheme_signer(key: rsa.RSAPrivateKey, certificate: x509.Certificate) -> Signer:
    """A key named after its certificate: the SHA-256 of the DER form, in hexadecimal."""
    return Signer(key, certificate, hashlib.sha256(certificate.public_bytes(Encoding.DER)).hexdigest())


def require_only_a_key_name(signature: etree._Element) -> None:
    """Refuses a KeyInfo that holds anything but one KeyName (interface specification, digital signature)."""
    infos = signature.findall(f"{{{DS}}}KeyInfo")
    held = [child.tag for info in infos for child in info]
    if len(infos) != 1 or held != [f"{{{DS}}}KeyName"]:
        raise BadSignature("KeyInfo must hold one KeyName and nothing else")
