"""What the login page tells somebody who comes back to it: from a stable code to a title and a sentence."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from flask_babel import lazy_gettext
from flask_babel.speaklater import LazyString

from broker.web.language import Language

DIGID_FAILED_SENTENCE: Final = (
    "Inloggen bij deze organisatie is niet gelukt. Probeert u het later nog een keer. "
    "Lukt het nog steeds niet? Log in bij Mijn DigiD. Zo controleert u of uw DigiD goed werkt. "
    "Mogelijk is er een storing bij de organisatie waar u inlogt."
)
"""Logius tests this sentence letter by letter, in Dutch also on an English page; so it is not translated."""


class NoticeTone(StrEnum):
    """How serious a notice is; templates derive colour, icon and ARIA role from it."""

    INFO = "info"
    WARNING = "warning"
    DANGER = "danger"


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice ready to be shown. `language` is set when its text is not in the page's language."""

    title: str
    text: str
    tone: NoticeTone
    language: Language | None = None


@dataclass(frozen=True, slots=True)
class _Entry:
    title: LazyString
    text: LazyString | str
    tone: NoticeTone
    language: Language | None = None


_NOTICES: Final = {
    "digid-cancelled": _Entry(
        title=lazy_gettext("Inloggen geannuleerd"),
        text=lazy_gettext("U heeft het inloggen met DigiD geannuleerd."),
        tone=NoticeTone.INFO,
    ),
    "digid-failed": _Entry(
        title=lazy_gettext("Inloggen is niet gelukt"),
        text=DIGID_FAILED_SENTENCE,
        tone=NoticeTone.DANGER,
        language=Language.DUTCH,
    ),
    "digid-unavailable": _Entry(
        title=lazy_gettext("Inloggen met DigiD kan nu niet"),
        text=lazy_gettext(
            "Er is een storing bij het inloggen met DigiD. Wij kunnen DigiD nu niet bereiken. "
            "Probeer het later nog een keer."
        ),
        tone=NoticeTone.WARNING,
    ),
    "level-too-low": _Entry(
        title=lazy_gettext("Er is een extra controle nodig"),
        text=lazy_gettext(
            "U heeft ingelogd zonder extra controle. Dat is hier niet genoeg om uw gegevens te beschermen. "
            "Log opnieuw in en kies bij DigiD voor de DigiD app of voor controle via sms."
        ),
        tone=NoticeTone.WARNING,
    ),
}

NOTICE_CODES: Final = frozenset(_NOTICES)


def find_notice(code: str | None) -> Notice | None:
    """The notice of a code in the language of this request; None for no code or one that is unknown."""
    entry = _NOTICES.get(code or "")
    if entry is None:
        return None
    return Notice(str(entry.title), str(entry.text), entry.tone, entry.language)
