"""A request may raise a portal's minimum and never lower it."""

from __future__ import annotations

import pytest

from broker.domain.assurance import (
    ACCOUNT_AND_PASSKEY,
    ACCOUNT_AND_SMS,
    ACCOUNT_AND_TOTP,
    BELOW_EIDAS,
    EIDAS_HIGH,
    EIDAS_LOW,
    EIDAS_SUBSTANTIAL,
    AccountLevel,
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


@pytest.mark.parametrize(
    ("acr_values", "expected"),
    [
        ((), AccountLevel.PASSWORD),
        ((EIDAS_LOW,), AccountLevel.SMS),
        ((ACCOUNT_AND_TOTP,), AccountLevel.TOTP),
        ((ACCOUNT_AND_TOTP, ACCOUNT_AND_SMS), AccountLevel.SMS),
        ((ACCOUNT_AND_PASSKEY,), AccountLevel.PASSWORD),
        ((EIDAS_HIGH,), AccountLevel.PASSWORD),
        ((EIDAS_HIGH, ACCOUNT_AND_TOTP), AccountLevel.TOTP),
    ],
)
def test_wish_beyond_what_the_portal_offers_does_not_count(
    acr_values: tuple[str, ...], expected: AccountLevel
) -> None:
    """`acr_values` are wishes: one that nobody can fulfil here locks nobody out (Core 3.1.2.1)."""
    minimum, reach = (Assurance(Scheme.PASSWORD, AccountLevel(level)) for level in (10, 30))
    assert raised(minimum, acr_values, reach) == Assurance(Scheme.PASSWORD, expected)
