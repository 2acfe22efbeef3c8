"""The wizard that adds a second factor (J11, J21) as a page of the account area."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from flask import Blueprint
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from broker.mfa.outcomes import Enrolled, Spent
from broker.web.account.area import (
    PATH,
    AccountArea,
    Visitor,
    acting_visitor,
    back,
    visitor_of,
    with_password_only,
)
from broker.web.account.notes import CONFIRM_AGAIN, FACTOR_ADDED
from broker.web.account.proof import GOOD_FOR, is_proven, to_proof
from broker.web.enrolment_wizard import Place, WayBack, Wizard, codes_page
from broker.web.second_factor_state import LIFETIME, Stage

FACTORS: Final = "factors"
"""The page that this belongs to, which lists what somebody has."""

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


def add_wizard_pages(blueprint: Blueprint, area: AccountArea) -> None:
    """``/<brand>/account/factors/add``: the steps, each for who proved a moment ago who they are."""

    @blueprint.get(f"{PATH}/factors/add")
    def add_show(brand: str) -> ResponseReturnValue:
        visitor = visitor_of(area, brand)
        with_password_only(visitor)
        began = area.factors.states.of(place_of(visitor).id).stage is not Stage.CHOOSING
        if not is_proven(area, visitor, good_for=LIFETIME if began else GOOD_FOR):
            return to_proof(visitor, FACTORS)
        return area.wizard.show(place_of(visitor))

    @blueprint.post(f"{PATH}/factors/add/leave")
    def add_leave(brand: str) -> ResponseReturnValue:
        visitor = acting_visitor(area, brand)
        place = place_of(visitor)
        area.factors.enrolments.cancel(place.id)
        area.factors.states.forget(place.id)
        return back(area, visitor, FACTORS)

    for name, step in _STEPS.items():
        view = _pressed(area, step)
        blueprint.add_url_rule(f"{PATH}/factors/add/{name}", f"add_{name}", view, methods=["POST"])


def _pressed(area: AccountArea, step: _Step) -> Callable[[str], ResponseReturnValue]:
    def view(brand: str) -> ResponseReturnValue:
        visitor = acting_visitor(area, brand)
        with_password_only(visitor)
        if not is_proven(area, visitor, good_for=GOOD_FOR if step in _BEGINNINGS else LIFETIME):
            return to_proof(visitor, FACTORS)
        outcome = step(area.wizard, place_of(visitor))
        match outcome:
            case Enrolled(recovery_codes=codes) if codes:
                return codes_page(place_of(visitor), codes, visitor.url("codes_kept"))
            case Enrolled():
                return back(area, visitor, FACTORS, FACTOR_ADDED)
            case Spent():
                return _too_many(area, visitor)
        return outcome

    return view


def place_of(visitor: Visitor) -> Place:
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
    area.factors.states.forget(place_of(visitor).id)
    area.memory.note(visitor.session.sid, "confirm", CONFIRM_AGAIN, now=area.pages.clock())
    return to_proof(visitor, FACTORS)
