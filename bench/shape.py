"""Text with gaps, learned from an example: writes others like it, reads those that differ in nothing else."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

_VALUE = r'[^<>"]+'


@dataclass(frozen=True, slots=True)
class Shape:
    """`parts` are literal text and names of gaps in turns, beginning and ending with text."""

    parts: tuple[str, ...] = field(repr=False)
    _form: re.Pattern[str] = field(repr=False)

    @classmethod
    def of(cls, example: str, gaps: Mapping[str, str]) -> Shape:
        """`gaps`: the name of each, and what stands in it in the example, wherever that occurs.

        Raises `ValueError` for what is nowhere in the example.
        """
        named = {text: name for name, text in gaps.items()}
        # Of two that begin alike the longer is meant.
        any_of = "|".join(re.escape(text) for text in sorted(named, key=len, reverse=True))
        parts = tuple(
            named[part] if place % 2 else part for place, part in enumerate(re.split(f"({any_of})", example))
        )
        if absent := gaps.keys() - set(parts[1::2]):
            raise ValueError(f"not in the example: {', '.join(sorted(absent))}")
        return cls(parts, re.compile(_pattern(parts)))

    def written(self, values: Mapping[str, str]) -> str:
        """The text with these values in its gaps; more of them may be there."""
        return "".join([values[part] if place % 2 else part for place, part in enumerate(self.parts)])

    def read(self, text: str) -> dict[str, str] | None:
        """What stands in the gaps, or None when anything outside them is different.

        A gap holds no markup; one that occurs more than once holds the same everywhere.
        """
        found = self._form.fullmatch(text)
        return found.groupdict() if found else None


def _pattern(parts: tuple[str, ...]) -> str:
    seen: set[str] = set()
    made: list[str] = []
    for place, part in enumerate(parts):
        if place % 2 == 0:
            made.append(re.escape(part))
        elif part in seen:
            made.append(f"(?P={part})")
        else:
            seen.add(part)
            made.append(f"(?P<{part}>{_VALUE})")
    return "".join(made)
