"""The yardstick: what one RSA-2048 signature costs on this machine at this moment."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256

from bench.cpu import own_seconds

FLOOR_IN_SIGNATURES = 2.45
"""F: the cryptography that one DigiD login cannot do without, in signatures.

Two signatures (AuthnRequest, ArtifactResolve), the verification of two, an ES256 ID token and an ES256 client
assertion.
"""

_MESSAGE = b"yardstick" * 30


class Yardstick:
    """S: the CPU seconds of one RSA-2048 signature, asked again in every round."""

    def __init__(self, *, signatures: int = 150) -> None:
        self._key = generate_private_key(public_exponent=65537, key_size=2048)
        self._signatures = signatures
        self.seconds()

    def seconds(self) -> float:
        """One signature, as the mean of a batch."""
        padding, digest = PKCS1v15(), SHA256()
        began = own_seconds()
        for _ in range(self._signatures):
            self._key.sign(_MESSAGE, padding, digest)
        return (own_seconds() - began) / self._signatures
