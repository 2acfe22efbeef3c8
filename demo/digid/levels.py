"""DigiD's levels of assurance and the means that reach them."""

from __future__ import annotations

from enum import Enum, IntEnum

_CLASS = "urn:oasis:names:tc:SAML:2.0:ac:classes:"


class Level(IntEnum):
    """The four levels, ordered, with DigiD's own numbers (specification 3.7, levels table)."""

    BASIS = 10
    MIDDEN = 20
    SUBSTANTIEEL = 25
    HOOG = 30

    @property
    def class_ref(self) -> str:
        """The AuthnContextClassRef that stands for this level."""
        return _CLASS + _CLASS_NAMES[self]

    @property
    def dutch(self) -> str:
        """The level's name as it is written on screen."""
        return self.name.capitalize()

    @classmethod
    def of_class_ref(cls, class_ref: str) -> Level | None:
        """The level an AuthnContextClassRef stands for, or None when it stands for none."""
        return next((level for level in cls if level.class_ref == class_ref), None)


_CLASS_NAMES = {
    Level.BASIS: "PasswordProtectedTransport",
    Level.MIDDEN: "MobileTwoFactorContract",
    Level.SUBSTANTIEEL: "Smartcard",
    Level.HOOG: "SmartcardPKI",
}


class Means(Enum):
    """A way to log in; the value is its place in the address of its page."""

    APP = "app"
    SMS = "sms"
    PASSWORD = "wachtwoord"
    CARD = "identiteitsbewijs"

    @property
    def on_phone(self) -> bool:
        """Whether the person finishes on the simulated phone rather than in the browser."""
        return self in (Means.APP, Means.CARD)


_OFFERED = {
    Level.BASIS: (Means.APP, Means.PASSWORD),
    Level.MIDDEN: (Means.APP, Means.SMS),
    Level.SUBSTANTIEEL: (Means.APP,),
    Level.HOOG: (Means.CARD,),
}


def means_offered(asked: Level) -> tuple[Means, ...]:
    """The means on the first page when a web service asks for this level."""
    return _OFFERED[asked]


def level_reached(means: Means, highest: Level) -> Level | None:
    """What `means` gives to somebody whose DigiD goes up to `highest`; None when it gives nothing."""
    match means:
        case Means.PASSWORD:
            return Level.BASIS
        case Means.SMS:
            return Level.MIDDEN if highest >= Level.MIDDEN else None
        case Means.APP:
            return min(highest, Level.SUBSTANTIEEL) if highest >= Level.MIDDEN else None
        case Means.CARD:
            return Level.HOOG if highest >= Level.HOOG else None
