"""Which passwords we take: long enough, and not the first that somebody would guess. Nothing else is asked.

NIST SP 800-63B section 3.1.1.2, ASVS 6.2: no rules about kinds of characters, no end to its life.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from broker.accounts.passwords.characters import SHORTEST, TooLarge, normal_form
from broker.accounts.passwords.guessing import weight

TOO_SHORT: Final = "too-short"
TOO_LONG: Final = "too-long"
TOO_COMMON: Final = "too-common"
TOO_LIKE_YOU: Final = "too-like-you"

OUR_NAME: Final = "voordeur"

# As much as eight characters that nothing explains (`guessing`).
_LEAST_WEIGHT = 8


def faults_in(password: str, *, context: Sequence[str]) -> tuple[str, ...]:
    """Why we do not take this password, as codes; empty when we do.

    `context`: what somebody would try first for this account: name, address, its domain, the brand's names.
    """
    try:
        text = normal_form(password)
    except TooLarge:
        return (TOO_LONG,)
    if len(text) < SHORTEST:
        return (TOO_SHORT,)
    if weight(text) < _LEAST_WEIGHT:
        return (TOO_COMMON,)
    if weight(text, context=(*context, OUR_NAME)) < _LEAST_WEIGHT:
        return (TOO_LIKE_YOU,)
    return ()
