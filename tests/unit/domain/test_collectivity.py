"""Collectivities, and the numbers that a brand gives them."""

from __future__ import annotations

import pytest

from broker.domain.collectivity import (
    CollectivityNumber,
    ContactDetails,
    CustomerNumber,
    InvalidReference,
    PostalAddress,
)


@pytest.mark.parametrize("kind", [CollectivityNumber, CustomerNumber])
@pytest.mark.parametrize("text", ["1", "0012345", "C-2024/17.1", "9" * 32])
def test_reference_is_kept_as_the_brand_writes_it(
    kind: type[CollectivityNumber | CustomerNumber], text: str
) -> None:
    """Brands number in their own way."""
    assert kind(text).number == text


@pytest.mark.parametrize("kind", [CollectivityNumber, CustomerNumber])
@pytest.mark.parametrize(
    "text", ["", "9" * 33, "-12", "=1+1", "@12", "+12", "a12", "12 34", "12\n", "١٢", "<b>", '1"2', "1:2"]
)
def test_reference_of_other_characters_is_refused_without_repeating_it(
    kind: type[CollectivityNumber | CustomerNumber], text: str
) -> None:
    """Nothing that a spreadsheet, a page or a key could take for something else."""
    with pytest.raises(InvalidReference) as refused:
        kind(text)
    assert not text or text not in str(refused.value)


def test_contact_details_hide_themselves_when_printed() -> None:
    """They may be those of a person."""
    contact = ContactDetails(
        PostalAddress("Dorpsstraat 1", "1234 AB", "Ons Dorp"), ("+31612345678",), "a@b.nl"
    )
    shown = repr(contact)
    assert all(text not in shown for text in ("Dorpsstraat", "612345678", "a@b.nl"))
