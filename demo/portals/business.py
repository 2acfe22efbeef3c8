"""What a portal for organisations is made of: its words, its menu by role, the pages behind that menu."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from demo.portals.relations import Relation

Row = tuple[str, ...]
EVERY_ROLE: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under headings; `find` is the label of a search field, for a table that one looks things up in."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    find: str = ""

    def holding(self, words: str) -> tuple[Row, ...]:
        """The rows in which one of the cells holds these words, in whatever case."""
        wanted = words.strip().casefold()
        return tuple(row for row in self.rows if any(wanted in cell.casefold() for cell in row))


TableMaker = Callable[[Relation, date], Table]
"""Makes up what the portal shows of a relation on a day."""


@dataclass(frozen=True, slots=True)
class Section:
    """One page behind the menu. `slug` is its place in the address.

    Whoever has one of the `roles` for the relation sees it; with `EVERY_ROLE` any role will do.
    """

    slug: str
    label: str
    lead: str
    table: TableMaker | None = None
    steps: tuple[str, ...] = ()
    roles: frozenset[str] = EVERY_ROLE

    def is_for(self, roles: frozenset[str]) -> bool:
        """Whether somebody with these roles sees it."""
        return bool(self.roles & roles if self.roles else roles)


@dataclass(frozen=True, slots=True)
class MenuGroup:
    """A heading of the menu with the pages under it."""

    label: str
    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True)
class StartPage:
    """The page before the login: `needed` and `help_first` say what to bring, and whom to ask."""

    heading: str
    intro: str
    promises: tuple[tuple[str, str], ...]
    needed: tuple[str, ...]
    help_first: str


@dataclass(frozen=True, slots=True)
class RoleWords:
    """The roles of a brand as people read them, by their names in the claim `roles`.

    `who_gives` is the sentence for somebody who lacks one.
    """

    labels: Mapping[str, str]
    who_gives: str

    def of(self, roles: frozenset[str]) -> tuple[str, ...]:
        """What these roles are called, in the brand's own order; a role without a label keeps its name."""
        unknown = sorted(roles - self.labels.keys())
        return (*(label for role, label in self.labels.items() if role in roles), *unknown)


@dataclass(frozen=True, slots=True)
class ContactRule:
    """Which roles may change how a collectivity is reached; everybody else reads `whom_to_ask`."""

    changed_by: frozenset[str]
    whom_to_ask: str


@dataclass(frozen=True, slots=True)
class BusinessSite:
    """One portal in its own words."""

    start: StartPage
    menu: tuple[MenuGroup, ...]
    roles: RoleWords
    contact: ContactRule
    has_contact_in_menu: bool = False

    def section(self, slug: str) -> Section | None:
        """The page at this place, if there is one, whoever may see it."""
        return next((one for group in self.menu for one in group.sections if one.slug == slug), None)

    def menu_for(self, roles: frozenset[str]) -> tuple[MenuGroup, ...]:
        """The menu of somebody with these roles; a heading with nothing under it is gone."""
        seen = (
            MenuGroup(group.label, tuple(one for one in group.sections if one.is_for(roles)))
            for group in self.menu
        )
        return tuple(group for group in seen if group.sections)
