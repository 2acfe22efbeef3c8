"""`[roles.<id>]` in `brands/<brand>.toml`: what people of organisations can be allowed at this brand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Annotated, Final

from pydantic import AfterValidator, Field

from broker.domain.roles import Role, RoleCatalogue, RoleId, parse_role_id
from broker.settings.model import Section

if TYPE_CHECKING:
    from broker.settings.brand_file import Brand
    from broker.settings.load import Settings

RoleName = Annotated[str, AfterValidator(parse_role_id)]
"""The name of a role: lower-case words with dashes."""


class RoleSection(Section):
    """One role, in the words of the brand."""

    label_nl: str = Field(min_length=1, max_length=60, description="On screen, in Dutch.")
    label_en: str = Field(min_length=1, max_length=60, description="The same in English.")
    may_grant: tuple[RoleName, ...] = Field(
        default=(), description="Roles that its holder may give to others, for the same collectivity."
    )
    combinable: bool = Field(
        default=True,
        description="Whether it goes with any other role; of those that do not, a person has one at most "
        "for a collectivity.",
    )


def catalogue_of(brand: Brand) -> RoleCatalogue:
    """The roles of a brand as values of the domain."""
    return RoleCatalogue.of(
        Role(
            RoleId(name),
            role.label_nl,
            role.label_en,
            frozenset(RoleId(other) for other in role.may_grant),
            role.combinable,
        )
        for name, role in brand.roles.items()
    )


def catalogues_of(settings: Settings) -> dict[str, RoleCatalogue]:
    """The roles of every brand."""
    return {name: catalogue_of(brand) for name, brand in settings.brands.items()}


def _roles_grant_roles(settings: Settings) -> Iterator[str]:
    for name, brand in settings.brands.items():
        for role, section in brand.roles.items():
            for other in section.may_grant:
                if other not in brand.roles:
                    yield f"brands/{name}.toml: roles.{role}.may_grant: there is no role {other}"


ROLE_RULES: Final[tuple[Callable[[Settings], Iterator[str]], ...]] = (_roles_grant_roles,)
