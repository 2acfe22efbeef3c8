"""Asking for a second factor that somebody has: which one, sending its code, and judging what was typed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from broker.domain.accounts import AccountId
from broker.domain.second_factors import CodePurpose, FactorKind, SecondFactor
from broker.login.progress import AskCollectivity, AskSecondFactor, Grant, Refuse
from broker.login.settling import REFUSED_ACCESS
from broker.login.transaction import LoginTransaction
from broker.mfa.outcomes import Delay, NotNow, Right, Sent, Spent, SpentBy, Wrong
from broker.web import csrf
from broker.web.after_provider import to_collectivity
from broker.web.dead_end import DeadEnd
from broker.web.refusals import refused_at
from broker.web.second_factor_state import PageState, Stage
from broker.web.second_factor_texts import DAY_SPENT, SENT_AGAIN, notice_of_delay, wrong_code
from broker.web.second_factor_visit import (
    SecondFactorPages,
    Visitor,
    back,
    place_id_of,
    start_again,
    typed,
)

_UNPROCESSABLE: Final = 422
_BY_TELEPHONE: Final = frozenset({FactorKind.SMS, FactorKind.VOICE})
# The first of these that somebody has is asked for: what costs nothing and waits for nothing comes first.
_IN_ORDER: Final = (FactorKind.TOTP, FactorKind.SMS, FactorKind.VOICE, FactorKind.RECOVERY)


@dataclass(frozen=True, slots=True)
class WayView:
    """One kind of factor on the page; `tail` is the end of its number, `is_sent` whether a code is out."""

    kind: FactorKind
    tail: str = ""
    is_sent: bool = True


def first_code(
    second: SecondFactorPages, transaction: LoginTransaction, account_id: AccountId, asked: AskSecondFactor
) -> None:
    """Right after the password: send the code, where it goes to a telephone."""
    place_id, now = place_id_of(transaction, account_id), second.pages.clock()
    state = replace(second.states.of(place_id), stage=Stage.CHOOSING, way=None, notice=None)
    way = _sorted(asked.kinds)[0]
    if way in _BY_TELEPHONE:
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
        way=WayView(chosen, tails.get(chosen, ""), chosen not in _BY_TELEPHONE or state.sent_by is chosen),
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
    if way in _BY_TELEPHONE:
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
    if not code:
        return asking_page(second, visitor, gettext("Vul de code in."), way), _UNPROCESSABLE
    outcome = _judge(second, visitor, way, code)
    match outcome:
        case Right(kind=kind):
            return let_in(second, visitor, kind)
        case Wrong(left=left, expired=expired) if left > 0:
            return asking_page(second, visitor, wrong_code(left, expired=expired), way), _UNPROCESSABLE
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
    factor = _factor(second, account_id, way)
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
    factor, now = _factor(second, account_id, way), second.pages.clock()
    if factor is None:
        return None
    outcome = second.factors.send_code(
        transaction.id, factor, account_id=account_id, purpose=CodePurpose.LOGIN, now=now
    )
    match outcome:
        case Sent(resend_after=again_at):
            notice = SENT_AGAIN if before.sent_by is way else None
            return replace(before, way=way, sent_by=way, again_at=again_at, notice=notice)
        case NotNow(reason=Delay.SPENT):
            return None
        case NotNow(retry_at=retry_at):
            known = retry_at or before.again_at
            return replace(before, way=way, again_at=known, notice=notice_of_delay(outcome))


def _ways(second: SecondFactorPages, visitor: Visitor) -> tuple[FactorKind, ...]:
    """All that may be shown now, in the order of the page."""
    kinds = visitor.decision.kinds if isinstance(visitor.decision, AskSecondFactor) else ()
    spare = (FactorKind.RECOVERY,) if kinds and second.factors.recovery_codes_left(visitor.account.id) else ()
    return _sorted((*kinds, *spare))


def _typed_way(second: SecondFactorPages, visitor: Visitor) -> FactorKind | None:
    return next((way for way in _ways(second, visitor) if way.value == typed("way")), None)


def _factor(second: SecondFactorPages, account_id: AccountId, kind: FactorKind) -> SecondFactor | None:
    found = second.factors.kinds_of(account_id)
    return next((factor for factor in found if factor.kind is kind), None)


def _sorted(kinds: Iterable[FactorKind]) -> tuple[FactorKind, ...]:
    return tuple(sorted(kinds, key=_IN_ORDER.index))
