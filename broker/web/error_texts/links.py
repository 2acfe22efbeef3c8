"""Links in mails that were used, replaced or stopped, that have expired, or that are none of ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from flask_babel import lazy_gettext

from broker.web.error_texts.entry import Entry

_LOG_IN_AGAIN: Final = lazy_gettext(
    "Log opnieuw in op de website waar u een account wilde. Daar kunt u verder met uw account maken."
)

_LOG_IN_AGAIN_AT: Final = lazy_gettext(
    "Log opnieuw in bij %(portal)s. Daar kunt u verder met uw account maken."
)

_NEW_MAIL: Final = lazy_gettext("Vraag een nieuwe e-mail aan. Dat kan met het e-mailadres van uw account.")

_CHANGE_ADDRESS_AGAIN: Final = lazy_gettext(
    "Open de link in de nieuwste e-mail. Lukt het niet? "
    "Wijzig uw e-mailadres dan opnieuw bij uw instellingen."
)

ENTRIES: Final[Mapping[str, Entry]] = {
    "link-unknown": Entry(
        title=lazy_gettext("Deze link klopt niet"),
        explanation=lazy_gettext("Misschien is de link niet helemaal meegekomen uit de e-mail."),
        next_step=lazy_gettext(
            "Open de link opnieuw vanuit de e-mail, of kopieer hem helemaal. "
            "Lukt het niet? Log dan opnieuw in."
        ),
    ),
    "link-expired": Entry(
        title=lazy_gettext("Deze link is verlopen"),
        explanation=lazy_gettext("De link in de e-mail werkt 24 uur. Er is geen account gemaakt."),
        next_step=_LOG_IN_AGAIN,
        at_portal=_LOG_IN_AGAIN_AT,
    ),
    "link-used": Entry(
        title=lazy_gettext("Deze link is al gebruikt"),
        explanation=lazy_gettext("Een link werkt één keer. Uw account is al klaar."),
        next_step=lazy_gettext("Log in op de website waar u het account voor maakte."),
        at_portal=lazy_gettext("Log in bij %(portal)s."),
    ),
    "link-replaced": Entry(
        title=lazy_gettext("Deze link werkt niet meer"),
        explanation=lazy_gettext("U vroeg daarna een nieuwe e-mail aan of paste uw gegevens aan."),
        next_step=lazy_gettext("Open de link in de nieuwste e-mail. Geen nieuwe e-mail? Log dan opnieuw in."),
    ),
    "link-stopped": Entry(
        title=lazy_gettext("Deze link werkt niet meer"),
        explanation=lazy_gettext("Het maken van dit account is gestopt. Er is niets bewaard."),
        next_step=_LOG_IN_AGAIN,
        at_portal=_LOG_IN_AGAIN_AT,
    ),
    "link-address-taken": Entry(
        title=lazy_gettext("Dit e-mailadres hoort al bij een ander account"),
        explanation=lazy_gettext("Daarom kunnen wij met dit adres geen tweede account maken."),
        next_step=lazy_gettext(
            "Log opnieuw in op de website waar u een account wilde en kies een ander e-mailadres."
        ),
        at_portal=lazy_gettext("Log opnieuw in bij %(portal)s en kies een ander e-mailadres."),
    ),
    "password-link-unknown": Entry(
        title=lazy_gettext("Deze link klopt niet"),
        explanation=lazy_gettext("Misschien is de link niet helemaal meegekomen uit de e-mail."),
        next_step=lazy_gettext(
            "Open de link opnieuw vanuit de e-mail, of kopieer hem helemaal. "
            "Lukt het niet? Vraag dan een nieuwe e-mail aan."
        ),
    ),
    "password-link-replaced": Entry(
        title=lazy_gettext("Deze link werkt niet meer"),
        explanation=lazy_gettext(
            "U vroeg daarna een nieuwe e-mail aan, logde in of koos al een ander wachtwoord."
        ),
        next_step=lazy_gettext("Open de link in de nieuwste e-mail, of vraag een nieuwe aan."),
    ),
    "reset-link-expired": Entry(
        title=lazy_gettext("Deze link is verlopen"),
        explanation=lazy_gettext("De link in de e-mail werkt 30 minuten. Uw wachtwoord is niet veranderd."),
        next_step=_NEW_MAIL,
    ),
    "reset-link-used": Entry(
        title=lazy_gettext("Deze link is al gebruikt"),
        explanation=lazy_gettext(
            "Een link werkt één keer. Met deze link is al een nieuw wachtwoord gekozen."
        ),
        next_step=lazy_gettext(
            "Log in met uw nieuwe wachtwoord. Heeft u het niet zelf gekozen? Neem dan meteen contact op."
        ),
    ),
    "invitation-link-expired": Entry(
        title=lazy_gettext("Deze link is verlopen"),
        explanation=lazy_gettext("De link in de uitnodiging werkt 7 dagen. Uw account staat nog klaar."),
        next_step=_NEW_MAIL,
    ),
    "invitation-link-used": Entry(
        title=lazy_gettext("Deze link is al gebruikt"),
        explanation=lazy_gettext("Een link werkt één keer. Uw account is al klaar."),
        next_step=lazy_gettext("Log in met uw e-mailadres en uw wachtwoord."),
    ),
    "address-link-unknown": Entry(
        title=lazy_gettext("Deze link klopt niet"),
        explanation=lazy_gettext("Misschien is de link niet helemaal meegekomen uit de e-mail."),
        next_step=_CHANGE_ADDRESS_AGAIN,
    ),
    "address-link-expired": Entry(
        title=lazy_gettext("Deze link is verlopen"),
        explanation=lazy_gettext("De link in de e-mail werkt 1 uur. Uw e-mailadres is niet veranderd."),
        next_step=_CHANGE_ADDRESS_AGAIN,
    ),
    "address-link-used": Entry(
        title=lazy_gettext("Deze link is al gebruikt"),
        explanation=lazy_gettext("Een link werkt één keer. Uw e-mailadres is al gewijzigd."),
        next_step=lazy_gettext("U hoeft niets meer te doen."),
    ),
    "address-link-replaced": Entry(
        title=lazy_gettext("Deze link werkt niet meer"),
        explanation=lazy_gettext(
            "U vroeg daarna een nieuwe e-mail aan, of er is intussen iets anders aan uw account veranderd."
        ),
        next_step=_CHANGE_ADDRESS_AGAIN,
    ),
    "address-link-taken": Entry(
        title=lazy_gettext("Dit e-mailadres hoort al bij een ander account"),
        explanation=lazy_gettext("Daarom is uw e-mailadres niet veranderd."),
        next_step=lazy_gettext("Ga naar uw instellingen en kies een ander e-mailadres."),
    ),
}
