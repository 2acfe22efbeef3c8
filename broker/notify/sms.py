"""A text or a call: what it says, in Dutch and in English, and how it is kept while it waits.

A text with a code begins with it, so that it shows on a locked phone, and says whose it is and what it is
for: who is talked into reading it out can see that it is for something else. There is never a link in it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Final

from broker.domain.second_factors import CodePurpose
from broker.storage.messages import Channel

DUTCH: Final = "nl"
ENGLISH: Final = "en"


@dataclass(frozen=True, slots=True)
class PhoneMessage:
    """What a telephone gets; `to` is a number in E.164 form, `channel` says whether it is read or heard."""

    channel: Channel
    to: str = field(repr=False)
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Words:
    """The parts of a message; `{code}`, `{brand}` and `{aim}` are filled in. `gone`: no codes any more."""

    text: str
    call: str
    aims: dict[CodePurpose, str]
    gone: str


_WORDS: Final = {
    DUTCH: _Words(
        text="{code} is uw code om {aim} bij {brand}. Deel deze code met niemand.",
        call="Uw code om {aim} bij {brand} is: {code}. Nog een keer: {code}. Deel deze code met niemand.",
        aims={
            CodePurpose.LOGIN: "in te loggen",
            CodePurpose.ENROLMENT: "dit telefoonnummer te bevestigen",
            CodePurpose.CHANGE: "uw gegevens te wijzigen",
        },
        gone="Bericht van {brand}: op dit nummer krijgt u geen codes meer voor uw account. "
        "Was u dit niet? Neem dan meteen contact met ons op.",
    ),
    ENGLISH: _Words(
        text="{code} is your code to {aim} at {brand}. Do not share this code with anyone.",
        call="Your code to {aim} at {brand} is: {code}. Again: {code}. Do not share this code with anyone.",
        aims={
            CodePurpose.LOGIN: "log in",
            CodePurpose.ENROLMENT: "confirm this phone number",
            CodePurpose.CHANGE: "change your details",
        },
        gone="Message from {brand}: codes for your account no longer come to this number. "
        "Was this not you? Contact us at once.",
    ),
}


def code_message(
    channel: Channel, to: str, code: str, *, brand_name: str, purpose: CodePurpose, language: str
) -> PhoneMessage:
    """The message that brings a code; a `language` (BCP 47) that is not English gets Dutch."""
    words = _WORDS.get(language, _WORDS[DUTCH])
    spoken = channel is Channel.VOICE
    # A voice would make one large number of it.
    shown = ", ".join(code) if spoken else code
    pattern = words.call if spoken else words.text
    return PhoneMessage(channel, to, pattern.format(code=shown, brand=brand_name, aim=words.aims[purpose]))


def number_notice(channel: Channel, to: str, *, brand_name: str, language: str) -> PhoneMessage:
    """The message to a number to which no codes go any more; it serves to be read and to be heard."""
    words = _WORDS.get(language, _WORDS[DUTCH])
    return PhoneMessage(channel, to, words.gone.format(brand=brand_name))


def encode_phone_message(message: PhoneMessage) -> bytes:
    """All of it but the number, for the outbox, which seals it."""
    return json.dumps({"text": message.text}, ensure_ascii=False, separators=(",", ":")).encode()


def decode_phone_message(channel: Channel, content: bytes, to: str) -> PhoneMessage:
    """Read what `encode_phone_message` wrote."""
    raw: dict[str, Any] = json.loads(content)
    return PhoneMessage(channel, to, raw["text"])
