"""Setting a second factor up in three steps: how, which telephone, and a first code to confirm it.

The same steps serve a login that demands a factor and a page of one's own account: a `Place` says which.
The secret for an app is shown in the answer to a POST and nowhere else, so that reloading a page, going
back to it or looking at its address later shows it to nobody (B4-20).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from flask import redirect, render_template
from flask.typing import ResponseReturnValue

from broker.domain.accounts import Account
from broker.domain.clock import Clock
from broker.domain.second_factors import BY_TELEPHONE, FactorKind
from broker.mfa.enrolment import Enrolments
from broker.mfa.outcomes import BadNumber, Delay, Enrolled, NotNow, Sent, Spent, SpentBy, Wrong
from broker.mfa.phone_numbers import PhoneFault
from broker.web.parameters import typed
from broker.web.portals import PortalView
from broker.web.second_factor_state import PageState, PageStates, Stage
from broker.web.second_factor_texts import (
    CANCELLED,
    GONE,
    SENT_AGAIN,
    formless_code,
    notice_of_delay,
    phone_fault,
    wrong_code,
)

_UNPROCESSABLE: Final = 422
_LONGEST_ECHO: Final = 40
_PREFIX: Final = "+31 "


@dataclass(frozen=True, slots=True)
class WayBack:
    """Out of the wizard altogether: a button that posts."""

    label: str
    action: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody sets a factor up, and whose it will be.

    `id` is a random text that only this browser leads to, new for every factor; `kinds` may be chosen here;
    `url` gives the address of each step: choose, number, scanned, resend, confirm, cancel and show.
    """

    id: str
    portal: PortalView
    account: Account
    kinds: tuple[FactorKind, ...]
    token: str
    transaction_id: str | None
    url: Callable[[str], str]
    way_back: WayBack


