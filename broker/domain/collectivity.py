"""A collectivity: the group contract that an organisation has with a brand."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final, NewType

from broker.domain.organisation import Organisation

CollectivityId = NewType("CollectivityId", str)
"""A random UUID in its text form; portals know a collectivity by its number."""

LONGEST_COLLECTIVITY_NAME: Final = 200

# A letter or digit comes first, so that no spreadsheet takes a number for a formula.
_REFERENCE: Final = re.compile(r"[0-9A-Z][0-9A-Z./-]{0,31}", re.ASCII)


class InvalidReference(ValueError):
    """The text is not a number of a collectivity or customer; the message never repeats the text."""


@dataclass(frozen=True, slots=True)
class CollectivityNumber:
    """How a brand numbers its collectivities: 1 to 32 ASCII digits, capitals, points, slashes and dashes."""

    number: str

    def __post_init__(self) -> None:
        _must_be_reference(self.number, "collectivity number")


@dataclass(frozen=True, slots=True)
class CustomerNumber:
    """How a brand numbers its customers, written as a `CollectivityNumber`; one may have several of those."""

    number: str

    def __post_init__(self) -> None:
        _must_be_reference(self.number, "customer number")


@dataclass(frozen=True, slots=True)
class PostalAddress:
    """Where post goes: street with house number, postal code, place."""

    street: str
    postal_code: str
    city: str


@dataclass(frozen=True, slots=True)
class ContactDetails:
    """How the brand reaches the collectivity, as far as it knows. Hidden from `repr`: it may name people."""

    address: PostalAddress | None = field(default=None, repr=False)
    phones: tuple[str, ...] = field(default=(), repr=False)
    email: str | None = field(default=None, repr=False)


NO_CONTACT: Final = ContactDetails()


@dataclass(frozen=True, slots=True)
class Collectivity:
    """One collectivity of one brand; its number is unique within the brand and nowhere else."""

    id: CollectivityId
    brand: str
    number: CollectivityNumber
    customer_number: CustomerNumber
    name: str
    organisation: Organisation
    contact: ContactDetails = NO_CONTACT


def _must_be_reference(text: str, kind: str) -> None:
    if not _REFERENCE.fullmatch(text):
        raise InvalidReference(f"a {kind} is 1 to 32 digits, capitals, points, slashes and dashes")
