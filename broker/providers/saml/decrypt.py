"""Encrypted identifiers: AES-256-CBC under a key by RSA-OAEP, and nothing else (XML Encryption 1.1).

Only what a verified signature covers ever comes here, so that nobody can send ciphertexts of their own and
learn from the answers. Still every fault has the same code and words, and costs the same work: one use of a
private key, one pass over the data, one look at what came out.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.hashes import SHA1 as SHA1_HASH

from broker.providers.saml.attributes import EncryptedIdentifier, WrappedKey
from broker.providers.saml.bytes_rules import check_bytes
from broker.providers.saml.names import AES256_CBC, ENCRYPTED_ELEMENT, RSA_OAEP_MGF1P, SHA1, saml
from broker.providers.saml.parse import parse_strictly
from broker.providers.saml.refusal import GateRefused, MeaningRefused
from broker.providers.saml.shape import Shape, match, names

UNDECRYPTABLE: Final = "identifier.undecryptable"
_BLOCK: Final = 16
_KEY_BYTES: Final = 32
# The scheme prescribes SHA-1 here; in OAEP it is no signature and nobody needs a collision.
_OAEP: Final = OAEP(MGF1(SHA1_HASH()), SHA1_HASH(), None)  # noqa: S303 - what the scheme prescribes.
_NAME_ID: Final = Shape(
    saml("NameID"), optional=names("Format", "NameQualifier", "SPNameQualifier"), text=True
)


@dataclass(frozen=True, slots=True)
class DecryptionKey:
    """A private key of ours, under the name that others encrypt to it by."""

    private_key: RSAPrivateKey = field(repr=False)
    key_name: str


@dataclass(frozen=True, slots=True)
class Identifier:
    """What was encrypted: a name of some kind (`qualifier`)."""

    text: str = field(repr=False)
    format: str | None
    qualifier: str | None


@dataclass(frozen=True, slots=True)
class _Opened:
    """What came of one identifier; `found` is None for every kind of fault."""

    found: Identifier | None = field(repr=False)


def decrypt_all(
    identifiers: Sequence[EncryptedIdentifier], *, recipient: str, keys: Sequence[DecryptionKey]
) -> tuple[Identifier, ...]:
    """All of them, in order; `MeaningRefused` when one cannot be read, after all were tried.

    `recipient` is our entity ID; each must hold a key for it, at most one under the name of each of `keys`,
    of which there is at least one. While our key rolls over there may be one for the old and one for the new.
    """
    opened = [_open(identifier, recipient, keys) for identifier in identifiers]
    found = tuple(each.found for each in opened if each.found is not None)
    if len(found) < len(opened):
        raise MeaningRefused(UNDECRYPTABLE, "an identifier cannot be decrypted")
    return found


def _open(identifier: EncryptedIdentifier, recipient: str, keys: Sequence[DecryptionKey]) -> _Opened:
    """The same three steps whatever is wrong; only the end tells."""
    fitting = [
        (wrapped, key)
        for wrapped in identifier.keys
        for key in keys
        if wrapped.recipient == recipient and wrapped.key_name == key.key_name
    ]
    names = {key.key_name for _, key in fitting}
    is_sound = 0 < len(fitting) == len(names) and _is_as_agreed(identifier, fitting[0][0])
    wrapped, key = fitting[0] if fitting else (identifier.keys[0], keys[0])
    session_key, unwrapped = _unwrap(wrapped.ciphertext or b"", key.private_key)
    padded, was_whole = _decipher(identifier.ciphertext or b"", session_key)
    name, is_name = _read(padded)
    return _Opened(name if is_sound and unwrapped and was_whole and is_name else None)


def _is_as_agreed(identifier: EncryptedIdentifier, wrapped: WrappedKey) -> bool:
    """The two algorithms of the scheme, and a key that says it is for this very data, if it says so."""
    return (
        identifier.algorithm == AES256_CBC
        and identifier.type in {None, ENCRYPTED_ELEMENT}
        and wrapped.algorithm == RSA_OAEP_MGF1P
        and wrapped.digest in {None, SHA1}
        and wrapped.data_references in {(), (f"#{identifier.id}",)}
    )


def _unwrap(ciphertext: bytes, private_key: RSAPrivateKey) -> tuple[bytes, bool]:
    """The symmetric key; a random one in its place when there is none, so that the work goes on."""
    size = private_key.key_size // 8
    try:
        session_key = private_key.decrypt(ciphertext[:size].rjust(size, b"\x00"), _OAEP)
    except ValueError:
        return os.urandom(_KEY_BYTES), False
    is_key = len(session_key) == _KEY_BYTES and len(ciphertext) == size
    return (session_key, True) if is_key else (os.urandom(_KEY_BYTES), False)


def _decipher(ciphertext: bytes, session_key: bytes) -> tuple[bytes, bool]:
    """The padded plain text behind the initialisation vector; zeros are read where there is none."""
    is_whole = len(ciphertext) >= 2 * _BLOCK and len(ciphertext) % _BLOCK == 0
    data = ciphertext if is_whole else bytes(2 * _BLOCK)
    decryptor = Cipher(AES(session_key), CBC(data[:_BLOCK])).decryptor()
    return decryptor.update(data[_BLOCK:]) + decryptor.finalize(), is_whole


def _read(padded: bytes) -> tuple[Identifier, bool]:
    """Without its padding, whose last byte is its length (XML Encryption 1.1 section 5.2), as a NameID."""
    length = padded[-1]
    plain = padded[: -min(max(length, 1), _BLOCK)]
    try:
        check_bytes(plain)
        element = parse_strictly(plain)
        match(element, _NAME_ID, family="identifier")
    except GateRefused:
        return Identifier("", None, None), False
    name = Identifier(element.text or "", element.get("Format"), element.get("NameQualifier"))
    return name, 1 <= length <= _BLOCK
