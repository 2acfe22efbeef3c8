"""How sure we are of who somebody is, as one order per scheme.

A level is only ever compared through :meth:`Assurance.meets` and :meth:`Assurance.satisfies`: the order
stands in the enums and the one table below and nowhere else, so that no comparison of strings, and none
between two schemes, can sneak in. A new scheme is an enum of levels and a row of the table.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from functools import cached_property
from types import MappingProxyType
from typing import Final

EIDAS_LOW = "http://eidas.europa.eu/LoA/low"
EIDAS_SUBSTANTIAL = "http://eidas.europa.eu/LoA/substantial"
EIDAS_HIGH = "http://eidas.europa.eu/LoA/high"
# DigiD Basis is below every level of eIDAS, so its name is our own.
BELOW_EIDAS = "urn:voordeur:loa:basis"
# How eHerkenning itself names its levels (Afsprakenstelsel Elektronische Toegangsdiensten 1.13).
ETOEGANG = "urn:etoegang:core:assurance-class:"
ACCOUNT_ALONE = "urn:voordeur:loa:password"
ACCOUNT_AND_SMS = "urn:voordeur:loa:password-sms"
ACCOUNT_AND_TOTP = "urn:voordeur:loa:password-totp"
ACCOUNT_AND_PASSKEY = "urn:voordeur:loa:password-passkey"


class Scheme(StrEnum):
    """A way of logging in."""

    DIGID = "digid"
    EHERKENNING = "eherkenning"
    PASSWORD = "password"  # noqa: S105 - the name of a scheme.


class _Named(IntEnum):
    """A level with a name in lower case; the numbers give the order within one scheme, and nothing else."""

    @cached_property
    def label(self) -> str:
        """The name used in configuration, claims and audit: ``midden``."""
        return self.name.lower()


class DigidLevel(_Named):
    """The four levels of DigiD; the numbers are those of Logius (Koppelvlakspecificatie 3.x)."""

    BASIS = 10
    MIDDEN = 20
    SUBSTANTIEEL = 25
    HOOG = 30


class EherkenningLevel(_Named):
    """The five levels of eHerkenning; the numbers are ours (Afsprakenstelsel, levels of assurance)."""

    EH1 = 10
    EH2 = 20
    EH2PLUS = 25
    EH3 = 30
    EH4 = 40


class AccountLevel(_Named):
    """A password, alone or with a second factor; a code by telephone is never worth one of an app."""

    PASSWORD = 10
    SMS = 20
    TOTP = 30
    PASSKEY = 40


Level = DigidLevel | EherkenningLevel | AccountLevel


@dataclass(frozen=True, slots=True)
class _Row:
    """A level, the URI that we tell a portal, and the URIs of eIDAS that are reached from this level on."""

    level: Level
    acr: str
    reaches: tuple[str, ...] = ()


# Lowest first.
_TABLE: Final[Mapping[Scheme, tuple[_Row, ...]]] = MappingProxyType(
    {
        Scheme.DIGID: (
            _Row(DigidLevel.BASIS, BELOW_EIDAS),
            _Row(DigidLevel.MIDDEN, EIDAS_LOW),
            _Row(DigidLevel.SUBSTANTIEEL, EIDAS_SUBSTANTIAL),
            _Row(DigidLevel.HOOG, EIDAS_HIGH),
        ),
        # eH2+, eH3 and eH4 are those that the scheme compares to eIDAS; the others have their name there.
        Scheme.EHERKENNING: (
            _Row(EherkenningLevel.EH1, f"{ETOEGANG}loa1"),
            _Row(EherkenningLevel.EH2, f"{ETOEGANG}loa2"),
            _Row(EherkenningLevel.EH2PLUS, EIDAS_LOW, reaches=(f"{ETOEGANG}loa2plus",)),
            _Row(EherkenningLevel.EH3, EIDAS_SUBSTANTIAL, reaches=(f"{ETOEGANG}loa3",)),
            _Row(EherkenningLevel.EH4, EIDAS_HIGH, reaches=(f"{ETOEGANG}loa4",)),
        ),
        Scheme.PASSWORD: (
            _Row(AccountLevel.PASSWORD, ACCOUNT_ALONE),
            _Row(AccountLevel.SMS, ACCOUNT_AND_SMS, reaches=(EIDAS_LOW,)),
            _Row(AccountLevel.TOTP, ACCOUNT_AND_TOTP),
            _Row(AccountLevel.PASSKEY, ACCOUNT_AND_PASSKEY),
        ),
    }
)


@dataclass(frozen=True, slots=True)
class Assurance:
    """One level within one scheme; `ValueError` for a level of another scheme."""

    scheme: Scheme
    level: Level

    def __post_init__(self) -> None:
        # Levels of two schemes can have the same number, so that the type has to be looked at.
        if not any(self.level is row.level for row in _TABLE[self.scheme]):
            raise ValueError(f"{self.scheme.value} has no level {self.level!r}")

    @classmethod
    def of(cls, scheme: str, level: str) -> Assurance:
        """Read the names that configuration, records and claims use; `ValueError` when there is no such."""
        found = _BY_NAMES.get((scheme, level))
        if found is None:
            raise ValueError(f"there is no scheme {scheme!r} with a level that is called {level!r}")
        return found

    def meets(self, required: Assurance) -> bool:
        """Whether this is of the same scheme and at least as strong as `required`."""
        same_scheme = self.scheme is required.scheme
        return same_scheme and self.level >= required.level

    def satisfies(self, acr: str) -> bool:
        """Whether a portal that asks for `acr` gets at least that; never for a URI that is not ours."""
        needed = assurance_for_acr(self.scheme, acr)
        return needed is not None and self.meets(needed)

    @property
    def acr(self) -> str:
        """The URI that tells a portal this level (eIDAS where eIDAS has a word for it)."""
        return next(row.acr for row in _TABLE[self.scheme] if row.level is self.level)


# Every request reads one or two, from a record or a claim.
_BY_NAMES: Final = {
    (scheme.value, row.level.label): Assurance(scheme, row.level)
    for scheme, rows in _TABLE.items()
    for row in rows
}


def assurance_for_acr(scheme: Scheme, acr: str) -> Assurance | None:
    """The weakest level of `scheme` that satisfies `acr`; None when no level of it does."""
    for row in _TABLE[scheme]:
        if acr == row.acr or acr in row.reaches:
            return Assurance(scheme, row.level)
    return None


def levels_of(scheme: Scheme) -> tuple[Assurance, ...]:
    """Every level of a scheme, lowest first."""
    return tuple(Assurance(scheme, row.level) for row in _TABLE[scheme])


def acr_values_of(reached: Iterable[Assurance]) -> tuple[str, ...]:
    """Every URI that one of these satisfies: eIDAS and ours of DigiD first, each scheme's lowest first."""
    strongest = tuple(reached)
    every = (acr for rows in _TABLE.values() for row in rows for acr in (row.acr, *row.reaches))
    return tuple(dict.fromkeys(acr for acr in every if any(found.satisfies(acr) for found in strongest)))


# What a portal may ask by ``acr_values`` (OpenID Connect Core 3.1.2.1), wherever every scheme is offered.
ACR_VALUES: Final = acr_values_of(levels_of(scheme)[-1] for scheme in Scheme)
