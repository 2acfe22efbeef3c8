"""Codes that bind: typed by people, so without letters that look alike, and with a check against mistyping.

Twelve characters of 32 hold 60 random bits; the thirteenth is five bits of their digest, so that a slip of
the finger is told from a code that works no more, and costs no try. We keep a keyed hash only.
"""

from __future__ import annotations

import hashlib
import secrets
from typing import Final

_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Without I, L, O and U, as Crockford has it; I, L and O are taken as the digit that they look like."""

_RANDOM_CHARACTERS: Final = 12
_GROUP: Final = 5
_LOOKS_LIKE: Final = str.maketrans({"I": "1", "L": "1", "O": "0"})


def new_code() -> str:
    """A code nobody can guess, as it is kept: thirteen characters without dashes."""
    drawn = "".join(secrets.choice(_ALPHABET) for _ in range(_RANDOM_CHARACTERS))
    return drawn + _check_of(drawn)


def shown(code: str) -> str:
    """As people read it, in groups."""
    return "-".join(code[start : start + _GROUP] for start in range(0, len(code), _GROUP))


def read_code(typed: str) -> str | None:
    """The code in what somebody typed; None when it can be none: another length, or a slip."""
    plain = "".join(typed.split()).replace("-", "").upper().translate(_LOOKS_LIKE)
    if len(plain) != _RANDOM_CHARACTERS + 1 or not set(plain) <= set(_ALPHABET):
        return None
    return plain if plain[-1] == _check_of(plain[:-1]) else None


def _check_of(drawn: str) -> str:
    return _ALPHABET[hashlib.sha256(drawn.encode()).digest()[0] % len(_ALPHABET)]
