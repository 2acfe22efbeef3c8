"""Numbers of organisations are checked where they come in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.domain.organisation import BranchNumber, InvalidOrganisationNumber, KvkNumber, Rsin

Number = type[KvkNumber | BranchNumber | Rsin]


@pytest.mark.parametrize(
    ("kind", "text"),
    [(KvkNumber, "90001354"), (KvkNumber, "00000001"), (BranchNumber, "000012345678"), (Rsin, "999990019")],
)
def test_number_in_its_form_is_kept_with_leading_zeros(kind: Number, text: str) -> None:
    """A number is a text: its zeros count."""
    assert kind(text).number == text


@pytest.mark.parametrize("kind", [KvkNumber, BranchNumber, Rsin])
@pytest.mark.parametrize(
    "text",
    [
        "",
        "1234567",
        "123456789",
        "000000000",
        "1234567890123",
        "9000135a",
        "٩٠٠٠١٣٥٤",
        "90001354\n",
        " 90001354",
    ],
)
def test_number_of_another_form_is_refused_without_repeating_it(kind: Number, text: str) -> None:
    """Only ASCII digits, exactly as many as the kind has."""
    with pytest.raises(InvalidOrganisationNumber) as refused:
        kind(text)
    assert not text.strip() or text not in str(refused.value)


@given(st.integers(0, 8), st.integers(1, 9))
def test_rsin_with_one_changed_digit_is_refused(place: int, step: int) -> None:
    """The eleven test finds every single wrong digit."""
    digits = list("999990019")
    digits[place] = str((int(digits[place]) + step) % 10)
    with pytest.raises(InvalidOrganisationNumber):
        Rsin("".join(digits))


def test_rsin_hides_itself_when_printed() -> None:
    """It can be the BSN of a sole trader."""
    assert "999990019" not in f"{Rsin('999990019')!r}"
