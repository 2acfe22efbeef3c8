"""The check digit of Dutch numbers of nine digits: the BSN, and the RSIN that took its form."""

from __future__ import annotations

from operator import mul
from typing import Final

_WEIGHTS: Final = (9, 8, 7, 6, 5, 4, 3, 2, -1)


def passes_eleven_test(nine_digits: str) -> bool:
    """Whether the weighted sum of nine ASCII digits divides by eleven; `ValueError` for more or fewer."""
    if len(nine_digits) != len(_WEIGHTS):
        raise ValueError("not nine digits")
    total: int = sum(map(mul, _WEIGHTS, map(int, nine_digits)))
    return total % 11 == 0
