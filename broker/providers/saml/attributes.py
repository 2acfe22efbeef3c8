"""The attributes of a verified assertion, as frozen values: texts, and identifiers that are still encrypted.

Nothing is judged or decrypted here; `decrypt` does the one, the scheme the other.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from lxml.etree import _Element

from broker.providers.saml.base64_text import decode_base64
from broker.providers.saml.below import Children, below, by_name
from broker.providers.saml.names import ds, saml, xenc
from broker.providers.saml.refusal import GateRefused

_XML_SPACE: Final = " \t\r\n"
_STATEMENT, _ATTRIBUTE, _VALUE = saml("AttributeStatement"), saml("Attribute"), saml("AttributeValue")
_ENCRYPTED_ID, _ENCRYPTED_DATA, _ENCRYPTED_KEY = (
    saml("EncryptedID"),
    xenc("EncryptedData"),
    xenc("EncryptedKey"),
)
_METHOD, _DIGEST = xenc("EncryptionMethod"), ds("DigestMethod")
_KEY_INFO, _KEY_NAME = ds("KeyInfo"), ds("KeyName")
_CIPHER_DATA, _CIPHER_VALUE = xenc("CipherData"), xenc("CipherValue")
_REFERENCES, _REFERENCE = xenc("ReferenceList"), xenc("DataReference")


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
            values=tuple(_value(value) for value in element.iterchildren(_VALUE)),
        )
        for statement in assertion.iterchildren(_STATEMENT)
        for element in statement.iterchildren(_ATTRIBUTE)
    )


def _value(element: _Element) -> AttributeValue:
    encrypted = below(element, _ENCRYPTED_ID)
    if encrypted is None:
        return element.text or ""
    if element.text and element.text.strip(_XML_SPACE):
        raise GateRefused("value.mixed", "an attribute has a text beside an encrypted identifier")
    return _identifier(encrypted)


def _identifier(element: _Element) -> EncryptedIdentifier:
    data = below(element, _ENCRYPTED_DATA)
    parts = by_name(() if data is None else data)
    return EncryptedIdentifier(
        id=None if data is None else data.get("Id"),
        type=None if data is None else data.get("Type"),
        algorithm=_algorithm(parts.get(_METHOD)),
        ciphertext=_ciphertext(parts),
        keys=tuple(_key(key) for key in element.iterchildren(_ENCRYPTED_KEY)),
    )


def _key(element: _Element) -> WrappedKey:
    parts = by_name(element)
    method, references = parts.get(_METHOD), parts.get(_REFERENCES)
    name = below(parts.get(_KEY_INFO), _KEY_NAME)
    return WrappedKey(
        recipient=element.get("Recipient"),
        key_name=None if name is None else name.text or "",
        algorithm=_algorithm(method),
        digest=_algorithm(below(method, _DIGEST)),
        ciphertext=_ciphertext(parts),
        data_references=()
        if references is None
        else tuple(reference.get("URI", "") for reference in references.iterchildren(_REFERENCE)),
    )


def _algorithm(method: _Element | None) -> str | None:
    return None if method is None else method.get("Algorithm")


def _ciphertext(parts: Children) -> bytes | None:
    value = below(parts.get(_CIPHER_DATA), _CIPHER_VALUE)
    try:
        return decode_base64(None if value is None else value.text)
    except ValueError:
        # Told by `decrypt`, with the same words and work as every other fault of a ciphertext.
        return None
