"""Roles: named bundles of what somebody may do for a collectivity, as one brand knows them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, NewType

RoleId = NewType("RoleId", str)
"""How configuration, grants and claims name a role: ``rapportage-verantwoordelijke``."""

_KEBAB_CASE: Final = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", re.ASCII)
_LONGEST_ID: Final = 40


class InvalidRoleId(ValueError):
    """The text cannot name a role; the message never repeats the text."""


def parse_role_id(text: str) -> RoleId:
    """The text as the name of a role; `InvalidRoleId` unless it is 1 to 40 lower-case words with dashes."""
    if len(text) > _LONGEST_ID or not _KEBAB_CASE.fullmatch(text):
        raise InvalidRoleId(f"a role is named by at most {_LONGEST_ID} lower-case letters, digits and dashes")
    return RoleId(text)


@dataclass(frozen=True, slots=True)
class Role:
    """One role of one brand.

    Who has it may give the roles in `may_grant` to others, for the collectivity they have it for. Of the
    roles that are not combinable a person has at most one for a collectivity, beside any that are.
    """

    id: RoleId
    label_nl: str
    label_en: str
    may_grant: frozenset[RoleId] = frozenset()
    combinable: bool = True


@dataclass(frozen=True, slots=True)
class RoleCatalogue:
    """Every role of one brand, in the order of its file; what is not in it is no role and gives nothing."""

    roles: Mapping[RoleId, Role] = field(default_factory=lambda: MappingProxyType({}))

    @classmethod
    def of(cls, roles: Iterable[Role]) -> RoleCatalogue:
        """The catalogue of these; a later one with the same name wins, which settings do not let happen."""
        return cls(MappingProxyType({role.id: role for role in roles}))

    def known(self, ids: Iterable[str]) -> tuple[Role, ...]:
        """Those of the ids that are roles, in the order of the catalogue, each once."""
        wanted = frozenset(ids)
        return tuple(role for role in self.roles.values() if role.id in wanted)

    def may_grant(self, held: Iterable[str], wanted: str) -> bool:
        """Whether somebody with the roles `held` may give the role `wanted`; never one that is not known."""
        return wanted in self.roles and any(wanted in role.may_grant for role in self.known(held))

    def exclude_each_other(self, ids: Iterable[str]) -> tuple[Role, ...]:
        """The roles among these that one person cannot have together; empty when there is no such clash."""
        alone = tuple(role for role in self.known(ids) if not role.combinable)
        return alone if len(alone) > 1 else ()
