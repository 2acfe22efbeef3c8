"""How a login ended: what an artifact stands for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from demo.digid.faults.kinds import Fault
from demo.digid.levels import Level
from demo.digid.messages import Status
from demo.digid.requests import AuthnRequest
from demo.idp.line import Line


@dataclass(frozen=True, slots=True)
class Authenticated:
    """Who logged in, how surely and when. The BSN is left out of `repr`."""

    bsn: str
    level: Level
    at: datetime
    address: str

    def __repr__(self) -> str:
        return f"Authenticated(level={self.level.name}, at={self.at.isoformat()})"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one login ended: what the artifact stands for."""

    request: AuthnRequest
    status: Status
    authenticated: Authenticated | None = None
    fault: Fault | None = None

    @property
    def owner(self) -> str:
        """The entityID of the web service that may have it."""
        return self.request.provider.entity_id

    @property
    def line(self) -> Line | None:
        """What goes wrong on the line when the artifact is resolved."""
        return self.fault.where if self.fault and isinstance(self.fault.where, Line) else None
