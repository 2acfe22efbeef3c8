"""eHerkenning's levels and their names on the wire (Afsprakenstelsel, levels of assurance)."""

from __future__ import annotations

from typing import Final

from broker.domain.assurance import ETOEGANG, EherkenningLevel

# In each row: our level, the AuthnContextClassRef that eHerkenning gives it.
LEVELS: Final[tuple[tuple[EherkenningLevel, str], ...]] = (
    (EherkenningLevel.EH1, f"{ETOEGANG}loa1"),
    (EherkenningLevel.EH2, f"{ETOEGANG}loa2"),
    (EherkenningLevel.EH2PLUS, f"{ETOEGANG}loa2plus"),
    (EherkenningLevel.EH3, f"{ETOEGANG}loa3"),
    (EherkenningLevel.EH4, f"{ETOEGANG}loa4"),
)

_CLASS_REF_OF: Final = dict(LEVELS)
_LEVEL_OF: Final = {class_ref: level for level, class_ref in LEVELS}


def class_ref_of(level: EherkenningLevel) -> str:
    """How the service catalogue names `level`."""
    return _CLASS_REF_OF[level]


def level_of(class_ref: str) -> EherkenningLevel | None:
    """The level that an answer states; None when eHerkenning knows no such class. Exact text, no trimming."""
    return _LEVEL_OF.get(class_ref)
