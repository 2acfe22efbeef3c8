"""The citizen service number: checked where it comes in, hidden wherever it is printed."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from broker.domain.eleven_test import passes_eleven_test

_NINE_DIGITS = re.compile(r"[0-9]{9}", re.ASCII)


class InvalidBsn(ValueError):
    """The text is not a BSN; the message never repeats the text."""


@dataclass(frozen=True, slots=True)
class Bsn:
    """A valid BSN of nine digits, leading zeros kept.

    Raises `InvalidBsn` unless the text is nine ASCII digits, not all zero, that pass the eleven
    test. The number is left out of `repr`, `str` and therefore of logs; `number` reads it.
    """

    number: str = field(repr=False)

    def __post_init__(self) -> None:
        if not _NINE_DIGITS.fullmatch(self.number) or self.number == "000000000":
            raise InvalidBsn("a BSN is nine digits, not all zero")
        if not passes_eleven_test(self.number):
            raise InvalidBsn("the number does not pass the eleven test")
