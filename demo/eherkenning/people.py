"""Who can log in, at which supplier, and for which organisations each of them may act."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Protocol

from demo.eherkenning.levels import Level
from demo.eherkenning.suppliers import Supplier
from demo.idp.attempts import normal


@dataclass(frozen=True, slots=True)
class Organisation:
    """A company in the trade register; not every one has a tax number (RSIN)."""

    kvk: str
    name: str
    rsin: str | None = None


@dataclass(frozen=True, slots=True)
class Branch:
    """A place where a company works, with its twelve digits."""

    number: str
    name: str


@dataclass(frozen=True, slots=True)
class Mandate:
    """For whom somebody may act: a whole organisation, or only these branches of it.

    With an `intermediary` the organisation has authorised that other company, which has authorised the
    person: a chain (ketenmachtiging).
    """

    organisation: Organisation
    branches: tuple[Branch, ...] = ()
    whole: bool = True
    intermediary: Organisation | None = None

    @property
    def scopes(self) -> tuple[Branch | None, ...]:
        """What can be chosen within this mandate; None is the whole organisation."""
        return (None, *self.branches) if self.whole else self.branches


@dataclass(frozen=True, slots=True)
class Means:
    """One person's means: where it is from, the level it reaches and the mandates behind it."""

    username: str
    password: str = field(repr=False)
    supplier: str
    level: str
    mandates: tuple[Mandate, ...]


class Person(Protocol):
    """A person of the demo; only those with a means matter here."""

    @property
    def eherkenning(self) -> Means | None:
        """This person's means."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody who certainly has a means."""

    means: Means

    @property
    def level(self) -> Level:
        """The level of the means."""
        return Level.of_label(self.means.level)

    def has_password(self, typed: str) -> bool:
        """Whether `typed` is this person's password, compared in constant time."""
        return hmac.compare_digest(self.means.password.encode(), typed.encode())


class Holders:
    """Everybody with a means, looked up at one supplier by user name."""

    def __init__(self, people: Callable[[], Iterable[Person]]) -> None:
        self._people = people

    def at(self, supplier: Supplier, username: str) -> Holder | None:
        """The holder of `username` at this supplier; capitals and spaces around it do not matter."""
        wanted = normal(username)
        return next(
            (
                Holder(person.eherkenning)
                for person in self._people()
                if person.eherkenning
                and person.eherkenning.supplier == supplier.id
                and normal(person.eherkenning.username) == wanted
            ),
            None,
        )


def demo_people() -> Iterable[Person]:
    """The demo's own people, imported when first asked for so that tests can bring theirs."""
    from demo.people import PEOPLE  # noqa: PLC0415  # late on purpose, see above

    return PEOPLE
