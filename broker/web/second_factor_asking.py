"""Asking for a second factor that somebody has: which one, sending its code, and judging what was typed."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from broker.domain.accounts import AccountId
from broker.domain.second_factors import BY_TELEPHONE, CodePurpose, FactorKind
from broker.login.progress import AskCollectivity, AskSecondFactor, Grant, Refuse
from broker.login.settling import REFUSED_ACCESS
from broker.login.transaction import LoginTransaction
from broker.mfa.outcomes import Right, Spent, SpentBy, Wrong
from broker.web import csrf
from broker.web.after_provider import to_collectivity
from broker.web.dead_end import DeadEnd
from broker.web.parameters import typed
from broker.web.refusals import refused_at
from broker.web.second_factor_state import PageState, Stage
from broker.web.second_factor_texts import DAY_SPENT, formless_code, wrong_code
from broker.web.second_factor_visit import (
    SecondFactorPages,
    Visitor,
    back,
    place_id_of,
    start_again,
)
from broker.web.second_factor_ways import WayView, after_sending, factor_of, in_order

_UNPROCESSABLE: Final = 422


def first_code(
    second: SecondFactorPages, transaction: LoginTransaction, account_id: AccountId, asked: AskSecondFactor
) -> None:
    """Right after the password: send the code, where it goes to a telephone."""
    place_id, now = place_id_of(transaction, account_id), second.pages.clock()
    state = replace(second.states.of(place_id), stage=Stage.CHOOSING, way=None, notice=None)
    way = in_order(asked.kinds)[0]
    if way in BY_TELEPHONE:
        state = _sent(second, transaction, account_id, way, state) or state
    second.states.keep(place_id, state, now=now)


def asking_page(
    second: SecondFactorPages, visitor: Visitor, fault: str | None = None, kind: FactorKind | None = None
) -> str:
    """The page that asks for a code, by the way that was chosen or comes first."""
    state, ways = second.states.of(visitor.place_id), _ways(second, visitor)
    chosen = kind or (state.way if state.way in ways else ways[0])
    tails = {factor.kind: factor.label for factor in second.factors.kinds_of(visitor.account.id)}
    own = visitor.transaction
    return render_template(
        "second_factor/asking.html",
        brand=visitor.portal.brand,
        portal=visitor.portal,
        way=WayView(chosen, tails.get(chosen, ""), chosen not in BY_TELEPHONE or state.sent_by is chosen),
        others=[WayView(other, tails.get(other, "")) for other in ways if other is not chosen],
        fault=fault,
        notice=None if fault else state.notice,
        seconds_to_wait=state.seconds_to_wait(second.pages.clock()),
        csrf_token=csrf.token_for(visitor.secret),
        transaction_id=own.id,
        code_action=visitor.url("code"),
        way_action=visitor.url("way"),
        cancel_action=url_for("login.cancel", brand=own.brand, attempt=own.id),
    )


def choose_way(second: SecondFactorPages, visitor: Visitor) -> ResponseReturnValue:
    """Another way, or another code by the same one: to a telephone it is sent at once."""
    way = _typed_way(second, visitor)
    if way is None:
        return back(visitor)
    before = second.states.of(visitor.place_id)
    if way in BY_TELEPHONE:
        state = _sent(second, visitor.transaction, visitor.account.id, way, before)
        if state is None:
            return start_again(second, visitor)
    else:
        state = replace(before, way=way, notice=None)
    second.states.keep(visitor.place_id, state, now=second.pages.clock())
    return back(visitor)


def judge_code(second: SecondFactorPages, visitor: Visitor) -> ResponseReturnValue:
    """What was typed: in, once more, or back to the password."""
    way, code = _typed_way(second, visitor), typed("code")
    if way is None:
        return back(visitor)
    if fault := formless_code(way, code):
        return asking_page(second, visitor, fault, way), _UNPROCESSABLE
    outcome = _judge(second, visitor, way, code)
    match outcome:
        case Right(kind=kind):
            return let_in(second, visitor, kind)
        case Wrong(left=left, expired=expired) if left > 0:
            fault = wrong_code(left, expired=expired, by_app=way is FactorKind.TOTP)
            return asking_page(second, visitor, fault, way), _UNPROCESSABLE
        case Spent(reason=SpentBy.DAY):
            state = replace(second.states.of(visitor.place_id), way=way, notice=DAY_SPENT)
            second.states.keep(visitor.place_id, state, now=second.pages.clock())
            return back(visitor)
        case Wrong() | Spent():
            return start_again(second, visitor)


def let_in(second: SecondFactorPages, visitor: Visitor, kind: FactorKind) -> ResponseReturnValue:
    """The factor was shown: on to the portal, or to what it wants besides."""
    pages = second.pages
    judged = pages.login.second_factor_given(visitor.transaction, kind, pages.clock())
    second.states.forget(visitor.place_id)
    if judged is None:
        raise DeadEnd("transaction-unknown", 400, portal=visitor.portal)
    if isinstance(judged.decision, Grant):
        return pages.answers.granted(judged.transaction, judged.decision, judged.evidence, visitor.portal)
    if isinstance(judged.decision, AskCollectivity):
        return to_collectivity(judged.transaction)
    if isinstance(judged.decision, Refuse):
        pages.answers.note_refusal(visitor.portal, judged.decision.reason)
        if judged.decision.reason in REFUSED_ACCESS:
            # Nothing that could still be shown here gives a role.
            pages.login.transactions.finish(judged.transaction)
            raise refused_at(pages.portals, visitor.portal, judged.decision.reason)
    return back(visitor)


def _judge(second: SecondFactorPages, visitor: Visitor, way: FactorKind, code: str) -> Right | Wrong | Spent:
    attempt, account_id, now = visitor.transaction.id, visitor.account.id, second.pages.clock()
    if way is FactorKind.RECOVERY:
        return second.factors.use_recovery_code(attempt, account_id, code, now)
    factor = factor_of(second.factors, account_id, way)
    if factor is None:
        return Spent(SpentBy.GONE)
    return second.factors.answer(
        attempt, factor, code, account_id=account_id, purpose=CodePurpose.LOGIN, now=now
    )


def _sent(
    second: SecondFactorPages,
    transaction: LoginTransaction,
    account_id: AccountId,
    way: FactorKind,
    before: PageState,
) -> PageState | None:
    """Send a code; what the page then says. None when this attempt gets no code any more."""
    factor, now = factor_of(second.factors, account_id, way), second.pages.clock()
    if factor is None:
        return None
    outcome = second.factors.send_code(
        transaction.id, factor, account_id=account_id, purpose=CodePurpose.LOGIN, now=now
    )
    return after_sending(outcome, way, before)


def _ways(second: SecondFactorPages, visitor: Visitor) -> tuple[FactorKind, ...]:
    """All that may be shown now, in the order of the page."""
    kinds = visitor.decision.kinds if isinstance(visitor.decision, AskSecondFactor) else ()
    spare = (FactorKind.RECOVERY,) if kinds and second.factors.recovery_codes_left(visitor.account.id) else ()
    return in_order((*kinds, *spare))


def _typed_way(second: SecondFactorPages, visitor: Visitor) -> FactorKind | None:
    return next((way for way in _ways(second, visitor) if way.value == typed("way")), None)
