"""The login itself: supplier, name and password, company, branch, and the answer at the end."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from enum import Enum
from urllib.parse import urlencode

from demo.clock import Clock
from demo.eherkenning.answering import Answering
from demo.eherkenning.logins import (
    AtSupplier,
    Choosing,
    ChoosingBranch,
    ChoosingCompany,
    Finished,
    Login,
    Logins,
)
from demo.eherkenning.messages import Status
from demo.eherkenning.outcomes import Authenticated, Outcome
from demo.eherkenning.people import Branch, Holder, Holders, Mandate
from demo.eherkenning.requests import AuthnRequest, Unsupported
from demo.eherkenning.sessions import Session, Sessions
from demo.eherkenning.suppliers import able, supplier_of
from demo.idp.artifacts import Artifacts
from demo.idp.attempts import Attempts
from demo.idp.forms import HTTP_POST


class Refusal(Enum):
    """Why a step was not taken."""

    WRONG = "what was typed is wrong"
    BLOCKED = "too many failures"
    LACKS_LEVEL = "this means does not reach the level"
    NO_MANDATE = "nobody authorised this person"
    NOTHING_CHOSEN = "nothing was chosen"
    MOVED = "the login is somewhere else by now"


@dataclass(frozen=True, slots=True)
class Keeping:
    """Everything the flow remembers."""

    logins: Logins
    attempts: Attempts
    sessions: Sessions
    artifacts: Artifacts[Outcome]


class LoginFlow:
    """Takes a login from the request to the answer, one step at a time."""

    def __init__(self, keeping: Keeping, holders: Holders, answering: Answering, clock: Clock) -> None:
        self._logins = keeping.logins
        self._attempts = keeping.attempts
        self._sessions = keeping.sessions
        self._artifacts = keeping.artifacts
        self._holders = holders
        self._answering = answering
        self._clock = clock

    def choose_supplier(self, login: Login, supplier_id: str) -> Login | Refusal:
        """Goes to a supplier; a session there stands in for the login, unless the request forbids it."""
        supplier = supplier_of(supplier_id)
        if not isinstance(login.asked, AuthnRequest) or not isinstance(login.state, Choosing):
            return Refusal.MOVED
        if supplier is None or supplier not in able(login.asked.level):
            return Refusal.NOTHING_CHOSEN
        session = self._sessions.usable(login.browser, supplier, login.asked.level)
        holder = self._holders.at(supplier, session.username) if session else None
        if session is None or holder is None or login.asked.forced:
            return self._logins.move(login, AtSupplier(supplier)) or Refusal.MOVED
        return self._known(login, holder, session)

    def enter_password(self, login: Login, username: str, password: str) -> Login | Refusal:
        """Judges what was typed at the supplier."""
        state = login.state
        if not isinstance(login.asked, AuthnRequest) or not isinstance(state, AtSupplier):
            return Refusal.MOVED
        counted = f"{state.supplier.id} {username}"
        if self._attempts.is_blocked(counted):
            return Refusal.BLOCKED
        holder = self._holders.at(state.supplier, username)
        if holder is None or not holder.has_password(password):
            self._attempts.failed(counted)
            return Refusal.BLOCKED if self._attempts.is_blocked(counted) else Refusal.WRONG
        if holder.level < login.asked.level:
            return Refusal.LACKS_LEVEL
        if not holder.means.mandates:
            return Refusal.NO_MANDATE
        self._attempts.succeeded(counted)
        session = self._sessions.open(login.browser, state.supplier, holder.means.username, holder.level)
        return self._known(login, holder, session)

    def choose_company(self, login: Login, number: str) -> Login | Refusal:
        """Chooses one of the mandates by its place in the list."""
        state = login.state
        if not isinstance(state, ChoosingCompany):
            return Refusal.MOVED
        mandate = dict(enumerate(state.holder.means.mandates)).get(_number(number))
        if mandate is None:
            return Refusal.NOTHING_CHOSEN
        return self._for_company(login, state.holder, state.session, mandate)

    def choose_branch(self, login: Login, number: str) -> Login | Refusal:
        """Chooses one of the places, or the whole organisation, by its place in the list."""
        state = login.state
        if not isinstance(state, ChoosingBranch):
            return Refusal.MOVED
        scopes = state.mandate.scopes
        chosen = _number(number)
        if chosen not in range(len(scopes)):
            return Refusal.NOTHING_CHOSEN
        return self._succeed(login, state.session, state.mandate, scopes[chosen])

    def back(self, login: Login) -> Login | Refusal:
        """One step back: to the suppliers."""
        return self._logins.move(login, Choosing()) or Refusal.MOVED

    def cancel(self, login: Login) -> Login | Refusal:
        """Ends the login: the service provider hears AuthnFailed, or why its request is not supported."""
        if isinstance(login.asked, Unsupported):
            return self._finish(login, Outcome(login.back, Status.REQUEST_UNSUPPORTED, login.asked.rule))
        return self._finish(login, Outcome(login.back, Status.AUTHN_FAILED, fault=login.fault))

    def _known(self, login: Login, holder: Holder, session: Session) -> Login | Refusal:
        mandates = holder.means.mandates
        if len(mandates) > 1:
            return self._logins.move(login, ChoosingCompany(holder, session)) or Refusal.MOVED
        return self._for_company(login, holder, session, mandates[0])

    def _for_company(
        self, login: Login, holder: Holder, session: Session, mandate: Mandate
    ) -> Login | Refusal:
        if len(mandate.scopes) > 1 and _knows_branches(login):
            return self._logins.move(login, ChoosingBranch(holder, session, mandate)) or Refusal.MOVED
        return self._succeed(login, session, mandate, mandate.scopes[0])

    def _succeed(
        self, login: Login, session: Session, mandate: Mandate, branch: Branch | None
    ) -> Login | Refusal:
        if not isinstance(login.asked, AuthnRequest):
            return Refusal.MOVED
        somebody = Authenticated(
            asked=login.asked,
            username=session.username,
            level=session.level,
            supplier=session.supplier,
            at=session.opened_at,
            session_index=session.index,
            mandate=mandate,
            branch=branch,
        )
        return self._finish(
            login, Outcome(login.back, Status.SUCCESS, authenticated=somebody, fault=login.fault)
        )

    def _finish(self, login: Login, outcome: Outcome) -> Login | Refusal:
        if isinstance(login.state, Finished):
            return Refusal.MOVED
        # An answer that loses this race is never shown to anybody, so it needs no taking back.
        return self._logins.move(login, self._delivery(outcome)) or Refusal.MOVED

    def _delivery(self, outcome: Outcome) -> Finished:
        back = outcome.back
        relay = {} if back.relay_state is None else {"RelayState": back.relay_state}
        if back.consumer.binding == HTTP_POST:
            message = base64.b64encode(self._answering.posted(outcome)).decode("ascii")
            return Finished(back.consumer.url, tuple({"SAMLResponse": message, **relay}.items()))
        query = urlencode({"SAMLart": self._artifacts.issue(outcome), **relay})
        return Finished(f"{back.consumer.url}{'&' if '?' in back.consumer.url else '?'}{query}")


def _knows_branches(login: Login) -> bool:
    return isinstance(login.asked, AuthnRequest) and login.asked.service.knows_branches


def _number(text: str) -> int:
    """The number that was typed; -1, which is no place in a list, for anything else."""
    return int(text) if text.isascii() and text.isdecimal() else -1
