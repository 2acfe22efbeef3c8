"""What a text or call with a code says, in both languages and for every purpose."""

from __future__ import annotations

import re
from itertools import product

import pytest

from broker.domain.second_factors import CodePurpose
from broker.notify.sms import (
    PhoneMessage,
    code_message,
    decode_phone_message,
    encode_phone_message,
    number_notice,
)
from broker.storage.messages import Channel

NUMBER, CODE = "+31612345601", "012345"
LONGEST_BRAND = "Zorg en Zekerheid"


def _message(
    channel: Channel = Channel.SMS, purpose: CodePurpose = CodePurpose.LOGIN, language: str = "nl"
) -> PhoneMessage:
    return code_message(channel, NUMBER, CODE, brand_name=LONGEST_BRAND, purpose=purpose, language=language)


@pytest.mark.parametrize(("purpose", "language"), tuple(product(CodePurpose, ("nl", "en"))))
def test_text_begins_with_the_code_and_fits_in_one_message(purpose: CodePurpose, language: str) -> None:
    """Then whose it is and the warning; nothing to press, and no letters that make it cost two."""
    text = _message(purpose=purpose, language=language).text
    warning = {"nl": "Deel deze code met niemand.", "en": "Do not share this code with anyone."}[language]
    assert text.startswith(f"{CODE} ")
    assert LONGEST_BRAND in text
    assert text.endswith(warning)
    assert len(text) <= 160
    assert text.isascii()
    assert not re.search(r"://|www\.|\.nl|\.com", text)


@pytest.mark.parametrize(("purpose", "language"), tuple(product(CodePurpose, ("nl", "en"))))
def test_call_says_the_digits_one_by_one_and_twice(purpose: CodePurpose, language: str) -> None:
    """A voice would make one large number of it, and who picks up misses the first words."""
    text = _message(Channel.VOICE, purpose, language).text
    assert text.count("0, 1, 2, 3, 4, 5") == 2
    assert CODE not in text
    assert not text[0].isdigit()


def test_purposes_differ_in_words() -> None:
    """Who is talked into reading a code out can hear that it is for something else (B4-11)."""
    for channel, language in product((Channel.SMS, Channel.VOICE), ("nl", "en")):
        assert len({_message(channel, purpose, language).text for purpose in CodePurpose}) == len(CodePurpose)


@pytest.mark.parametrize("language", ["nl", "en"])
def test_notice_fits_in_one_message_and_holds_nothing_to_press_or_type(language: str) -> None:
    """Whose it is, what happened, what to do; the same words are read and heard."""
    notices = [
        number_notice(channel, NUMBER, brand_name=LONGEST_BRAND, language=language)
        for channel in (Channel.SMS, Channel.VOICE)
    ]
    (text,) = {notice.text for notice in notices}
    assert LONGEST_BRAND in text
    assert len(text) <= 160
    assert text.isascii()
    assert not re.search(r"[0-9]|://|www\.|\.nl|\.com", text)


def test_other_languages_get_dutch() -> None:
    """The language of the house."""
    assert _message(language="fr") == _message(language="nl")


def test_message_comes_back_as_it_was_and_is_not_printed() -> None:
    """What is kept leaves the number out, which has a column of its own."""
    message = _message()
    content = encode_phone_message(message)
    assert decode_phone_message(Channel.SMS, content, NUMBER) == message
    assert NUMBER.encode() not in content
    assert not [secret for secret in (NUMBER, CODE) if secret in repr(message)]
