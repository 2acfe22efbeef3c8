"""How sure we are of who somebody is, as one order per scheme.

A level is only ever compared through :meth:`Assurance.meets`: the order stands in the enums below
and nowhere else, so that no comparison of strings can sneak in.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum

EIDAS_LOW = "http://eidas.europa.eu/LoA/low"
EIDAS_SUBSTANTIAL = "http://eidas.europa.eu/LoA/substantial"
EIDAS_HIGH = "http://eidas.europa.eu/LoA/high"
# DigiD Basis is below every level of eIDAS, so its name is our own.
BELOW_EIDAS = "urn:voordeur:loa:basis"


class Scheme(StrEnum):
    """An upstream way of logging in."""

    DIGID = "digid"


class DigidLevel(IntEnum):
    """The four levels of DigiD; the numbers are those of Logius (Koppelvlakspecificatie 3.x)."""

    BASIS = 10
    MIDDEN = 20
    SUBSTANTIEEL = 25
    HOOG = 30

    @property
    def label(self) -> str:
        """The name used in configuration, claims and audit: ``midden``."""
        return self.name.lower()

    @classmethod
    def from_label(cls, label: str) -> DigidLevel:
        """Find a level by its name in lower case; `ValueError` when there is none."""
        for level in cls:
            if level.label == label:
                return level
        raise ValueError(f"no DigiD level is called {label!r}")


_ACR_OF = {
    DigidLevel.BASIS: BELOW_EIDAS,
    DigidLevel.MIDDEN: EIDAS_LOW,
    DigidLevel.SUBSTANTIEEL: EIDAS_SUBSTANTIAL,
    DigidLevel.HOOG: EIDAS_HIGH,
}

# What a portal may ask by ``acr_values``, lowest first (OpenID Connect Core 3.1.2.1).
ACR_VALUES = tuple(_ACR_OF[level] for level in sorted(DigidLevel))


@dataclass(frozen=True, slots=True)
class Assurance:
    """One level within one scheme."""

    scheme: Scheme
    level: DigidLevel

    def meets(self, required: Assurance) -> bool:
        """Whether this is of the same scheme and at least as strong as `required`."""
        same_scheme = self.scheme is required.scheme
        return same_scheme and self.level >= required.level

    @property
    def acr(self) -> str:
        """The URI that tells a portal this level (eIDAS where eIDAS has a word for it)."""
        return _ACR_OF[self.level]


def assurance_for_acr(scheme: Scheme, acr: str) -> Assurance | None:
    """The weakest level of `scheme` that satisfies `acr`; None when `acr` is not ours."""
    for level in sorted(DigidLevel):
        if _ACR_OF[level] == acr:
            return Assurance(scheme, level)
    return None
