"""What somebody may do where: collectivities that an account reaches, each with its roles there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from broker.domain.accounts import AccountId
from broker.domain.collectivity import CollectivityId, CollectivityNumber, CustomerNumber
from broker.domain.organisation import BranchNumber, KvkNumber, Organisation
from broker.domain.roles import RoleId


@dataclass(frozen=True, slots=True)
class Bounds:
    """How far a mandate goes: to the collectivities of one organisation, or of one branch of it alone."""

    kvk: KvkNumber
    branch: BranchNumber | None = None


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose rights are asked, at which portal: `roles` are those that open it, and no other is looked at.

    `bounds` are there for somebody who acts by a mandate: whatever is outside them is not reached.
    """

    account_id: AccountId
    brand: str
    roles: tuple[RoleId, ...]
    bounds: Bounds | None = None


@dataclass(frozen=True, slots=True)
class Relation:
    """A collectivity that somebody reaches, and at least one role that they have there at this moment."""

    id: CollectivityId
    number: CollectivityNumber
    customer_number: CustomerNumber
    name: str
    organisation: Organisation
    roles: tuple[RoleId, ...]


@dataclass(frozen=True, slots=True)
class RelationPage:
    """Some of the relations that were found, in the order of their names.

    `total` is how many there are in all; `after` continues behind the last one, None when that was the end.
    """

    relations: tuple[Relation, ...]
    total: int
    after: str | None = None


@dataclass(frozen=True, slots=True)
class RoleGrant:
    """A role given to an account for a collectivity: when, by whom (None: an operator), why, until when."""

    account_id: AccountId
    collectivity_id: CollectivityId
    role: RoleId
    given_at: datetime
    given_by: AccountId | None = None
    reason: str = ""
    ends_at: datetime | None = None

    def counts_at(self, moment: datetime) -> bool:
        """Whether it has not ended by then."""
        return self.ends_at is None or self.ends_at > moment
