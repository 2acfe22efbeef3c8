"""The citizen service number is checked where it comes in and hidden where it is printed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.domain.bsn import Bsn, InvalidBsn

VALID = ("999990019", "999993653", "900029365")


@pytest.mark.parametrize("number", VALID)
def test_bsn_that_passes_the_eleven_test_is_accepted(number: str) -> None:
    """Well-known test numbers are BSNs."""
    assert Bsn(number).number == number


@pytest.mark.parametrize(
    "text",
    [
        "",
        "000000000",
        "99999001",
        "9999900190",
        "999990018",
        " 999990019",
        "999990019\n",
        "99999001٩",  # An Arabic-Indic nine is a digit to Python and not to us.
        "s00000000",
    ],
)
def test_bsn_refuses_other_texts_without_repeating_them(text: str) -> None:
    """What is not nine ASCII digits that pass the eleven test is refused, and not echoed."""
    with pytest.raises(InvalidBsn) as refused:
        Bsn(text)
    assert not text.strip() or text not in str(refused.value)


def test_bsn_hides_itself_when_printed() -> None:
    """Neither repr nor str nor a format shows the number."""
    bsn = Bsn(VALID[0])
    assert VALID[0] not in f"{bsn!r} {bsn!s} {bsn}"


@given(st.sampled_from(VALID), st.integers(0, 8), st.integers(1, 9))
def test_bsn_with_one_changed_digit_is_refused(number: str, place: int, step: int) -> None:
    """The eleven test finds every single wrong digit."""
    digits = list(number)
    digits[place] = str((int(digits[place]) + step) % 10)
    with pytest.raises(InvalidBsn):
        Bsn("".join(digits))
