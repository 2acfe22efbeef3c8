"""A request may raise a portal's minimum and never lower it."""

from __future__ import annotations

import pytest

from broker.domain.assurance import (
    BELOW_EIDAS,
    EIDAS_HIGH,
    EIDAS_LOW,
    EIDAS_SUBSTANTIAL,
    Assurance,
    DigidLevel,
    Scheme,
)
from broker.login.policy import raised


@pytest.mark.parametrize(
    ("minimum", "acr_values", "expected"),
    [
        (DigidLevel.MIDDEN, (), DigidLevel.MIDDEN),
        (DigidLevel.MIDDEN, (BELOW_EIDAS,), DigidLevel.MIDDEN),
        (DigidLevel.MIDDEN, (EIDAS_SUBSTANTIAL,), DigidLevel.SUBSTANTIEEL),
        (DigidLevel.MIDDEN, (EIDAS_HIGH, EIDAS_SUBSTANTIAL), DigidLevel.SUBSTANTIEEL),
        (DigidLevel.MIDDEN, (EIDAS_HIGH, EIDAS_LOW), DigidLevel.MIDDEN),
        (DigidLevel.HOOG, (EIDAS_LOW,), DigidLevel.HOOG),
        (DigidLevel.BASIS, ("urn:other", EIDAS_LOW), DigidLevel.MIDDEN),
        (DigidLevel.BASIS, ("urn:other",), DigidLevel.BASIS),
    ],
)
def test_minimum_is_raised_to_the_weakest_level_asked(
    minimum: DigidLevel, acr_values: tuple[str, ...], expected: DigidLevel
) -> None:
    """Any level named satisfies the request; unknown ones do not count."""
    assert raised(Assurance(Scheme.DIGID, minimum), acr_values) == Assurance(Scheme.DIGID, expected)
