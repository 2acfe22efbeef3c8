"""Portals and brands as the pages know them: their words, their looks, their rules for a login."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from broker.domain.access import PortalAccess
from broker.domain.accounts import AccountType, WithoutAccount
from broker.domain.assurance import AccountLevel, Assurance, Scheme
from broker.domain.factor_strength import strongest
from broker.domain.roles import RoleCatalogue, RoleId
from broker.domain.second_factors import FactorKind
from broker.domain.staff import entrance_of
from broker.sessions.session import Limits
from broker.settings import Brand, Desk, Portal, Settings
from broker.settings.roles_section import catalogue_of
from broker.web.language import Language, current_language
from broker.web.notices import OwnTexts


@dataclass(frozen=True, slots=True)
class DeskView:
    """Whom people call when they are stuck."""

    name: str
    phone: str
    email: str


@dataclass(frozen=True, slots=True)
class BrandView:
    """A brand on screen."""

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
        self._by_client = {portal.client_id: portal for portal in by_id.values()}
        self._brands = brands

    @classmethod
    def of(cls, settings: Settings) -> Portals:
        """The portals of a configuration."""
        brands = {
            name: BrandView(
                name,
                brand.name,
                brand.legal_name,
                brand.theme,
                _desk(brand.desk),
                _texts(settings, brand),
                catalogue_of(brand),
            )
            for name, brand in settings.brands.items()
        }
        return cls(
            {name: _view(settings, name, brands[portal.brand]) for name, portal in settings.portals.items()},
            brands,
            {
                entrance_of(name): _entrance(settings, brand)
                for name, brand in brands.items()
                if settings.brands[name].staff is not None
            },
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

    def brands(self) -> tuple[str, ...]:
        """The names of all brands."""
        return tuple(self._brands)

    def of_brand(self, brand: str) -> tuple[PortalView, ...]:
        """The portals of a brand, in the order of their names."""
        return tuple(portal for portal in self.all() if portal.brand.id == brand)

    def around(self, brand: str) -> tuple[PortalView, ...]:
        """Everything where somebody can be logged in: the portals of a brand, and its entrance."""
        entrance = self.entrance(brand)
        return (*self.of_brand(brand), *((entrance,) if entrance else ()))

    def all(self) -> tuple[PortalView, ...]:
        """Every portal, in the order of their names."""
        return tuple(sorted(self._by_id.values(), key=lambda portal: portal.name))


def _desk(desk: Desk) -> DeskView:
    return DeskView(name=desk.name, phone=desk.phone, email=desk.email)


def _texts(settings: Settings, brand: Brand) -> OwnTexts:
    if brand.digid is None:
        return OwnTexts()
    texts = settings.providers[brand.digid.provider].texts
    return OwnTexts(failed=texts.failed, cancelled=texts.cancelled)


def _view(settings: Settings, name: str, brand: BrandView) -> PortalView:
    portal = settings.portals[name]
    return PortalView(
        id=name,
        name=portal.name,
        url=portal.url,
        brand=brand,
        client_id=portal.client.client_id,
        redirect_uris=portal.client.redirect_uris,
        minimum=tuple(portal.login.minimum_level.of(scheme) for scheme in portal.login.schemes),
        reach=tuple(_reach(settings, portal.brand, scheme) for scheme in portal.login.schemes),
        second_factors=portal.login.factor_kinds,
        account_type=portal.login.kind_of_account,
        limits=Limits(
            idle=timedelta(seconds=portal.session.idle_seconds),
            absolute=timedelta(seconds=portal.session.absolute_seconds),
        ),
        without_account=WithoutAccount(portal.login.without_account),
        account_help=_account_help(portal),
        claims=tuple(portal.claims.allow),
        represented=portal.login.representation,
        access=portal.access.as_domain if portal.access else None,
    )


def _entrance(settings: Settings, brand: BrandView) -> PortalView:
    """An authenticator app is demanded, and nothing less is offered."""
    staff = settings.brands[brand.id].staff
    if staff is None:
        raise ValueError(f"{brand.id} has no staff")
    least = Assurance(Scheme.PASSWORD, AccountLevel.TOTP)
    here = f"{settings.broker.issuer}/{brand.id}"
    return PortalView(
        id=entrance_of(brand.id),
        name=staff.name,
        url=f"{here}/staff",
        brand=brand,
        client_id=entrance_of(brand.id),
        redirect_uris=(f"{here}/account/",),
        minimum=(least,),
        reach=(least,),
        second_factors=(FactorKind.TOTP,),
        account_type=AccountType.STAFF,
        limits=Limits(
            idle=timedelta(seconds=staff.idle_seconds), absolute=timedelta(seconds=staff.absolute_seconds)
        ),
        is_ours=True,
    )


def _reach(settings: Settings, brand: str, scheme: Scheme) -> Assurance:
    """The strongest that an account of the brand can show: a factor is of the account, not of a portal.

    By eHerkenning it is the level of the highest service that the brand has.
    """
    connection = settings.brands[brand].eherkenning
    if scheme is Scheme.EHERKENNING and connection is not None:
        return connection.highest_level
    ways = [portal.login for portal in settings.portals.values() if portal.brand == brand]
    return strongest(scheme, [kind for way in ways if scheme in way.schemes for kind in way.factor_kinds])


def _account_help(portal: Portal) -> Mapping[Language, str]:
    found = portal.login.account_help
    return {Language.DUTCH: found.nl, Language.ENGLISH: found.en} if found else {}
