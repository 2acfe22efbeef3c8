"""What zxcvbn thinks of a password that somebody is choosing: advice beside the field, never a refusal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from zxcvbn import matching, scoring

from broker.accounts.passwords.characters import LONGEST

# Its work grows much faster than the text where signs could stand for letters: 21 ms for 16 of them, two
# seconds for 64. What stands behind these characters only makes a password better.
_JUDGED_CHARACTERS = 16
_BEST_SCORE = 4

_CODES: Final[Mapping[str, str]] = {
    "dictionary": "common-word",
    "spatial": "keyboard-row",
    "repeat": "repetition",
    "sequence": "sequence",
    "regex": "year",
    "date": "date",
}
_OWN_WORDS = "user_inputs"
ABOUT_YOU: Final = "about-you"
MORE_WORDS: Final = "more-words"


@dataclass(frozen=True, slots=True)
class Advice:
    """`score` from 0 (guessed at once) to 4; `codes` say what makes it guessable, the first weighs most."""

    score: int
    codes: tuple[str, ...]


def advice(password: str, context: Sequence[str]) -> Advice:
    """How guessable the password is for somebody who also knows the words of `context`."""
    text = password[: min(_JUDGED_CHARACTERS, LONGEST)]
    if not text:
        return Advice(0, (MORE_WORDS,))
    # The library's own entry keeps the words of the last caller in a global, for every thread to see.
    own = [word.lower() for entry in context for word in (entry, *entry.replace("@", " ").split())]
    dictionaries = {**matching.RANKED_DICTIONARIES, _OWN_WORDS: matching.build_ranked_dict(own)}
    result = scoring.most_guessable_match_sequence(text, matching.omnimatch(text, dictionaries))
    score = _score(result["guesses"])
    return Advice(score, () if score == _BEST_SCORE else _codes(result["sequence"]))


def _score(guesses: float) -> int:
    """The five steps of zxcvbn: how many powers of ten of guesses it takes."""
    limits = (1e3, 1e6, 1e8, 1e10)
    return sum(guesses >= limit for limit in limits)


def _codes(sequence: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    found = sorted(
        (match for match in sequence if match["pattern"] in _CODES), key=lambda match: -len(match["token"])
    )
    codes = [
        ABOUT_YOU if match.get("dictionary_name") == _OWN_WORDS else _CODES[match["pattern"]]
        for match in found
    ]
    return tuple(dict.fromkeys(codes)) or (MORE_WORDS,)
