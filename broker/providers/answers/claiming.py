"""Uses up what may be used once: artifacts, responses and assertions of one connection."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, Protocol

from broker.providers.answers.expected import MAX_LIFE, MAX_SKEW
from broker.providers.saml.refusal import MeaningRefused
from broker.providers.saml.values import VerifiedResponse

# An artifact lives for fifteen minutes; we remember it for longer than any clock could differ.
_ARTIFACT_MEMORY: Final = timedelta(minutes=30)
# A message is believed for at most its life and twice the skew; then there is nothing left to replay.
_MESSAGE_MEMORY: Final = MAX_LIFE + 2 * MAX_SKEW


class UsedMessages(Protocol):
    """Remembers what has been used, for every worker alike."""

    def claim_all(self, messages: Sequence[tuple[str, str]], *, expires_at: datetime) -> int | None:
        """Uses up every (scope, message): None, or the place of the first that somebody used before.

        Exactly one caller for each may use it; must survive at least until `expires_at`.
        """
        ...


class Claiming:
    """For one brand and provider."""

    def __init__(self, used: UsedMessages, *, brand: str, provider: str) -> None:
        self._used = used
        self._scope = f"{brand}:{provider}"

    def artifact(self, artifact: str, now: datetime) -> None:
        """Before it is resolved: whatever happens on the wire, it is never resolved again."""
        self._claim([("artifact", artifact)], now + _ARTIFACT_MEMORY)

    def messages(self, response: VerifiedResponse | None, now: datetime) -> None:
        """The Response and the Assertion in it, if there are any."""
        if response is None:
            return
        claims = [("response", response.id)]
        if response.assertion is not None:
            claims.append(("assertion", response.assertion.id))
        self._claim(claims, now + _MESSAGE_MEMORY)

    def _claim(self, claims: Sequence[tuple[str, str]], expires_at: datetime) -> None:
        messages = [(f"{self._scope}:{kind}", message_id) for kind, message_id in claims]
        used_before = self._used.claim_all(messages, expires_at=expires_at)
        if used_before is not None:
            kind = claims[used_before][0]
            raise MeaningRefused(f"replay.{kind}", f"the {kind} was used before")
