"""What can go wrong with any request, whoever asks for what."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from flask_babel import lazy_gettext

from broker.web.error_texts.entry import BEGIN_AGAIN, BEGIN_AGAIN_AT, LATER, Entry

_INTERNAL: Final = Entry(
    title=lazy_gettext("Er ging iets mis bij ons"),
    explanation=lazy_gettext("Door een fout bij ons kunnen wij deze pagina nu niet laten zien."),
    next_step=lazy_gettext("Probeer het nog een keer. Blijft het misgaan? Neem dan contact op."),
)

_REQUEST_INVALID: Final = Entry(
    title=lazy_gettext("De link naar deze inlogpagina klopt niet"),
    explanation=lazy_gettext(
        "De website die u hierheen stuurde, vraagt iets wat wij niet kennen. Dat ligt niet aan u."
    ),
    next_step=lazy_gettext(
        "Ga terug naar die website en probeer het nog een keer. Lukt het niet? Meld het dan daar."
    ),
    at_portal=lazy_gettext(
        "Ga terug naar %(portal)s en probeer het nog een keer. Lukt het niet? Meld het dan daar."
    ),
)

ENTRIES: Final[Mapping[str, Entry]] = {
    # To a person these differ in nothing: we did something wrong, and the log knows what.
    "internal": _INTERNAL,
    "configuration": _INTERNAL,
    "seal-broken": _INTERNAL,
    # Neither do these: the portal's request is wrong, and only its makers can mend that.
    "request-invalid": _REQUEST_INVALID,
    "request-unreadable": _REQUEST_INVALID,
    "portal-unknown": _REQUEST_INVALID,
    "return-address-unknown": _REQUEST_INVALID,
    "authorization-request-refused": _REQUEST_INVALID,
    "temporarily-unavailable": Entry(
        title=lazy_gettext("Inloggen kan nu even niet"),
        explanation=lazy_gettext("Er is een storing bij ons. Wij werken eraan."),
        next_step=LATER,
    ),
    "busy": Entry(
        title=lazy_gettext("Het is nu even te druk"),
        explanation=lazy_gettext(
            "Er loggen op dit moment heel veel mensen tegelijk in. "
            "Wij hebben niet gekeken naar wat u invulde, en er is niets veranderd."
        ),
        next_step=lazy_gettext("Wacht een halve minuut en probeer het dan nog een keer."),
    ),
    "cookies-off": Entry(
        title=lazy_gettext("Uw browser bewaart geen cookies"),
        explanation=lazy_gettext("Zonder cookies weten wij niet dat u het bent die inlogt."),
        next_step=lazy_gettext("Sta cookies toe in de instellingen van uw browser en begin dan opnieuw."),
        at_portal=lazy_gettext(
            "Sta cookies toe in de instellingen van uw browser en begin dan opnieuw bij %(portal)s."
        ),
    ),
    "csrf": Entry(
        title=lazy_gettext("Wij konden uw keuze niet verwerken"),
        explanation=lazy_gettext(
            "De pagina was te oud of de opdracht kwam van een andere website. Er is niets veranderd."
        ),
        next_step=BEGIN_AGAIN,
        at_portal=BEGIN_AGAIN_AT,
    ),
    "not-found": Entry(
        title=lazy_gettext("Deze pagina bestaat niet"),
        explanation=lazy_gettext("Misschien is het adres verkeerd getypt of is de pagina verplaatst."),
        next_step=lazy_gettext("Controleer het adres, of ga terug naar de website waar u vandaan kwam."),
    ),
    "method-not-allowed": Entry(
        title=lazy_gettext("Deze pagina kunt u zo niet openen"),
        explanation=lazy_gettext("Dit adres hoort bij een stap in het inloggen."),
        next_step=BEGIN_AGAIN,
        at_portal=BEGIN_AGAIN_AT,
    ),
    "too-large": Entry(
        title=lazy_gettext("Dit bericht is te groot"),
        explanation=lazy_gettext("Wij kregen meer gegevens dan deze pagina aankan. Er is niets bewaard."),
        next_step=BEGIN_AGAIN,
        at_portal=BEGIN_AGAIN_AT,
    ),
    "too-many-requests": Entry(
        title=lazy_gettext("Het is hier nu te druk"),
        explanation=lazy_gettext(
            "Vanaf uw netwerk komen op dit moment heel veel aanvragen binnen. "
            "Misschien deelt u het netwerk met anderen."
        ),
        next_step=lazy_gettext("Wacht een minuut en probeer het dan nog een keer."),
    ),
}
