"""Bytes flipped, inserted, deleted and doubled at every structural position; messages cut off there."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

from tests.security.mutations.forms import Form
from tests.security.mutations.trees import structural_positions
from tests.security.mutations.variant import Expect, Made

_INSERTED = b"<>&\"'/=; \x00\x01\x09\x0a\x0d\x80\xc0\xe2\xff#xA0]!-?"
_CUT_EVERY = 4
Bend = Callable[[bytes, int], bytes]


def make(form: Form, chance: random.Random) -> Iterator[Made]:
    """Three changes at each position, and a cut at some."""
    for number, position in enumerate(structural_positions(form.message)):
        bit, byte = 1 << chance.randrange(8), bytes([chance.choice(_INSERTED)])
        bends: dict[str, Bend] = {
            f"flip-{bit:02x}": _flip(bit),
            f"insert-{byte.hex()}": _insert(byte),
            "delete": lambda message, at: message[:at] + message[at + 1 :],
        }
        if number % _CUT_EVERY == 0:
            bends["cut"] = lambda message, at: message[:at]
            bends["double"] = lambda message, at: message[: at + 1] + message[at:]
        for name, bend in bends.items():
            yield f"{name}@{position}", _made(form, bend, position), Expect.FREE


def _flip(bit: int) -> Bend:
    return lambda message, at: message[:at] + bytes([message[at] ^ bit]) + message[at + 1 :]


def _insert(byte: bytes) -> Bend:
    return lambda message, at: message[:at] + byte + message[at:]


def _made(form: Form, bend: Bend, position: int) -> Callable[[], bytes]:
    return lambda: bend(form.message, position)
