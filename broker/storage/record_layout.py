"""How a record looks in Redis: a head of fixed width that the scripts read, and the sealed value behind it.

``role (1) | expires (15 digits, ms since 1970) | version (16 hex digits) | sealed``. The head is part of the
context that the seal authenticates, so nobody who can write to Redis can give a record a longer life,
another version or another name, or pass a trace off as a value.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from broker.storage.sealing import Sealer

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_ROLE_CHARACTERS = 1
_EXPIRES_CHARACTERS = 15
_VERSION_CHARACTERS = 16
_HEAD_BYTES = _ROLE_CHARACTERS + _EXPIRES_CHARACTERS + _VERSION_CHARACTERS


class Role(StrEnum):
    """What the record is; the scripts know the letters."""

    VALUE = "v"
    TRACE = "t"
    MEMBER = "m"


_ROLES = {role.value: role for role in Role}


def milliseconds(moment: datetime) -> int:
    """Whole milliseconds since 1970; `TypeError` when `moment` is naive."""
    return (moment - _EPOCH) // _MILLISECOND


def version_text(version: int) -> str:
    """A version as the head holds it."""
    return f"{version:016x}"


class Head(NamedTuple):
    """The readable part of a record. `version` changes with every writing (64 random bits)."""

    role: Role
    expires_ms: int
    version: int

    def text(self) -> bytes:
        """The 32 characters that stand in front."""
        return b"%b%015d%016x" % (self.role.encode(), self.expires_ms, self.version)


def pack(head: Head, value: bytes, sealer: Sealer, *, place: str) -> bytes:
    """The record that holds `value` at `place` (the rendered key, and for a member its hidden name)."""
    front = head.text()
    return front + sealer.seal(value, context=front + place.encode())


def read_head(record: bytes) -> Head:
    """The head of a record that we stored."""
    text = record[:_HEAD_BYTES].decode("ascii")
    expires_end = _ROLE_CHARACTERS + _EXPIRES_CHARACTERS
    role = _ROLES.get(text[0]) or Role(text[0])
    return Head(role, int(text[_ROLE_CHARACTERS:expires_end]), int(text[expires_end:], 16))


def unpack(record: bytes, sealer: Sealer, *, place: str) -> bytes:
    """The value; raises `broker.storage.sealing.SealBroken` when anything about the record was changed."""
    return sealer.open(record[_HEAD_BYTES:], context=record[:_HEAD_BYTES] + place.encode())
