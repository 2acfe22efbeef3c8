"""One line of text about an organisation: any script, and nothing that is not writing."""

from __future__ import annotations

import unicodedata
from enum import StrEnum


class TextFault(StrEnum):
    """What is wrong with a text."""

    MISSING = "text-missing"
    TOO_LONG = "text-too-long"
    UNREADABLE = "text-unreadable"


class InvalidText(ValueError):
    """The text cannot be kept; the message never repeats it."""

    def __init__(self, fault: TextFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


def parse_plain_text(typed: str, longest: int) -> str:
    """The text with single spaces, in Unicode form NFC; `InvalidText` says what is wrong.

    1 to `longest` characters. Line ends, control characters and invisible ones (which could turn the reading
    direction of what stands around the text) are refused, not removed.
    """
    # The length comes first: what follows takes time that grows with it.
    if len(typed) > 4 * longest:
        raise InvalidText(TextFault.TOO_LONG)
    text = unicodedata.normalize("NFC", typed).strip(" \t\u00a0")
    if not text:
        raise InvalidText(TextFault.MISSING)
    spaced = "".join(" " if unicodedata.category(character) == "Zs" else character for character in text)
    if not spaced.isprintable():
        raise InvalidText(TextFault.UNREADABLE)
    found = " ".join(part for part in spaced.split(" ") if part)
    if len(found) > longest:
        raise InvalidText(TextFault.TOO_LONG)
    return found
