"""What people read when a password that they chose will not do: why, and what makes a better one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from flask_babel import lazy_gettext
from flask_babel.speaklater import LazyString

from broker.accounts.passwords.policy import TOO_COMMON, TOO_LIKE_YOU, TOO_LONG, TOO_SHORT

_FAULTS: Final[Mapping[str, LazyString]] = {
    TOO_SHORT: lazy_gettext("Dit wachtwoord is te kort. Kies er een van 12 tekens of meer."),
    TOO_LONG: lazy_gettext("Dit wachtwoord is te lang. Het mag 128 tekens lang zijn."),
    TOO_COMMON: lazy_gettext("Dit wachtwoord is te makkelijk te raden. Kies een ander."),
    TOO_LIKE_YOU: lazy_gettext(
        "Dit wachtwoord lijkt te veel op uw naam, uw e-mailadres of onze naam. Kies een ander."
    ),
}
_ADVICE: Final[Mapping[str, LazyString]] = {
    "common-word": lazy_gettext("Er staat een woord in dat veel mensen gebruiken."),
    "keyboard-row": lazy_gettext("Er staan toetsen in die naast elkaar liggen."),
    "repetition": lazy_gettext("Er staat een paar keer hetzelfde in."),
    "sequence": lazy_gettext("Er staat een rijtje in, zoals abc of 123."),
    "year": lazy_gettext("Er staat een jaartal in."),
    "date": lazy_gettext("Er staat een datum in."),
    "about-you": lazy_gettext("Er staat iets in dat bij u hoort."),
}
_MOST_ADVICE = 2


def password_fault(faults: Sequence[str], advice: Sequence[str] = ()) -> str | None:
    """What to do about the field, in the language of this request; None when there is nothing wrong.

    `faults` are codes of `accounts.passwords.policy`, `advice` those of `accounts.passwords.advice`.
    """
    if not faults:
        return None
    said = [] if TOO_LONG in faults else [_ADVICE[code] for code in advice if code in _ADVICE][:_MOST_ADVICE]
    return " ".join(map(str, (_FAULTS[faults[0]], *said)))
