"""A variant: one message made from a valid one, and what must become of it."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import Enum
from zlib import crc32

from tests.security.mutations.forms import Form

DEFAULT_SEED = 20260304
SEED_VARIABLE = "MUTATIONS_SEED"


class Expect(Enum):
    """What must become of a variant.

    FREE is for blind changes: a refusal is always right, and acceptance only when the oracle finds the same
    message in it. SAME must be accepted with the values of the original, ACCEPTED with values of its own.
    """

    REFUSED = "refused"
    FREE = "free"
    SAME = "same"
    ACCEPTED = "accepted"


@dataclass(frozen=True)
class Variant:
    """Made lazily, so that a family can be enumerated without being built."""

    family: str
    name: str
    form: Form
    make: Callable[[], bytes] = field(repr=False)
    expect: Expect = Expect.REFUSED


Made = tuple[str, Callable[[], bytes], Expect]
Family = Callable[[Form, random.Random], Iterator[Made]]


def seed() -> int:
    """The seed of this run; set the environment variable for a soak with another one."""
    return int(os.environ.get(SEED_VARIABLE, str(DEFAULT_SEED)))


def chooser(family: str, form: str) -> random.Random:
    """Random choices of one family on one form, which depend on nothing but the seed."""
    number = seed() ^ crc32(f"{family}:{form}".encode())
    return random.Random(number)  # noqa: S311  choices that must be repeatable, not secret
