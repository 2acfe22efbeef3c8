"""Judges the broker's logout tokens (OpenID Connect Back-Channel Logout 1.0, sections 2.4 and 2.6)."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from demo.portals.provider import Provider
from demo.portals.tokens import TokenRefused, check_times, verify_signed

EVENT = "http://schemas.openid.net/event/backchannel-logout"
LONGEST_LIFETIME = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class LogoutOrder:
    """Whose sessions must end: one session of the broker, or all of a person."""

    sid: str | None
    subject: str | None = field(repr=False)


class LogoutTokenJudge:
    """Believes logout tokens of one broker for one client, each once; signed as its ID tokens are."""

    def __init__(self, provider: Provider, client_id: str, algorithm: str) -> None:
        self._provider = provider
        self._client_id = client_id
        self._algorithm = algorithm
        self._lock = threading.Lock()
        self._seen: dict[str, float] = {}

    def judge(self, token: str, now: datetime) -> LogoutOrder:
        """What to end; `TokenRefused` names the first check that fails."""
        header, claims = verify_signed(token, self._provider, self._algorithm)
        self._check(header, claims)
        check_times(claims, now)
        if claims["exp"] - claims["iat"] > LONGEST_LIFETIME.total_seconds():
            raise TokenRefused("lives-too-long")
        self._use_up(claims, now)
        return LogoutOrder(claims.get("sid"), claims.get("sub"))

    def _check(self, header: Mapping[str, Any], claims: Mapping[str, Any]) -> None:
        events = claims.get("events")
        named = [claims.get("sid"), claims.get("sub")]
        checks = (
            ("wrong-type", header.get("typ") == "logout+jwt"),
            ("wrong-issuer", claims.get("iss") == self._provider.issuer),
            ("wrong-audience", claims.get("aud") in (self._client_id, [self._client_id])),
            ("no-event", isinstance(events, dict) and isinstance(events.get(EVENT), dict)),
            ("with-nonce", "nonce" not in claims),
            ("nobody-named", any(named) and all(isinstance(name, str) for name in named if name is not None)),
            ("no-id", isinstance(claims.get("jti"), str) and claims.get("jti") != ""),
        )
        for code, holds in checks:
            if not holds:
                raise TokenRefused(code)

    def _use_up(self, claims: Mapping[str, Any], now: datetime) -> None:
        """Each id counts once; those that have expired cannot come again and are forgotten."""
        with self._lock:
            moment = (now - LONGEST_LIFETIME).timestamp()
            self._seen = {jti: until for jti, until in self._seen.items() if until > moment}
            if claims["jti"] in self._seen:
                raise TokenRefused("used-before")
            self._seen[claims["jti"]] = float(claims["exp"])
