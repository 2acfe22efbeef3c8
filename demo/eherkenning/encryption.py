"""EncryptedID: one identifier, encrypted under a key of its own, which is encrypted to each recipient.

The layout is the scheme's: EncryptedData points by RetrievalMethod at an EncryptedKey beside it, which names
its recipient and that one's key. AES-256-CBC and RSA-OAEP with SHA-1 are prescribed; the rest is for faults.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from lxml import etree
from lxml.builder import ElementMaker

from demo.eherkenning.catalogue import Recipient
from demo.eherkenning.names import PERSISTENT, XENC
from demo.idp.forms import DS, PREFIXES, SAML, new_id
from demo.idp.signing import base64_text

BLOCK_BYTES = 16

_saml = ElementMaker(namespace=SAML, nsmap={"saml": SAML})
_outer = ElementMaker(namespace=SAML, nsmap=PREFIXES)
_xenc = ElementMaker(namespace=XENC, nsmap={"xenc": XENC, "ds": DS})
_ds = ElementMaker(namespace=DS, nsmap={"ds": DS})


class KeyTransport(Enum):
    """How the key travels."""

    OAEP_SHA1 = f"{XENC}rsa-oaep-mgf1p"
    PKCS1 = f"{XENC}rsa-1_5"


class BlockCipher(Enum):
    """How the identifier is encrypted; the value is the name, and `key_bytes` the length of the key."""

    AES_256_CBC = f"{XENC}aes256-cbc"
    AES_128_CBC = f"{XENC}aes128-cbc"

    @property
    def key_bytes(self) -> int:
        """The length of its key."""
        return 32 if self is BlockCipher.AES_256_CBC else 16


@dataclass(frozen=True, slots=True)
class Identifier:
    """What is hidden: a kind of identifier and its value, which `__repr__` leaves out."""

    qualifier: str
    value: str

    def __repr__(self) -> str:
        return f"Identifier({self.qualifier!r})"


@dataclass(frozen=True, slots=True)
class Sealing:
    """How identifiers are encrypted in one answer. The functions stand where a fault may strike."""

    recipients: tuple[Recipient, ...]
    cipher: BlockCipher = BlockCipher.AES_256_CBC
    transport: KeyTransport = KeyTransport.OAEP_SHA1
    carried_names: bool = False
    plaintext: Callable[[bytes], bytes] = lambda clear: clear
    padded: Callable[[bytes], bytes] = lambda blocks: blocks
    encrypted: Callable[[bytes], bytes] = lambda data: data
    finished: Callable[[etree._Element], None] = lambda _element: None


def encrypted_id(identifier: Identifier, sealing: Sealing) -> etree._Element:
    """The EncryptedID for this identifier."""
    key = secrets.token_bytes(sealing.cipher.key_bytes)
    clear = _saml.NameID(identifier.value, Format=PERSISTENT, NameQualifier=identifier.qualifier)
    data = sealing.encrypted(_encrypt(key, sealing.plaintext(etree.tostring(clear)), sealing))
    data_id, key_ids = new_id(), [new_id() for _ in sealing.recipients]
    element = _outer.EncryptedID(_encrypted_data(data, data_id, key_ids, sealing.cipher))
    for recipient, key_id in zip(sealing.recipients, key_ids, strict=True):
        element.append(_encrypted_key(key, recipient, (key_id, data_id), sealing))
    sealing.finished(element)
    return element


def _encrypt(key: bytes, clear: bytes, sealing: Sealing) -> bytes:
    """The initialisation vector and the blocks (XML Encryption 5.2: the last byte tells how many to drop)."""
    missing = BLOCK_BYTES - len(clear) % BLOCK_BYTES
    blocks = sealing.padded(clear + secrets.token_bytes(missing - 1) + bytes([missing]))
    vector = secrets.token_bytes(BLOCK_BYTES)
    encryptor = Cipher(algorithms.AES(key), modes.CBC(vector)).encryptor()
    return vector + encryptor.update(blocks) + encryptor.finalize()


def _encrypted_data(data: bytes, data_id: str, key_ids: list[str], cipher: BlockCipher) -> etree._Element:
    retrieval = (_ds.RetrievalMethod(Type=f"{XENC}EncryptedKey", URI=f"#{key_id}") for key_id in key_ids[:1])
    return _xenc.EncryptedData(
        _xenc.EncryptionMethod(Algorithm=cipher.value),
        _ds.KeyInfo(*retrieval),
        _xenc.CipherData(_xenc.CipherValue(base64_text(data))),
        Id=data_id,
        Type=f"{XENC}Element",
    )


def _encrypted_key(
    key: bytes, recipient: Recipient, ids: tuple[str, str], sealing: Sealing
) -> etree._Element:
    method = _xenc.EncryptionMethod(Algorithm=sealing.transport.value)
    if sealing.transport is KeyTransport.OAEP_SHA1:
        method.append(_ds.DigestMethod(Algorithm=f"{DS}sha1"))
    key_id, data_id = ids
    element = _xenc.EncryptedKey(
        method,
        _ds.KeyInfo(_ds.KeyName(recipient.key_name)),
        _xenc.CipherData(_xenc.CipherValue(base64_text(_wrapped(key, recipient, sealing.transport)))),
        _xenc.ReferenceList(_xenc.DataReference(URI=f"#{data_id}")),
        Id=key_id,
        Recipient=recipient.entity_id,
    )
    if sealing.carried_names:
        element.append(_xenc.CarriedKeyName(recipient.key_name))
    return element


def _wrapped(key: bytes, recipient: Recipient, transport: KeyTransport) -> bytes:
    public = recipient.certificate.public_key()
    if not isinstance(public, rsa.RSAPublicKey):
        raise TypeError("an encryption key must be RSA")
    if transport is KeyTransport.PKCS1:
        return public.encrypt(key, padding.PKCS1v15())
    sha1 = hashes.SHA1()  # noqa: S303  # rsa-oaep-mgf1p is defined with it, and the scheme prescribes that
    return public.encrypt(key, padding.OAEP(padding.MGF1(sha1), sha1, None))
