"""DigiD's levels and their names on the wire (Koppelvlakspecificatie 3.7, levels of assurance)."""

from __future__ import annotations

from typing import Final

from broker.domain.assurance import DigidLevel

_CLASSES: Final = "urn:oasis:names:tc:SAML:2.0:ac:classes:"

# In each row: our level, the AuthnContextClassRef that DigiD gives it.
LEVELS: Final[tuple[tuple[DigidLevel, str], ...]] = (
    (DigidLevel.BASIS, f"{_CLASSES}PasswordProtectedTransport"),
    (DigidLevel.MIDDEN, f"{_CLASSES}MobileTwoFactorContract"),
    (DigidLevel.SUBSTANTIEEL, f"{_CLASSES}Smartcard"),
    (DigidLevel.HOOG, f"{_CLASSES}SmartcardPKI"),
)

_CLASS_REF_OF: Final = dict(LEVELS)
_LEVEL_OF: Final = {class_ref: level for level, class_ref in LEVELS}


def class_ref_of(level: DigidLevel) -> str:
    """How to ask for `level`."""
    return _CLASS_REF_OF[level]


def level_of(class_ref: str) -> DigidLevel | None:
    """The level that an answer states; None when DigiD knows no such class. Exact text, no trimming."""
    return _LEVEL_OF.get(class_ref)
