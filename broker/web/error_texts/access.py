"""Somebody whom we know well enough is not let in: what is missing, and who can help."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from flask_babel import lazy_gettext

from broker.web.error_texts.entry import Entry

_SET_UP_FIRST: Final = lazy_gettext(
    "Log in op een website hieronder waar het wel kan. Kies daar Instellingen en stel het in. "
    "Probeer het daarna nog een keer."
)

ENTRIES: Final[Mapping[str, Entry]] = {
    "no-account": Entry(
        title=lazy_gettext("Wij vinden geen account bij deze inlog"),
        explanation=lazy_gettext(
            "Het inloggen zelf is gelukt, maar er hoort hier nog geen account bij. "
            "Daarom kunt u nog niet verder."
        ),
        next_step=lazy_gettext("Neem contact op als u een account wilt of denkt dat u er een heeft."),
    ),
    "account-disabled": Entry(
        title=lazy_gettext("Uw account is geblokkeerd"),
        explanation=lazy_gettext("Het inloggen zelf is gelukt, maar u kunt dit account nu niet gebruiken."),
        next_step=lazy_gettext("Neem contact op om te vragen waarom, en hoe u weer toegang krijgt."),
    ),
    "level-too-low": Entry(
        title=lazy_gettext("Er is een extra controle nodig"),
        explanation=lazy_gettext(
            "U heeft ingelogd op een manier die hier niet zeker genoeg is om uw gegevens te beschermen."
        ),
        next_step=lazy_gettext(
            "Begin opnieuw en kies een manier van inloggen met een extra controle, zoals een app of sms."
        ),
        at_portal=lazy_gettext(
            "Begin opnieuw bij %(portal)s en kies een manier van inloggen met een extra controle, "
            "zoals een app of sms."
        ),
    ),
    "evidence-too-old": Entry(
        title=lazy_gettext("U moet opnieuw inloggen"),
        explanation=lazy_gettext("Het is te lang geleden dat u inlogde. Daarom kunt u nog niet verder."),
        next_step=lazy_gettext("Log opnieuw in op de website waar u verder wilt."),
        at_portal=lazy_gettext("Log opnieuw in bij %(portal)s."),
    ),
    "second-factor-missing": Entry(
        title=lazy_gettext("Hiervoor moet u inloggen in twee stappen"),
        explanation=lazy_gettext(
            "U heeft alleen een wachtwoord. Voor wat u wilt doen is dat niet genoeg: er hoort een code bij "
            "uit een app of uit een sms. Die heeft u nog niet ingesteld en hier kan dat niet."
        ),
        next_step=_SET_UP_FIRST,
    ),
    "authenticator-missing": Entry(
        title=lazy_gettext("Hiervoor is een authenticator-app nodig"),
        explanation=lazy_gettext(
            "Voor wat u wilt doen is een wachtwoord met een code uit een authenticator-app nodig. "
            "Een code uit een sms is niet genoeg. U heeft nog geen app ingesteld en hier kan dat niet."
        ),
        next_step=_SET_UP_FIRST,
    ),
    "no-role": Entry(
        title=lazy_gettext("U heeft hier geen toegang"),
        explanation=lazy_gettext("Het is duidelijk wie u bent, maar u heeft de rol niet die hier nodig is."),
        next_step=lazy_gettext("Vraag of u die rol kunt krijgen. Log daarna opnieuw in."),
        at_portal=lazy_gettext(
            "Vraag of u voor %(portal)s de juiste rol kunt krijgen. Log daarna opnieuw in."
        ),
    ),
    "no-role-within-mandate": Entry(
        title=lazy_gettext("U heeft hier geen toegang"),
        explanation=lazy_gettext(
            "Het is duidelijk wie u bent. Maar voor de organisatie of vestiging waarvoor u nu inlogt, "
            "heeft u hier geen rol."
        ),
        next_step=lazy_gettext(
            "Log opnieuw in en kies een andere organisatie of vestiging. Of vraag of u een rol kunt krijgen."
        ),
        at_portal=lazy_gettext(
            "Log opnieuw in bij %(portal)s en kies een andere organisatie of vestiging. "
            "Of vraag of u een rol kunt krijgen."
        ),
    ),
    "collectivity-not-reachable": Entry(
        title=lazy_gettext("Voor deze zakelijke relatie kunt u niet werken"),
        explanation=lazy_gettext("U heeft geen rol bij deze zakelijke relatie, of het nummer klopt niet."),
        next_step=lazy_gettext("Log opnieuw in en kies een andere zakelijke relatie."),
        at_portal=lazy_gettext(
            "Ga terug naar %(portal)s en kies een andere zakelijke relatie. "
            "Moet u wel voor deze werken? Vraag dan een collega die rollen mag geven."
        ),
    ),
}
