"""The invented suppliers of means: each an authentication service (AD) with a register of mandates (MR)."""

from __future__ import annotations

from dataclasses import dataclass

from demo.eherkenning.levels import Level


@dataclass(frozen=True, slots=True)
class Supplier:
    """One supplier; `highest` is the most that its means can reach."""

    id: str
    name: str
    oin: str
    highest: Level

    @property
    def authentication_service(self) -> str:
        """The entityID under which it tells who logged in."""
        return f"urn:etoegang:AD:{self.oin}:entities:9000"

    @property
    def register(self) -> str:
        """The entityID under which it tells for whom somebody may act."""
        return f"urn:etoegang:MR:{self.oin}:entities:9000"


SUPPLIERS = (
    Supplier("grachtsleutel", "Grachtsleutel", "00000003900300020000", Level.EH3),
    Supplier("kompas", "Kompas ID", "00000003900300030000", Level.EH4),
    Supplier("poortpas", "Poortpas", "00000003900300040000", Level.EH2_PLUS),
)
"""In the order in which they are offered: by name, as the scheme prescribes."""


def able(level: Level) -> tuple[Supplier, ...]:
    """The suppliers whose means can reach this level."""
    return tuple(supplier for supplier in SUPPLIERS if supplier.highest >= level)


def supplier_of(supplier_id: str) -> Supplier | None:
    """The supplier with that id."""
    return next((supplier for supplier in SUPPLIERS if supplier.id == supplier_id), None)
