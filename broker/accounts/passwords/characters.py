"""A password as text: one form of it, however a keyboard composed it, and how long it may be.

NIST SP 800-63B section 3.1.1.2: every character counts as one, spaces included, and nothing is cut off.
"""

from __future__ import annotations

import unicodedata
from typing import Final

SHORTEST: Final = 12
"""Code points; with a second factor eight would do (63B section 3.1.1.2), and some portals ask for none."""

LONGEST: Final = 128
"""Code points, so that nobody has us hash a book."""

# Composing makes a text shorter: the longest sequence that becomes one code point has four of them.
_MOST_COMPOSED = 4


class TooLarge(ValueError):
    """More than a password of ours can have, or the character NUL; the message never repeats it."""


def normal_form(typed: str) -> str:
    """The password in Unicode form NFC; spaces and case stay. Raises `TooLarge` without looking at much.

    The same keys give composed letters on one device and loose accents on another (63B section 3.1.1.2).
    """
    # No keyboard has a NUL; what sends one hopes that something reads no further than that (security B4-19).
    if len(typed) > LONGEST * _MOST_COMPOSED or "\0" in typed:
        raise TooLarge
    password = unicodedata.normalize("NFC", typed)
    if len(password) > LONGEST:
        raise TooLarge
    return password
