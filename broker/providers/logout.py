"""What logging out knows about a provider: begin, complete what comes back, and what is kept in between.

Nothing here knows SAML. A scheme that keeps no login of ours has none of this (DigiD without Eenmalig
Inloggen).
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from broker.domain.identity import Failed, UpstreamSession
from broker.providers.base import Send


@dataclass(frozen=True, slots=True)
class SentLogout:
    """What must be remembered of a request to log out until it is answered, if it ever is.

    `sid` is the session that was ended here. `sent_at` is aware UTC.
    """

    request_id: str
    entity_id: str
    sid: str
    sent_at: datetime

    def encode(self) -> bytes:
        """As bytes for the store."""
        return json.dumps([self.request_id, self.entity_id, self.sid, self.sent_at.isoformat()]).encode()

    @classmethod
    def decode(cls, stored: bytes) -> SentLogout:
        """Read what `encode` wrote."""
        request_id, entity_id, sid, sent_at = json.loads(stored)
        return cls(request_id, entity_id, sid, datetime.fromisoformat(sent_at))


@dataclass(frozen=True, slots=True)
class BegunLogout:
    """A logout that can start there: remember `sent`, then carry out `send`."""

    sent: SentLogout
    send: Send


@dataclass(frozen=True, slots=True)
class QueryMessage:
    """A message in the query of an address, as it was received and byte for byte; still wholly untrusted."""

    query: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class FormMessage:
    """A message in a form that the browser posted, in base64; still wholly untrusted."""

    message: str = field(repr=False)


LogoutMessage = QueryMessage | FormMessage


class UpstreamEnd(StrEnum):
    """What the provider says became of its own login."""

    ENDED = "ended"
    PARTLY = "partly"
    NOT_ENDED = "not-ended"


class UpstreamLogout(Protocol):
    """Ends logins of one brand at one outside party, where that keeps them."""

    @property
    def url(self) -> str | None:
        """Where the browser goes; None when the party no longer says where."""
        ...

    def begin(
        self, login: UpstreamSession, *, sid: str, relay_state: str, now: datetime
    ) -> BegunLogout | None:
        """Make a request that ends `login` there; `relay_state` (at most 80 bytes) comes back verbatim.

        None when there is nowhere to send it any more.
        """
        ...

    def complete(self, answer: LogoutMessage, sent: SentLogout, *, now: datetime) -> UpstreamEnd | Failed:
        """What became of it; never raises for anything the outside party can cause.

        `sent` must have been taken from the store: completing twice with it is the caller's mistake.
        """
        ...
