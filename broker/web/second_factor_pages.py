"""The second step of a login: a code is asked, or a factor is set up because the portal demands one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from broker.domain.identity import AccountIdentity
from broker.login.progress import AskCollectivity, AskSecondFactor, Grant, OfferEnrolment
from broker.login.received import Judged
from broker.mfa.outcomes import Enrolled, Spent
from broker.web import csrf
from broker.web.after_provider import to_collectivity, to_second_factor
from broker.web.attempt_addresses import SECOND_FACTOR_PATH
from broker.web.enrolment_wizard import Place, WayBack, Wizard, codes_page
from broker.web.second_factor_asking import asking_page, choose_way, first_code, judge_code, let_in
from broker.web.second_factor_visit import (
    SecondFactorPages,
    Visitor,
    acting_visitor,
    back,
    place_id_of,
    start_again,
    visitor_of,
)

_Act = Callable[[SecondFactorPages, Visitor], ResponseReturnValue]
_Step = Callable[[Wizard, Place], ResponseReturnValue | Spent]


def second_factor_blueprint(second: SecondFactorPages) -> Blueprint:
    """``/<brand>/login/<attempt>/second-factor``: one page that shows where a person is, and buttons."""
    blueprint = Blueprint("second_factor", __name__)

    @blueprint.get(SECOND_FACTOR_PATH)
    def show(brand: str, attempt: str) -> ResponseReturnValue:
        return _show(second, visitor_of(second, brand, attempt))

    for name, act in _ACTS.items():
        path = f"{SECOND_FACTOR_PATH}/{name.replace('_', '-')}"
        blueprint.add_url_rule(path, name, _pressed(second, act), methods=["POST"])
    return blueprint


def enter_second_step(second: SecondFactorPages, judged: Judged) -> ResponseReturnValue:
    """From the right password to the second step: what goes to a telephone is sent now."""
    identity, decision = judged.evidence.identity, judged.decision
    if isinstance(identity, AccountIdentity):
        if isinstance(decision, AskSecondFactor):
            first_code(second, judged.transaction, identity.account_id, decision)
        else:
            place_id = place_id_of(judged.transaction, identity.account_id)
            second.enrolments.cancel(place_id)
            second.states.forget(place_id)
    return to_second_factor(judged.transaction)


def _pressed(second: SecondFactorPages, act: _Act) -> Callable[[str, str], ResponseReturnValue]:
    def view(brand: str, attempt: str) -> ResponseReturnValue:
        return act(second, acting_visitor(second, brand, attempt))

    return view


def _show(second: SecondFactorPages, visitor: Visitor) -> ResponseReturnValue:
    match visitor.decision:
        case AskSecondFactor():
            return asking_page(second, visitor)
        case OfferEnrolment():
            return _wizard(second).show(_place(visitor))
        case Grant() | AskCollectivity():
            return render_template(
                "second_factor/done.html",
                brand=visitor.portal.brand,
                portal=visitor.portal,
                csrf_token=csrf.token_for(visitor.secret),
                transaction_id=visitor.transaction.id,
                onward_action=visitor.url("go_on"),
            )


def _asked(act: _Act) -> _Act:
    """An act on the page that asks for a code; anywhere else it only leads to the right page."""

    def acted(second: SecondFactorPages, visitor: Visitor) -> ResponseReturnValue:
        return act(second, visitor) if isinstance(visitor.decision, AskSecondFactor) else back(visitor)

    return acted


def _step(step: _Step) -> _Act:
    """A step of the wizard, likewise."""

    def acted(second: SecondFactorPages, visitor: Visitor) -> ResponseReturnValue:
        if not isinstance(visitor.decision, OfferEnrolment):
            return back(visitor)
        outcome = step(_wizard(second), _place(visitor))
        return start_again(second, visitor) if isinstance(outcome, Spent) else outcome

    return acted


def _confirm(second: SecondFactorPages, visitor: Visitor) -> ResponseReturnValue:
    """The first code of a new factor, which is the second factor of this login as well."""
    if not isinstance(visitor.decision, OfferEnrolment):
        return back(visitor)
    place = _place(visitor)
    outcome = _wizard(second).confirm(place)
    if isinstance(outcome, Spent):
        return start_again(second, visitor)
    if not isinstance(outcome, Enrolled):
        return outcome
    if not outcome.recovery_codes:
        return let_in(second, visitor, outcome.kind)
    second.pages.login.second_factor_given(visitor.transaction, outcome.kind, second.pages.clock())
    return codes_page(place, outcome.recovery_codes, visitor.url("go_on"))


def _go_on(second: SecondFactorPages, visitor: Visitor) -> ResponseReturnValue:
    """The codes are kept: into the portal, or to the choice of a collectivity."""
    decision, judged = visitor.decision, visitor.judged
    if isinstance(decision, AskCollectivity):
        return to_collectivity(visitor.transaction)
    if not isinstance(decision, Grant):
        return back(visitor)
    return second.pages.answers.granted(visitor.transaction, decision, judged.evidence, visitor.portal)


def _wizard(second: SecondFactorPages) -> Wizard:
    return Wizard(second.enrolments, second.states, second.pages.clock)


def _place(visitor: Visitor) -> Place:
    own, portal = visitor.transaction, visitor.portal
    return Place(
        id=visitor.place_id,
        portal=portal,
        account=visitor.account,
        kinds=visitor.decision.kinds if isinstance(visitor.decision, OfferEnrolment) else (),
        token=csrf.token_for(visitor.secret),
        transaction_id=own.id,
        url=visitor.url,
        way_back=WayBack(
            gettext("Terug naar %(portal)s", portal=portal.name),
            url_for("login.cancel", brand=own.brand, attempt=own.id),
        ),
    )


_ACTS: Final[Mapping[str, _Act]] = MappingProxyType(
    {
        "way": _asked(choose_way),
        "code": _asked(judge_code),
        "choose": _step(Wizard.choose),
        "scanned": _step(Wizard.scanned),
        "number": _step(Wizard.number),
        "resend": _step(Wizard.resend),
        "cancel": _step(Wizard.cancel),
        "confirm": _confirm,
        "go_on": _go_on,
    }
)
"""What the buttons do, by the last part of their address."""
