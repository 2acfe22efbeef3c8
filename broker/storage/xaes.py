"""XAES-256-GCM: AES-256-GCM whose nonce is long enough to be drawn at random without ever counting.

Source: C2SP, "XAES-256-GCM extended-nonce AEAD". Plain AES-256-GCM allows 2^32 random nonces for
one key (NIST SP 800-38D, 8.3), which a busy broker would use up in weeks; here every message gets
a key of its own, derived by CMAC in counter mode (NIST SP 800-108r1, 4.1), and the bound is 2^80.
"""

from __future__ import annotations

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.cmac import CMAC

KEY_BYTES = 32
NONCE_BYTES = 24
TAG_BYTES = 16

_COUNTERS = (b"\x00\x01X\x00", b"\x00\x02X\x00")


class XaesKey:
    """One 256-bit key, ready for use by several threads at once."""

    __slots__ = ("_cmac",)

    def __init__(self, secret: bytes) -> None:
        if len(secret) != KEY_BYTES:
            raise ValueError(f"a key is {KEY_BYTES} bytes")
        # The key schedule is computed here once; every use works on a copy.
        self._cmac = CMAC(AES(secret))

    def encrypt(self, nonce: bytes, plain: bytes, associated: bytes) -> bytes:
        """Ciphertext with its 16 byte tag; `nonce` is 24 random bytes, never used before."""
        return self._message_cipher(nonce).encrypt(nonce[12:], plain, associated)

    def decrypt(self, nonce: bytes, sealed: bytes, associated: bytes) -> bytes:
        """The plain text; `cryptography.exceptions.InvalidTag` when anything was changed."""
        return self._message_cipher(nonce).decrypt(nonce[12:], sealed, associated)

    def _message_cipher(self, nonce: bytes) -> AESGCM:
        if len(nonce) != NONCE_BYTES:
            raise ValueError(f"a nonce is {NONCE_BYTES} bytes")
        halves = []
        for counter in _COUNTERS:
            cmac = self._cmac.copy()
            cmac.update(counter + nonce[:12])
            halves.append(cmac.finalize())
        return AESGCM(b"".join(halves))
