"""The sentences of one error before a language is chosen, and those that several errors share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from flask_babel import lazy_gettext
from flask_babel.speaklater import LazyString


@dataclass(frozen=True, slots=True)
class Entry:
    """`next_step` stands by itself; `at_portal` replaces it where the portal's name is known."""

    title: LazyString
    explanation: LazyString
    next_step: LazyString
    at_portal: LazyString | None = None


BEGIN_AGAIN: Final = lazy_gettext("Ga terug naar de website waar u wilde inloggen en begin daar opnieuw.")
BEGIN_AGAIN_AT: Final = lazy_gettext("Begin opnieuw bij %(portal)s.")
LATER: Final = lazy_gettext("Probeer het over een paar minuten nog een keer.")
