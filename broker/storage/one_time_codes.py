"""Codes that were sent and guesses that were made, for one attempt and purpose at a time.

One Redis hash each: how often was guessed and sent, when the next may be sent, and of the code that is good
a keyed digest only, which binds it to attempt, purpose, account and factor. Every step is one script, so that
of any number of callers at once no more guesses count than may.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from broker.storage.lua_script import load_script
from broker.storage.record_keys import RecordKey, RecordKeys, RecordKind
from broker.storage.record_layout import milliseconds
from broker.storage.redis_connection import RedisConnection

MOST_GUESSES: Final = 5
"""For one attempt and purpose, whatever the factors and however many codes were sent."""

MOST_SENDINGS: Final = 5
"""Likewise."""

REMEMBERED_FOR: Final = timedelta(days=1)
"""Longer than any attempt lives: its guesses are never forgotten while it could go on."""

_RESERVE = load_script("code_reserve")
_PUT = load_script("code_put")
_JUDGE = load_script("code_judge")
_NO_SCOPE = "-"
_CLEAN_UP_AFTER = timedelta(minutes=1)
_KEEP_MS = (REMEMBERED_FOR + _CLEAN_UP_AFTER) // timedelta(milliseconds=1)
_SPENT, _TOO_MANY_SENT = -1, -2
_RIGHT, _NO_CODE = 100, 200


@dataclass(frozen=True, slots=True)
class CodePlace:
    """An attempt and what its code is for; `attempt` is a random id that one person's browser leads to."""

    attempt: str = field(repr=False)
    purpose: str

    @property
    def key(self) -> RecordKey:
        """Where it stands."""
        return RecordKey(RecordKind.SECOND_FACTOR_CODE, _NO_SCOPE, f"{self.purpose} {self.attempt}")


@dataclass(frozen=True, slots=True)
class CodeOf:
    """A code with whose it is; it is good for this account and factor alone."""

    account_id: str
    factor_id: str
    code: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class MaySend:
    """The sending is this caller's; the next one may be at `again_at`."""

    again_at: datetime


@dataclass(frozen=True, slots=True)
class TooSoon:
    """Somebody else sends, or sent a moment ago."""

    again_at: datetime


@dataclass(frozen=True, slots=True)
class TooManySent:
    """No more codes for this attempt."""


@dataclass(frozen=True, slots=True)
class GuessesSpent:
    """Enough was guessed in this attempt: nothing is judged any more, a right code neither."""


@dataclass(frozen=True, slots=True)
class GuessedRight:
    """The code was right, for this caller and no other."""


@dataclass(frozen=True, slots=True)
class GuessedWrong:
    """Counted; `left` more may be made. `no_code`: none is good now, so that no guess could be right."""

    left: int
    no_code: bool = False


class OneTimeCodes:
    """Keeps codes and counts guesses; safe to share between threads of one process.

    Every method raises `broker.errors.StorageUnavailable` when Redis is away: then nothing was judged.
    """

    def __init__(self, redis: RedisConnection, keys: RecordKeys) -> None:
        self._redis = redis
        self._names = keys.names

    def reserve(
        self, place: CodePlace, *, now: datetime, again_at: datetime
    ) -> MaySend | TooSoon | TooManySent | GuessesSpent:
        """Ask leave to send a code; whoever gets it has it alone until `again_at`."""
        moments = (milliseconds(now), milliseconds(again_at), milliseconds(now + REMEMBERED_FOR))
        answer = int(
            self._redis.run(_RESERVE, self._at(place), *moments, _KEEP_MS, MOST_GUESSES, MOST_SENDINGS) or 0
        )
        if answer == 0:
            return MaySend(again_at)
        if answer == _SPENT:
            return GuessesSpent()
        if answer == _TOO_MANY_SENT:
            return TooManySent()
        return TooSoon(datetime.fromtimestamp(answer / 1000, UTC))

    def put(self, place: CodePlace, code: CodeOf, *, expires_at: datetime, message_id: str) -> str | None:
        """Make this the good code, after `reserve`; answers which message brought the one before."""
        digest = self._digest(place, code)
        before = self._redis.run(_PUT, self._at(place), digest, milliseconds(expires_at), message_id)
        return before.decode() if isinstance(before, bytes) else None

    def judge(
        self, place: CodePlace, guess: CodeOf, *, now: datetime
    ) -> GuessedRight | GuessedWrong | GuessesSpent:
        """Count the guess, then compare it with the code that was sent; a right one is right once."""
        return self._judge(place, self._digest(place, guess), now)

    def count_guess(self, place: CodePlace, *, now: datetime) -> GuessedWrong | GuessesSpent:
        """Count a guess that is compared elsewhere; it is wrong until that says otherwise."""
        counted = self._judge(place, "", now)
        if isinstance(counted, GuessedRight):  # the script compares nothing here
            raise TypeError("a guess that was only counted cannot be right")
        return counted

    def _judge(
        self, place: CodePlace, digest: str, now: datetime
    ) -> GuessedRight | GuessedWrong | GuessesSpent:
        moments = (milliseconds(now), milliseconds(now + REMEMBERED_FOR))
        found = self._redis.run(_JUDGE, self._at(place), *moments, _KEEP_MS, MOST_GUESSES, digest)
        answer = int(found or 0)
        if answer == _SPENT:
            return GuessesSpent()
        if answer == _RIGHT:
            return GuessedRight()
        if answer >= _NO_CODE:
            return GuessedWrong(answer - _NO_CODE, no_code=True)
        return GuessedWrong(answer)

    def _at(self, place: CodePlace) -> str:
        return place.key.render(self._names)

    def _digest(self, place: CodePlace, code: CodeOf) -> str:
        parts = (place.attempt, place.purpose, code.account_id, code.factor_id, code.code)
        return self._names.digest(RecordKind.SECOND_FACTOR_CODE, *parts)