class Wizard:
    """The steps. Each answers with a page or with the way to it; `confirm` also with what came of it."""

    def __init__(self, enrolments: Enrolments, states: PageStates, clock: Clock) -> None:
        self._enrolments = enrolments
        self._states = states
        self._clock = clock

    def show(self, place: Place) -> str:
        """The step at which this person is; the secret for an app is not shown again."""
        state = self._states.of(place.id)
        match state.stage:
            case Stage.CHOOSING:
                return _page(place, "second_factor/choose.html", state, kinds=place.kinds)
            case Stage.NUMBER:
                return self._number_page(place, state, number=_PREFIX, fault=None)
            case Stage.SCANNING:
                return _page(place, "second_factor/scan.html", state, offer=None)
            case Stage.CODE:
                return self._code_page(place, state, fault=None)

    def choose(self, place: Place) -> ResponseReturnValue:
        """Step 1 was answered. An app gets its secret here, in this one answer."""
        kind = typed("kind")
        if kind == FactorKind.TOTP.value and FactorKind.TOTP in place.kinds:
            offer = self._enrolments.begin_totp(place.id, place.account)
            state = PageState(Stage.SCANNING, FactorKind.TOTP)
            self._keep(place, state)
            return _page(place, "second_factor/scan.html", state, offer=offer)
        if kind == "phone" and _phone_kinds(place):
            before = self._states.of(place.id)
            self._keep(place, PageState(Stage.NUMBER, again_at=before.again_at))
        return _back(place)

    def scanned(self, place: Place) -> ResponseReturnValue:
        """The app has the secret: on to its first code."""
        if self._states.of(place.id).stage is Stage.SCANNING:
            self._keep(place, PageState(Stage.CODE, FactorKind.TOTP))
        return _back(place)

    def number(self, place: Place) -> ResponseReturnValue | Spent:
        """A number was typed. One that gets no text is called, where that is offered."""
        if self._states.of(place.id).stage is not Stage.NUMBER or not _phone_kinds(place):
            return _back(place)
        text, kind = typed("number"), _phone_kinds(place)[0]
        outcome = self._enrolments.begin_phone(place.id, place.account, text, kind)
        if outcome == BadNumber(PhoneFault.NOT_MOBILE) and FactorKind.VOICE in place.kinds:
            kind = FactorKind.VOICE
            outcome = self._enrolments.begin_phone(place.id, place.account, text, kind)
        if isinstance(outcome, BadNumber):
            state = self._states.of(place.id)
            echo = text[:_LONGEST_ECHO]
            return self._number_page(place, state, number=echo, fault=outcome.fault), _UNPROCESSABLE
        return self._after_sending(place, outcome, kind, again=False)

    def resend(self, place: Place) -> ResponseReturnValue | Spent:
        """Another code to the same number."""
        state = self._states.of(place.id)
        if state.stage is not Stage.CODE or state.way not in BY_TELEPHONE:
            return _back(place)
        return self._after_sending(place, self._enrolments.resend(place.id), state.way, again=True)

    def confirm(self, place: Place) -> ResponseReturnValue | Enrolled | Spent:
        """The first code: the factor is there, or the page again; `Spent` when no more may be tried."""
        state, code = self._states.of(place.id), typed("code")
        if state.stage is not Stage.CODE:
            return _back(place)
        if fault := formless_code(state.way or FactorKind.TOTP, code):
            return self._code_page(place, state, fault=fault), _UNPROCESSABLE
        outcome = self._enrolments.confirm(place.id, code)
        match outcome:
            case Wrong(left=left, expired=expired) if left > 0:
                fault = wrong_code(left, expired=expired)
                return self._code_page(place, state, fault=fault), _UNPROCESSABLE
            case Enrolled():
                self._states.forget(place.id)
                return outcome
            case Spent(reason=SpentBy.GONE | SpentBy.OVERTAKEN):
                # Confirmed in another tab, too old, or overtaken: the page says what there is now.
                self._keep(place, PageState(notice=GONE))
                return _back(place)
            case Wrong() | Spent():
                return Spent()

    def cancel(self, place: Place) -> ResponseReturnValue:
        """Nothing of it stays; the choice again."""
        self._enrolments.cancel(place.id)
        again_at = self._states.of(place.id).again_at
        self._keep(place, PageState(again_at=again_at, notice=CANCELLED))
        return _back(place)

    def _after_sending(
        self, place: Place, outcome: Sent | NotNow, kind: FactorKind, *, again: bool
    ) -> ResponseReturnValue | Spent:
        before = self._states.of(place.id)
        match outcome:
            case Sent(resend_after=again_at, number_tail=tail):
                notice = SENT_AGAIN if again else None
                self._keep(place, PageState(Stage.CODE, kind, kind, again_at, tail, notice))
            case NotNow(reason=Delay.SPENT):
                return Spent()
            case NotNow(retry_at=retry_at):
                notice = notice_of_delay(outcome)
                self._keep(place, replace(before, again_at=retry_at or before.again_at, notice=notice))
        return _back(place)

    def _number_page(self, place: Place, state: PageState, *, number: str, fault: PhoneFault | None) -> str:
        return _page(
            place,
            "second_factor/number.html",
            state,
            number=number,
            fault=phone_fault(fault),
            kinds=_phone_kinds(place),
            seconds_to_wait=state.seconds_to_wait(self._clock()),
        )

    def _code_page(self, place: Place, state: PageState, *, fault: str | None) -> str:
        waiting = state.seconds_to_wait(self._clock())
        return _page(
            place, "second_factor/confirm.html", replace(state, notice=None) if fault else state,
            fault=fault, way=state.way, tail=state.number_tail, seconds_to_wait=waiting,
        )  # fmt: skip

    def _keep(self, place: Place, state: PageState) -> None:
        self._states.keep(place.id, state, now=self._clock())


def codes_page(place: Place, codes: tuple[str, ...], onward: str) -> str:
    """The recovery codes, in the answer to the POST that made them and nowhere else; `onward` is a POST."""
    return _page(place, "second_factor/codes.html", PageState(), codes=codes, onward_action=onward)


def _page(place: Place, template: str, state: PageState, **context: object) -> str:
    return render_template(
        template,
        brand=place.portal.brand,
        portal=place.portal,
        csrf_token=place.token,
        transaction_id=place.transaction_id,
        notice=state.notice,
        step_url=place.url,
        way_back=place.way_back,
        **context,
    )


def _phone_kinds(place: Place) -> tuple[FactorKind, ...]:
    """By text before by call."""
    return tuple(kind for kind in BY_TELEPHONE if kind in place.kinds)


def _back(place: Place) -> ResponseReturnValue:
    return redirect(place.url("show"), 303)
