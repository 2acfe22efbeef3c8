"""An attempt to log in that came to nothing, or came too late."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from flask_babel import lazy_gettext

from broker.web.error_texts.entry import BEGIN_AGAIN, BEGIN_AGAIN_AT, LATER, Entry

_NOBODY_LOGGED_IN: Final = lazy_gettext("Voor de zekerheid hebben wij u niet ingelogd.")

_NOT_LOGGED_IN: Final = lazy_gettext("Inloggen is niet gelukt")

_PAGE_PAST: Final = lazy_gettext("Deze inlogpagina werkt niet meer")

_ANSWER_PAST: Final = lazy_gettext("Deze inlogpoging is al voorbij")

ENTRIES: Final[Mapping[str, Entry]] = {
    "login-refused": Entry(
        title=_NOT_LOGGED_IN,
        explanation=_NOBODY_LOGGED_IN,
        next_step=BEGIN_AGAIN,
        at_portal=BEGIN_AGAIN_AT,
    ),
    "transaction-unknown": Entry(
        title=_PAGE_PAST,
        explanation=lazy_gettext(
            "De pagina is te lang open geweest, is al gebruikt of hoort bij een andere browser."
        ),
        next_step=BEGIN_AGAIN,
        at_portal=BEGIN_AGAIN_AT,
    ),
    # Opened from a bookmark in a browser that forgot us, or a browser that keeps nothing: nobody can tell.
    "no-cookies": Entry(
        title=_PAGE_PAST,
        explanation=lazy_gettext(
            "De pagina is te lang open geweest, hoort bij een andere browser, of uw browser bewaart "
            "geen cookies."
        ),
        next_step=lazy_gettext(
            "Begin opnieuw op de website waar u wilde inloggen. Komt u dan weer op deze pagina? Sta dan "
            "cookies toe in de instellingen van uw browser."
        ),
        at_portal=lazy_gettext(
            "Begin opnieuw bij %(portal)s. Komt u dan weer op deze pagina? Sta dan cookies toe in de "
            "instellingen van uw browser."
        ),
    ),
    "provider-failed": Entry(
        title=_NOT_LOGGED_IN,
        explanation=lazy_gettext(
            "Wij kregen geen geldig antwoord van het inlogmiddel dat u koos. "
            "Voor de zekerheid hebben wij u niet ingelogd."
        ),
        next_step=BEGIN_AGAIN,
        at_portal=BEGIN_AGAIN_AT,
    ),
    "provider-unavailable": Entry(
        title=lazy_gettext("Dit inlogmiddel werkt nu niet"),
        explanation=lazy_gettext("Wij kunnen het inlogmiddel dat u koos nu niet bereiken."),
        next_step=LATER,
    ),
    "session-unknown": Entry(
        title=lazy_gettext("U bent niet meer ingelogd"),
        explanation=lazy_gettext("Uw sessie is afgelopen. Dat gebeurt vanzelf als u een tijd niets doet."),
        next_step=lazy_gettext("Log opnieuw in op de website waar u verder wilt."),
        at_portal=lazy_gettext("Log opnieuw in bij %(portal)s."),
    ),
    "answer-unknown": Entry(
        title=_ANSWER_PAST,
        explanation=lazy_gettext(
            "Het antwoord van het inlogmiddel is al gebruikt, of het hoort niet bij een inlogpoging hier. "
            "Dat gebeurt bijvoorbeeld als u de pagina ververst of de knop Vorige gebruikt."
        ),
        next_step=BEGIN_AGAIN,
        at_portal=BEGIN_AGAIN_AT,
    ),
    "answer-other-browser": Entry(
        title=lazy_gettext("U begon met inloggen in een andere browser"),
        explanation=lazy_gettext(
            "Het inloggen moet eindigen in de browser waarin het begon. "
            "Voor de zekerheid hebben wij u niet ingelogd."
        ),
        next_step=lazy_gettext("Begin opnieuw in de browser die u nu gebruikt, en blijf in die browser."),
        at_portal=lazy_gettext(
            "Begin opnieuw bij %(portal)s in de browser die u nu gebruikt, en blijf in die browser."
        ),
    ),
    "already-logged-in": Entry(
        title=lazy_gettext("U bent al ingelogd"),
        explanation=lazy_gettext(
            "Deze inlogpagina is al gebruikt. Dat gebeurt als u de knop Vorige gebruikt."
        ),
        next_step=lazy_gettext("Ga terug naar de website waar u was."),
        at_portal=lazy_gettext("Ga verder bij %(portal)s."),
    ),
    "login-overtaken": Entry(
        title=lazy_gettext("U moet opnieuw inloggen"),
        explanation=lazy_gettext("Terwijl u inlogde, is uw wachtwoord gewijzigd of bent u uitgelogd."),
        next_step=lazy_gettext("Log opnieuw in op de website waar u verder wilt."),
        at_portal=lazy_gettext("Log opnieuw in bij %(portal)s."),
    ),
}
