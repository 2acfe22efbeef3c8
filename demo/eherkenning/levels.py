"""eHerkenning's levels of assurance, in their order."""

from __future__ import annotations

from enum import IntEnum

_CLASS = "urn:etoegang:core:assurance-class:"


class Level(IntEnum):
    """The levels that are still handed out; the numbers order them and mean nothing else."""

    EH2 = 20
    EH2_PLUS = 25
    EH3 = 30
    EH4 = 40

    @property
    def class_ref(self) -> str:
        """The AuthnContextClassRef that stands for this level."""
        return _CLASS + _CLASS_NAMES[self]

    @property
    def label(self) -> str:
        """The level's name as it is written on screen."""
        return _LABELS[self]

    @classmethod
    def of_class_ref(cls, class_ref: str) -> Level | None:
        """The level an AuthnContextClassRef stands for, or None when it stands for none."""
        return next((level for level in cls if level.class_ref == class_ref), None)

    @classmethod
    def of_label(cls, label: str) -> Level:
        """The level of that name. Raises `ValueError`."""
        for level in cls:
            if level.label == label:
                return level
        raise ValueError(f"{label} is not a level of eHerkenning")


_CLASS_NAMES = {Level.EH2: "loa2", Level.EH2_PLUS: "loa2plus", Level.EH3: "loa3", Level.EH4: "loa4"}
_LABELS = {Level.EH2: "eH2", Level.EH2_PLUS: "eH2+", Level.EH3: "eH3", Level.EH4: "eH4"}
