"""How much of a password somebody would have to guess that knows the words and the habits.

A character that nothing explains weighs one. A common word weighs two, however long it is; a word that
belongs to the account, a row of keys, a count, a year and a repetition weigh one. The password weighs what
its cheapest reading weighs.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import cache
from typing import Final

from broker.accounts.passwords.common_words import common_words, folded, words_of

_COMMON_WEIGHS = 2
_KNOWN_WEIGHS = 1
_SHORTEST_ROW = 3
_YEAR_DIGITS = 4
_CENTURIES = ("19", "20")

_ROWS: Final = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890",
    "qwertyuiop[]",
    "azertyuiop",
    "asdfghjkl;'",
    "zxcvbnm,./",
    "!@#$%^&*()_+",
    "1q2w3e4r5t6y7u8i9o0p",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.0p;/",
    "qazwsxedcrfvtgbyhnujmikolp",
    "147258369",
    "159753",
    "q1w2e3r4t5y6u7i8o9p0",
)
_RUNS: Final = tuple(text for row in _ROWS for text in (row, row[::-1]))

# What people write for a letter; a sign may stand for more than one.
_STANDS_FOR: Final = {
    "0": "o",
    "1": "il",
    "2": "z",
    "3": "e",
    "4": "a",
    "5": "s",
    "6": "g",
    "7": "t",
    "8": "b",
    "9": "g",
    "@": "a",
    "$": "s",
    "!": "il",
    "+": "t",
    "|": "il",
    "€": "e",
}

_Trie = dict[str, "_Trie"]
_END = ""


def weight(password: str, *, context: Collection[str] = ()) -> int:
    """What the password weighs for somebody who also knows the texts of `context`."""
    text = folded(password)
    common, own = _common_trie(), _trie(words_of(context))
    joined = "".join(character for character in text if character.isalnum())
    # Signs between the letters of a word hide it from a reading in order, so it is read without them too.
    signs = min(len(text) - len(joined), 1)
    return min(_repeated(text, common, own), _repeated(joined, common, own) + signs if joined else len(text))


def _repeated(text: str, common: _Trie, own: _Trie) -> int:
    """What is written several times weighs what it weighs once, and one for the repetition."""
    length = len(text)
    for size in range(1, length // 2 + 1):
        unit = text[:size]
        if (unit * (length // size + 1))[:length] == text:
            return _cheapest(unit, common, own) + 1
    return _cheapest(text, common, own)


def _cheapest(text: str, common: _Trie, own: _Trie) -> int:
    """The cheapest way to read `text` from left to right."""
    best = [0] + [len(text)] * len(text)
    for start in range(len(text)):
        for end, price in _readings(text, start, common, own):
            best[end] = min(best[end], best[start] + price)
    return best[-1]


def _readings(text: str, start: int, common: _Trie, own: _Trie) -> Iterator[tuple[int, int]]:
    """What can be read from `start` on: where it ends and what it weighs."""
    yield start + 1, 1
    for end in _words(text, start, common):
        yield end, _COMMON_WEIGHS
    for end in _words(text, start, own):
        yield end, _KNOWN_WEIGHS
    end = _end_of_row(text, start)
    if end - start >= _SHORTEST_ROW:
        yield end, _KNOWN_WEIGHS
    year = text[start : start + _YEAR_DIGITS]
    if len(year) == _YEAR_DIGITS and year.isdecimal() and year.startswith(_CENTURIES):
        yield start + _YEAR_DIGITS, _KNOWN_WEIGHS


def _words(text: str, start: int, words: _Trie) -> Iterator[int]:
    """Where the words end that begin at `start`, whatever signs stand for their letters."""
    places = [words]
    for position in range(start, len(text)):
        letters = text[position] + _STANDS_FOR.get(text[position], "")
        places = [place[letter] for place in places for letter in letters if letter in place]
        if not places:
            return
        if any(_END in place for place in places):
            yield position + 1


def _end_of_row(text: str, start: int) -> int:
    """How far one sign repeated, or keys that lie in a row, reach from `start`."""
    end = start + 1
    while end < len(text) and text[end] == text[start]:
        end += 1
    length = max(end - start, *(_common_length(text, start, row) for row in _RUNS))
    return start + length


def _common_length(text: str, start: int, row: str) -> int:
    at = row.find(text[start])
    length = 0
    while 0 <= at < len(row) and start + length < len(text) and row[at] == text[start + length]:
        at, length = at + 1, length + 1
    return length


def _trie(words: Collection[str]) -> _Trie:
    root: _Trie = {}
    for word in words:
        place = root
        for letter in word:
            place = place.setdefault(letter, {})
        place[_END] = {}
    return root


@cache
def _common_trie() -> _Trie:
    return _trie(common_words())
