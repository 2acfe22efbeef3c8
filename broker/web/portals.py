"""Portals and brands as the pages know them: their words, their looks, their rules for a login."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from broker.domain.access import PortalAccess
from broker.domain.accounts import AccountType, WithoutAccount
from broker.domain.assurance import Assurance, Scheme
from broker.domain.roles import RoleCatalogue, RoleId
from broker.domain.second_factors import FactorKind
from broker.domain.staff import entrance_of
from broker.sessions.session import Limits
from broker.web.desks import DeskView
from broker.web.language import Language, current_language
from broker.web.notices import OwnTexts

_Key = TypeVar("_Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class BrandView:
    """A brand on screen. That of a portal has the portal's own desk, where its file names one."""

    id: str
    name: str
    legal_name: str
    theme: str
    desk: DeskView
    texts: OwnTexts = field(default_factory=OwnTexts)
    roles: RoleCatalogue = field(default_factory=RoleCatalogue)

    @property
    def role_names(self) -> dict[RoleId, str]:
        """What each role is called, in the language of this request."""
        return {role: self.role_name(role) for role in self.roles.roles}

    def role_name(self, role: RoleId) -> str:
        """What one of its roles is called."""
        found = self.roles.roles[role]
        return found.label_en if current_language() is Language.ENGLISH else found.label_nl


@dataclass(frozen=True, slots=True)
class PortalView:
    """A portal on screen, and what it demands of a login.

    `minimum` and `reach` are the least and the most that each way of logging in brings here, in the order in
    which they are offered; the most is by a second factor that people set up at any portal of the brand.
    `second_factors` are the kinds that they may set up at this one; `claims` names what it may know of them;
    `represented` when it understands that somebody acts for another party. `is_ours`: no portal at all but
    the entrance of staff, who stay at the broker; its `url` is that entrance.
    """

    id: str
    name: str
    url: str
    brand: BrandView
    client_id: str
    redirect_uris: tuple[str, ...]
    minimum: tuple[Assurance, ...]
    account_type: AccountType
    limits: Limits
    reach: tuple[Assurance, ...] = ()
    second_factors: tuple[FactorKind, ...] = ()
    without_account: WithoutAccount = WithoutAccount.EXPLAIN
    account_help: Mapping[Language, str] = field(default_factory=dict)
    claims: tuple[str, ...] = ()
    represented: bool = False
    is_ours: bool = False
    access: PortalAccess | None = None

    def is_entered_by(self, scheme: Scheme) -> bool:
        """Whether this is one of its ways of logging in."""
        return any(least.scheme is scheme for least in self.minimum)

    def accepts(self, reached: Assurance) -> bool:
        """Whether this is one of its ways of logging in, and strong enough whatever a request asks."""
        return any(least.scheme is reached.scheme and reached.meets(least) for least in self.minimum)


class Portals:
    """All portals of the deployment; found by name, by client and by brand."""

    def __init__(
        self,
        by_id: Mapping[str, PortalView],
        brands: Mapping[str, BrandView],
        entrances: Mapping[str, PortalView],
    ) -> None:
        """`entrances` are those of staff, by the same kind of name; nobody finds them by client."""
        self._by_id = by_id
        self._entrances = entrances
        self._brands = brands
        # Ordered and grouped once: what a request asks costs the same with two thousand portals as with one.
        self._in_order = tuple(sorted(by_id.values(), key=lambda portal: portal.name))
        self._by_client = {portal.client_id: portal for portal in self._in_order}
        self._of_brand = _grouped(self._in_order, lambda portal: {portal.brand.id})
        self._for = _sharing_a_desk(self._in_order, lambda portal: {(portal.brand.id, portal.account_type)})
        self._by = _sharing_a_desk(
            self._in_order, lambda portal: {(portal.brand.id, least.scheme) for least in portal.minimum}
        )

    def get(self, portal: str) -> PortalView | None:
        """The portal of that name, or the entrance."""
        return self._by_id.get(portal) or self._entrances.get(portal)

    def entrance(self, brand: str) -> PortalView | None:
        """Where staff of that brand log in, if it has any."""
        return self._entrances.get(entrance_of(brand))

    def of_client(self, client_id: str) -> PortalView:
        """The portal of a registered client; every client has one."""
        return self._by_client[client_id]

    def brand(self, brand: str) -> BrandView | None:
        """The brand of that name."""
        return self._brands.get(brand)

    def brand_for(self, brand: str, account_type: AccountType) -> BrandView | None:
        """The brand with the desk for people who have such an account, where all their portals share one."""
        return self._for.get((brand, account_type)) or self.brand(brand)

    def brand_by(self, brand: str, scheme: Scheme) -> BrandView | None:
        """The brand with the desk for people who log in that way, where all their portals share one."""
        return self._by.get((brand, scheme)) or self.brand(brand)

    def brands(self) -> tuple[str, ...]:
        """The names of all brands."""
        return tuple(self._brands)

    def of_brand(self, brand: str) -> tuple[PortalView, ...]:
        """The portals of a brand, in the order of their names."""
        return self._of_brand.get(brand, ())

    def around(self, brand: str) -> tuple[PortalView, ...]:
        """Everything where somebody can be logged in: the portals of a brand, and its entrance."""
        entrance = self.entrance(brand)
        return (*self.of_brand(brand), *((entrance,) if entrance else ()))

    def all(self) -> tuple[PortalView, ...]:
        """Every portal, in the order of their names."""
        return self._in_order


def _grouped(
    portals: Iterable[PortalView], keys_of: Callable[[PortalView], Collection[_Key]]
) -> Mapping[_Key, tuple[PortalView, ...]]:
    """The portals under each of their keys, in the order in which they come."""
    found: dict[_Key, list[PortalView]] = {}
    for portal in portals:
        for key in keys_of(portal):
            found.setdefault(key, []).append(portal)
    return {key: tuple(theirs) for key, theirs in found.items()}


def _sharing_a_desk(
    portals: Iterable[PortalView], keys_of: Callable[[PortalView], Collection[_Key]]
) -> Mapping[_Key, BrandView]:
    """For each key whose portals all have the same desk: their brand, with that desk."""
    return {
        key: theirs[0].brand
        for key, theirs in _grouped(portals, keys_of).items()
        if all(portal.brand.desk == theirs[0].brand.desk for portal in theirs)
    }
