"""Where an act came from: personal, so the audit log holds it sealed under a key that can be erased."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from broker.domain.events import Actor
from broker.storage.audit_log import Personal

OPERATORS = "operators"
"""Under this name stands the key for the names of operators: staff, and kept as long as the log."""

VISITORS = "visitors/"
"""Before a person is known, and for programs, addresses share one key a month (``visitors/2026-11``)."""

_LONGEST_TEXT = 64


@dataclass(frozen=True, slots=True)
class Origin:
    """The address that a request came from; the name that an operator has on the machine."""

    source_address: str | None = field(default=None, repr=False)
    operator: str | None = field(default=None, repr=False)


def personal_of(origin: Origin, actor: Actor, acting: str | None, at: datetime) -> Personal | None:
    """What is sealed of an origin, and under whose key; `acting` is the account that acts, if any."""
    known = {"source_address": origin.source_address, "operator": origin.operator}
    told = {name: value[:_LONGEST_TEXT] for name, value in known.items() if value}
    if not told:
        return None
    if actor is Actor.OPERATOR:
        return Personal(OPERATORS, told)
    if actor is Actor.PERSON and acting is not None:
        return Personal(acting, told)
    return Personal(visitors_of(at), told)


def visitors_of(at: datetime) -> str:
    """The group of those who came unknown in this month."""
    return f"{VISITORS}{at.year}-{at.month:02d}"
