"""Base64 in XML: its white space is left out, and nothing else is."""

from __future__ import annotations

import binascii

import pytest

from broker.providers.saml.base64_text import decode_base64


@pytest.mark.parametrize("text", ["aGk=", " aG\r\n\tk= ", "a G k ="])
def test_white_space_may_stand_anywhere(text: str) -> None:
    """Lines are broken where the sender likes."""
    assert decode_base64(text) == b"hi"


def test_no_text_is_no_bytes() -> None:
    """What an empty element means is for others to say."""
    assert decode_base64(None) == decode_base64("") == b""


@pytest.mark.parametrize("text", ["aGk", "aGk=\v", "\u00a0aGk=", "aGk=\u2003", "aG-=", "aGk=aGk=", "é"])
def test_anything_else_is_refused(text: str) -> None:
    """White space that XML does not know is a character like any other."""
    with pytest.raises((binascii.Error, UnicodeEncodeError)):
        decode_base64(text)
