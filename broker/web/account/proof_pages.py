"""``/<brand>/account/confirm``: prove once more who you are, before something of your account is changed."""

from __future__ import annotations

from dataclasses import replace
from typing import Final, NamedTuple

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from broker.domain.events import IdentityConfirmed, IdentityNotConfirmed, Result
from broker.domain.identity import Failed
from broker.domain.second_factors import BY_TELEPHONE, FactorKind
from broker.mfa.outcomes import Right, Spent, SpentBy, Wrong
from broker.web.account.area import (
    PATH,
    AccountArea,
    Visitor,
    acting_visitor,
    back,
    renewed,
    visitor_of,
    with_password_only,
)
from broker.web.account.memory import Proof
from broker.web.account.notes import CONFIRM_AGAIN, CONFIRMED
from broker.web.account.proof import judged_password
from broker.web.account.proof_by_factor import showing_of
from broker.web.account.proof_views import HOME, code_page, password_page, way_back
from broker.web.parameters import typed
from broker.web.second_factor_state import PageState
from broker.web.second_factor_texts import DAY_SPENT, formless_code, wrong_code
from broker.web.second_factor_ways import Showing

_UNPROCESSABLE: Final = 422
GOALS: Final = frozenset({"address", "factors", "erase"})
"""The pages that a proof may lead back to."""


def add_proof_pages(blueprint: Blueprint, area: AccountArea) -> None:
    """One page that shows what is asked now, and its buttons."""

    @blueprint.get(f"{PATH}/confirm")
    def confirm(brand: str) -> ResponseReturnValue:
        visitor = visitor_of(area, brand)
        waiting = _waiting(area, visitor)
        if waiting is not None:
            return code_page(area, visitor, *waiting)
        return password_page(area, visitor, _goal(request.args.get("to")))

    @blueprint.post(f"{PATH}/confirm")
    def confirm_password(brand: str) -> ResponseReturnValue:
        visitor = acting_visitor(area, brand)
        with_password_only(visitor)
        return _judge_password(area, visitor, _goal(request.form.get("to")))

    @blueprint.post(f"{PATH}/confirm/code")
    def confirm_code(brand: str) -> ResponseReturnValue:
        visitor = acting_visitor(area, brand)
        with_password_only(visitor)
        waiting = _waiting(area, visitor)
        return back(area, visitor, "confirm") if waiting is None else _judge_code(area, visitor, *waiting)

    @blueprint.post(f"{PATH}/confirm/way")
    def confirm_way(brand: str) -> ResponseReturnValue:
        visitor = acting_visitor(area, brand)
        with_password_only(visitor)
        waiting = _waiting(area, visitor)
        return back(area, visitor, "confirm") if waiting is None else _choose(area, visitor, *waiting)

    @blueprint.post(f"{PATH}/confirm/cancel")
    def confirm_cancel(brand: str) -> ResponseReturnValue:
        visitor = acting_visitor(area, brand)
        waiting = _waiting(area, visitor)
        area.memory.forget_proof(visitor.session.sid)
        goal = waiting.proof.goal if waiting else _goal(request.form.get("to"))
        return back(area, visitor, way_back(goal))


def _goal(asked: str | None) -> str:
    return asked if asked in GOALS else HOME


class _Waiting(NamedTuple):
    """A right password that waits for a code, and the ways in which one may be shown: at least one.

    They are looked up once in a request: the last one may be removed by somebody else at any moment.
    """

    proof: Proof
    showing: Showing


def _waiting(area: AccountArea, visitor: Visitor) -> _Waiting | None:
    """None of an account whose last factor went meanwhile: it is to begin at the password."""
    proof = area.memory.proof(visitor.session.sid, visitor.session.secret_sha256)
    if proof is None:
        return None
    showing = showing_of(area, visitor, proof)
    return _Waiting(proof, showing) if showing.ways else None


