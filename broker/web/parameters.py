"""What a browser sends beside the address: read as one value each, or not at all."""

from __future__ import annotations

from typing import Final

from flask import request
from werkzeug.datastructures import MultiDict

LINK_PARAMETER: Final = "link"
"""By which the token of a link in a mail travels."""
_LONGEST_LINK: Final = 200


def once(sent: MultiDict[str, str], name: str, *, longest: int | None = None) -> str:
    """A parameter that occurs once and is not too long; otherwise nothing, which is never right."""
    values = sent.getlist(name)
    if len(values) != 1 or (longest is not None and len(values[0]) > longest):
        return ""
    return values[0]


def typed(name: str) -> str:
    """What somebody typed in a field of the form at hand, without the spaces around it."""
    return once(request.form, name).strip()


def link_token(sent: MultiDict[str, str]) -> str:
    """The token of a link in a mail."""
    return once(sent, LINK_PARAMETER, longest=_LONGEST_LINK)
