"""Logging out that did not go on elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from flask_babel import lazy_gettext

from broker.web.error_texts.entry import Entry

ENTRIES: Final[Mapping[str, Entry]] = {
    "upstream-logout-over": Entry(
        title=lazy_gettext("Deze knop werkt niet meer"),
        explanation=lazy_gettext(
            "De knop om uit te loggen bij uw inlogmiddel werkt één keer en 5 minuten. "
            "Bij ons bent u al uitgelogd."
        ),
        next_step=lazy_gettext("Gebruiken anderen dit apparaat ook? Sluit dan alle vensters van uw browser."),
    ),
    "upstream-logout-refused": Entry(
        title=lazy_gettext("Wij weten niet of u bij uw inlogmiddel bent uitgelogd"),
        explanation=lazy_gettext(
            "Er kwam een bericht over uitloggen dat wij niet kunnen vertrouwen, of dat al is gebruikt. "
            "Daarom hebben wij er niets mee gedaan."
        ),
        next_step=lazy_gettext(
            "Wilt u zeker weten dat u overal bent uitgelogd? Sluit alle vensters van uw browser."
        ),
    ),
    "logout-hint-invalid": Entry(
        title=lazy_gettext("Uitloggen via deze link is niet gelukt"),
        explanation=lazy_gettext("De website die u hierheen stuurde, gaf geen geldige gegevens mee."),
        next_step=lazy_gettext(
            "Ga terug naar die website en log daar opnieuw uit. "
            "Sluit daarna alle vensters van uw browser als anderen dit apparaat ook gebruiken."
        ),
    ),
}
