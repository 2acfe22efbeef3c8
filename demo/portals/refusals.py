"""What a person reads when logging in did not work out: what happened and what to do now."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Refusal:
    """One page: its HTTP status, its heading, its sentence.

    `shows_code`: something is wrong that people may have to report; else the log alone gets the code.
    """

    status: int
    heading: str
    sentence: str
    shows_code: bool = True


TURNED_BACK = "access_denied"
"""OAuth's word for a person who pressed `Terug` on the login page (RFC 6749, section 4.1.2.1)."""

STALE = Refusal(
    400,
    "Deze inlogpoging is niet meer geldig",
    "Misschien heeft u de pagina ververst, de terugknop gebruikt of te lang gewacht."
    " Begin opnieuw met inloggen.",
    shows_code=False,
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
    "login_required": Refusal(
        403, "Log opnieuw in", "Uw sessie is voorbij. Log in om verder te gaan.", shows_code=False
    ),
    "temporarily_unavailable": UNAVAILABLE,
    "server_error": UNAVAILABLE,
    "token-endpoint-unreachable": UNAVAILABLE,
    "userinfo-unreachable": UNAVAILABLE,
    "invalid_grant": STALE,
}


_NOT_SWITCHED = Refusal(
    403,
    "U kunt niet voor deze relatie werken",
    "U heeft voor deze relatie geen rechten (meer). Er is niets veranderd: u werkt nog voor dezelfde relatie"
    " als eerst. Vraag wie bij uw organisatie de rechten beheert.",
    shows_code=False,
)


def refusal_of_switch(code: str) -> Refusal:
    """The page for somebody who asked to work for another relation and did not get there."""
    if code in {"access_denied", "invalid_authorization_details", "interaction_required"}:
        return _NOT_SWITCHED
    return refusal_for(code)


def refusal_for(code: str) -> Refusal:
    """The page for an error code of the broker or of the portal itself."""
    return _BY_CODE.get(code, NOT_BELIEVED)
