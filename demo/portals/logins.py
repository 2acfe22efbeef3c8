"""What a portal keeps of a login: the attempt on its way, and what the broker's answer proved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from demo.portals.tokens import IdToken


@dataclass(frozen=True, slots=True)
class LoginAttempt:
    """What the portal remembers between sending somebody away and the answer coming back.

    `relation` is the number of the collectivity that somebody who is logged in wants to work for from
    now on; empty at a login.
    """

    state: str
    nonce: str = field(repr=False)
    code_verifier: str = field(repr=False)
    relation: str = ""


@dataclass(frozen=True, slots=True)
class Login:
    """A completed login: the judged ID token, what userinfo added, and the tokens that came along.

    `renewed` is the ID token of the last refresh, which tells the session's ends as they are now;
    `refresh_token` is empty when the broker gave none.
    """

    id_token: IdToken
    userinfo: Mapping[str, Any] = field(repr=False)
    refresh_token: str = field(default="", repr=False)
    renewed: IdToken | None = None
    access_token: str = field(default="", repr=False)

    @property
    def subject(self) -> str:
        """The stable identifier of this person at this portal."""
        return str(self.id_token.claims["sub"])

    @property
    def newest(self) -> IdToken:
        """The ID token of the last refresh, or that of the login."""
        return self.renewed or self.id_token

    def claim(self, name: str) -> Any:  # noqa: ANN401 (a claim holds whatever JSON can hold)
        """A claim of the newest ID token that has it, or else of userinfo, or else None."""
        told = self.id_token.claims.get(name, self.userinfo.get(name))
        return self.renewed.claims.get(name, told) if self.renewed else told

    def right(self, name: str) -> Any:  # noqa: ANN401 (as above)
        """A claim of the newest ID token alone: what is gone from it is gone, whatever was told before."""
        return self.newest.claims.get(name)

    @property
    def is_of_insured_person(self) -> bool:
        """Whether somebody came for their own insurance, and not for an organisation."""
        return bool(self.claim("account_type") == "consumer")

    @property
    def level(self) -> str:
        """The name of the level at which the person logged in; empty when it was not told."""
        assurance = self.claim("assurance")
        return str(assurance.get("level", "")) if isinstance(assurance, dict) else ""


def session_end(login: Login) -> datetime | None:
    """When the broker's session ends if nothing more happens: the nearer of its two ends, if it names any."""
    ends = (_moment(login.claim(name)) for name in ("session_expires_at", "session_idle_expires_at"))
    return min((end for end in ends if end is not None), default=None)


def can_stay(login: Login) -> bool:
    """Whether staying active moves the session's end: not when the absolute end is the nearer one."""
    absolute, idle = (
        _moment(login.claim(name)) for name in ("session_expires_at", "session_idle_expires_at")
    )
    return bool(login.refresh_token) and (absolute is None or idle is None or idle < absolute)


def _moment(value: object) -> datetime | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return datetime.fromtimestamp(value, UTC)
