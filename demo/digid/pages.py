"""What the pages say: labels of the means and the messages for every refusal. Dutch, level B1."""

from __future__ import annotations

from dataclasses import dataclass

from demo.digid.flow import SMS_CODE_MINUTES, Refusal
from demo.digid.levels import Means
from demo.idp.attempts import BLOCK_MINUTES


@dataclass(frozen=True, slots=True)
class Tile:
    """One means on the first page."""

    label: str
    hint: str


TILES = {
    Means.APP: Tile("Met de DigiD app", "Bevestig op uw telefoon met uw pincode."),
    Means.SMS: Tile("Met controle via SMS", "U krijgt na uw wachtwoord een sms-code."),
    Means.PASSWORD: Tile("Met gebruikersnaam en wachtwoord", "Alleen uw gebruikersnaam en wachtwoord."),
    Means.CARD: Tile("Met een identiteitsbewijs", "Lees de chip van uw rijbewijs of identiteitskaart."),
}


@dataclass(frozen=True, slots=True)
class Message:
    """A page that only says something. With `ok` there is a way back to the first page."""

    title: str
    text: str
    ok: bool = False


BLOCKED = Message(
    "Inloggen is tijdelijk geblokkeerd",
    f"Er is drie keer een verkeerde combinatie, code of pincode ingevuld. Wacht {BLOCK_MINUTES} minuten en "
    "probeer het dan opnieuw.",
)
LACKS_LEVEL = Message(
    "Dit kan niet met uw DigiD",
    "Deze organisatie vraagt meer zekerheid dan uw DigiD op deze manier geeft. Kies een andere manier om in "
    "te loggen, of annuleer.",
    ok=True,
)
EXPIRED = Message(
    "Uw sessie is verlopen",
    "U heeft te lang gewacht, of deze pagina hoort bij een andere browser. Ga terug naar de website waar u "
    "wilde inloggen en begin opnieuw.",
)
UNTRUSTED = Message(
    "Deze pagina bestaat niet",
    "De vraag om in te loggen klopt niet, of komt van een organisatie die wij niet kennen. Ga terug naar de "
    "website waar u wilde inloggen.",
)
NOT_FOUND = Message("Deze pagina bestaat niet", "Controleer het adres, of ga terug naar de vorige pagina.")
BROKEN = Message("Er ging iets mis", "Ga terug naar de website waar u wilde inloggen en begin opnieuw.")

MESSAGES = {Refusal.BLOCKED: BLOCKED, Refusal.LACKS_LEVEL: LACKS_LEVEL}

PASSWORD_ERRORS = {
    Refusal.WRONG: "De combinatie van gebruikersnaam en wachtwoord klopt niet. Probeer het opnieuw.",
    Refusal.SMS_NOT_SENT: "De sms kon niet worden verstuurd. Probeer het later opnieuw.",
}
CODE_ERRORS = {
    Refusal.WRONG: "Deze sms-code klopt niet. Controleer de code en probeer het opnieuw.",
    Refusal.CODE_EXPIRED: f"Deze sms-code is ouder dan {SMS_CODE_MINUTES} minuten. Vraag een nieuwe aan.",
    Refusal.SMS_NOT_SENT: PASSWORD_ERRORS[Refusal.SMS_NOT_SENT],
}
