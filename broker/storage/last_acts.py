"""What a transaction does last, and what is told once it is kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from operator import itemgetter


@dataclass(slots=True)
class LastActs:
    """The plan for the end of one transaction; `acts` are by place, see `Database.act_last`."""

    acts: list[tuple[str, Callable[[], None]]] = field(default_factory=list)
    tells: list[Callable[[], None]] = field(default_factory=list)

    def act(self) -> None:
        """Everything, in the order of the places."""
        for _, act in sorted(self.acts, key=itemgetter(0)):
            act()

    def tell(self) -> None:
        """The transaction was kept."""
        for tell in self.tells:
            tell()

    def take(self) -> LastActs:
        """Everything planned so far, which is then planned here no more."""
        taken = LastActs(self.acts.copy(), self.tells.copy())
        self.acts.clear()
        self.tells.clear()
        return taken
