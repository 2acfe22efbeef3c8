"""How names and numbers are searched: by the beginnings of their words, whatever their case and accents."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

LONGEST_WORD: Final = 40
MOST_TERMS: Final = 5
_MOST_WORDS: Final = 40
_LONGEST_SORTED_NAME: Final = 200
_WORD: Final = re.compile(r"[^\W_]+")


def folded(text: str) -> str:
    """The text in small letters without accents; `Café` and `CAFE` become one."""
    plain = unicodedata.normalize("NFKD", text)
    return "".join(character for character in plain if not unicodedata.combining(character)).casefold()


def words_of(texts: Iterable[str]) -> tuple[str, ...]:
    """The words by which something with these names and numbers is found, each once, in order."""
    found = (word[:LONGEST_WORD] for text in texts for word in _WORD.findall(folded(text)))
    return tuple(dict.fromkeys(found))[:_MOST_WORDS]


def sort_key(name: str, number: str) -> str:
    """Where something stands in a list by name; the number makes it the only one there."""
    return f"{folded(name)[:_LONGEST_SORTED_NAME]} {number}"


def terms_of(typed: str) -> tuple[str, ...]:
    """What somebody looks for: every term has to be the beginning of some word. At most five count.

    What fits least comes first, as far as one can tell without looking: numbers, then long words.
    """
    found = dict.fromkeys(word[:LONGEST_WORD] for word in _WORD.findall(folded(typed)))
    return tuple(sorted(found, key=lambda term: (not term.isdecimal(), -len(term))))[:MOST_TERMS]
