"""What the pages say. Dutch, level B1."""

from __future__ import annotations

from dataclasses import dataclass

from demo.eherkenning.flow import Refusal
from demo.idp.attempts import BLOCK_MINUTES


@dataclass(frozen=True, slots=True)
class Message:
    """A page that only says something. With `back` there is a way to the list of suppliers."""

    title: str
    text: str
    back: bool = False


BLOCKED = Message(
    "Inloggen is tijdelijk geblokkeerd",
    f"Er is drie keer een verkeerde combinatie ingevuld. Wacht {BLOCK_MINUTES} minuten en probeer het dan "
    "opnieuw, of annuleer.",
)
LACKS_LEVEL = Message(
    "Uw inlogmiddel is niet hoog genoeg",
    "Deze dienst vraagt een hoger betrouwbaarheidsniveau dan uw inlogmiddel heeft. Vraag een hoger middel "
    "aan bij uw leverancier. Heeft u er al een, kies dan een andere leverancier.",
    back=True,
)
NO_MANDATE = Message(
    "U heeft nog geen machtiging",
    "Geen enkel bedrijf heeft u gemachtigd voor deze dienst. Vraag de beheerder van uw bedrijf om een "
    "machtiging.",
    back=True,
)
UNSUPPORTED = Message(
    "Deze dienst vraagt iets wat niet kan",
    "U kunt hier nu niet inloggen. Dat ligt niet aan u. Ga terug naar de dienst en neem contact op met die "
    "organisatie.",
)
UNTRUSTED = Message(
    "Deze vraag om in te loggen klopt niet",
    "Wij kunnen niet zeker weten van wie de vraag komt. Ga terug naar de website waar u wilde inloggen en "
    "begin daar opnieuw.",
)
LOGOUT_UNTRUSTED = Message(
    "Uitloggen is momenteel niet mogelijk",
    "De vraag om uit te loggen klopt niet. Sluit uw browser om zeker te weten dat niemand verder kan.",
)
EXPIRED = Message(
    "Uw sessie is verlopen",
    "U heeft te lang gewacht, of deze pagina hoort bij een andere browser. Ga terug naar de website waar u "
    "wilde inloggen en begin opnieuw.",
)
NOT_FOUND = Message("Deze pagina bestaat niet", "Controleer het adres, of ga terug naar de vorige pagina.")
BROKEN = Message("Er ging iets mis", "Ga terug naar de website waar u wilde inloggen en begin opnieuw.")

MESSAGES = {
    Refusal.BLOCKED: BLOCKED,
    Refusal.LACKS_LEVEL: LACKS_LEVEL,
    Refusal.NO_MANDATE: NO_MANDATE,
}
ERRORS = {
    Refusal.WRONG: "De combinatie van gebruikersnaam en wachtwoord klopt niet. Probeer het opnieuw.",
    Refusal.NOTHING_CHOSEN: "Maak eerst een keuze.",
}
