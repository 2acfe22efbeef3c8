"""The login itself: what is typed, what is sent, what the phone says, and how it ends."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from urllib.parse import urlencode

from demo.clock import Clock
from demo.digid.levels import Level, Means, level_reached
from demo.digid.logins import AwaitingCode, AwaitingPhone, Choosing, Finished, LevelTooLow, Login, Logins
from demo.digid.messages import Status
from demo.digid.outcomes import Authenticated, Outcome
from demo.digid.people import Holder, Holders
from demo.digid.requests import Received
from demo.digid.sms import SmsGateway, SmsNotSent
from demo.idp.artifacts import Artifacts
from demo.idp.attempts import Attempts, normal

SMS_CODE_MINUTES = 10
SMS_CODE_DIGITS = 6


class Refusal(Enum):
    """Why a step was not taken."""

    WRONG = "what was typed is wrong"
    BLOCKED = "too many failures"
    LACKS_LEVEL = "this DigiD does not reach the level with this means"
    CODE_EXPIRED = "the SMS code is too old"
    SMS_NOT_SENT = "the SMS could not be sent"
    MOVED = "the login is somewhere else by now"


@dataclass(frozen=True, slots=True)
class Keeping:
    """Everything the flow remembers."""

    logins: Logins
    attempts: Attempts
    artifacts: Artifacts[Outcome]


class LoginFlow:
    """Takes a login from the request to the artifact, one step at a time."""

    def __init__(self, keeping: Keeping, holders: Holders, sms: SmsGateway, clock: Clock) -> None:
        self._logins = keeping.logins
        self._attempts = keeping.attempts
        self._artifacts = keeping.artifacts
        self._holders = holders
        self._sms = sms
        self._clock = clock

    def deny(self, received: Received) -> str:
        """The address to send the browser to when the request has a fault."""
        return self._return_url(received, Outcome(received.request, Status.REQUEST_DENIED))

    def enter_password(
        self, login: Login, means: Means, typed: tuple[str, str], address: str
    ) -> Login | Refusal:
        """Judges (user name, password): sends a code, or finishes when the password alone is the means."""
        username, password = normal(typed[0]), typed[1]
        if self._attempts.is_blocked(username):
            return Refusal.BLOCKED
        holder = self._holders.by_username(username)
        if holder is None or not holder.has_password(password):
            return self._failed(username, login)
        reached = self._reached(login, means, holder)
        if reached is None:
            return Refusal.LACKS_LEVEL
        if means is Means.SMS:
            return self._send_code(login, holder)
        return self._succeed(login, holder, reached, address)

    def send_code_again(self, login: Login) -> Login | Refusal:
        """A new code in place of the one before."""
        if not isinstance(login.state, AwaitingCode):
            return Refusal.MOVED
        holder = self._holders.by_username(login.state.username)
        return Refusal.MOVED if holder is None else self._send_code(login, holder)

    def enter_code(self, login: Login, typed: str, address: str) -> Login | Refusal:
        """Judges an SMS code; wrong ones count as failed attempts."""
        state = login.state
        if not isinstance(state, AwaitingCode):
            return Refusal.MOVED
        if self._attempts.is_blocked(state.username):
            return Refusal.BLOCKED
        if self._clock() >= state.expires_at:
            return Refusal.CODE_EXPIRED
        digits = "".join(typed.split())
        holder = self._holders.by_username(state.username)
        if holder is None or not hmac.compare_digest(state.code.encode(), digits.encode()):
            return self._failed(state.username, login)
        return self._succeed(login, holder, Level.MIDDEN, address)

    def ask_phone(self, login: Login, means: Means, username: str, address: str) -> Login | Refusal:
        """Waits for the phone of `username`, also when nobody has that name: the page must not tell."""
        name = normal(username)
        if self._attempts.is_blocked(name):
            return Refusal.BLOCKED
        return self._logins.move(login, AwaitingPhone(name, means, address)) or Refusal.MOVED

    def choose_again(self, login: Login) -> Login | Refusal:
        """Back to the first page."""
        return self._logins.move(login, Choosing()) or Refusal.MOVED

    def cancel(self, login: Login) -> Login | Refusal:
        """Ends the login: the web service hears AuthnFailed."""
        return self._finish(login, Outcome(login.request, Status.AUTHN_FAILED, fault=login.fault))

    def waiting_for(self, person_id: str) -> list[Login]:
        """The logins that this person's phone may confirm; without an app there are none."""
        holder = self._holders.by_id(person_id)
        if holder is None or holder.digid.pin is None:
            return []
        return self._logins.on_phone_of(normal(holder.digid.username))

    def confirm(self, person_id: str, login_id: str, pin: str) -> Login | Refusal:
        """Judges the pin that this person typed on the phone for this login."""
        holder, login = self._holders.by_id(person_id), self._waiting(person_id, login_id)
        if holder is None or login is None or not isinstance(login.state, AwaitingPhone):
            return Refusal.MOVED
        username = login.state.username
        if self._attempts.is_blocked(username):
            return Refusal.BLOCKED
        if not holder.has_pin(pin):
            self._attempts.failed(username)
            return Refusal.BLOCKED if self._attempts.is_blocked(username) else Refusal.WRONG
        reached = self._reached(login, login.state.means, holder)
        if reached is None:
            return Refusal.LACKS_LEVEL if self._logins.move(login, LevelTooLow()) else Refusal.MOVED
        return self._succeed(login, holder, reached, login.state.address)

    def reject(self, person_id: str, login_id: str) -> Login | Refusal:
        """Ends a login from the phone, as `cancel` does from the browser."""
        login = self._waiting(person_id, login_id)
        return Refusal.MOVED if login is None else self.cancel(login)

    def _waiting(self, person_id: str, login_id: str) -> Login | None:
        return next((login for login in self.waiting_for(person_id) if login.id == login_id), None)

    def _reached(self, login: Login, means: Means, holder: Holder) -> Level | None:
        if means is Means.SMS and not holder.digid.phone:
            return None
        reached = level_reached(means, holder.highest)
        return reached if reached is not None and reached >= login.request.level else None

    def _failed(self, username: str, login: Login) -> Refusal:
        """Counts the failure; a block also takes away the code that was sent."""
        self._attempts.failed(username)
        if not self._attempts.is_blocked(username):
            return Refusal.WRONG
        self._logins.move(login, Choosing())
        return Refusal.BLOCKED

    def _send_code(self, login: Login, holder: Holder) -> Login | Refusal:
        code = f"{secrets.randbelow(10**SMS_CODE_DIGITS):0{SMS_CODE_DIGITS}d}"
        expires_at = self._clock() + timedelta(minutes=SMS_CODE_MINUTES)
        moved = self._logins.move(login, AwaitingCode(normal(holder.digid.username), code, expires_at))
        if moved is None:
            return Refusal.MOVED
        text = f"Uw sms-code is {code}. Hiermee logt u in bij {login.request.service_name}. (DigiD-simulator)"
        try:
            self._sms.send(holder.digid.phone, text)
        except SmsNotSent:
            self._logins.move(moved, Choosing())
            return Refusal.SMS_NOT_SENT
        return moved

    def _succeed(self, login: Login, holder: Holder, level: Level, address: str) -> Login | Refusal:
        person = Authenticated(holder.digid.bsn, level, self._clock(), address)
        finished = self._finish(login, Outcome(login.request, Status.SUCCESS, person, login.fault))
        if isinstance(finished, Login):
            self._attempts.succeeded(holder.digid.username)
        return finished

    def _finish(self, login: Login, outcome: Outcome) -> Login | Refusal:
        if isinstance(login.state, Finished):
            return Refusal.MOVED
        # An artifact that loses this race is never shown to anybody, so it needs no taking back.
        state = Finished(self._return_url(login.received, outcome))
        return self._logins.move(login, state) or Refusal.MOVED

    def _return_url(self, received: Received, outcome: Outcome) -> str:
        answer = {"SAMLart": self._artifacts.issue(outcome)}
        if received.relay_state is not None:
            answer["RelayState"] = received.relay_state
        url = received.request.consumer_url
        return f"{url}{'&' if '?' in url else '?'}{urlencode(answer)}"
