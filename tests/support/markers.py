"""Secrets and persons to look for, in every dress in which they could stand somewhere."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass, field
from urllib.parse import quote, quote_plus

# A number this short stands by chance within the digits of a moment, an identifier or a measurement.
_SHORT_NUMBER = 6


@dataclass
class Markers:
    """Everything secret or personal that went through, by what it is."""

    values: dict[str, set[str]] = field(default_factory=dict)

    def add(self, what: str, value: str | None) -> None:
        """Look for this."""
        if value:
            self.values.setdefault(what, set()).add(value)

    def found_in(self, text: bytes, *, leaving_out: frozenset[str] = frozenset()) -> list[str]:
        """What of it stands in a text, as it is, quoted for an address, in base64 or as JSON writes it."""
        return sorted(
            what
            for what, values in self.values.items()
            if what not in leaving_out
            for value in values
            if any(_stands_in(text, spelling) for spelling in spellings(value))
        )


def _stands_in(text: bytes, spelling: bytes) -> bool:
    if not spelling.isdigit() or len(spelling) > _SHORT_NUMBER:
        return spelling in text
    return re.search(rb"(?<![0-9A-Fa-f.])%s(?![0-9A-Fa-f])" % spelling, text) is not None


def spellings(value: str) -> set[bytes]:
    """The ways in which a value could stand somewhere."""
    raw = value.encode()
    spelled = {raw, quote(value, safe="").encode(), quote_plus(value).encode()}
    spelled |= {json.dumps(value)[1:-1].encode(), value.encode("utf-16-le")}
    # In base64 the same bytes look different by where they begin; the ends depend on the neighbours.
    for before in range(3):
        whole = base64.b64encode(b"\0" * before + raw)
        spelled.add(whole[-(-before * 8 // 6) : len(whole) // 4 * 4 - 4])
    return {one for one in spelled if len(one) >= min(6, len(raw))}
