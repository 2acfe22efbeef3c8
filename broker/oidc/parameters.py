"""Reading request parameters once, so that nobody can hide a second value behind the first."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from broker.oidc.errors import ShownError

MAX_PARAMETERS = 64
MAX_TOTAL_CHARACTERS = 32 * 1024
_NOT_PLAIN = re.compile("[\x00-\x1f\x7f-\x9f\ufffd\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Parameters:
    """The parameters of one request; names in `repeated` have no value at all."""

    values: Mapping[str, str] = field(repr=False)
    repeated: frozenset[str]

    def get(self, name: str) -> str | None:
        """The value; None when it is absent, empty (RFC 6749 3.1: as if omitted) or repeated."""
        if name in self.repeated:
            return None
        return self.values.get(name) or None


def read_parameters(pairs: Sequence[tuple[str, str]]) -> Parameters:
    """Count and keep the decoded name-value pairs of one request.

    Raises `ShownError` when there are more than any honest request has: 64 pairs or 32 Ki characters.
    """
    if len(pairs) > MAX_PARAMETERS:
        raise ShownError("more than 64 parameters")
    if sum(len(name) + len(value) for name, value in pairs) > MAX_TOTAL_CHARACTERS:
        raise ShownError("more than 32 Ki characters of parameters")
    counted = Counter(name for name, _ in pairs)
    return Parameters(dict(pairs), frozenset(name for name, times in counted.items() if times > 1))


def is_plain_text(value: str, max_bytes: int) -> bool:
    """Whether `value` is short enough and free of controls and of signs of broken decoding.

    U+FFFD and surrogates appear only when the bytes on the wire were not UTF-8; such a value could
    not be echoed byte for byte.
    """
    return _NOT_PLAIN.search(value) is None and len(value.encode()) <= max_bytes
