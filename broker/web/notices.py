"""What the login page tells somebody who comes back to it: from a stable code to a title and a sentence."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from flask_babel import gettext, lazy_gettext
from flask_babel.speaklater import LazyString

from broker.domain.outages import Outage
from broker.settings.provider_file import DIGID_CANCELLED, DIGID_FAILED
from broker.web.dutch_time import in_words
from broker.web.language import Language, current_language

DIGID_FAILED_SENTENCE: Final = DIGID_FAILED
"""Logius tests this sentence letter by letter, in Dutch also on an English page; so it is not translated."""


class NoticeTone(StrEnum):
    """How serious a notice is; templates derive colour, icon and ARIA role from it."""

    INFO = "info"
    WARNING = "warning"
    DANGER = "danger"


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice ready to be shown. `language` is set when its text need not be in the page's language.

    `addition` is a sentence of ours after the text.
    """

    title: str
    text: str
    tone: NoticeTone
    language: Language | None = None
    addition: str | None = None


@dataclass(frozen=True, slots=True)
class OwnTexts:
    """The words of a brand's connection in place of ours; see `providers/<name>.toml`."""

    failed: str = DIGID_FAILED
    cancelled: str = DIGID_CANCELLED


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
    "eherkenning-cancelled": _Entry(
        title=lazy_gettext("Inloggen geannuleerd"),
        text=lazy_gettext("U heeft het inloggen met eHerkenning geannuleerd."),
        tone=NoticeTone.INFO,
    ),
    "eherkenning-failed": _Entry(
        title=lazy_gettext("Inloggen is niet gelukt"),
        text=lazy_gettext(
            "Inloggen bij deze organisatie is niet gelukt. Probeer het later nog een keer. Lukt het nog "
            "steeds niet? Neem dan contact op met uw leverancier van eHerkenning of kijk op eherkenning.nl."
        ),
        tone=NoticeTone.DANGER,
    ),
    "eherkenning-unavailable": _Entry(
        title=lazy_gettext("Inloggen met eHerkenning kan nu niet"),
        text=lazy_gettext(
            "Er is een storing bij het inloggen met eHerkenning. Wij kunnen eHerkenning nu niet bereiken. "
            "Probeer het later nog een keer."
        ),
        tone=NoticeTone.WARNING,
    ),
    "eherkenning-level-too-low": _Entry(
        title=lazy_gettext("Het niveau van uw eHerkenning is te laag"),
        text=lazy_gettext(
            "U heeft ingelogd op een lager niveau dan hier nodig is. Log opnieuw in met niveau eH2+ of "
            "hoger, of met eH3 als daarom wordt gevraagd. Kan dat niet? Vraag een hoger niveau aan bij uw "
            "leverancier van eHerkenning, of een machtiging bij de beheerder van uw organisatie."
        ),
        tone=NoticeTone.WARNING,
    ),
    "password-failed": _Entry(
        title=lazy_gettext("Inloggen is niet gelukt"),
        text=lazy_gettext(
            "Het e-mailadres of het wachtwoord klopt niet. Controleer allebei en probeer het opnieuw. "
            "Na een aantal verkeerde pogingen moet u even wachten."
        ),
        tone=NoticeTone.DANGER,
    ),
    "password-unavailable": _Entry(
        title=lazy_gettext("Inloggen kan nu even niet"),
        text=lazy_gettext(
            "Wij kunnen uw e-mailadres en wachtwoord nu niet controleren. Probeer het later nog een keer."
        ),
        tone=NoticeTone.WARNING,
    ),
    "second-factor-spent": _Entry(
        title=lazy_gettext("Er is te vaak een verkeerde code ingevuld"),
        text=lazy_gettext("Voor uw veiligheid begint u opnieuw. Log in met uw e-mailadres en wachtwoord."),
        tone=NoticeTone.DANGER,
    ),
    "second-factor-to-set-up": _Entry(
        title=lazy_gettext("Log nog een keer in"),
        text=lazy_gettext(
            "Voor wat u wilt doen, is een extra controle nodig die u nog niet heeft ingesteld. "
            "Na het inloggen kunt u dat meteen doen."
        ),
        tone=NoticeTone.INFO,
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

_OUTAGE: Final = _NOTICES["digid-unavailable"]

NOTICE_CODES: Final = frozenset(_NOTICES)


def find_notice(code: str | None, own: OwnTexts | None = None) -> Notice | None:
    """The notice of a code in the language of this request; None for no code or one that is unknown."""
    entry = _NOTICES.get(code or "")
    if entry is None:
        return None
    notice = Notice(str(entry.title), str(entry.text), entry.tone, entry.language)
    if own is not None and code == "digid-failed":
        return replace(notice, text=own.failed)
    if own is not None and code == "digid-cancelled" and own.cancelled != DIGID_CANCELLED:
        return replace(notice, text=own.cancelled, language=Language.DUTCH)
    return notice


def outage_notice(outage: Outage) -> Notice:
    """What people read of an announced outage: the operator's words where there are any, and until when."""
    text, language = _words(outage)
    return Notice(
        title=str(_OUTAGE.title),
        text=text,
        tone=NoticeTone.WARNING,
        language=language,
        addition=None if outage.until is None else _expected(outage.until),
    )


def _words(outage: Outage) -> tuple[str, Language | None]:
    """In the page's language if the operator gave that, else in the one that was given, else ours."""
    given = {Language.DUTCH: outage.text_nl, Language.ENGLISH: outage.text_en}
    for language in (current_language(), *Language):
        if text := given[language]:
            return text, language
    return str(_OUTAGE.text), None


def _expected(until: datetime) -> str:
    moment = in_words(until, "EEEE d MMMM HH:mm")
    return str(gettext("Wij verwachten dat het weer kan vanaf %(moment)s uur.", moment=moment))
