"""``/<brand>/account/confirm``: prove once more who you are, before something of your account is changed."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

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
    page_of,
    renewed,
    visitor_of,
    with_password_only,
)
from broker.web.account.memory import Proof
from broker.web.account.notes import CONFIRM_AGAIN, CONFIRMED
from broker.web.account.proof import judged_password
from broker.web.account.proof_by_factor import judged_code, sent, typed_way, ways_of
from broker.web.parameters import typed
from broker.web.second_factor_state import PageState
from broker.web.second_factor_texts import DAY_SPENT, formless_code, wrong_code
from broker.web.second_factor_ways import WayView

_UNPROCESSABLE: Final = 422
_HOME: Final = "details"
GOALS: Final = frozenset({"address", "factors", "erase"})
"""The pages that a proof may lead back to."""

# A page that asks for a proof before it shows anything: who gives none goes back to where it was asked for.
_WITHOUT_PROOF: Final = {"address": _HOME}


def add_proof_pages(blueprint: Blueprint, area: AccountArea) -> None:
    """One page that shows what is asked now, and its buttons."""

    @blueprint.get(f"{PATH}/confirm")
    def confirm(brand: str) -> ResponseReturnValue:
        visitor = visitor_of(area, brand)
        proof = _waiting(area, visitor)
        if proof is not None:
            return _code_page(area, visitor, proof)
        return _password_page(area, visitor, _goal(request.args.get("to")))

    @blueprint.post(f"{PATH}/confirm")
    def confirm_password(brand: str) -> ResponseReturnValue:
        visitor = acting_visitor(area, brand)
        with_password_only(visitor)
        return _judge_password(area, visitor, _goal(request.form.get("to")))

    @blueprint.post(f"{PATH}/confirm/code")
    def confirm_code(brand: str) -> ResponseReturnValue:
        visitor = acting_visitor(area, brand)
        with_password_only(visitor)
        proof = _waiting(area, visitor)
        return back(area, visitor, "confirm") if proof is None else _judge_code(area, visitor, proof)

    @blueprint.post(f"{PATH}/confirm/way")
    def confirm_way(brand: str) -> ResponseReturnValue:
        visitor = acting_visitor(area, brand)
        with_password_only(visitor)
        proof = _waiting(area, visitor)
        return back(area, visitor, "confirm") if proof is None else _choose(area, visitor, proof)

    @blueprint.post(f"{PATH}/confirm/cancel")
    def confirm_cancel(brand: str) -> ResponseReturnValue:
        visitor = acting_visitor(area, brand)
        proof = _waiting(area, visitor)
        area.memory.forget_proof(visitor.session.sid)
        return back(area, visitor, _way_back(proof.goal if proof else _goal(request.form.get("to"))))


def _goal(asked: str | None) -> str:
    return asked if asked in GOALS else _HOME


def _way_back(goal: str) -> str:
    return _WITHOUT_PROOF.get(goal, goal)


def _waiting(area: AccountArea, visitor: Visitor) -> Proof | None:
    """The right password that waits for a code; none of an account whose last factor went meanwhile."""
    proof = area.memory.proof(visitor.session.sid, visitor.session.secret_sha256)
    return proof if proof is not None and ways_of(area, visitor) else None


def _judge_password(area: AccountArea, visitor: Visitor, goal: str) -> ResponseReturnValue:
    password = typed("password")
    session, account, now = visitor.session, visitor.account, area.pages.clock()
    if not password:
        fault = gettext("Vul uw wachtwoord in.")
        return _password_page(area, visitor, goal, fault), _UNPROCESSABLE
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
        return _password_page(area, visitor, goal, fault), _UNPROCESSABLE
    ways = ways_of(area, visitor)
    if not ways:
        return _proven(area, visitor, goal, None)
    proof = Proof.begin(goal, session.secret_sha256, now)
    area.memory.keep_proof(session.sid, proof, now=now)
    state = PageState(way=ways[0])
    if ways[0] in BY_TELEPHONE:
        state = sent(area, visitor, proof, ways[0], state) or state
    area.factors.states.keep(proof.attempt, state, now=now)
    return back(area, visitor, "confirm")


def _judge_code(area: AccountArea, visitor: Visitor, proof: Proof) -> ResponseReturnValue:
    way, code = typed_way(area, visitor), typed("code")
    if way is None:
        return back(area, visitor, "confirm")
    if fault := formless_code(way, code):
        return _code_page(area, visitor, proof, fault, way), _UNPROCESSABLE
    match judged_code(area, visitor, proof, way, code):
        case Right(kind=kind):
            # Of two right codes at once one goes on.
            won = area.memory.take_proof(visitor.session.sid, proof)
            return _proven(area, visitor, proof.goal, kind) if won else back(area, visitor, proof.goal)
        case Wrong(left=left, expired=expired) if left > 0:
            fault = wrong_code(left, expired=expired, by_app=way is FactorKind.TOTP)
            return _code_page(area, visitor, proof, fault, way), _UNPROCESSABLE
        case Spent(reason=SpentBy.DAY):
            state = replace(area.factors.states.of(proof.attempt), way=way, notice=DAY_SPENT)
            area.factors.states.keep(proof.attempt, state, now=area.pages.clock())
            return back(area, visitor, "confirm")
        case Wrong() | Spent():
            return _start_again(area, visitor, proof)


def _choose(area: AccountArea, visitor: Visitor, proof: Proof) -> ResponseReturnValue:
    """Another way, or another code by the same one: to a telephone it is sent at once."""
    way = typed_way(area, visitor)
    if way is None:
        return back(area, visitor, "confirm")
    before = area.factors.states.of(proof.attempt)
    state: PageState | None = replace(before, way=way, notice=None)
    if way in BY_TELEPHONE:
        state = sent(area, visitor, proof, way, before)
    if state is None:
        return _start_again(area, visitor, proof)
    area.factors.states.keep(proof.attempt, state, now=area.pages.clock())
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


def _password_page(area: AccountArea, visitor: Visitor, goal: str, fault: str | None = None) -> str:
    return page_of(
        visitor,
        "account/confirm.html",
        "confirm",
        by_password=visitor.has_password,
        person_email=visitor.account.email,
        goal=goal,
        fault=fault,
        note=None if fault else area.memory.noted(visitor.session.sid, "confirm"),
        action=visitor.url("confirm_password") if visitor.has_password else None,
        cancel_url=visitor.url(_way_back(goal)),
    )


def _code_page(
    area: AccountArea,
    visitor: Visitor,
    proof: Proof,
    fault: str | None = None,
    kind: FactorKind | None = None,
) -> str:
    state, ways = area.factors.states.of(proof.attempt), ways_of(area, visitor)
    chosen = kind or (state.way if state.way in ways else ways[0])
    tails = {factor.kind: factor.label for factor in area.factors.service.kinds_of(visitor.account.id)}
    is_sent = chosen not in BY_TELEPHONE or state.sent_by is chosen
    return page_of(
        visitor,
        "second_factor/asking.html",
        "confirm",
        way=WayView(chosen, tails.get(chosen, ""), is_sent),
        others=[WayView(other, tails.get(other, "")) for other in ways if other is not chosen],
        fault=fault,
        notice=None if fault else state.notice,
        seconds_to_wait=state.seconds_to_wait(area.pages.clock()),
        transaction_id=None,
        code_action=visitor.url("confirm_code"),
        way_action=visitor.url("confirm_way"),
        cancel_action=visitor.url("confirm_cancel"),
    )
