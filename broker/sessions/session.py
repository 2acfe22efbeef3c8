"""One session as a value, its limits, and its encoding for the store."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final, Self

from broker.domain.accounts import AccountId, AccountType
from broker.domain.assurance import Assurance
from broker.domain.bsn import Bsn
from broker.domain.identity import UpstreamSession
from broker.domain.representation import Representation


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a session lasts without activity, and in all."""

    idle: timedelta
    absolute: timedelta


@dataclass(frozen=True, slots=True)
class KnownAt:
    """A portal that got tokens of the session and wants to hear of its end; `subject` is the person there."""

    client_id: str
    subject: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class LoginDevice:
    """What a login came from, for its owner to recognise it by: what the browser calls itself, and where."""

    label: str = field(default="", repr=False)
    network_block: str = field(default="", repr=False)


UNKNOWN_DEVICE: Final = LoginDevice()


@dataclass(frozen=True, slots=True)
class Session:
    """A login that is still good.

    `sid` is known to portals and proves nothing; the browser proves itself by a secret of which only
    the digest is here. `portals` are those that must hear of its end. `bsn` lives as long as the session
    and no longer (Logius checklist D2). `proven_at` is when its person proved anew who they are, on our own
    pages and with all that the account has. `represents` is the party that its person acts for, if any.
    `upstream` is what the provider calls the login, where it can be ended there.
    """

    sid: str
    brand: str
    portal: str
    account_id: AccountId
    account_type: AccountType
    assurance: Assurance
    authenticated_at: datetime
    started_at: datetime
    idle: timedelta
    idle_expires_at: datetime
    absolute_expires_at: datetime
    secret_sha256: str = field(repr=False)
    portals: tuple[KnownAt, ...] = ()
    bsn: Bsn | None = field(default=None, repr=False)
    device: LoginDevice = UNKNOWN_DEVICE
    proven_at: datetime | None = None
    represents: Representation | None = None
    upstream: UpstreamSession | None = field(default=None, repr=False)

    @property
    def last_active_at(self) -> datetime:
        """When something last happened in it."""
        return self.idle_expires_at - self.idle

    @property
    def expires_at(self) -> datetime:
        """The moment it ends when nothing more happens."""
        return min(self.idle_expires_at, self.absolute_expires_at)

    def is_live(self, now: datetime) -> bool:
        """Whether neither limit has passed."""
        return now < self.expires_at

    def known_at(self, portal: KnownAt) -> Self:
        """The same session with one more portal to tell of its end; each portal once."""
        return self if portal in self.portals else replace(self, portals=(*self.portals, portal))

    def within(self, limits: Limits) -> Self:
        """The same session under limits of a further portal, where those are tighter; never looser."""
        idle = min(self.idle, limits.idle)
        return replace(
            self,
            idle=idle,
            idle_expires_at=self.idle_expires_at - self.idle + idle,
            absolute_expires_at=min(self.absolute_expires_at, self.started_at + limits.absolute),
        )

    def touched(self, now: datetime) -> Self:
        """The same session after activity; the absolute limit stays where it is."""
        return replace(self, idle_expires_at=now + self.idle)

    def renewed(self, secret_sha256: str, *, proven_at: datetime | None) -> Self:
        """The same session for a browser that holds another secret; the one before proves nothing now."""
        return replace(self, secret_sha256=secret_sha256, proven_at=proven_at)

    def encode(self) -> bytes:
        """As bytes for the store, which seals them."""
        return json.dumps(
            {
                "sid": self.sid,
                "brand": self.brand,
                "portal": self.portal,
                "account_id": self.account_id,
                "account_type": self.account_type.value,
                "scheme": self.assurance.scheme.value,
                "level": self.assurance.level.label,
                "authenticated_at": self.authenticated_at.isoformat(),
                "started_at": self.started_at.isoformat(),
                "idle_seconds": self.idle.total_seconds(),
                "idle_expires_at": self.idle_expires_at.isoformat(),
                "absolute_expires_at": self.absolute_expires_at.isoformat(),
                "secret_sha256": self.secret_sha256,
                "portals": [[known.client_id, known.subject] for known in self.portals],
                "bsn": self.bsn.number if self.bsn else None,
                "device": [self.device.label, self.device.network_block],
                "proven_at": self.proven_at.isoformat() if self.proven_at else None,
                "represents": self.represents.encode() if self.represents else None,
                "upstream": self.upstream.encode() if self.upstream else None,
            }
        ).encode()

    @classmethod
    def decode(cls, data: bytes) -> Session:
        """Read what `encode` wrote."""
        raw: dict[str, Any] = json.loads(data.decode())
        return cls(
            sid=raw["sid"],
            brand=raw["brand"],
            portal=raw["portal"],
            account_id=AccountId(raw["account_id"]),
            account_type=AccountType(raw["account_type"]),
            assurance=Assurance.of(raw["scheme"], raw["level"]),
            authenticated_at=datetime.fromisoformat(raw["authenticated_at"]),
            started_at=datetime.fromisoformat(raw["started_at"]),
            idle=timedelta(seconds=raw["idle_seconds"]),
            idle_expires_at=datetime.fromisoformat(raw["idle_expires_at"]),
            absolute_expires_at=datetime.fromisoformat(raw["absolute_expires_at"]),
            secret_sha256=raw["secret_sha256"],
            portals=tuple(KnownAt(*known) for known in raw.get("portals", ())),
            bsn=Bsn(raw["bsn"]) if raw["bsn"] else None,
            # A session of before the last upgrade has none of these.
            device=LoginDevice(*raw.get("device", ())),
            proven_at=datetime.fromisoformat(raw["proven_at"]) if raw.get("proven_at") else None,
            represents=Representation.decode(raw["represents"]) if raw.get("represents") else None,
            upstream=UpstreamSession.decode(raw.get("upstream")),
        )
