"""Who acts for whom: the organisation that a mandate lets somebody act for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from broker.domain.organisation import BranchNumber, KvkNumber, Rsin


@dataclass(frozen=True, slots=True)
class LegalSubject:
    """A legal person by the number of the trade register, that of the tax office, or both."""

    kvk: KvkNumber | None = None
    rsin: Rsin | None = None

    def __post_init__(self) -> None:
        if self.kvk is None and self.rsin is None:
            raise ValueError("a legal person is known by a KvK number or an RSIN")

    @property
    def key(self) -> str:
        """The one name by which this legal person is told from others: its KvK number where it has one."""
        if self.kvk is not None:
            return f"kvk:{self.kvk.number}"
        return f"rsin:{self.rsin.number if self.rsin else ''}"

    @property
    def party(self) -> str:
        """As the audit log names it; an RSIN can be somebody's BSN and is left out."""
        return "rsin" if self.kvk is None else self.key

    def encode(self) -> dict[str, str]:
        """As a JSON object of the numbers that there are."""
        kvk = {} if self.kvk is None else {"kvk": self.kvk.number}
        return kvk if self.rsin is None else {**kvk, "rsin": self.rsin.number}

    @classmethod
    def decode(cls, raw: Mapping[str, str]) -> LegalSubject:
        """Read what `encode` made; other keys are left alone."""
        return cls(
            kvk=KvkNumber(raw["kvk"]) if "kvk" in raw else None,
            rsin=Rsin(raw["rsin"]) if "rsin" in raw else None,
        )


@dataclass(frozen=True, slots=True)
class Representation:
    """The represented party of a login, as the provider stated it.

    `branch` is set when the mandate holds for that branch alone. `intermediary` is the organisation that
    stands between, where the mandate goes by a chain. `service` is the service that the mandate is for, and
    `mandate` the statement that shows it: what to name when a mandate is looked into.
    """

    subject: LegalSubject
    service: str
    mandate: str
    branch: BranchNumber | None = None
    name: str | None = None
    intermediary: KvkNumber | None = None

    @property
    def party(self) -> str:
        """The represented party as the audit log names it, with the branch where it is one."""
        whole = self.subject.party
        return whole if self.branch is None else f"{whole}/{self.branch.number}"

    def encode(self) -> dict[str, str]:
        """As a JSON object of texts; absent parts are left out."""
        parts = {
            "branch": self.branch.number if self.branch else None,
            "name": self.name,
            "intermediary": self.intermediary.number if self.intermediary else None,
            "service": self.service,
            "mandate": self.mandate,
        }
        return self.subject.encode() | {key: value for key, value in parts.items() if value is not None}

    @classmethod
    def decode(cls, raw: Mapping[str, str]) -> Representation:
        """Read what `encode` made."""
        return cls(
            subject=LegalSubject.decode(raw),
            service=raw["service"],
            mandate=raw["mandate"],
            branch=BranchNumber(raw["branch"]) if "branch" in raw else None,
            name=raw.get("name"),
            intermediary=KvkNumber(raw["intermediary"]) if "intermediary" in raw else None,
        )
