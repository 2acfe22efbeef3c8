"""`[access]` in `portals/<portal>.toml`: which roles open a portal, and how sure we must be for each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Annotated, Final, Literal

from pydantic import Field, StringConstraints

from broker.domain.access import AccessRule, PortalAccess
from broker.domain.accounts import AccountType
from broker.domain.assurance import Assurance
from broker.domain.roles import RoleId
from broker.settings.model import Section
from broker.settings.roles_section import RoleName

if TYPE_CHECKING:
    from broker.settings.load import Settings
    from broker.settings.portal_file import Portal

ActionName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,63}$")]
"""What a portal calls something that people do there."""

# Claims that say for whom somebody works; they have nothing to say where no collectivity is chosen.
CLAIMS_OF_ACCESS: Final = frozenset(
    {"collectivities", "collectivity", "collectivity_details", "organisation", "roles", "roles_withheld"}
)


class RoleLevel(Section):
    """The least that a role or action takes, per way of logging in; absent: what the portal asks anyway."""

    digid: Literal["basis", "midden", "substantieel", "hoog"] | None = Field(
        default=None, description="Least DigiD level."
    )
    eherkenning: Literal["eh2plus", "eh3", "eh4"] | None = Field(
        default=None, description="Least eHerkenning level."
    )
    password: Literal["password", "sms", "totp"] | None = Field(
        default=None, description="Least of a login by e-mail address and password."
    )

    @property
    def levels(self) -> tuple[Assurance, ...]:
        """As values of the domain, one a scheme at most."""
        given = ((scheme, getattr(self, scheme)) for scheme in type(self).model_fields)
        return tuple(Assurance.of(scheme, level) for scheme, level in given if level is not None)


class RuleSection(Section):
    """One line of the policy: portal x role x action, and the level it takes."""

    role: RoleName = Field(description="One of `access.roles`.")
    action: ActionName | None = Field(
        default=None,
        description="Something that this role may do here, which the portal names in "
        "`authorization_details`; absent: the level of the role itself.",
    )
    minimum_level: RoleLevel = RoleLevel()


class Access(Section):
    """Whom the portal serves: people with a role for a collectivity."""

    roles: tuple[RoleName, ...] = Field(
        min_length=1,
        description="Roles of the brand that open this portal; of others it hears nothing, and whoever has "
        "none of these is refused.",
    )
    rules: tuple[RuleSection, ...] = Field(
        default=(),
        description="Levels by role and action. A role that takes more than the login has is left out of "
        "tokens; a request that names an action raises the login to what it takes.",
    )

    @property
    def as_domain(self) -> PortalAccess:
        """The same as values of the domain."""
        return PortalAccess(
            tuple(RoleId(role) for role in self.roles),
            tuple(
                AccessRule(RoleId(rule.role), rule.action, rule.minimum_level.levels) for rule in self.rules
            ),
        )


def _access_is_for_business(settings: Settings) -> Iterator[str]:
    for name, portal in settings.portals.items():
        if portal.access is not None and portal.login.kind_of_account is not AccountType.BUSINESS:
            yield f"portals/{name}.toml: access: goes with account_type business"
        if portal.access is None:
            yield from (
                f"portals/{name}.toml: claims.allow: {claim} needs [access]"
                for claim in portal.claims.allow
                if claim in CLAIMS_OF_ACCESS
            )


def _roles_are_of_the_brand(settings: Settings) -> Iterator[str]:
    for name, portal in settings.portals.items():
        brand = settings.brands.get(portal.brand)
        if portal.access is None or brand is None:
            continue
        known, opens = brand.roles, portal.access.roles
        yield from (
            f"portals/{name}.toml: access.roles: brand {portal.brand} has no role {role}"
            for role in opens
            if role not in known
        )
        if len(set(opens)) < len(opens):
            yield f"portals/{name}.toml: access.roles: names a role twice"


def _rules_are_reachable(settings: Settings) -> Iterator[str]:
    for name, portal in settings.portals.items():
        if portal.access is None:
            continue
        seen: set[tuple[str, str | None]] = set()
        for index, rule in enumerate(portal.access.rules):
            where = f"portals/{name}.toml: access.rules.{index}"
            if rule.role not in portal.access.roles:
                yield f"{where}.role: is not one of access.roles"
            if (rule.role, rule.action) in seen:
                yield f"{where}: says the same as a rule before it"
            seen.add((rule.role, rule.action))
            yield from (f"{where}.minimum_level.{fault}" for fault in _beyond_reach(portal, rule))


def _beyond_reach(portal: Portal, rule: RuleSection) -> Iterator[str]:
    reach = {reached.scheme: reached for reached in portal.login.reach}
    for level in rule.minimum_level.levels:
        scheme = level.scheme.value
        if level.scheme not in reach:
            yield f"{scheme}: is no way of logging in here"
        elif not reach[level.scheme].meets(level):
            yield f"{scheme}: no second factor that is offered here reaches {level.level.label}"


ACCESS_RULES: Final[tuple[Callable[[Settings], Iterator[str]], ...]] = (
    _access_is_for_business,
    _roles_are_of_the_brand,
    _rules_are_reachable,
)
