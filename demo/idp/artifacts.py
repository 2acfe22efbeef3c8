"""Artifacts: what the browser carries back, good for one resolution within a quarter of an hour."""

from __future__ import annotations

import base64
import hashlib
import secrets
import threading
from datetime import datetime, timedelta
from enum import Enum
from typing import Generic, Protocol, TypeVar

from demo.clock import Clock

LIFETIME_MINUTES = 15
_REMEMBERED_HOURS = 24
_TYPE_CODE = b"\x00\x04"
_ENDPOINT_INDEX = b"\x00\x00"


class Owned(Protocol):
    """What an artifact may stand for: something that belongs to one service provider."""

    @property
    def owner(self) -> str:
        """The entityID of the service provider that may have it."""


OutcomeT = TypeVar("OutcomeT", bound=Owned)


class NoOutcome(Enum):
    """Why an artifact gives nothing."""

    UNKNOWN = "unknown, used before, or of another service provider"
    EXPIRED = "too old"


class Artifacts(Generic[OutcomeT]):
    """Hands out artifacts of type 0x0004 and takes each back once."""

    def __init__(self, entity_id: str, clock: Clock) -> None:
        self._source_id = hashlib.sha1(entity_id.encode(), usedforsecurity=False).digest()
        self._clock = clock
        self._lock = threading.Lock()
        self._issued: dict[str, tuple[datetime, OutcomeT]] = {}

    def issue(self, outcome: OutcomeT) -> str:
        """A new artifact for `outcome`: 44 bytes in base64 (SAML bindings 3.6.4)."""
        handle = secrets.token_bytes(20)
        artifact = base64.b64encode(_TYPE_CODE + _ENDPOINT_INDEX + self._source_id + handle).decode()
        now = self._clock()
        with self._lock:
            self._forget_before(now - timedelta(hours=_REMEMBERED_HOURS))
            self._issued[artifact] = (now, outcome)
        return artifact

    def take(self, artifact: str, entity_id: str) -> OutcomeT | NoOutcome:
        """What the artifact stands for, to its owner and once.

        Somebody else's attempt does not use it up, or a stranger could spoil a login.
        """
        with self._lock:
            issued = self._issued.get(artifact)
            if issued is None or issued[1].owner != entity_id:
                return NoOutcome.UNKNOWN
            at, outcome = self._issued.pop(artifact)
        too_old = self._clock() - at > timedelta(minutes=LIFETIME_MINUTES)
        return NoOutcome.EXPIRED if too_old else outcome

    def _forget_before(self, moment: datetime) -> None:
        self._issued = {key: value for key, value in self._issued.items() if value[0] > moment}
