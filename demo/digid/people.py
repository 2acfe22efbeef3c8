"""Who can log in: a view on the demo's people that needs only what DigiD knows about them."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable
from typing import Protocol

from demo.digid.levels import Level
from demo.idp.attempts import normal


class DigidMeans(Protocol):
    """One person's DigiD, read only."""

    @property
    def username(self) -> str:
        """What is typed as user name."""

    @property
    def password(self) -> str:
        """What is typed as password."""

    @property
    def pin(self) -> str | None:
        """What opens the app; None without an app."""

    @property
    def phone(self) -> str:
        """Where the SMS code goes, in E.164; empty without the SMS check."""

    @property
    def bsn(self) -> str:
        """The nine digits that the web service gets."""

    @property
    def level(self) -> str:
        """The highest level: basis, midden, substantieel or hoog."""


class Person(Protocol):
    """A person of the demo; only those with a DigiD matter here."""

    @property
    def id(self) -> str:
        """The demo's own name for this person."""

    @property
    def digid(self) -> DigidMeans | None:
        """This person's DigiD."""


class Holder:
    """A person together with the DigiD that person certainly has."""

    def __init__(self, person_id: str, digid: DigidMeans) -> None:
        self.person_id = person_id
        self.digid = digid
        self.highest = Level[digid.level.upper()]

    def has_password(self, typed: str) -> bool:
        """Whether `typed` is this person's password, compared in constant time."""
        return _same(self.digid.password, typed)

    def has_pin(self, typed: str) -> bool:
        """Whether `typed` opens this person's app; nothing opens an app that is not there."""
        return self.digid.pin is not None and _same(self.digid.pin, typed)


class Holders:
    """Everybody with a DigiD, looked up by user name or by the demo's id for the person."""

    def __init__(self, people: Callable[[], Iterable[Person]]) -> None:
        self._people = people

    def by_username(self, username: str) -> Holder | None:
        """The holder of `username`; capitals and spaces around it do not matter."""
        wanted = normal(username)
        return next((holder for holder in self._all() if normal(holder.digid.username) == wanted), None)

    def by_id(self, person_id: str) -> Holder | None:
        """The holder whose id in the demo is `person_id`."""
        return next((holder for holder in self._all() if holder.person_id == person_id), None)

    def _all(self) -> Iterable[Holder]:
        return (Holder(person.id, person.digid) for person in self._people() if person.digid)


def demo_people() -> Iterable[Person]:
    """The demo's own people, imported when first asked for so that tests can bring theirs."""
    from demo.people import PEOPLE  # noqa: PLC0415  # late on purpose, see above

    return PEOPLE


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())