def _judge_password(area: AccountArea, visitor: Visitor, goal: str) -> ResponseReturnValue:
    password = typed("password")
    session, account, now = visitor.session, visitor.account, area.pages.clock()
    if not password:
        fault = gettext("Vul uw wachtwoord in.")
        return password_page(area, visitor, goal, fault), _UNPROCESSABLE
    judged = judged_password(area, visitor, request.form["password"])
    if isinstance(judged, Failed):
        area.pages.answers.auditor.record(
            IdentityNotConfirmed(
                brand=account.brand,
                result=Result.REFUSED,
                account_id=account.id,
                sid=session.sid,
                reason=judged.reason,
            )
        )
        fault = gettext("Dit wachtwoord klopt niet. Na een aantal verkeerde pogingen moet u even wachten.")
        return password_page(area, visitor, goal, fault), _UNPROCESSABLE
    proof = Proof.begin(goal, session.secret_sha256, now)
    showing = showing_of(area, visitor, proof)
    if not showing.ways:
        return _proven(area, visitor, goal, None)
    return _ask_for_code(area, visitor, proof, showing)


def _ask_for_code(area: AccountArea, visitor: Visitor, proof: Proof, showing: Showing) -> ResponseReturnValue:
    """The password was right: a code besides, which is sent at once where it goes to a telephone."""
    now = area.pages.clock()
    area.memory.keep_proof(visitor.session.sid, proof, now=now)
    way = showing.ways[0]
    state = PageState(way=way)
    if way in BY_TELEPHONE:
        state = showing.send(way, state, now) or state
    area.factors.states.keep(proof.attempt, state, now=now)
    return back(area, visitor, "confirm")


def _judge_code(area: AccountArea, visitor: Visitor, proof: Proof, showing: Showing) -> ResponseReturnValue:
    code = typed("code")
    way = showing.typed_way()
    if way is None:
        return back(area, visitor, "confirm")
    if fault := formless_code(way, code):
        return code_page(area, visitor, proof, showing, fault, way), _UNPROCESSABLE
    match showing.judge(way, code, area.pages.clock()):
        case Right(kind=kind):
            # Of two right codes at once one goes on.
            won = area.memory.take_proof(visitor.session.sid, proof)
            return _proven(area, visitor, proof.goal, kind) if won else back(area, visitor, proof.goal)
        case Wrong(left=left, expired=expired) if left > 0:
            fault = wrong_code(left, expired=expired, by_app=way is FactorKind.TOTP)
            return code_page(area, visitor, proof, showing, fault, way), _UNPROCESSABLE
        case Spent(reason=SpentBy.DAY):
            state = replace(area.factors.states.of(proof.attempt), way=way, notice=DAY_SPENT)
            area.factors.states.keep(proof.attempt, state, now=area.pages.clock())
            return back(area, visitor, "confirm")
        case Wrong() | Spent():
            return _start_again(area, visitor, proof)


def _choose(area: AccountArea, visitor: Visitor, proof: Proof, showing: Showing) -> ResponseReturnValue:
    """Another way, or another code by the same one: to a telephone it is sent at once."""
    now = area.pages.clock()
    way = showing.typed_way()
    if way is None:
        return back(area, visitor, "confirm")
    state = showing.choose(way, area.factors.states.of(proof.attempt), now)
    if state is None:
        return _start_again(area, visitor, proof)
    area.factors.states.keep(proof.attempt, state, now=now)
    return back(area, visitor, "confirm")


def _proven(area: AccountArea, visitor: Visitor, goal: str, kind: FactorKind | None) -> ResponseReturnValue:
    area.pages.answers.auditor.record(
        IdentityConfirmed(
            brand=visitor.brand.id,
            result=Result.SUCCESS,
            account_id=visitor.account.id,
            sid=visitor.session.sid,
            factor=kind.value if kind else None,
        )
    )
    return renewed(area, visitor, back(area, visitor, goal, CONFIRMED), proven=True)


def _start_again(area: AccountArea, visitor: Visitor, proof: Proof) -> ResponseReturnValue:
    """Enough was guessed: back to the password, and no further than the wrong codes of a day."""
    area.memory.give_up_proof(proof, now=area.pages.clock())
    return back(area, visitor, "confirm", CONFIRM_AGAIN)
