"""The words that passwords are made of: common ones, and what belongs to one account.

The list `common_words.txt` was written for Voordeur from what everybody knows people take: the words for
password and welcome, seasons, months, days, names, clubs, cities, pets, health insurance, famous phrases; in
Dutch and in English. It holds stems. What is done to them (capitals, figures for letters, a year behind, an
exclamation mark, twice the same) is computed, so that it covers far more passwords than it has lines.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from importlib import resources
from typing import Final

_SHORTEST_WORD = 3
_LETTERS: Final = re.compile(r"[^\W\d_]+")


def folded(text: str) -> str:
    """Without case and accents: ``Café`` is ``cafe``."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in decomposed if not unicodedata.combining(character))


@cache
def common_words() -> frozenset[str]:
    """The stems of the list, folded."""
    listed = (resources.files("broker.accounts.passwords") / "common_words.txt").read_text("utf-8")
    lines = (line.strip() for line in listed.splitlines())
    return frozenset(folded(line) for line in lines if line and not line.startswith("#"))


def words_of(context: Iterable[str]) -> frozenset[str]:
    """The words in names, addresses and domains; those of one or two letters say nothing."""
    found: set[str] = set()
    for text in context:
        parts = _LETTERS.findall(folded(text))
        found.update((*parts, "".join(parts)))
    return frozenset(word for word in found if len(word) >= _SHORTEST_WORD)
