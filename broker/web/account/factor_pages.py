"""``Tweestapsverificatie`` (J11, J24): what somebody has; adding, replacing and removing; recovery codes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from broker.domain.assurance import Scheme
from broker.domain.factor_strength import strongest
from broker.domain.second_factors import FactorKind, SecondFactor
from broker.mfa.outcomes import Enrolled, Spent
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
from broker.web.account.frame import day_and_time
from broker.web.account.mails import Change
from broker.web.account.notes import CODES_LATER, CONFIRM_AGAIN, FACTOR_ADDED, FACTOR_NEEDED, FACTOR_REMOVED
from broker.web.account.proof import GOOD_FOR, is_proven, to_proof
from broker.web.enrolment_wizard import Place, WayBack, Wizard, codes_page
from broker.web.portals import PortalView
from broker.web.second_factor_state import LIFETIME, Stage

_HERE: Final = "factors"
_Step = Callable[[Wizard, Place], ResponseReturnValue | Enrolled | Spent]
_STEPS: Final[dict[str, _Step]] = {
    "choose": Wizard.choose,
    "number": Wizard.number,
    "scanned": Wizard.scanned,
    "resend": Wizard.resend,
    "cancel": Wizard.cancel,
    "confirm": Wizard.confirm,
}
# With these somebody says what will be added. What follows may take as long as installing an app does.
_BEGINNINGS: Final = frozenset({Wizard.choose, Wizard.number})


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
    _add_wizard(blueprint, area)


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
            return to_proof(visitor, _HERE)
        return _remove(area, visitor, request.form.get("factor", ""))


def _add_recovery_codes(blueprint: Blueprint, area: AccountArea) -> None:
    @blueprint.post(f"{PATH}/factors/recovery-codes")
    def new_recovery_codes(brand: str) -> ResponseReturnValue:
        visitor = acting_visitor(area, brand)
        with_password_only(visitor)
        if not is_proven(area, visitor):
            return to_proof(visitor, _HERE)
        # Hashing is slow on purpose, so before the transaction and not within it.
        prepared = area.factors.upkeep.prepare_codes(visitor.account, now=area.pages.clock())
        if prepared is None:
            return back(area, visitor, _HERE, CODES_LATER)
        with area.together():
            stored = area.factors.upkeep.store_codes(prepared)
            if stored:
                area.mails.tell(visitor.account, Change.RECOVERY_CODES)
        if not stored:
            return back(area, visitor, _HERE)
        return codes_page(_place(visitor), prepared.codes, visitor.url("codes_kept"))

    @blueprint.post(f"{PATH}/factors/codes-kept")
    def codes_kept(brand: str) -> ResponseReturnValue:
        return back(area, acting_visitor(area, brand), _HERE)


def _add_wizard(blueprint: Blueprint, area: AccountArea) -> None:
    @blueprint.get(f"{PATH}/factors/add")
    def add_show(brand: str) -> ResponseReturnValue:
        visitor = visitor_of(area, brand)
        with_password_only(visitor)
        began = area.factors.states.of(_place(visitor).id).stage is not Stage.CHOOSING
        if not is_proven(area, visitor, good_for=LIFETIME if began else GOOD_FOR):
            return to_proof(visitor, _HERE)
        return area.wizard.show(_place(visitor))

    @blueprint.post(f"{PATH}/factors/add/leave")
    def add_leave(brand: str) -> ResponseReturnValue:
        visitor = acting_visitor(area, brand)
        place = _place(visitor)
        area.factors.enrolments.cancel(place.id)
        area.factors.states.forget(place.id)
        return back(area, visitor, _HERE)

    for name, step in _STEPS.items():
        view = _pressed(area, step)
        blueprint.add_url_rule(f"{PATH}/factors/add/{name}", f"add_{name}", view, methods=["POST"])


def _pressed(area: AccountArea, step: _Step) -> Callable[[str], ResponseReturnValue]:
    def view(brand: str) -> ResponseReturnValue:
        visitor = acting_visitor(area, brand)
        with_password_only(visitor)
        if not is_proven(area, visitor, good_for=GOOD_FOR if step in _BEGINNINGS else LIFETIME):
            return to_proof(visitor, _HERE)
        outcome = step(area.wizard, _place(visitor))
        match outcome:
            case Enrolled(recovery_codes=codes) if codes:
                return codes_page(_place(visitor), codes, visitor.url("codes_kept"))
            case Enrolled():
                return back(area, visitor, _HERE, FACTOR_ADDED)
            case Spent():
                return _too_many(area, visitor)
        return outcome

    return view


def _place(visitor: Visitor) -> Place:
    """The wizard of this proof: another proof gets other guesses, and begins anew."""
    proven = visitor.session.proven_at or visitor.session.authenticated_at
    return Place(
        id=f"account {visitor.session.sid} {proven.isoformat()}",
        portal=visitor.portal,
        account=visitor.account,
        kinds=visitor.portal.second_factors,
        token=visitor.csrf_token,
        transaction_id=None,
        url=lambda step: visitor.url(f"add_{step}"),
        way_back=WayBack(gettext("Terug naar uw instellingen"), visitor.url("add_leave")),
    )


def _too_many(area: AccountArea, visitor: Visitor) -> ResponseReturnValue:
    """No more is tried in this place; the next one asks for a proof first."""
    # The factor is left to run out: no more codes are judged for it here, yet of many at once the right one
    # may have been.
    area.factors.states.forget(_place(visitor).id)
    area.memory.note(visitor.session.sid, "confirm", CONFIRM_AGAIN, now=area.pages.clock())
    return to_proof(visitor, _HERE)


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
        return redirect(visitor.url(_HERE), 303)
    return back(area, visitor, _HERE, FACTOR_REMOVED if removed else FACTOR_NEEDED)


def _list_page(area: AccountArea, visitor: Visitor) -> str:
    factors = area.factors.service.kinds_of(visitor.account.id)
    return page_of(
        visitor,
        "account/factors.html",
        _HERE,
        factors=factor_views(factors, visitor.portal),
        codes_left=area.factors.service.recovery_codes_left(visitor.account.id),
        may_add=bool(visitor.portal.second_factors),
        note=area.memory.noted(visitor.session.sid, _HERE),
        add_url=visitor.url("add_show"),
        remove_action=visitor.url("remove_factor"),
        codes_action=visitor.url("new_recovery_codes"),
    )
