"""private_key_jwt (RFC 7523 3; OpenID Connect Core 9): a signed statement, good once, for us alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from broker.domain.clock import Clock
from broker.oidc.clients import Client
from broker.oidc.jose import TokenRefused, UnverifiedToken, text_claim, time_claim, verify
from broker.oidc.vocabulary import CLOCK_SKEW_SECONDS
from broker.storage.records import RecordKey, RecordKind, RecordStore

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
MAX_LIFETIME_SECONDS = 300
# RFC 7523 names no type; later drafts have one of their own. Other kinds of token are thereby shut out.
_TYPES = frozenset({None, "jwt", "client-authentication+jwt"})


class AssertionVerifier:
    """Judges client assertions; the ids of those it took are remembered until they expire."""

    def __init__(self, audiences: frozenset[str], records: RecordStore, clock: Clock) -> None:
        """`audiences`: the issuer and the token endpoint, either of which an assertion may name."""
        self._audiences = audiences
        self._records = records
        self._clock = clock

    def verify(self, token: UnverifiedToken, client: Client) -> None:
        """Return when `client` signed this, for us, now, for the first time; else `TokenRefused`.

        The id is used up last, so that only the client itself can use up its ids.
        """
        if token.type not in _TYPES:
            raise TokenRefused("another type of token")
        key = client.jwks.verification_key(token.kid)
        if key is None or token.algorithm not in key.algorithms:
            raise TokenRefused("the client has no key by that kid and algorithm")
        claims = verify(token, key.key)
        if claims.get("iss") != client.client_id or claims.get("sub") != client.client_id:
            raise TokenRefused("iss and sub must both be the client_id")
        # One text and never a list, or a colluding server could pass the assertion on.
        if text_claim(claims, "aud") not in self._audiences:
            raise TokenRefused("meant for another server")
        expires_at = self._judge_times(
            time_claim(claims, "exp"), time_claim(claims, "nbf"), time_claim(claims, "iat")
        )
        self._use_up(client, text_claim(claims, "jti"), expires_at)

    def _judge_times(self, exp: float | None, nbf: float | None, iat: float | None) -> datetime:
        now = self._clock().timestamp()
        if exp is None or exp <= now:
            raise TokenRefused("expired, or without exp")
        if exp > now + MAX_LIFETIME_SECONDS:
            raise TokenRefused("exp is more than 5 minutes ahead")
        if any(moment is not None and moment > now + CLOCK_SKEW_SECONDS for moment in (nbf, iat)):
            raise TokenRefused("nbf or iat is more than 60 seconds ahead")
        return datetime.fromtimestamp(exp, UTC)

    def _use_up(self, client: Client, jti: str, expires_at: datetime) -> None:
        key = RecordKey(RecordKind.CLIENT_ASSERTION, client.client_id, jti)
        # A second more, so that rounding never lets the memory end before the assertion does.
        if not self._records.set_once(key, b"used", expires_at=expires_at + timedelta(seconds=1)):
            raise TokenRefused("this jti was used before")
