"""What a person reads when logging in did not work out: what happened and what to do now."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Refusal:
    """One page: its HTTP status, its heading, its sentence."""

    status: int
    heading: str
    sentence: str


STALE = Refusal(
    400,
    "Deze inlogpoging is niet meer geldig",
    "Misschien hebt u de pagina ververst, de terugknop gebruikt of te lang gewacht."
    " Begin opnieuw met inloggen.",
)
UNAVAILABLE = Refusal(
    503,
    "Inloggen lukt nu even niet",
    "Er is een storing bij het inloggen. U hoeft niets te doen: probeer het over een paar minuten opnieuw.",
)
NOT_BELIEVED = Refusal(
    502,
    "Wij konden u niet veilig inloggen",
    "Het antwoord dat wij kregen, klopte niet. U bent daarom niet ingelogd. Probeer het opnieuw.",
)
_BY_CODE = {
    "access_denied": Refusal(
        403,
        "U bent niet ingelogd",
        "U hebt het inloggen afgebroken, of u kunt met deze gegevens hier niet verder."
        " Probeer het opnieuw, of neem contact met ons op.",
    ),
    "login_required": Refusal(403, "Log opnieuw in", "Uw sessie is voorbij. Log in om verder te gaan."),
    "temporarily_unavailable": UNAVAILABLE,
    "server_error": UNAVAILABLE,
    "token-endpoint-unreachable": UNAVAILABLE,
    "userinfo-unreachable": UNAVAILABLE,
    "invalid_grant": STALE,
}


_NOT_SWITCHED = Refusal(
    403,
    "U kunt niet voor deze relatie werken",
    "U hebt voor deze relatie geen rechten (meer). Er is niets veranderd: u werkt nog voor dezelfde relatie"
    " als eerst. Vraag wie bij uw organisatie de rechten beheert.",
)


def refusal_of_switch(code: str) -> Refusal:
    """The page for somebody who asked to work for another relation and did not get there."""
    if code in {"access_denied", "invalid_authorization_details", "interaction_required"}:
        return _NOT_SWITCHED
    return refusal_for(code)


def refusal_for(code: str) -> Refusal:
    """The page for an error code of the broker or of the portal itself."""
    return _BY_CODE.get(code, NOT_BELIEVED)
