"""Sealing: what is stored cannot be read, changed or moved to another place without us noticing.

A sealed value is ``0x01 | key id (8 bytes) | nonce (24) | ciphertext and tag``. The key id tells
which data key opens it, so that keys can be replaced while old values stay readable. The context,
which names the place (the table, row and column, or the record), is authenticated with it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from cryptography.exceptions import InvalidTag

from broker.errors import BrokerError
from broker.storage.xaes import KEY_BYTES, NONCE_BYTES, TAG_BYTES, XaesKey

_FORMAT = b"\x01"
KEY_ID_BYTES = 8
_HEADER_BYTES = len(_FORMAT) + KEY_ID_BYTES
OVERHEAD_BYTES = _HEADER_BYTES + NONCE_BYTES + TAG_BYTES


class SealBroken(BrokerError):
    """A stored value is not what we sealed there: changed, moved, or sealed by a key we do not have."""

    code: ClassVar[str] = "seal-broken"


@dataclass(frozen=True, slots=True)
class DataKey:
    """32 random bytes, with the id (16 hexadecimal digits) that stands in front of what they sealed."""

    id: str
    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(bytes.fromhex(self.id)) != KEY_ID_BYTES or len(self.secret) != KEY_BYTES:
            raise ValueError("a data key has an id of 8 bytes in hexadecimal and 32 secret bytes")


class Sealer:
    """Seals with the newest key, opens with any of its keys. Safe to share between threads."""

    def __init__(self, keys: Sequence[DataKey], *, random_bytes: Callable[[int], bytes] = os.urandom) -> None:
        """`keys`: newest first, at least one."""
        if not keys:
            raise ValueError("a sealer needs a key")
        self._by_id = {bytes.fromhex(key.id): XaesKey(key.secret) for key in keys}
        newest = bytes.fromhex(keys[0].id)
        self._newest = self._by_id[newest]
        self._header = _FORMAT + newest
        self._random_bytes = random_bytes

    def seal(self, plain: bytes, *, context: bytes) -> bytes:
        """`plain` made unreadable; it opens under the same `context` only."""
        nonce = self._random_bytes(NONCE_BYTES)
        return self._header + nonce + self._newest.encrypt(nonce, plain, self._header + context)

    def open(self, sealed: bytes, *, context: bytes) -> bytes:
        """What was sealed; raises `SealBroken` and never says more than which of the reasons it was."""
        if len(sealed) < OVERHEAD_BYTES or not sealed.startswith(_FORMAT):
            raise SealBroken("the value is not in the sealed format")
        header, nonce = sealed[:_HEADER_BYTES], sealed[_HEADER_BYTES : _HEADER_BYTES + NONCE_BYTES]
        key_id = header[len(_FORMAT) :]
        key = self._by_id.get(key_id)
        if key is None:
            raise SealBroken(f"the value was sealed by key {key_id.hex()}, which we do not have")
        try:
            return key.decrypt(nonce, sealed[_HEADER_BYTES + NONCE_BYTES :], header + context)
        except InvalidTag:
            raise SealBroken("the value was changed or belongs somewhere else") from None
