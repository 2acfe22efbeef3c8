"""What a portal for organisations is made of: its words, its menu, the pages behind that menu."""

from __future__ import annotations

from dataclasses import dataclass

Row = tuple[str, ...]


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


@dataclass(frozen=True, slots=True)
class Section:
    """One page behind the menu. `slug` is its place in the address."""

    slug: str
    label: str
    lead: str
    table: Table | None = None
    steps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MenuGroup:
    """A heading of the menu with the pages under it."""

    label: str
    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True)
class BusinessSite:
    """The words of one portal. `needed` and `help_first` stand on the page before the login."""

    heading: str
    intro: str
    promises: tuple[tuple[str, str], ...]
    needed: tuple[str, ...]
    help_first: str
    menu: tuple[MenuGroup, ...]

    def section(self, slug: str) -> Section | None:
        """The page at this place, if there is one."""
        return next((one for group in self.menu for one in group.sections if one.slug == slug), None)
