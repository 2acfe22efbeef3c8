"""A person's name as the person writes it: any script, and nothing that is not writing."""

from __future__ import annotations

import unicodedata
from enum import StrEnum
from typing import Final

LONGEST_NAME: Final = 100

# Four code points compose to one at most, and spaces are typed around and between.
_LONGEST_TYPED: Final = 4 * LONGEST_NAME


class NameFault(StrEnum):
    """What is wrong with a typed name."""

    MISSING = "name-missing"
    TOO_LONG = "name-too-long"
    UNREADABLE = "name-unreadable"


class InvalidName(ValueError):
    """The text cannot be a name; the message never repeats the text."""

    def __init__(self, fault: NameFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


def parse_person_name(typed: str) -> str:
    """The name with single spaces, in Unicode form NFC; `InvalidName` says what is wrong.

    1 to 100 characters with a letter among them. Line ends, control characters and invisible ones (which
    could turn the reading direction of what stands around the name) are refused, not removed.
    """
    # The length comes first: composing many loose accents takes time that grows with its square.
    if len(typed) > _LONGEST_TYPED:
        raise InvalidName(NameFault.TOO_LONG)
    text = unicodedata.normalize("NFC", typed).strip(" \t\u00a0")
    if not text:
        raise InvalidName(NameFault.MISSING)
    spaced = "".join(" " if unicodedata.category(character) == "Zs" else character for character in text)
    if not spaced.isprintable() or not any(character.isalpha() for character in spaced):
        raise InvalidName(NameFault.UNREADABLE)
    name = " ".join(part for part in spaced.split(" ") if part)
    if len(name) > LONGEST_NAME:
        raise InvalidName(NameFault.TOO_LONG)
    return name
