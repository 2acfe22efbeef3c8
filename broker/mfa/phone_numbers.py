"""Telephone numbers: read as people type them, judged on whether codes can and may go there.

The allowed regions and kinds keep strangers from earning on codes that we pay for (toll fraud): no premium
or shared-cost numbers, and no far countries (security B4-09).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType

from broker.domain.second_factors import FactorKind

HOME_REGION: Final = "NL"
"""Where a number without country code is from."""

HOME_CODE: Final = str(phonenumbers.country_code_for_region(HOME_REGION))
"""The calling code of that region."""

EUROPEAN_UNION: Final = (
    *("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT"),
    *("LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"),
)
"""ISO 3166-1 codes. Far parts of these countries have regions of their own and are left out."""

_TYPED: Final = re.compile(r"[0-9 ()./+\u00a0\u2010-\u2015-]{1,40}", re.ASCII)
_MOBILE: Final = frozenset({PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE})
_CALLABLE: Final = _MOBILE | {PhoneNumberType.FIXED_LINE, PhoneNumberType.VOIP}
_KINDS: Final = {FactorKind.SMS: _MOBILE, FactorKind.VOICE: _CALLABLE}
# Numbers of Dutch companies are called at the price of a fixed line, unlike others of their type (084, 087).
_CALLABLE_PREFIXES: Final = ("+3188",)


class PhoneFault(StrEnum):
    """What is wrong with a number."""

    MISSING = "phone-missing"
    MALFORMED = "phone-malformed"
    NOT_MOBILE = "phone-not-mobile"
    NOT_CALLABLE = "phone-not-callable"
    REGION = "phone-region"


class InvalidPhoneNumber(ValueError):
    """Codes cannot go to what was typed; the message never repeats it."""

    def __init__(self, fault: PhoneFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class PhoneNumber:
    """A number in E.164 form (ITU-T E.164), ``+31612345678``."""

    e164: str = field(repr=False)


def parse_phone_number(
    typed: str, kind: FactorKind, *, regions: tuple[str, ...] = EUROPEAN_UNION
) -> PhoneNumber:
    """Read a number for texts (mobile alone) or calls; raises `InvalidPhoneNumber`.

    `regions`: ISO 3166-1 codes of where codes may go.
    """
    text = typed.strip()
    if not text:
        raise InvalidPhoneNumber(PhoneFault.MISSING)
    if not _TYPED.fullmatch(text):
        raise InvalidPhoneNumber(PhoneFault.MALFORMED)
    try:
        number = phonenumbers.parse(text, HOME_REGION)
    except NumberParseException:
        raise InvalidPhoneNumber(PhoneFault.MALFORMED) from None
    if not phonenumbers.is_valid_number(number) or number.extension:
        raise InvalidPhoneNumber(PhoneFault.MALFORMED)
    if phonenumbers.region_code_for_number(number) not in regions:
        raise InvalidPhoneNumber(PhoneFault.REGION)
    e164 = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    if phonenumbers.number_type(number) not in _KINDS[kind] and not _is_company(e164, kind):
        fault = PhoneFault.NOT_MOBILE if kind is FactorKind.SMS else PhoneFault.NOT_CALLABLE
        raise InvalidPhoneNumber(fault)
    return PhoneNumber(e164)


def calling_code(e164: str) -> str:
    """The digits that tell a number's country (ITU-T E.164), ``31``; empty for what is no number."""
    try:
        return str(phonenumbers.parse(e164).country_code)
    except NumberParseException:
        return ""


def _is_company(e164: str, kind: FactorKind) -> bool:
    return kind is FactorKind.VOICE and e164.startswith(_CALLABLE_PREFIXES)
