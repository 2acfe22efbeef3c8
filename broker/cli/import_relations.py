"""Rows about organisations, collectivities, members and roles: from texts to values, every fault in words."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import uuid4

from broker.cli.moments import moment_in
from broker.domain.collectivity import (
    LONGEST_COLLECTIVITY_NAME,
    Collectivity,
    CollectivityId,
    CollectivityNumber,
    ContactDetails,
    CustomerNumber,
    PostalAddress,
)
from broker.domain.email_address import InvalidEmailAddress, comparable, parse_email_address
from broker.domain.organisation import (
    LONGEST_ORGANISATION_NAME,
    BranchNumber,
    KvkNumber,
    Organisation,
)
from broker.domain.plain_text import InvalidText, parse_plain_text
from broker.domain.roles import RoleCatalogue, RoleId

MOST_PHONES: Final = 5
_LONGEST_LINE_OF_ADDRESS: Final = 100
_LONGEST_REASON: Final = 200
# As people write them; spreadsheets make nothing of these characters.
_PHONE: Final = re.compile(r"\+?[0-9(][0-9 ()-]{4,28}[0-9]", re.ASCII)
# Its name and branch come from the row of the organisation, in this file or before.
_UNNAMED: Final = "-"


@dataclass(frozen=True, slots=True)
class NewOrganisation:
    """An organisation of a brand."""

    brand: str
    organisation: Organisation

    @property
    def key(self) -> tuple[str, ...]:
        """What no other row of the file may be about."""
        branch = self.organisation.branch
        return (self.brand, self.organisation.kvk.number, branch.number if branch else "")


@dataclass(frozen=True, slots=True)
class NewCollectivity:
    """A collectivity of an organisation that stands in the file or in the database."""

    collectivity: Collectivity

    @property
    def key(self) -> tuple[str, ...]:
        """As above."""
        return (self.collectivity.brand, self.collectivity.number.number)


@dataclass(frozen=True, slots=True)
class NewMembership:
    """An account, by its address, that belongs to a collectivity."""

    brand: str
    email: str = field(repr=False)
    number: CollectivityNumber

    @property
    def key(self) -> tuple[str, ...]:
        """As above."""
        return (self.brand, comparable(self.email), self.number.number)


@dataclass(frozen=True, slots=True)
class NewRoleGrant:
    """A role for a member; `ends_at` is aware."""

    brand: str
    email: str = field(repr=False)
    number: CollectivityNumber
    role: RoleId
    reason: str
    ends_at: datetime | None

    @property
    def key(self) -> tuple[str, ...]:
        """As above."""
        return (self.brand, comparable(self.email), self.number.number, self.role)


NewRelation = NewOrganisation | NewCollectivity | NewMembership | NewRoleGrant


@dataclass(frozen=True, slots=True)
class _Kind:
    """What a row of a kind must and may hold besides kind and brand, and what is made of it."""

    needs: frozenset[str]
    takes: frozenset[str]
    read: Callable[[Mapping[str, str], RoleCatalogue], NewRelation]


def is_relation(kind: str) -> bool:
    """Whether rows of this kind are read here."""
    return kind in _KINDS


def parse_relation(values: Mapping[str, str], catalogues: Mapping[str, RoleCatalogue]) -> NewRelation:
    """One row; `ValueError` with a sentence that repeats nothing of it."""
    kind = _KINDS[values["kind"]]
    catalogue = catalogues.get(values.get("brand", ""))
    if catalogue is None:
        raise ValueError("brand is not one of the configuration")
    given = values.keys() - {"kind", "brand"}
    if missing := kind.needs - given:
        raise ValueError(f"{' and '.join(sorted(missing))} must be given")
    if given - kind.needs - kind.takes:
        allowed = sorted({"kind", "brand"} | kind.needs | kind.takes)
        raise ValueError(f"has a value that such a row does not take; it takes {', '.join(allowed)}")
    return kind.read(values, catalogue)


def _organisation(values: Mapping[str, str], _: RoleCatalogue) -> NewOrganisation:
    name = _text(values, "name", LONGEST_ORGANISATION_NAME)
    return NewOrganisation(values["brand"], _owner(values, name))


def _collectivity(values: Mapping[str, str], _: RoleCatalogue) -> NewCollectivity:
    return NewCollectivity(
        Collectivity(
            id=CollectivityId(str(uuid4())),
            brand=values["brand"],
            number=CollectivityNumber(values["number"]),
            customer_number=CustomerNumber(values["customer_number"]),
            name=_text(values, "name", LONGEST_COLLECTIVITY_NAME),
            organisation=_owner(values, _UNNAMED),
            contact=ContactDetails(
                _address(values), _phones(values), _email(values) if "email" in values else None
            ),
        )
    )


def _membership(values: Mapping[str, str], _: RoleCatalogue) -> NewMembership:
    return NewMembership(values["brand"], _email(values), CollectivityNumber(values["collectivity"]))


def _role_grant(values: Mapping[str, str], catalogue: RoleCatalogue) -> NewRoleGrant:
    role = RoleId(values["role"])
    if role not in catalogue.roles:
        raise ValueError("role is not one of the brand's catalogue")
    reason = _text(values, "reason", _LONGEST_REASON) if "reason" in values else ""
    ends_at = _moment(values["ends_at"]) if "ends_at" in values else None
    number = CollectivityNumber(values["collectivity"])
    return NewRoleGrant(values["brand"], _email(values), number, role, reason, ends_at)


def _owner(values: Mapping[str, str], name: str) -> Organisation:
    branch = BranchNumber(values["branch"]) if "branch" in values else None
    return Organisation(KvkNumber(values["kvk"]), branch, name)


def _text(values: Mapping[str, str], name: str, longest: int) -> str:
    try:
        return parse_plain_text(values[name], longest)
    except InvalidText as error:
        raise ValueError(f"{name} is refused: {error.fault.value}") from None


def _address(values: Mapping[str, str]) -> PostalAddress | None:
    parts = ("street", "postal_code", "city")
    given = [part for part in parts if part in values]
    if not given:
        return None
    if len(given) < len(parts):
        raise ValueError("street, postal_code and city go together")
    street, postal_code, city = (_text(values, part, _LONGEST_LINE_OF_ADDRESS) for part in parts)
    return PostalAddress(street, postal_code, city)


def _phones(values: Mapping[str, str]) -> tuple[str, ...]:
    """Telephone numbers as people write them, with semicolons between."""
    phones = tuple(phone.strip() for phone in values.get("phones", "").split(";") if phone.strip())
    if len(phones) > MOST_PHONES or not all(_PHONE.fullmatch(phone) for phone in phones):
        raise ValueError(f"phones must be at most {MOST_PHONES} telephone numbers with ; between")
    return phones


def _email(values: Mapping[str, str]) -> str:
    try:
        return parse_email_address(values["email"]).text
    except InvalidEmailAddress:
        raise ValueError("email is not an address that mail can be sent to") from None


def _moment(text: str) -> datetime:
    moment = moment_in(text)
    if moment is None:
        raise ValueError("ends_at must be a moment with its zone, as 2027-01-31T00:00:00+01:00")
    return moment


_KINDS: Final[Mapping[str, _Kind]] = {
    "organisation": _Kind(frozenset({"kvk", "name"}), frozenset({"branch"}), _organisation),
    "collectivity": _Kind(
        frozenset({"number", "customer_number", "name", "kvk"}),
        frozenset({"branch", "street", "postal_code", "city", "phones", "email"}),
        _collectivity,
    ),
    "membership": _Kind(frozenset({"email", "collectivity"}), frozenset(), _membership),
    "role_grant": _Kind(
        frozenset({"email", "collectivity", "role"}), frozenset({"reason", "ends_at"}), _role_grant
    ),
}
RELATION_KINDS: Final = tuple(_KINDS)
