"""``Tweestapsverificatie`` (J11, J24): what somebody has; adding, replacing and removing; recovery codes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue

from broker.domain.assurance import Scheme
from broker.domain.factor_strength import strongest
from broker.domain.second_factors import FactorKind, SecondFactor
from broker.web.account.area import (
    PATH,
    AccountArea,
    Visitor,
    acting_visitor,
    back,
    page_of,
    visitor_of,
    with_password_only,
)
from broker.web.account.factor_wizard import FACTORS, add_wizard_pages, place_of
from broker.web.account.mails import Change
from broker.web.account.notes import CODES_LATER, FACTOR_NEEDED, FACTOR_REMOVED
from broker.web.account.proof import is_proven, to_proof
from broker.web.dutch_time import day_and_time
from broker.web.enrolment_wizard import codes_page
from broker.web.portals import PortalView


@dataclass(frozen=True, slots=True)
class FactorView:
    """One factor on the page; `tail` is the end of its number, `since` a day."""

    id: str
    kind: FactorKind
    tail: str
    since: str
    may_go: bool


def add_factor_pages(blueprint: Blueprint, area: AccountArea) -> None:
    """``/<brand>/account/factors``, for who logs in with a password."""
    _add_list(blueprint, area)
    _add_recovery_codes(blueprint, area)
    add_wizard_pages(blueprint, area)


def may_stay_without(portal: PortalView, left: Sequence[SecondFactor]) -> bool:
    """Whether people with these factors, and no other, still get in at this portal.

    A password alone is enough only where the portal says so, and then for who removes the last one.
    """
    best = strongest(Scheme.PASSWORD, (factor.kind for factor in left))
    return any(best.meets(least) for least in portal.minimum)


def factor_views(factors: Sequence[SecondFactor], portal: PortalView) -> list[FactorView]:
    """What somebody has, oldest first."""
    return [
        FactorView(
            id=factor.id,
            kind=factor.kind,
            tail=factor.label,
            since=day_and_time(factor.created_at)[0],
            may_go=may_stay_without(portal, [other for other in factors if other.id != factor.id]),
        )
        for factor in factors
    ]


def _add_list(blueprint: Blueprint, area: AccountArea) -> None:
    @blueprint.get(f"{PATH}/factors")
    def factors(brand: str) -> ResponseReturnValue:
        visitor = visitor_of(area, brand)
        with_password_only(visitor)
        return _list_page(area, visitor)

    @blueprint.post(f"{PATH}/factors/remove")
    def remove_factor(brand: str) -> ResponseReturnValue:
        visitor = acting_visitor(area, brand)
        with_password_only(visitor)
        if not is_proven(area, visitor):
            return to_proof(visitor, FACTORS)
        return _remove(area, visitor, request.form.get("factor", ""))


def _add_recovery_codes(blueprint: Blueprint, area: AccountArea) -> None:
    @blueprint.post(f"{PATH}/factors/recovery-codes")
    def new_recovery_codes(brand: str) -> ResponseReturnValue:
        visitor = acting_visitor(area, brand)
        with_password_only(visitor)
        if not is_proven(area, visitor):
            return to_proof(visitor, FACTORS)
        # Hashing is slow on purpose, so before the transaction and not within it.
        prepared = area.factors.upkeep.prepare_codes(visitor.account, now=area.pages.clock())
        if prepared is None:
            return back(area, visitor, FACTORS, CODES_LATER)
        with area.together():
            stored = area.factors.upkeep.store_codes(prepared)
            if stored:
                area.mails.tell(visitor.account, Change.RECOVERY_CODES)
        if not stored:
            return back(area, visitor, FACTORS)
        return codes_page(place_of(visitor), prepared.codes, visitor.url("codes_kept"))

    @blueprint.post(f"{PATH}/factors/codes-kept")
    def codes_kept(brand: str) -> ResponseReturnValue:
        return back(area, acting_visitor(area, brand), FACTORS)


def _remove(area: AccountArea, visitor: Visitor, factor_id: str) -> ResponseReturnValue:
    def stays(left: Sequence[SecondFactor]) -> bool:
        return may_stay_without(visitor.portal, left)

    with area.together():
        removed = area.factors.upkeep.remove(
            visitor.account, factor_id, now=area.pages.clock(), may_leave=stays
        )
        if removed:
            area.mails.tell(visitor.account, Change.FACTOR_REMOVED)
    owned = {factor.id for factor in area.factors.service.kinds_of(visitor.account.id)}
    if not removed and factor_id not in owned:
        # Gone already, in another tab.
        return redirect(visitor.url(FACTORS), 303)
    return back(area, visitor, FACTORS, FACTOR_REMOVED if removed else FACTOR_NEEDED)


def _list_page(area: AccountArea, visitor: Visitor) -> str:
    factors = area.factors.service.kinds_of(visitor.account.id)
    return page_of(
        visitor,
        "account/factors.html",
        FACTORS,
        factors=factor_views(factors, visitor.portal),
        codes_left=area.factors.service.recovery_codes_left(visitor.account.id),
        may_add=bool(visitor.portal.second_factors),
        note=area.memory.noted(visitor.session.sid, FACTORS),
        add_url=visitor.url("add_show"),
        remove_action=visitor.url("remove_factor"),
        codes_action=visitor.url("new_recovery_codes"),
    )
