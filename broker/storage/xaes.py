"""XAES-256-GCM: AES-256-GCM whose nonce is long enough to be drawn at random without ever counting.

Source: C2SP, "XAES-256-GCM extended-nonce AEAD". Plain AES-256-GCM allows 2^32 random nonces for
one key (NIST SP 800-38D, 8.3), which a busy broker would use up in weeks; here every message gets
a key of its own, derived by CMAC in counter mode (NIST SP 800-108r1, 4.1), and the bound is 2^80.
"""

from __future__ import annotations

from threading import Lock

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB

KEY_BYTES = 32
NONCE_BYTES = 24
TAG_BYTES = 16

_COUNTERS = (b"\x00\x01X\x00", b"\x00\x02X\x00")
_BLOCK_BITS = 128
_REDUCTION = 0x87


class XaesKey:
    """One 256-bit key, ready for use by several threads at once."""

    __slots__ = ("_blocks", "_masked_counters", "_turn")

    def __init__(self, secret: bytes) -> None:
        if len(secret) != KEY_BYTES:
            raise ValueError(f"a key is {KEY_BYTES} bytes")
        # The key schedule is computed here once. CMAC of one whole block is AES over that block and a
        # constant of the key (NIST SP 800-38B, 6.2), so a message's key is two blocks of plain AES.
        self._blocks = Cipher(AES(secret), ECB()).encryptor()  # noqa: S305 - two blocks that are never the same
        # It remembers nothing between whole blocks, but two threads may not be in it at once.
        self._turn = Lock()
        first, second = (int.from_bytes(counter + bytes(12)) for counter in _COUNTERS)
        constant = _doubled(int.from_bytes(self._blocks.update(bytes(_BLOCK_BITS // 8))))
        self._masked_counters = (first ^ constant) << _BLOCK_BITS | second ^ constant

    def encrypt(self, nonce: bytes, plain: bytes, associated: bytes) -> bytes:
        """Ciphertext with its 16 byte tag; `nonce` is 24 random bytes, never used before."""
        return self._message_cipher(nonce).encrypt(nonce[12:], plain, associated)

    def decrypt(self, nonce: bytes, sealed: bytes, associated: bytes) -> bytes:
        """The plain text; `cryptography.exceptions.InvalidTag` when anything was changed."""
        return self._message_cipher(nonce).decrypt(nonce[12:], sealed, associated)

    def _message_cipher(self, nonce: bytes) -> AESGCM:
        if len(nonce) != NONCE_BYTES:
            raise ValueError(f"a nonce is {NONCE_BYTES} bytes")
        own = int.from_bytes(nonce[:12])
        blocks = self._masked_counters ^ (own << _BLOCK_BITS | own)
        with self._turn:
            secret = self._blocks.update(blocks.to_bytes(KEY_BYTES))
        return AESGCM(secret)


def _doubled(block: int) -> int:
    """The first subkey of CMAC: the block times x in GF(2^128) (NIST SP 800-38B, 6.1)."""
    doubled = block << 1
    return doubled if doubled < 1 << _BLOCK_BITS else doubled ^ (1 << _BLOCK_BITS) ^ _REDUCTION
