"""Base64 as XML holds it: white space may stand anywhere in it (XML Schema part 2, 3.2.16)."""

from __future__ import annotations

import base64
from typing import Final

# White space as XML has it: Python's own idea of it takes in characters that other readers refuse.
_XML_SPACE: Final = b" \t\r\n"


def decode_base64(text: str | None) -> bytes:
    """The bytes that an element's text stands for; `ValueError` when it is not base64."""
    return base64.b64decode((text or "").encode("ascii").translate(None, _XML_SPACE), validate=True)
