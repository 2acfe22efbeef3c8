"""Portals and brands as the pages know them, from their files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from broker.domain.accounts import AccountType, WithoutAccount
from broker.domain.assurance import AccountLevel, Assurance, Scheme
from broker.domain.factor_strength import strongest
from broker.domain.second_factors import FactorKind
from broker.domain.staff import entrance_of
from broker.sessions.session import Limits
from broker.settings import Brand, Desk, Portal, Settings
from broker.settings.roles_section import catalogue_of
from broker.web.desks import DeskView
from broker.web.language import Language
from broker.web.notices import OwnTexts
from broker.web.portals import BrandView, Portals, PortalView


def portals_of(settings: Settings) -> Portals:
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
    return Portals(
        {name: _view(settings, name, brands[portal.brand]) for name, portal in settings.portals.items()},
        brands,
        {
            entrance_of(name): _entrance(settings, brand)
            for name, brand in brands.items()
            if settings.brands[name].staff is not None
        },
    )


def _desk(desk: Desk) -> DeskView:
    told = desk.hours
    hours = {Language.DUTCH: told.nl, Language.ENGLISH: told.en} if told else {}
    return DeskView(desk.name, desk.phone, desk.email, hours)


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
        brand=replace(brand, desk=_desk(portal.desk)) if portal.desk else brand,
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
