"""What the OpenID Provider needs to know about sessions; `broker.sessions` (or the rim) meets it."""

from __future__ import annotations

from typing import Protocol

from broker.oidc.claims import SessionEnds


class SessionLookup(Protocol):
    """Finds a session by its stable id (`sid`), which is not its cookie."""

    def live(self, sid: str, *, brand: str) -> SessionEnds | None:
        """The ends of the session if it lives at this moment; None when it ended, for whatever reason.

        Asking is not activity: it never prolongs a session.
        """

    def touch(self, sid: str, *, brand: str) -> SessionEnds | None:
        """Record activity in a session that lives; its new ends, or None when it ended or may not go on."""
