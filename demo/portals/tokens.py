"""Opens and judges the broker's ID token: decrypt, verify, then every claim (OpenID Connect Core 3.1.3.7)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from joserfc import jwe, jws
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey
from joserfc.jwt import JWTClaimsRegistry

from demo.portals.provider import Provider

ENCRYPTION_ALGORITHMS = ["RSA-OAEP-256", "A256GCM"]
CLOCK_LEEWAY = timedelta(seconds=5)


class TokenRefused(Exception):
    """A token this portal does not believe; `code` names the check that failed."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class IdToken:
    """A judged ID token. `signed` is the inner signed token, which serves as ``id_token_hint``."""

    claims: Mapping[str, Any] = field(repr=False)
    signed: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class IdTokenJudge:
    """Believes ID tokens of one broker for one client, signed in one way.

    With a `decryption_key` they must be encrypted to it; without one they come as they were signed.
    """

    provider: Provider
    client_id: str
    algorithm: str
    decryption_key: RSAKey | None = field(default=None, repr=False)

    def judge(self, token: str, nonce: str, now: datetime) -> IdToken:
        """The token's claims; `TokenRefused` names the first check that fails."""
        signed = self._decrypt(token)
        _, claims = verify_signed(signed, self.provider, self.algorithm)
        if not nonce or claims.get("nonce") != nonce:
            raise TokenRefused("wrong-nonce")
        self._check_claims(claims, now)
        return IdToken(claims, signed)

    def judge_renewed(self, token: str, earlier: IdToken, now: datetime) -> IdToken:
        """The ID token of a refresh: of the same login, or refused (OpenID Connect Core 12.2)."""
        signed = self._decrypt(token)
        _, claims = verify_signed(signed, self.provider, self.algorithm)
        for name in ("iss", "sub", "aud", "auth_time", "sid"):
            if claims.get(name) != earlier.claims.get(name):
                raise TokenRefused("of-another-login")
        if "nonce" in claims and claims["nonce"] != earlier.claims.get("nonce"):
            raise TokenRefused("wrong-nonce")
        self._check_claims(claims, now)
        return IdToken(claims, signed)

    def _decrypt(self, token: str) -> str:
        """Whoever registered for encryption takes only a nested token: it may carry a personal number."""
        if self.decryption_key is None:
            return token
        try:
            opened = jwe.decrypt_compact(token, self.decryption_key, algorithms=ENCRYPTION_ALGORITHMS)
        except (JoseError, ValueError) as fault:
            raise TokenRefused("not-decrypted") from fault
        try:
            return (opened.plaintext or b"").decode("ascii")
        except UnicodeDecodeError as fault:
            raise TokenRefused("not-a-signed-token") from fault

    def _check_claims(self, claims: dict[str, Any], now: datetime) -> None:
        checks = (
            ("wrong-issuer", claims.get("iss") == self.provider.issuer),
            # One audience, this portal: with several, `azp` would have to be understood too.
            ("wrong-audience", claims.get("aud") in (self.client_id, [self.client_id])),
            ("no-subject", isinstance(claims.get("sub"), str) and claims.get("sub") != ""),
            ("wrong-authorized-party", claims.get("azp", self.client_id) == self.client_id),
        )
        for code, holds in checks:
            if not holds:
                raise TokenRefused(code)
        check_times(claims, now)


def verify_signed(
    signed: str, provider: Provider, algorithm: str
) -> tuple[Mapping[str, Any], dict[str, Any]]:
    """Header and claims of a token that the broker signed in this way; `TokenRefused` when it did not."""
    try:
        header = jws.extract_compact(signed.encode("ascii")).headers()
    except (JoseError, ValueError) as fault:
        raise TokenRefused("not-a-signed-token") from fault
    if header.get("alg") != algorithm:
        raise TokenRefused("wrong-algorithm")
    keys = provider.keys()
    if all(key.kid != header.get("kid") for key in keys.keys):
        keys = provider.keys(renewed=True)
    try:
        verified = jws.deserialize_compact(signed, keys, algorithms=[algorithm])
        claims = json.loads(verified.payload)
    except (JoseError, ValueError) as fault:
        raise TokenRefused("wrong-signature") from fault
    if not isinstance(claims, dict):
        raise TokenRefused("no-claims")
    return header, claims


def check_times(claims: dict[str, Any], now: datetime) -> None:
    """`TokenRefused` unless the token has begun and not expired."""
    times = JWTClaimsRegistry(
        now=int(now.timestamp()),
        leeway=int(CLOCK_LEEWAY.total_seconds()),
        exp={"essential": True},
        iat={"essential": True},
    )
    try:
        times.validate(claims)
    except JoseError as fault:
        raise TokenRefused("wrong-time") from fault
