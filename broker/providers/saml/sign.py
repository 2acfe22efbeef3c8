"""Our own enveloped signatures: RSA-SHA256, exclusive canonicalisation, KeyInfo as the scheme wants it."""

from __future__ import annotations

import base64
import hashlib
from enum import Enum

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256 as SHA256_HASH
from lxml import etree
from lxml.etree import _Element

from broker.providers.saml.keys import SigningKey
from broker.providers.saml.names import DS, ENVELOPED, EXC_C14N, RSA_SHA256, SHA256, ds
from broker.providers.saml.verify import canonicalise


class KeyInfo(Enum):
    """What a signature says of its key.

    DigiD picks the key by KeyName among those in our registered metadata; the certificate is courtesy.
    eHerkenning takes the name alone in messages, and the certificate alone in metadata (Afsprakenstelsel,
    digital signature).
    """

    NAME_AND_CERTIFICATE = "DigiD 3.x"
    NAME = "messages of eHerkenning"
    CERTIFICATE = "metadata of eHerkenning"


def sign_enveloped(
    root: _Element, key: SigningKey, *, position: int, key_info: KeyInfo = KeyInfo.NAME_AND_CERTIFICATE
) -> None:
    """Put a signature over `root` (which has an ``ID``) among its children at `position`.

    SAML wants position 1 in protocol messages (behind Issuer) and 0 in metadata.
    """
    digest = hashlib.sha256(canonicalise(root, ())).digest()
    signature = etree.Element(ds("Signature"), nsmap={"ds": DS})
    signed_info = _signed_info(signature, root.attrib["ID"], digest)
    value = _child(signature, "SignatureValue")
    _describe(_child(signature, "KeyInfo"), key, key_info)
    # Put in place first: SignedInfo is canonicalised in the context that the receiver will see.
    root.insert(position, signature)
    signed = key.private_key.sign(canonicalise(signed_info, ()), PKCS1v15(), SHA256_HASH())
    value.text = base64.b64encode(signed).decode("ascii")


def _describe(element: _Element, key: SigningKey, key_info: KeyInfo) -> None:
    match key_info:
        case KeyInfo.NAME_AND_CERTIFICATE:
            _child(element, "KeyName").text = key.key_name
        case KeyInfo.NAME:
            _child(element, "KeyName").text = key.long_key_name
            return
        case KeyInfo.CERTIFICATE:
            pass
    _child(_child(element, "X509Data"), "X509Certificate").text = key.certificate_base64


def _signed_info(signature: _Element, element_id: str, digest: bytes) -> _Element:
    signed_info = _child(signature, "SignedInfo")
    _child(signed_info, "CanonicalizationMethod", Algorithm=EXC_C14N)
    _child(signed_info, "SignatureMethod", Algorithm=RSA_SHA256)
    reference = _child(signed_info, "Reference", URI=f"#{element_id}")
    transforms = _child(reference, "Transforms")
    _child(transforms, "Transform", Algorithm=ENVELOPED)
    _child(transforms, "Transform", Algorithm=EXC_C14N)
    _child(reference, "DigestMethod", Algorithm=SHA256)
    _child(reference, "DigestValue").text = base64.b64encode(digest).decode("ascii")
    return signed_info


def _child(parent: _Element, local: str, **attributes: str) -> _Element:
    return etree.SubElement(parent, ds(local), attrib=attributes)
