"""Made-up facts that are the same each time: they follow from what they are about, and from nothing else."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date, timedelta
from typing import TypeVar

_Choice = TypeVar("_Choice")


class Draw:
    """Numbers that follow from a subject and the name of what they are for."""

    def __init__(self, subject: str) -> None:
        self._subject = subject

    def below(self, bound: int, purpose: str) -> int:
        """A whole number from 0, less than `bound`."""
        digest = hashlib.sha256(f"{self._subject}\n{purpose}".encode()).digest()
        return int.from_bytes(digest[:8], "big") % bound

    def between(self, least: int, most: int, purpose: str) -> int:
        """A whole number from `least` to `most`, both included."""
        return least + self.below(most - least + 1, purpose)

    def one_of(self, choices: Sequence[_Choice], purpose: str) -> _Choice:
        """One of these."""
        return choices[self.below(len(choices), purpose)]

    def day(self, first: date, last: date, purpose: str) -> date:
        """A day from `first` to `last`, both included."""
        return first + timedelta(days=self.below((last - first).days + 1, purpose))


def dutch_number(number: int) -> str:
    """A whole number as it is written in Dutch: ``5.000``."""
    return f"{number:,}".replace(",", ".")


def euros(cents: int) -> str:
    """An amount as it is written in Dutch: ``€ 1.234,50``."""
    whole, rest = divmod(cents, 100)
    return f"€ {dutch_number(whole)},{rest:02d}"


def dutch(day: date) -> str:
    """A day as it is written in Dutch: ``05-12-2026``."""
    return day.strftime("%d-%m-%Y")
