"""`[desk]` in `brands/<brand>.toml` and `portals/<portal>.toml`: whom people call when they are stuck."""

from __future__ import annotations

import re
from typing import Annotated, Final

from pydantic import AfterValidator, Field, StringConstraints

from broker.settings.mail_section import EmailAddress
from broker.settings.model import Section

DeskName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
"""A name that stands in a sentence."""

_PHONE: Final = re.compile(r"\+?[0-9](?:[ -]?[0-9]){2,19}")


def _phone_text(value: str) -> str:
    if _PHONE.fullmatch(value) is None:
        raise ValueError("must be a telephone number: 3 to 20 digits, with spaces or hyphens between them")
    return value


PhoneText = Annotated[str, AfterValidator(_phone_text)]
"""A telephone number as people read it; what is left without spaces and hyphens can be dialled."""

HoursText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
"""When a desk is open, in a sentence."""


class DeskHours(Section):
    """When the desk is open."""

    nl: HoursText = Field(description="When the desk is open, in Dutch; `desk.hours` may be left out.")
    en: HoursText = Field(description="The same in English.")


class Desk(Section):
    """Whom people call when they are stuck."""

    name: DeskName = Field(
        description="The desk's name on screen. A portal without `[desk]` has the one of its brand."
    )
    phone: PhoneText = Field(
        description="Telephone number as people read it: digits, with spaces or hyphens between them."
    )
    email: EmailAddress = Field(description="E-mail address.")
    hours: DeskHours | None = Field(default=None, description="Absent: no hours are told.")
