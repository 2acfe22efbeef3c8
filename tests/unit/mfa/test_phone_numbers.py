"""Telephone numbers: as people type them, and only where codes can and may go."""

from __future__ import annotations

import pytest

from broker.domain.second_factors import FactorKind
from broker.mfa.phone_numbers import InvalidPhoneNumber, PhoneFault, parse_phone_number

SMS, VOICE = FactorKind.SMS, FactorKind.VOICE


@pytest.mark.parametrize(
    "typed",
    ["0612345678", "06 1234 5678", "06-12345678", "+31 6 12345678", "0031612345678", "+31 (0)6 12345678"],
)
def test_mobile_number_is_one_number_however_typed(typed: str) -> None:
    """Without country code it is Dutch."""
    assert parse_phone_number(typed, SMS).e164 == "+31612345678"


@pytest.mark.parametrize("typed", ["+32470123456", "+49 1512 3456789", "0612345678"])
def test_mobile_numbers_of_the_union_get_texts(typed: str) -> None:
    """People near the border have them."""
    assert parse_phone_number(typed, SMS).e164.startswith("+")


@pytest.mark.parametrize("typed", ["0201234567", "+3188 456 7890", "0851234567", "0612345678"])
def test_other_numbers_get_calls(typed: str) -> None:
    """A landline at home, a number of a company, a mobile phone (J22)."""
    assert parse_phone_number(typed, VOICE).e164.startswith("+31")


@pytest.mark.parametrize(
    ("typed", "kind", "fault"),
    [
        ("", SMS, PhoneFault.MISSING),
        ("   ", SMS, PhoneFault.MISSING),
        ("12", SMS, PhoneFault.MALFORMED),
        ("112", VOICE, PhoneFault.MALFORMED),
        ("bel mij", SMS, PhoneFault.MALFORMED),
        ("0612345678 ext 5", VOICE, PhoneFault.MALFORMED),
        ("+31612345678;phone-context=evil", SMS, PhoneFault.MALFORMED),
        ("0612345678\n0612345679", SMS, PhoneFault.MALFORMED),
        ("06" + "1" * 60, SMS, PhoneFault.MALFORMED),
        ("٠٦١٢٣٤٥٦٧٨", SMS, PhoneFault.MALFORMED),
        ("0201234567", SMS, PhoneFault.NOT_MOBILE),
        ("09001234", SMS, PhoneFault.NOT_MOBILE),
        ("09001234", VOICE, PhoneFault.NOT_CALLABLE),
        ("0800 1234", VOICE, PhoneFault.NOT_CALLABLE),
        ("0841234567", VOICE, PhoneFault.NOT_CALLABLE),
        ("14020", VOICE, PhoneFault.NOT_CALLABLE),
        ("+1 212 555 0100", SMS, PhoneFault.REGION),
        ("+44 7400 123456", SMS, PhoneFault.REGION),
        ("+590 690 00 12 34", SMS, PhoneFault.REGION),
    ],
)
def test_number_that_cannot_or_may_not_get_codes_is_refused(
    typed: str, kind: FactorKind, fault: PhoneFault
) -> None:
    """With a code that tells why and never the number (B4-09: no premium numbers, no far countries)."""
    with pytest.raises(InvalidPhoneNumber) as refused:
        parse_phone_number(typed, kind)
    assert refused.value.fault is fault
    assert str(refused.value) == fault.value


def test_regions_are_the_operators_to_choose() -> None:
    """A tuple of countries says where codes may go."""
    assert parse_phone_number("+44 7400 123456", SMS, regions=("GB",)).e164 == "+447400123456"
    with pytest.raises(InvalidPhoneNumber):
        parse_phone_number("0612345678", SMS, regions=("GB",))


def test_number_is_not_printed() -> None:
    """Neither in a log nor in a trace."""
    assert "612345678" not in repr(parse_phone_number("0612345678", SMS))
