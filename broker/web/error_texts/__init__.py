"""What a person reads when something went wrong: from a stable error code to three sentences.

What happened (`title`), what that means (`explanation`) and what to do now (`next_step`). The sentences
never tell which check refused: that stands in the log, under the support code.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from broker.web.error_texts import access, any_request, links, logging_in, logging_out
from broker.web.error_texts.entry import Entry

FALLBACK_CODE: Final = "internal"


@dataclass(frozen=True, slots=True)
class ErrorText:
    """The sentences of one error, ready to be shown."""

    title: str
    explanation: str
    next_step: str


_ENTRIES: Final[Mapping[str, Entry]] = MappingProxyType(
    {**any_request.ENTRIES, **logging_in.ENTRIES, **access.ENTRIES, **links.ENTRIES, **logging_out.ENTRIES}
)

ERROR_CODES: Final = frozenset(_ENTRIES)


def explain(code: str, *, portal: str | None = None) -> ErrorText:
    """The sentences of an error code, in the language of this request.

    `portal` is the name of the portal where the person may begin again, when it is known for certain.
    A code without sentences of its own is explained as `internal`, so that there is always a page.
    """
    entry = _ENTRIES.get(code, _ENTRIES[FALLBACK_CODE])
    next_step = str(entry.next_step)
    if portal is not None and entry.at_portal is not None:
        next_step = str(entry.at_portal) % {"portal": portal}
    return ErrorText(str(entry.title), str(entry.explanation), next_step)
