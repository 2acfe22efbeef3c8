"""An organisation and the numbers that the trade register and the tax office know it by."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from broker.domain.eleven_test import passes_eleven_test

_EIGHT_DIGITS: Final = re.compile(r"[0-9]{8}", re.ASCII)
_NINE_DIGITS: Final = re.compile(r"[0-9]{9}", re.ASCII)
_TWELVE_DIGITS: Final = re.compile(r"[0-9]{12}", re.ASCII)

LONGEST_ORGANISATION_NAME: Final = 200


class InvalidOrganisationNumber(ValueError):
    """The text is not a number of this kind; the message never repeats the text."""


@dataclass(frozen=True, slots=True)
class KvkNumber:
    """A number of the trade register (KvK): eight ASCII digits, leading zeros kept; it has no check digit."""

    number: str

    def __post_init__(self) -> None:
        if not _EIGHT_DIGITS.fullmatch(self.number):
            raise InvalidOrganisationNumber("a KvK number is eight digits")


@dataclass(frozen=True, slots=True)
class BranchNumber:
    """The number of one branch in the trade register (vestigingsnummer): twelve ASCII digits, zeros kept."""

    number: str

    def __post_init__(self) -> None:
        if not _TWELVE_DIGITS.fullmatch(self.number):
            raise InvalidOrganisationNumber("a branch number is twelve digits")


@dataclass(frozen=True, slots=True)
class Rsin:
    """The tax office's number of a legal person: nine ASCII digits, not all zero, that pass the eleven test.

    Hidden from `repr` as a BSN is: the number of a sole trader can be their BSN. `number` reads it.
    """

    number: str = field(repr=False)

    def __post_init__(self) -> None:
        if not _NINE_DIGITS.fullmatch(self.number) or self.number == "000000000":
            raise InvalidOrganisationNumber("an RSIN is nine digits, not all zero")
        if not passes_eleven_test(self.number):
            raise InvalidOrganisationNumber("the number does not pass the eleven test")


@dataclass(frozen=True, slots=True)
class Organisation:
    """A legal person by its KvK number, or one branch of it (None: the whole)."""

    kvk: KvkNumber
    branch: BranchNumber | None
    name: str
