"""Recovery codes: for whoever lost every other factor. Ten at a time, each used once, shown once.

80 random bits in groups of four, in an alphabet without look-alikes. Kept as slow hash, salted with the
account (ASVS 6.5.2 for secrets of less than 112 bits), so that neither a copy of the database nor one
account's codes say anything about another's.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from typing import Final

from broker.domain.accounts import AccountId

HOW_MANY: Final = 10
_CHARACTERS: Final = 16
"""Five bits each: 80."""
_GROUP: Final = 4
_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Base 32 of Crockford: no I, L, O and U."""
_MEANT: Final = str.maketrans({"O": "0", "I": "1", "L": "1"})
_SPACING: Final = re.compile(r"[\s-]+")
_FORM: Final = re.compile(rf"[{_ALPHABET}]{{{_CHARACTERS}}}")
# scrypt with 16 MiB (RFC 7914; OWASP asks more of passwords, which people choose).
_COST: Final = 2**14
_BLOCK: Final = 8
_DIGEST_BYTES: Final = 32


def new_codes() -> tuple[str, ...]:
    """Ten new codes, as they are shown: ``7K2M-…-…-…``."""
    return tuple(_grouped(_random()) for _ in range(HOW_MANY))


def digest_of(account_id: AccountId, typed: str) -> bytes | None:
    """The hash of a code as somebody typed it, 32 bytes; None when it is not the form of a code."""
    plain = _SPACING.sub("", typed).upper().translate(_MEANT)
    if not _FORM.fullmatch(plain):
        return None
    salt = f"recovery code of {account_id}".encode()
    return hashlib.scrypt(plain.encode(), salt=salt, n=_COST, r=_BLOCK, p=1, dklen=_DIGEST_BYTES)


def digests_of(account_id: AccountId, codes: tuple[str, ...]) -> tuple[bytes, ...]:
    """The hashes of codes that we made; takes a good part of a second."""
    digests = tuple(digest_of(account_id, code) for code in codes)
    return tuple(digest for digest in digests if digest is not None)


def _random() -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(_CHARACTERS))


def _grouped(code: str) -> str:
    return "-".join(code[start : start + _GROUP] for start in range(0, _CHARACTERS, _GROUP))
