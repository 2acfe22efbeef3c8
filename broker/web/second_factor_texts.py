"""What the pages of a second factor say beside their fixed words: about a field, or what just happened."""

from __future__ import annotations

from typing import Final

from flask_babel import gettext, lazy_gettext, ngettext

from broker.domain.second_factors import FactorKind
from broker.mfa.outcomes import Delay, NotNow
from broker.mfa.phone_numbers import PhoneFault
from broker.mfa.totp import looks_like_code
from broker.web.notices import Notice, NoticeTone

SENT_AGAIN: Final = "second-factor-sent-again"
CANCELLED: Final = "second-factor-cancelled"
GONE: Final = "second-factor-gone"
DAY_SPENT: Final = "second-factor-day"
_TOO_SOON: Final = "second-factor-too-soon"
_TOO_MANY: Final = "second-factor-too-many"
_NOT_NOW: Final = "second-factor-not-now"

_NOTICES: Final = {
    SENT_AGAIN: (
        NoticeTone.INFO,
        lazy_gettext("Wij hebben een nieuwe code gestuurd"),
        lazy_gettext("Gebruik de nieuwste code. De code van daarvoor werkt niet meer."),
    ),
    CANCELLED: (
        NoticeTone.INFO,
        lazy_gettext("Registratie geannuleerd"),
        lazy_gettext("Er is niets bewaard. U kunt opnieuw kiezen."),
    ),
    GONE: (
        NoticeTone.WARNING,
        lazy_gettext("Begin opnieuw met de registratie"),
        lazy_gettext("Het duurde te lang, of er is in een ander venster iets veranderd."),
    ),
    DAY_SPENT: (
        NoticeTone.WARNING,
        lazy_gettext("Deze manier kunt u vandaag niet meer gebruiken"),
        lazy_gettext(
            "Er is vandaag te vaak een verkeerde code ingevuld. Kies een andere manier, probeer het morgen "
            "opnieuw of neem contact op."
        ),
    ),
    _TOO_SOON: (
        NoticeTone.WARNING,
        lazy_gettext("Wij hebben net een code gestuurd"),
        lazy_gettext("Wacht even voordat u een nieuwe vraagt. De code die u krijgt, blijft werken."),
    ),
    _TOO_MANY: (
        NoticeTone.WARNING,
        lazy_gettext("Wij sturen nu geen nieuwe code meer"),
        lazy_gettext(
            "U heeft te vaak om een code gevraagd. Gebruik de laatste code, kies een andere manier of "
            "begin opnieuw."
        ),
    ),
    _NOT_NOW: (
        NoticeTone.WARNING,
        lazy_gettext("Wij kunnen nu geen code sturen"),
        lazy_gettext(
            "Er zijn kort na elkaar te veel codes gevraagd. Kies een andere manier, of probeer het over "
            "een uur opnieuw."
        ),
    ),
}

SECOND_FACTOR_NOTICES: Final = frozenset(_NOTICES)

_NOTICE_OF_DELAY: Final = {
    Delay.TOO_SOON: _TOO_SOON,
    Delay.TOO_MANY: _TOO_MANY,
    Delay.NOT_NOW: _NOT_NOW,
    # Whoever has no guesses left is sent back before; what is left is a factor that went away.
    Delay.SPENT: _NOT_NOW,
}

_PHONE_FAULTS: Final = {
    PhoneFault.MISSING: lazy_gettext("Vul uw telefoonnummer in."),
    PhoneFault.MALFORMED: lazy_gettext(
        "Dit telefoonnummer klopt niet. Controleer het, bijvoorbeeld +31 6 12345678."
    ),
    PhoneFault.NOT_MOBILE: lazy_gettext("Dit is geen mobiel nummer. Vul een nummer in dat sms krijgt."),
    PhoneFault.NOT_CALLABLE: lazy_gettext("Dit nummer kunnen wij niet bellen. Vul een ander nummer in."),
    PhoneFault.REGION: lazy_gettext(
        "Naar dit land kunnen wij geen code sturen. Vul een nummer uit Nederland of de Europese Unie in."
    ),
}


def second_factor_notice(code: str | None) -> Notice | None:
    """The notice of a code in the language of this request; None when it is not about a second factor."""
    found = _NOTICES.get(code or "")
    if found is None:
        return None
    tone, title, text = found
    return Notice(str(title), str(text), tone)


def notice_of_delay(refused: NotNow) -> str:
    """The code of the notice about a code that was not sent."""
    return _NOTICE_OF_DELAY[refused.reason]


def phone_fault(fault: PhoneFault | None) -> str | None:
    """What to do about the number."""
    return str(_PHONE_FAULTS[fault]) if fault is not None else None


def formless_code(way: FactorKind, code: str) -> str | None:
    """What to do about something that no code of this way looks like; None for what has to be judged.

    It costs nobody a try: whoever guesses learns only what the page says of itself.
    """
    if not code:
        return str(gettext("Vul de code in."))
    if way is not FactorKind.RECOVERY and not looks_like_code(code):
        return str(gettext("Vul zes cijfers in."))
    return None


def wrong_code(left: int, *, expired: bool = False, by_app: bool = False) -> str:
    """What to do about a code that was not right, `left` tries before the end.

    Of an app's code it is said always that it works once: whoever only watched a code being typed must
    not hear that it was a right one.
    """
    if expired:
        what = gettext("Deze code is niet meer geldig. Vraag een nieuwe code aan.")
    elif by_app:
        what = gettext("Deze code klopt niet. Heeft u de code al gebruikt? Wacht dan op de volgende.")
    else:
        what = gettext("Deze code klopt niet.")
    tries = ngettext(
        "U kunt nog %(num)s keer een code proberen.", "U kunt nog %(num)s keer een code proberen.", left
    )
    return f"{what} {tries}"
