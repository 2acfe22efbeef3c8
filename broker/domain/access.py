"""What a portal does with roles: which ones it knows, and how sure we have to be before one counts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from broker.domain.assurance import Assurance
from broker.domain.roles import RoleId


@dataclass(frozen=True, slots=True)
class AccessRule:
    """A role, or one action of it at this portal, counts from these levels on: at most one a scheme.

    `action` is a word of the portal's own; None stands for the role itself. A scheme without a level asks for
    no more than the portal does anyway.
    """

    role: RoleId
    action: str | None = None
    minimum: tuple[Assurance, ...] = ()

    def is_met_by(self, reached: Assurance) -> bool:
        """Whether a login of this level is enough."""
        return all(reached.meets(least) for least in self.minimum if least.scheme is reached.scheme)


@dataclass(frozen=True, slots=True)
class PortalAccess:
    """The roles that open a portal, at least one, and its rules. What is not listed does not exist there."""

    roles: tuple[RoleId, ...]
    rules: tuple[AccessRule, ...] = ()

    def counting(self, held: Iterable[RoleId], reached: Assurance) -> tuple[RoleId, ...]:
        """Those of the roles that this portal knows and that count at the level of this login."""
        known = [role for role in held if role in self.roles]
        return tuple(role for role in known if self._counts(role, reached))

    def withheld(self, held: Iterable[RoleId], reached: Assurance) -> tuple[RoleId, ...]:
        """Those that this portal knows and that a stronger login would bring."""
        known = [role for role in held if role in self.roles]
        return tuple(role for role in known if not self._counts(role, reached))

    @property
    def actions(self) -> frozenset[str]:
        """The actions that some role allows."""
        return frozenset(rule.action for rule in self.rules if rule.action is not None)

    def allowed(self, actions: Iterable[str], held: Iterable[RoleId], reached: Assurance) -> tuple[str, ...]:
        """Those of the actions that a role which counts allows at the level of this login."""
        counting = self.counting(held, reached)
        return tuple(
            action
            for action in actions
            if any(
                rule.action == action and rule.role in counting and rule.is_met_by(reached)
                for rule in self.rules
            )
        )

    def roles_for(self, action: str) -> tuple[RoleId, ...]:
        """The roles that allow this action."""
        return tuple(rule.role for rule in self.rules if rule.action == action)

    def levels_for(self, actions: Iterable[str]) -> tuple[Assurance, ...]:
        """Every level that one of these actions asks of some role, or that such a role asks itself."""
        wanted = frozenset(actions)
        roles = {rule.role for rule in self.rules if rule.action in wanted}
        return tuple(
            level
            for rule in self.rules
            if rule.action in wanted or (rule.action is None and rule.role in roles)
            for level in rule.minimum
        )

    def _counts(self, role: RoleId, reached: Assurance) -> bool:
        return all(
            rule.is_met_by(reached) for rule in self.rules if rule.role == role and rule.action is None
        )
