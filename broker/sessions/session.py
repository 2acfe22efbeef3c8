"""One session as a value, its limits, and its encoding for the store."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Self

from broker.domain.accounts import AccountId, AccountType
from broker.domain.assurance import Assurance, DigidLevel, Scheme
from broker.domain.bsn import Bsn


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
class Session:
    """A login that is still good.

    `sid` is known to portals and proves nothing; the browser proves itself by a secret of which only
    the digest is here. `portals` are those that must hear of its end. `bsn` lives as long as the session
    and no longer (Logius checklist D2).
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

    def touched(self, now: datetime) -> Self:
        """The same session after activity; the absolute limit stays where it is."""
        return replace(self, idle_expires_at=now + self.idle)

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
            }
        ).encode()

    @classmethod
    def decode(cls, data: bytes) -> Session:
        """Read what `encode` wrote."""
        raw: dict[str, Any] = json.loads(data)
        return cls(
            sid=raw["sid"],
            brand=raw["brand"],
            portal=raw["portal"],
            account_id=AccountId(raw["account_id"]),
            account_type=AccountType(raw["account_type"]),
            assurance=Assurance(Scheme(raw["scheme"]), DigidLevel.from_label(raw["level"])),
            authenticated_at=datetime.fromisoformat(raw["authenticated_at"]),
            started_at=datetime.fromisoformat(raw["started_at"]),
            idle=timedelta(seconds=raw["idle_seconds"]),
            idle_expires_at=datetime.fromisoformat(raw["idle_expires_at"]),
            absolute_expires_at=datetime.fromisoformat(raw["absolute_expires_at"]),
            secret_sha256=raw["secret_sha256"],
            portals=tuple(KnownAt(*known) for known in raw.get("portals", ())),
            bsn=Bsn(raw["bsn"]) if raw["bsn"] else None,
        )
