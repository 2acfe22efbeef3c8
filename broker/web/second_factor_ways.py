"""The ways in which somebody can show a second factor: at a login, and to prove once more who they are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from broker.domain.accounts import AccountId
from broker.domain.second_factors import BY_TELEPHONE, CodePurpose, FactorKind, SecondFactor
from broker.mfa.outcomes import Delay, NotNow, Right, Sent, Spent, SpentBy, Wrong
from broker.mfa.service import SecondFactors
from broker.web.parameters import typed
from broker.web.second_factor_state import PageState
from broker.web.second_factor_texts import SENT_AGAIN, notice_of_delay

# The first of these that somebody has is asked for: what costs nothing and waits for nothing comes first.
_IN_ORDER: Final = (FactorKind.TOTP, FactorKind.SMS, FactorKind.VOICE, FactorKind.RECOVERY)


@dataclass(frozen=True, slots=True)
class WayView:
    """One kind of factor on the page; `tail` is the end of its number, `is_sent` whether a code is out."""

    kind: FactorKind
    tail: str = ""
    is_sent: bool = True


@dataclass(frozen=True, slots=True)
class Showing:
    """Somebody who is to show a factor: whose it is, by which ways, and where guesses are counted."""

    factors: SecondFactors
    account_id: AccountId
    ways: tuple[FactorKind, ...]
    attempt: str
    purpose: CodePurpose

    def typed_way(self) -> FactorKind | None:
        """The way that the form names, if this person may go it."""
        return next((way for way in self.ways if way.value == typed("way")), None)

    def send(self, way: FactorKind, before: PageState, now: datetime) -> PageState | None:
        """Send a code; what the page then says. None when no code is sent here any more."""
        factor = self._factor(way)
        if factor is None:
            return None
        outcome = self.factors.send_code(
            self.attempt, factor, account_id=self.account_id, purpose=self.purpose, now=now
        )
        return _after_sending(outcome, way, before)

    def choose(self, way: FactorKind, before: PageState, now: datetime) -> PageState | None:
        """Another way, or another code by the same one, which goes out at once; None as for `send`."""
        return self.send(way, before, now) if way in BY_TELEPHONE else replace(before, way=way, notice=None)

    def judge(self, way: FactorKind, code: str, now: datetime) -> Right | Wrong | Spent:
        """What the code is worth; a right one is right once."""
        if way is FactorKind.RECOVERY:
            return self.factors.use_recovery_code(
                self.attempt, self.account_id, code, now, purpose=self.purpose
            )
        factor = self._factor(way)
        if factor is None:
            return Spent(SpentBy.GONE)
        return self.factors.answer(
            self.attempt, factor, code, account_id=self.account_id, purpose=self.purpose, now=now
        )

    def view(
        self, state: PageState, now: datetime, *, fault: str | None, kind: FactorKind | None
    ) -> dict[str, object]:
        """What the page that asks for a code has to know; `kind` is the way that was just tried."""
        chosen = kind or (state.way if state.way in self.ways else self.ways[0])
        tails = {factor.kind: factor.label for factor in self.factors.kinds_of(self.account_id)}
        is_sent = chosen not in BY_TELEPHONE or state.sent_by is chosen
        return {
            "way": WayView(chosen, tails.get(chosen, ""), is_sent),
            "others": [WayView(other, tails.get(other, "")) for other in self.ways if other is not chosen],
            "fault": fault,
            "notice": None if fault else state.notice,
            "seconds_to_wait": state.seconds_to_wait(now),
        }

    def _factor(self, kind: FactorKind) -> SecondFactor | None:
        owned = self.factors.kinds_of(self.account_id)
        return next((factor for factor in owned if factor.kind is kind), None)


def in_order(kinds: Iterable[FactorKind]) -> tuple[FactorKind, ...]:
    """The kinds in the order of the page."""
    return tuple(sorted(kinds, key=_IN_ORDER.index))


def ways_of(
    factors: SecondFactors, account_id: AccountId, kinds: Iterable[FactorKind]
) -> tuple[FactorKind, ...]:
    """These kinds in the order of the page, and behind them the recovery codes where there are any."""
    asked = tuple(kinds)
    spare = (FactorKind.RECOVERY,) if asked and factors.recovery_codes_left(account_id) else ()
    return in_order((*asked, *spare))


def _after_sending(outcome: Sent | NotNow, way: FactorKind, before: PageState) -> PageState | None:
    match outcome:
        case Sent(resend_after=again_at):
            notice = SENT_AGAIN if before.sent_by is way else None
            return replace(before, way=way, sent_by=way, again_at=again_at, notice=notice)
        case NotNow(reason=Delay.SPENT):
            return None
        case NotNow(retry_at=retry_at):
            until = retry_at or before.again_at
            return replace(before, way=way, again_at=until, notice=notice_of_delay(outcome))
