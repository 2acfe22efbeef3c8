"""Passwords as argon2id (RFC 9106), judged with equal work whether or not there is one to judge by."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Final, TypeVar

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from broker.accounts.passwords.characters import TooLarge, normal_form
from broker.accounts.passwords.modest_thread import ModestThread

_Made = TypeVar("_Made")


@dataclass(frozen=True, slots=True)
class Parameters:
    """What one hash costs."""

    memory_kib: int
    iterations: int
    parallelism: int


CURRENT: Final = Parameters(memory_kib=19 * 1024, iterations=2, parallelism=1)
"""The least that OWASP asks of argon2id; with more memory each hash would spend its time on mapping it."""

_SALT_BYTES = 16
_HASH_BYTES = 32


@dataclass(frozen=True, slots=True)
class Verified:
    """Whether the password was right; `rehashed` is its hash under today's parameters, where that differs."""

    right: bool
    rehashed: str | None = field(default=None, repr=False)


class PasswordHashing:
    """Hashes and judges passwords, a few at a time; raises `broker.errors.Busy` when there are too many.

    `turn` is asked before each piece of work and holds it back: `broker.accounts.passwords.turnstile`.
    """

    def __init__(
        self,
        turn: Callable[[], AbstractContextManager[None]],
        *,
        parameters: Parameters = CURRENT,
        random_bytes: Callable[[int], bytes] = os.urandom,
        thread: ModestThread | None = None,
    ) -> None:
        """`thread` does the work instead of the caller's."""
        self._turn = turn
        self._random_bytes = random_bytes
        self._thread = thread
        self._hasher = PasswordHasher(
            time_cost=parameters.iterations,
            memory_cost=parameters.memory_kib,
            parallelism=parameters.parallelism,
            hash_len=_HASH_BYTES,
            salt_len=_SALT_BYTES,
            type=Type.ID,
        )
        # Nobody knows its password, so judging by it costs what any other costs and is never right.
        self._of_nobody = self._hash(random_bytes(_HASH_BYTES))

    def hash(self, password: str) -> str:
        """The hash in PHC form, with its salt and parameters; raises `TooLarge` before any work."""
        encoded = _encoded(password)
        with self._turn():
            return self._do(lambda: self._hash(encoded))

    def verify(self, stored: str | None, password: str) -> Verified:
        """Whether `password` is the one behind `stored`; None, or what is no hash of ours, never is.

        The work is the same for None. A password that is too large is wrong without any work: what is
        stored has no part in that, so it tells nothing.
        """
        try:
            encoded = _encoded(password)
        except TooLarge:
            return Verified(right=False)
        with self._turn():
            return self._do(lambda: self._judged(stored, encoded))

    def _do(self, work: Callable[[], _Made]) -> _Made:
        return work() if self._thread is None else self._thread.run(work)

    def _judged(self, stored: str | None, encoded: bytes) -> Verified:
        if not self._matches(stored, encoded) or stored is None:
            return Verified(right=False)
        # Only who knows the password comes here, so the second piece of work tells nobody anything.
        outdated = self._hasher.check_needs_rehash(stored)
        return Verified(right=True, rehashed=self._hash(encoded) if outdated else None)

    def _matches(self, stored: str | None, encoded: bytes) -> bool:
        try:
            return self._hasher.verify(self._of_nobody if stored is None else stored, encoded)
        except InvalidHashError:
            return self._matches(None, encoded)
        except VerificationError:
            return False

    def _hash(self, encoded: bytes) -> str:
        return self._hasher.hash(encoded, salt=self._random_bytes(_SALT_BYTES))


def _encoded(password: str) -> bytes:
    return normal_form(password).encode("utf-8", "surrogatepass")
