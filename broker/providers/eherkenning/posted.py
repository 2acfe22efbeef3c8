"""An answer that the browser posts: base64 of a Response (SAML bindings 3.5.4)."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Final

from broker.providers.saml.bytes_rules import MAX_MESSAGE_BYTES
from broker.providers.saml.refusal import GateRefused

_MOST_CHARACTERS: Final = MAX_MESSAGE_BYTES * 4 // 3 + 4096
"""Base64 takes four characters for three bytes; the rest is for line ends."""
_LINE_ENDS = re.compile(r"[\r\n]+")


def decode_posted(message: str) -> bytes:
    """The bytes of the Response; `GateRefused` when the text is not base64 or too long."""
    if len(message) > _MOST_CHARACTERS:
        raise GateRefused("xml.too-large", f"the message is larger than {MAX_MESSAGE_BYTES} bytes")
    try:
        return base64.b64decode(_LINE_ENDS.sub("", message), validate=True)
    except (binascii.Error, ValueError):
        raise GateRefused("posted.form", "the posted message is not base64") from None
