"""Keyed hashes: finding something by a value that must not be readable, nor guessable, in storage.

Numbers people have (a BSN, a telephone number) are few enough to hash them all; only a key that is
not stored beside the hashes keeps them hidden.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from broker.storage.sealing import DataKey


def _joined(*parts: str) -> bytes:
    """The parts, each with its length in front, so that no two lists of parts give the same bytes."""
    return b"".join(map(_told, parts))


# Kinds of records and their owners are few, and every look-up begins with them.
_known_front = lru_cache(maxsize=512)(_joined)


def _told(part: str) -> bytes:
    encoded = part.encode("utf-8", "surrogatepass")
    return len(encoded).to_bytes(4) + encoded


@dataclass(frozen=True, slots=True)
class NameKey:
    """The key under which the names of records are hidden; it is never replaced while records live.

    The hash is begun once and copied for each name: OpenSSL looks for its algorithm whenever one is begun,
    and a login hashes two dozen names. Safe to share between threads.
    """

    secret: bytes = field(repr=False)
    _begun: hmac.HMAC = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_begun", hmac.new(self.secret, digestmod="sha256"))

    def digest(self, *parts: str) -> str:
        """HMAC-SHA-256 of the parts, as 64 hexadecimal digits."""
        return self._digest(_joined(*parts))

    def digest_in(self, kind: str, owner: str, name: str) -> str:
        """The same of these three; what stands in front of the name is made once, the name is not kept."""
        return self._digest(_known_front(kind, owner) + _told(name))

    def _digest(self, message: bytes) -> str:
        one = self._begun.copy()
        one.update(message)
        return one.hexdigest()


@dataclass(frozen=True, slots=True)
class IndexDigest:
    """A keyed hash with the id of its key; `digest` is 32 bytes."""

    key_id: str
    digest: bytes = field(repr=False)


class BlindIndex:
    """Finds rows of one brand by a hidden value; every brand has keys of its own, so nothing links them.

    While keys are replaced there are several: look-ups try `digests`, additions write one row for
    each, so that processes that do not yet know the newest key still meet on an older one.
    """

    def __init__(self, brand: str, keys: Sequence[DataKey]) -> None:
        """`keys`: newest first, at least one."""
        if not keys:
            raise ValueError("a blind index needs a key")
        self.brand = brand
        self._keys = tuple(keys)

    def digest(self, scheme: str, value: str) -> IndexDigest:
        """The hash of `value` (of the kind `scheme`, as ``digid``) under the newest key."""
        return self.digests(scheme, value)[0]

    def digests(self, scheme: str, value: str) -> tuple[IndexDigest, ...]:
        """The hash under each key in use, newest first."""
        message = _joined(self.brand, scheme, value)
        return tuple(IndexDigest(key.id, hmac.digest(key.secret, message, "sha256")) for key in self._keys)
