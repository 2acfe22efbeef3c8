"""What the registration pages say beside their fixed words: about a field, and about what just happened."""

from __future__ import annotations

from typing import Final

from flask_babel import lazy_gettext
from flask_babel.speaklater import LazyString

from broker.domain.email_address import EmailFault
from broker.domain.person_name import NameFault
from broker.domain.work_address import WorkAddressFault
from broker.web.notices import Notice, NoticeTone

_FIELD_FAULTS: Final[dict[NameFault | EmailFault | WorkAddressFault, LazyString]] = {
    NameFault.MISSING: lazy_gettext("Vul uw naam in."),
    NameFault.TOO_LONG: lazy_gettext("Uw naam mag niet langer zijn dan 100 tekens. Kort hem in."),
    NameFault.UNREADABLE: lazy_gettext("Vul uw naam in met letters, zonder bijzondere tekens of regels."),
    EmailFault.MISSING: lazy_gettext("Vul uw e-mailadres in."),
    EmailFault.TOO_LONG: lazy_gettext("Dit e-mailadres is te lang. Controleer het."),
    EmailFault.MALFORMED: lazy_gettext(
        "Dit e-mailadres klopt niet. Controleer het, bijvoorbeeld naam@voorbeeld.nl."
    ),
    WorkAddressFault.FREE_MAIL: lazy_gettext(
        "Dit lijkt een privéadres. Vul het e-mailadres in dat u van uw organisatie heeft."
    ),
    WorkAddressFault.GENERAL: lazy_gettext(
        "Dit lijkt een adres dat u met anderen deelt. Vul uw eigen zakelijke e-mailadres in."
    ),
}

MAIL_SENT_AGAIN: Final = "registration-mail-sent-again"
MAIL_LIMIT: Final = "registration-mail-limit"
NOT_CONFIRMED: Final = "registration-not-confirmed"

_NOTICES: Final = {
    MAIL_SENT_AGAIN: (
        NoticeTone.INFO,
        lazy_gettext("Wij hebben een nieuwe e-mail gestuurd"),
        lazy_gettext("Gebruik de link in de nieuwste e-mail. De oude link werkt niet meer."),
    ),
    MAIL_LIMIT: (
        NoticeTone.WARNING,
        lazy_gettext("Wij sturen nu geen nieuwe e-mail"),
        lazy_gettext(
            "U heeft te vaak om een e-mail gevraagd. Kijk ook bij de ongewenste e-mail. "
            "Controleer het adres. Lukt het niet? Probeer het morgen opnieuw of neem contact op."
        ),
    ),
    NOT_CONFIRMED: (
        NoticeTone.INFO,
        lazy_gettext("Uw e-mailadres is nog niet bevestigd"),
        lazy_gettext("Open eerst de link in de e-mail en kies daar de knop. Kom daarna hier terug."),
    ),
}

REGISTRATION_NOTICES: Final = frozenset(_NOTICES)


def field_fault(fault: NameFault | EmailFault | WorkAddressFault | None) -> str | None:
    """What to do about a field, in the language of this request; None when there is nothing wrong."""
    return str(_FIELD_FAULTS[fault]) if fault is not None else None


def registration_notice(code: str | None) -> Notice | None:
    """The notice of a code in the language of this request; None when it is not about registering."""
    found = _NOTICES.get(code or "")
    if found is None:
        return None
    tone, title, text = found
    return Notice(str(title), str(text), tone)
