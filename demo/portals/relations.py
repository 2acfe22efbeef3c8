"""For whom somebody works at this portal, and with which roles: what the broker's claims say of it.

A claim that is missing, or that is not of the form that was agreed, gives nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from demo.portals.logins import Login

# How the broker numbers collectivities; anything else need not be asked for.
_NUMBER = re.compile(r"[0-9A-Z][0-9A-Z./-]{0,31}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Organisation:
    """A legal person by its number in the trade register, or a branch of it; `kvk` is empty when unknown."""

    kvk: str
    name: str
    branch: str = ""


@dataclass(frozen=True, slots=True)
class Relation:
    """One collectivity that a person may work for."""

    number: str
    customer_number: str
    name: str
    roles: frozenset[str] = frozenset()

    def matches(self, words: str) -> bool:
        """Whether name or number holds these words, in whatever case."""
        wanted = words.strip().casefold()
        return any(wanted in text.casefold() for text in (self.name, self.number, self.customer_number))


@dataclass(frozen=True, slots=True)
class Work:
    """Where a login works now, and where else it may.

    `withheld` are roles that a stronger login would bring. `known` are all relations, or none when there are
    more than fit into a token; `total` counts them. `represented` is the party for which somebody acts who
    came with a mandate.
    """

    relation: Relation | None = None
    roles: frozenset[str] = frozenset()
    withheld: frozenset[str] = frozenset()
    organisation: Organisation | None = None
    represented: Organisation | None = None
    known: tuple[Relation, ...] = ()
    total: int = 0

    @property
    def number(self) -> str:
        """The number of the active collectivity; empty without one."""
        return self.relation.number if self.relation else ""

    @property
    def others(self) -> tuple[Relation, ...]:
        """Those in the token that are not active now."""
        return tuple(one for one in self.known if one.number != self.number)

    @property
    def is_all_known(self) -> bool:
        """Whether the token names every relation."""
        return self.total <= len(self.known)


NOWHERE = Work()


def work_of(login: Login | None) -> Work:
    """Read the claims of a login."""
    if login is None:
        return NOWHERE
    known = relations_of(login.right("collectivities"))
    total = login.right("collectivities_total")
    return Work(
        relation=_relation(login.right("collectivity")),
        roles=_words(login.right("roles")),
        withheld=_words(login.right("roles_withheld")),
        organisation=_organisation(login.right("organisation")),
        represented=_organisation(login.right("represents")),
        known=known,
        total=total if isinstance(total, int) and not isinstance(total, bool) else len(known),
    )


def relations_of(listed: object) -> tuple[Relation, ...]:
    """The collectivities of a claim or of an answer of the search endpoint."""
    found = (_relation(one) for one in listed) if isinstance(listed, list) else ()
    return tuple(one for one in found if one is not None)


def is_number(text: str) -> bool:
    """Whether this can be the number of a collectivity."""
    return bool(_NUMBER.fullmatch(text))


def _relation(told: object) -> Relation | None:
    if not isinstance(told, dict) or not _text(told, "number"):
        return None
    number, name = _text(told, "number"), _text(told, "name")
    return Relation(number, _text(told, "customer_number"), name or number, _words(told.get("roles")))


def _organisation(told: object) -> Organisation | None:
    if not isinstance(told, dict):
        return None
    kvk = _text(told, "kvk")
    name = _text(told, "name") or kvk or _text(told, "rsin")
    return Organisation(kvk, name, _text(told, "branch")) if name else None


def _text(told: Mapping[str, Any], name: str) -> str:
    value = told.get(name)
    return value if isinstance(value, str) else ""


def _words(told: object) -> frozenset[str]:
    listed: Iterable[object] = told if isinstance(told, list) else ()
    return frozenset(word for word in listed if isinstance(word, str))
