"""The attributes of a verified assertion, as frozen values: texts, and identifiers that are still encrypted.

Nothing is judged or decrypted here; `decrypt` does the one, the scheme the other.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass, field

from lxml.etree import _Element

from broker.providers.saml.names import ds, saml, xenc
from broker.providers.saml.refusal import GateRefused

_XML_SPACE = re.compile(r"[ \t\r\n]+")


@dataclass(frozen=True, slots=True)
class WrappedKey:
    """A symmetric key, encrypted to one party. `ciphertext` is None when it is not base64."""

    recipient: str | None
    key_name: str | None
    algorithm: str | None
    digest: str | None
    ciphertext: bytes | None = field(repr=False)
    data_references: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EncryptedIdentifier:
    """An EncryptedID (SAML core 2.2.4): the encrypted element, and the keys beside it for its recipients."""

    id: str | None
    type: str | None
    algorithm: str | None
    ciphertext: bytes | None = field(repr=False)
    keys: tuple[WrappedKey, ...]


AttributeValue = str | EncryptedIdentifier


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute with its values, in order."""

    name: str
    values: tuple[AttributeValue, ...] = field(repr=False)


def read_attributes(assertion: _Element) -> tuple[Attribute, ...]:
    """Every attribute of the assertion, in order; none where it has no statement of them."""
    return tuple(
        Attribute(
            name=element.get("Name", ""),
            values=tuple(_value(value) for value in element.iterchildren(saml("AttributeValue"))),
        )
        for statement in assertion.iterchildren(saml("AttributeStatement"))
        for element in statement.iterchildren(saml("Attribute"))
    )


def _value(element: _Element) -> AttributeValue:
    encrypted = next(element.iterchildren(saml("EncryptedID")), None)
    if encrypted is None:
        return element.text or ""
    if _XML_SPACE.sub("", element.text or ""):
        raise GateRefused("value.mixed", "an attribute has a text beside an encrypted identifier")
    return _identifier(encrypted)


def _identifier(element: _Element) -> EncryptedIdentifier:
    data = next(element.iterchildren(xenc("EncryptedData")), None)
    return EncryptedIdentifier(
        id=None if data is None else data.get("Id"),
        type=None if data is None else data.get("Type"),
        algorithm=_algorithm(data),
        ciphertext=_ciphertext(data),
        keys=tuple(_key(key) for key in element.iterchildren(xenc("EncryptedKey"))),
    )


def _key(element: _Element) -> WrappedKey:
    digest = element.find(f"{xenc('EncryptionMethod')}/{ds('DigestMethod')}")
    return WrappedKey(
        recipient=element.get("Recipient"),
        key_name=element.findtext(f"{ds('KeyInfo')}/{ds('KeyName')}"),
        algorithm=_algorithm(element),
        digest=None if digest is None else digest.get("Algorithm"),
        ciphertext=_ciphertext(element),
        data_references=tuple(
            reference.get("URI", "")
            for reference in element.iterfind(f"{xenc('ReferenceList')}/{xenc('DataReference')}")
        ),
    )


def _algorithm(element: _Element | None) -> str | None:
    method = None if element is None else element.find(xenc("EncryptionMethod"))
    return None if method is None else method.get("Algorithm")


def _ciphertext(element: _Element | None) -> bytes | None:
    text = None if element is None else element.findtext(f"{xenc('CipherData')}/{xenc('CipherValue')}")
    try:
        return base64.b64decode(_XML_SPACE.sub("", text or ""), validate=True)
    except (binascii.Error, ValueError):
        # Told by `decrypt`, with the same words and work as every other fault of a ciphertext.
        return None
