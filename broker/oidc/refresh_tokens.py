"""Refresh tokens: bound to a session, good for one use, and a family that dies when one is used again.

The family is the grant: ending the grant ends every access and refresh token that came of it.
"""

from __future__ import annotations

import re
import secrets
from datetime import datetime, timedelta

from broker.domain.clock import Clock
from broker.oidc.clients import Client
from broker.oidc.errors import OAuthCode, Refusal
from broker.oidc.grants import Grant, GrantStore
from broker.oidc.vocabulary import LONGEST_SESSION_SECONDS, AuthMethod
from broker.storage.records import NeverThere, RecordKey, RecordKind, RecordStore, SpentAgain, SpentFirst

REFRESH_BYTES = 32
# Two requests of one portal may carry the same token at once. Within this time a second use by a client
# that proved itself with its key is refused without ending the family (oidc-profile, conflicts).
PARALLEL_USE_SECONDS = 5
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}\.[A-Za-z0-9_-]{43}", re.ASCII)
_LIFETIME = timedelta(seconds=LONGEST_SESSION_SECONDS)
_REFUSED = "the refresh token is unknown, expired, used before or of another client"


class RefreshReplayed(Refusal):
    """The token was used before and its family has been ended. `grant_id` is for the audit."""

    def __init__(self, grant_id: str) -> None:
        super().__init__(OAuthCode.INVALID_GRANT, _REFUSED)
        self.grant_id = grant_id


class RefreshTokens:
    """Issues and redeems refresh tokens; a redemption is one atomic step over all processes."""

    def __init__(self, records: RecordStore, grants: GrantStore, clock: Clock) -> None:
        self._records = records
        self._grants = grants
        self._clock = clock

    def issue(self, grant: Grant, *, until: datetime) -> str:
        """A token for the client of `grant`: the grant's id and 256 random bits, kept `until` that moment.

        The id is no secret, it stands in access tokens too; it lets a used token name its family.
        """
        token = f"{grant.id}.{secrets.token_urlsafe(REFRESH_BYTES)}"
        self._records.put(_key(grant.client_id, token), b"unused", expires_at=until)
        return token

    def find(self, client: Client, token: str) -> Grant | None:
        """The living grant behind an unused token of this client; looking does not use it."""
        family = _family(token)
        if family is None or self._records.get(_key(client.client_id, token)) is None:
            return None
        return self._grants.find(client.client_id, family)

    def redeem(self, client: Client, token: str) -> Grant:
        """The grant behind `token`, for the first caller only; `Refusal` (invalid_grant) for all others.

        Raises `RefreshReplayed` when it was used before: then whoever used it first may be a thief, and
        the family ends (RFC 9700 4.14.2).
        """
        family = _family(token)
        outcome = NeverThere() if family is None else self._spend(client, token)
        if family is None or isinstance(outcome, NeverThere):
            raise _refused()
        if isinstance(outcome, SpentAgain):
            if self._is_parallel(client, datetime.fromisoformat(outcome.trace.decode())):
                raise _refused()
            self._grants.end(client.client_id, family)
            raise RefreshReplayed(family)
        grant = self._grants.find(client.client_id, family)
        if grant is None:
            raise _refused()
        return grant

    def revoke(self, client: Client, token: str) -> Grant | None:
        """End the family of `token`, used or not; the grant that ended, or None when there was none."""
        family = _family(token)
        if family is None or isinstance(self._spend(client, token), NeverThere):
            return None
        grant = self._grants.find(client.client_id, family)
        self._grants.end(client.client_id, family)
        return grant

    def _spend(self, client: Client, token: str) -> SpentFirst | SpentAgain | NeverThere:
        now = self._clock()
        return self._records.spend(
            _key(client.client_id, token), trace=now.isoformat().encode(), keep_trace_until=now + _LIFETIME
        )

    def _is_parallel(self, client: Client, used_at: datetime) -> bool:
        """Whether this may be the same portal's other request: it proved its key, and at nearly that time."""
        by_key = client.token_endpoint_auth_method is AuthMethod.PRIVATE_KEY_JWT
        return by_key and self._clock() - used_at <= timedelta(seconds=PARALLEL_USE_SECONDS)


def _family(token: str) -> str | None:
    """The grant that the token says it belongs to; None for what no token of ours looks like."""
    return token.partition(".")[0] if _TOKEN.fullmatch(token) else None


def _refused() -> Refusal:
    return Refusal(OAuthCode.INVALID_GRANT, _REFUSED)


def _key(client_id: str, token: str) -> RecordKey:
    """The client is part of the key: to another client the token does not exist."""
    return RecordKey(RecordKind.REFRESH_TOKEN, client_id, token)
