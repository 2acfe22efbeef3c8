"""Giving roles and taking them away: by the catalogue's rules, each with its event in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from broker.collectivities.ports import Grants, Members
from broker.domain.accounts import Account, AccountId
from broker.domain.auditing import Auditor, Together
from broker.domain.clock import Clock
from broker.domain.collectivity import Collectivity
from broker.domain.events import MembershipEnded, Result, RoleEnded, RoleGiven
from broker.domain.rights import RoleGrant
from broker.domain.roles import Role, RoleCatalogue, RoleId


class UnknownRole(Exception):
    """The brand's catalogue has no such role."""


class OtherBrand(Exception):
    """Account and collectivity belong to two brands."""


class RolesClash(Exception):
    """The account would have roles together that are not combinable."""

    def __init__(self, roles: tuple[Role, ...]) -> None:
        super().__init__(", ".join(role.id for role in roles))
        self.roles = roles


@dataclass(frozen=True, slots=True)
class Terms:
    """On what terms a role is given: by whom (None: an operator), why, until when (None: for good)."""

    by: AccountId | None = None
    reason: str = ""
    ends_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What granting needs; `together` is one transaction for an act and its event."""

    grants: Grants
    members: Members
    catalogues: Mapping[str, RoleCatalogue]
    auditor: Auditor
    together: Together
    clock: Clock


class Granting:
    """Gives and ends roles, and ends memberships.

    Whether somebody may do so is judged before: this knows no actor's rights.
    """

    def __init__(self, surroundings: Surroundings) -> None:
        self._with = surroundings

    def give(self, account: Account, collectivity: Collectivity, role: RoleId, terms: Terms) -> None:
        """Give a role, or give it anew on other terms; the account becomes a member where it is none.

        Raises `UnknownRole`, `OtherBrand` or `RolesClash`, and then nothing is given.
        """
        catalogue = self._with.catalogues.get(collectivity.brand, RoleCatalogue())
        if role not in catalogue.roles:
            raise UnknownRole
        if account.brand != collectivity.brand:
            raise OtherBrand
        with self._with.together():
            self._join(account, collectivity)
            now = self._with.clock()
            held = self._with.grants.of_account(account.id, collectivity.id)
            living = {one.role for one in held if one.counts_at(now)}
            if clash := catalogue.exclude_each_other(living | {role}):
                raise RolesClash(clash)
            grant = RoleGrant(account.id, collectivity.id, role, now, terms.by, terms.reason, terms.ends_at)
            self._with.grants.put(grant)
            self._with.auditor.record(
                RoleGiven(
                    brand=account.brand,
                    result=Result.SUCCESS,
                    account_id=account.id,
                    actor_account_id=terms.by,
                    collectivity=collectivity.number.number,
                    role=role,
                    until=terms.ends_at.isoformat() if terms.ends_at else "",
                )
            )

    def end(
        self, account: Account, collectivity: Collectivity, role: RoleId, *, by: AccountId | None = None
    ) -> bool:
        """Take a role away, in every token and worker at once; False when it was not there."""
        with self._with.together():
            if not self._with.grants.end(account.id, collectivity.id, role):
                return False
            self._with.auditor.record(
                RoleEnded(
                    brand=account.brand,
                    result=Result.SUCCESS,
                    account_id=account.id,
                    actor_account_id=by,
                    collectivity=collectivity.number.number,
                    role=role,
                )
            )
            return True

    def end_membership(
        self, account: Account, collectivity: Collectivity, *, by: AccountId | None = None
    ) -> bool:
        """Let an account belong to a collectivity no more: each role there ends, also one whose end has come.

        False when it was no member.
        """
        members = self._with.members
        with self._with.together():
            if not members.hold_member(account.id, collectivity.id):
                return False
            for grant in self._with.grants.of_account(account.id, collectivity.id):
                self.end(account, collectivity, grant.role, by=by)
            members.remove_member(account.id, collectivity.id)
            self._with.auditor.record(
                MembershipEnded(
                    brand=account.brand,
                    result=Result.SUCCESS,
                    account_id=account.id,
                    actor_account_id=by,
                    collectivity=collectivity.number.number,
                )
            )
            return True

    def _join(self, account: Account, collectivity: Collectivity) -> None:
        """Make somebody a member and hold that: of two who give at once the second sees what the first gave.

        Who was taken out in between becomes a member anew.
        """
        members = self._with.members
        while not members.hold_member(account.id, collectivity.id):
            members.add_member(account.id, collectivity)
