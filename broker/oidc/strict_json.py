"""JSON from outside: one meaning only, or nothing."""

from __future__ import annotations

import json
from typing import Final, NoReturn

_ESCAPE: Final = "\\u"


class NotStrictJson(ValueError):
    """The text is not a JSON object with one value per name."""


def _members_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise NotStrictJson("a member stands twice")
    return members


def _no_constant(name: str) -> NoReturn:
    raise NotStrictJson(f"{name} is not JSON")


def strict_json_object(text: str | bytes) -> dict[str, object]:
    """Parse a JSON object; `NotStrictJson` for repeated members, NaN, other types and absurd depth.

    Half of a surrogate pair is refused as well: it is no character (RFC 7493 2.1), and nothing can store it.
    """
    value = _strict(text)
    if not isinstance(value, dict):
        raise NotStrictJson("not a JSON object")
    return value


def strict_json_list(text: str) -> list[object]:
    """Parse a JSON array, as strictly."""
    value = _strict(text)
    if not isinstance(value, list):
        raise NotStrictJson("not a JSON array")
    return value


def _strict(text: str | bytes) -> object:
    try:
        plain = text if isinstance(text, str) else text.decode()
        value: object = json.loads(plain, object_pairs_hook=_members_once, parse_constant=_no_constant)
        if _ESCAPE in plain:
            # It may name half of a pair, which has no form in UTF-8.
            json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise NotStrictJson("not JSON with one meaning") from error
    return value
