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
from broker.web.second_factor_state import Stage
from broker.web.second_factor_texts import DAY_SPENT, formless_code, wrong_code
from broker.web.second_factor_visit import (
    SecondFactorPages,
    Visitor,
    back,
    place_id_of,
    start_again,
)
from broker.web.second_factor_ways import Showing, in_order, ways_of

_UNPROCESSABLE: Final = 422


def first_code(
    second: SecondFactorPages, transaction: LoginTransaction, account_id: AccountId, asked: AskSecondFactor
) -> None:
    """Right after the password: send the code, where it goes to a telephone."""
    place_id, now = place_id_of(transaction, account_id), second.pages.clock()
    state = replace(second.states.of(place_id), stage=Stage.CHOOSING, way=None, notice=None)
    showing = _showing(second, transaction, account_id, in_order(asked.kinds))
    way = showing.ways[0]
    if way in BY_TELEPHONE:
        state = showing.send(way, state, now) or state
    second.states.keep(place_id, state, now=now)


def asking_page(
    second: SecondFactorPages, visitor: Visitor, fault: str | None = None, kind: FactorKind | None = None
) -> str:
    """The page that asks for a code, by the way that was chosen or comes first."""
    state, own = second.states.of(visitor.place_id), visitor.transaction
    return render_template(
        "second_factor/asking.html",
        brand=visitor.portal.brand,
        portal=visitor.portal,
        csrf_token=csrf.token_for(visitor.secret),
        transaction_id=own.id,
        code_action=visitor.url("code"),
        way_action=visitor.url("way"),
        cancel_action=url_for("login.cancel", brand=own.brand, attempt=own.id),
        **_showing_of(second, visitor).view(state, second.pages.clock(), fault=fault, kind=kind),
    )


def choose_way(second: SecondFactorPages, visitor: Visitor) -> ResponseReturnValue:
    """Another way, or another code by the same one: to a telephone it is sent at once."""
    showing, now = _showing_of(second, visitor), second.pages.clock()
    way = showing.typed_way()
    if way is None:
        return back(visitor)
    state = showing.choose(way, second.states.of(visitor.place_id), now)
    if state is None:
        return start_again(second, visitor)
    second.states.keep(visitor.place_id, state, now=now)
    return back(visitor)


def judge_code(second: SecondFactorPages, visitor: Visitor) -> ResponseReturnValue:
    """What was typed: in, once more, or back to the password."""
    showing, code = _showing_of(second, visitor), typed("code")
    way = showing.typed_way()
    if way is None:
        return back(visitor)
    if fault := formless_code(way, code):
        return asking_page(second, visitor, fault, way), _UNPROCESSABLE
    match showing.judge(way, code, second.pages.clock()):
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


def _showing_of(second: SecondFactorPages, visitor: Visitor) -> Showing:
    """By which ways this visitor may go now."""
    kinds = visitor.decision.kinds if isinstance(visitor.decision, AskSecondFactor) else ()
    account_id = visitor.account.id
    return _showing(second, visitor.transaction, account_id, ways_of(second.factors, account_id, kinds))


def _showing(
    second: SecondFactorPages,
    transaction: LoginTransaction,
    account_id: AccountId,
    ways: tuple[FactorKind, ...],
) -> Showing:
    return Showing(second.factors, account_id, ways, transaction.id, CodePurpose.LOGIN)
