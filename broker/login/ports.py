"""What the login needs from elsewhere, stated as small Protocols."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Protocol

from broker.domain.accounts import Account, AccountId
from broker.domain.assurance import Scheme
from broker.domain.bsn import Bsn
from broker.domain.collectivity import CollectivityId
from broker.domain.identity import EherkenningIdentity
from broker.domain.representation import Representation
from broker.domain.rights import Holder, Relation
from broker.domain.roles import RoleId
from broker.domain.second_factors import SecondFactor
from broker.login.guarded_provider import GuardedProvider
from broker.providers.base import AnswersDirectly
from broker.sessions.session import Session


class Accounts(Protocol):
    """Finds accounts; one look-up costs the same however many there are."""

    def find_by_digid(self, brand: str, bsn: Bsn) -> Account | None:
        """The account of this person at this brand."""

    def find_by_eherkenning(self, brand: str, identity: EherkenningIdentity) -> Account | None:
        """The account that this person at this organisation was bound to."""

    def get(self, account_id: AccountId) -> Account | None:
        """The account of this id."""


class SecondFactors(Protocol):
    """Knows what somebody can show beside a password."""

    def of_account(self, account_id: AccountId) -> tuple[SecondFactor, ...]:
        """The factors that the owner of this account set up; without the recovery codes."""


class Relations(Protocol):
    """Computes what people may do where; `broker.collectivities.rights` does, from the store each time."""

    def holder(
        self,
        account_id: AccountId,
        brand: str,
        opens: Iterable[RoleId],
        represents: Representation | None = None,
    ) -> Holder:
        """Whose rights are asked, which roles count, and for which party the person acts, if for any."""

    def by_number(self, holder: Holder, number: str) -> Relation | None:
        """The relation to the collectivity with this number, if there is a role in it."""

    def at(self, holder: Holder, collectivity_id: CollectivityId) -> Relation | None:
        """The relation to this collectivity, likewise."""

    def last(self, holder: Holder) -> Relation | None:
        """The relation that was used last, likewise."""

    def first(self, holder: Holder, most: int) -> tuple[Relation, ...]:
        """At most so many of all relations."""


class Passwords(Protocol):
    """Tells passwords apart."""

    def mark(self, account_id: AccountId) -> str | None:
        """That of the password which the account has now; see `Evidence`."""


class RunningSessions(Protocol):
    """Finds sessions; `broker.sessions.store` does."""

    def find_by_sid(self, brand: str, sid: str, *, now: datetime) -> Session | None:
        """The live session of this id."""


Providers = Mapping[tuple[str, Scheme], GuardedProvider]
"""Which provider serves a brand for a scheme, behind its switches."""

DirectWays = Mapping[tuple[str, Scheme], AnswersDirectly]
"""Which way of our own serves a brand for a scheme, on our own pages."""
