"""How a login ended: what an artifact stands for, or a posted answer says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from demo.eherkenning.faults.kinds import Fault
from demo.eherkenning.levels import Level
from demo.eherkenning.messages import Status
from demo.eherkenning.people import Branch, Mandate
from demo.eherkenning.requests import AuthnRequest, Return
from demo.eherkenning.suppliers import Supplier
from demo.idp.line import Line


@dataclass(frozen=True, slots=True)
class Authenticated:
    """Who logged in and for whom; `asked` is the request that this answers."""

    asked: AuthnRequest
    username: str
    level: Level
    supplier: Supplier
    at: datetime
    session_index: str
    mandate: Mandate
    branch: Branch | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one login ended."""

    back: Return
    status: Status
    status_message: str | None = None
    authenticated: Authenticated | None = None
    fault: Fault | None = None

    @property
    def owner(self) -> str:
        """The entityID of the service provider that may have it."""
        return self.back.provider.entity_id

    @property
    def line(self) -> Line | None:
        """What goes wrong on the line when the artifact is resolved."""
        return self.fault.where if self.fault and isinstance(self.fault.where, Line) else None
