"""Logging out at eHerkenning (Afsprakenstelsel, single log-out): a request, and an answer that may come.

The scheme has the supplier show the last page and promises no way back; a herkenningsmakelaar may answer all
the same. A LogoutRequest to us is none of the scheme's messages, and has no form here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

from broker.domain.identity import Failed, UpstreamSession
from broker.errors import ConfigurationError
from broker.providers.answers.expected import MAX_SKEW, demand
from broker.providers.base import PostForm, RedirectTo, Send
from broker.providers.eherkenning.connection import EherkenningConnection, RequestBinding
from broker.providers.eherkenning.logout_form import LOGOUT_IN_FORM, LOGOUT_IN_QUERY
from broker.providers.eherkenning.posted import decode_posted
from broker.providers.logout import (
    BegunLogout,
    FormMessage,
    LogoutMessage,
    QueryMessage,
    SentLogout,
    UpstreamEnd,
)
from broker.providers.saml.logout_gate import open_logout_form, open_logout_query
from broker.providers.saml.logout_messages import (
    LogoutQuestion,
    NamedLogin,
    logout_request,
    signed_logout_request,
)
from broker.providers.saml.messages import new_message_id
from broker.providers.saml.metadata import NothingTrusted
from broker.providers.saml.names import FORMAT_ENTITY, STATUS_PARTIAL_LOGOUT, STATUS_SUCCESS
from broker.providers.saml.redirect import post_fields, redirect_url
from broker.providers.saml.refusal import AnswerRefused
from broker.providers.saml.sign import KeyInfo
from broker.providers.saml.values import VerifiedResponse


@dataclass(frozen=True, slots=True)
class LogoutExpected:
    """One logout, as we know it. `now` is aware UTC; `logout_url` is our own."""

    sent: SentLogout
    logout_url: str
    now: datetime


def answers_our_request(answer: VerifiedResponse, expected: LogoutExpected) -> None:
    """InResponseTo is the request that this browser was sent away with."""
    ours = answer.in_response_to == expected.sent.request_id
    demand("logout.in-response-to", "not an answer to this logout", that=ours)


def is_of_the_asked(answer: VerifiedResponse, expected: LogoutExpected) -> None:
    """The Issuer is the herkenningsmakelaar that the request was sent to, letter for letter."""
    of_asked = answer.issuer.text == expected.sent.entity_id and answer.issuer.format in {None, FORMAT_ENTITY}
    demand("logout.issuer", "the answer is of another issuer", that=of_asked)


def is_for_us(answer: VerifiedResponse, expected: LogoutExpected) -> None:
    """A signed message by the browser names its Destination (SAML bindings 3.4.5.2 and 3.5.5.2): ours."""
    ours = answer.destination == expected.logout_url
    demand("logout.destination", "the answer names no address or another one", that=ours)


def is_newer_than_the_request(answer: VerifiedResponse, expected: LogoutExpected) -> None:
    """Made after we asked and not in the future, give or take the clocks."""
    after = expected.sent.sent_at - MAX_SKEW <= answer.issue_instant <= expected.now + MAX_SKEW
    demand("logout.issue-instant", "the answer is not from during this logout", that=after)


LOGOUT_CHECKS: Final[tuple[Callable[[VerifiedResponse, LogoutExpected], None], ...]] = (
    answers_our_request,
    is_of_the_asked,
    is_for_us,
    is_newer_than_the_request,
)


def end_of(answer: VerifiedResponse) -> UpstreamEnd:
    """What the status says; PartialLogout stands below Success or below a failure (SAML core 3.7.3.2)."""
    if answer.status.nested == STATUS_PARTIAL_LOGOUT:
        return UpstreamEnd.PARTLY
    succeeded = answer.status.top == STATUS_SUCCESS and answer.status.nested is None
    return UpstreamEnd.ENDED if succeeded else UpstreamEnd.NOT_ENDED


class EherkenningLogout:
    """One brand's; shared by a worker's threads. Raises `ConfigurationError` where nothing can be sent.

    Where to is read anew each time: the herkenningsmakelaar's metadata may change while we run.
    """

    def __init__(self, connection: EherkenningConnection, *, logout_url: str) -> None:
        self._connection = connection
        self._logout_url = logout_url
        if self.url is None:
            fault = f"brand {connection.brand}: eHerkenning's metadata offers no SingleLogoutService"
            raise ConfigurationError((fault,))

    @property
    def url(self) -> str | None:
        """Where the browser goes; None when that is no longer offered."""
        way = _way_out(self._connection)
        return None if way is None else way.url

    def begin(
        self, login: UpstreamSession, *, sid: str, relay_state: str, now: datetime
    ) -> BegunLogout | None:
        """A signed LogoutRequest that names the login as its assertion did."""
        named = NamedLogin(
            login.subject,
            login.subject_format or None,
            login.subject_qualifier or None,
            login.index or None,
        )
        way = _way_out(self._connection)
        if way is None:
            return None
        question = LogoutQuestion(new_message_id(), now, self._connection.entity_id, way.url, named)
        sent = SentLogout(question.id, self._connection.idp.entity_id, sid, now)
        return BegunLogout(sent, self._send(way, question, relay_state))

    def complete(self, answer: LogoutMessage, sent: SentLogout, *, now: datetime) -> UpstreamEnd | Failed:
        """Pass the gate and the checks."""
        try:
            verified = self._open(answer, now)
            for check in LOGOUT_CHECKS:
                check(verified, LogoutExpected(sent, self._logout_url, now))
        except (AnswerRefused, NothingTrusted) as refusal:
            return Failed(refusal.reason_code, refusal.detail)
        return end_of(verified)

    def _open(self, answer: LogoutMessage, now: datetime) -> VerifiedResponse:
        trusted = self._connection.idp.trusted_keys(now)
        match answer:
            case QueryMessage(query):
                return open_logout_query(query, LOGOUT_IN_QUERY, trusted)
            case FormMessage(message):
                return open_logout_form(decode_posted(message), LOGOUT_IN_FORM, trusted)

    def _send(self, way: _WayOut, question: LogoutQuestion, relay_state: str) -> Send:
        key = self._connection.signing.at(question.issued_at)
        if way.binding is RequestBinding.REDIRECT:
            return RedirectTo(redirect_url(way.url, logout_request(question), relay_state, key))
        signed = signed_logout_request(question, key, KeyInfo.NAME)
        return PostForm(way.url, post_fields(signed, relay_state))


class _WayOut(NamedTuple):
    binding: RequestBinding
    url: str


def _way_out(connection: EherkenningConnection) -> _WayOut | None:
    """The binding of our requests if the herkenningsmakelaar takes logouts by it, else the other one."""
    idp = connection.idp
    offered = {
        RequestBinding.REDIRECT: idp.logout_redirect_url,
        RequestBinding.POST: idp.logout_post_url,
    }
    for binding in (connection.request_binding, *RequestBinding):
        url = offered[binding]
        if url:
            return _WayOut(binding, url)
    return None
