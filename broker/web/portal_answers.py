"""Where a decision about a login becomes an answer to the portal: the meeting place of login and oidc."""

from __future__ import annotations

from dataclasses import dataclass, replace

from flask import Response, make_response, redirect, request
from flask.typing import ResponseReturnValue

from broker.domain.events import LoginRefused, RelationSwitched, RequestForged, Result
from broker.domain.identity import AccountIdentity, Evidence
from broker.domain.rights import Relation
from broker.errors import StorageUnavailable
from broker.login.progress import Grant
from broker.login.transaction import LoginTransaction
from broker.oidc import responses
from broker.oidc.authorization_request import AuthorizationRequest
from broker.oidc.clients import Client
from broker.oidc.errors import OAuthCode, RedirectedError
from broker.oidc.id_token_hint import Expected
from broker.oidc.subject import pairwise_subject
from broker.sessions.ender import SessionEnder
from broker.sessions.new_login import Opened
from broker.sessions.session import KnownAt, Session
from broker.web import cookies, csrf
from broker.web.backstage import Backstage
from broker.web.dead_end import DeadEnd
from broker.web.devices import remember_device
from broker.web.grant_facts import acting, logged_in, send
from broker.web.granted_event import granted_event
from broker.web.language import prefer_ui_locales
from broker.web.portals import PortalView
from broker.web.session_opening import SessionOpening, new_login
from broker.web.todays_rules import no_way_back, outlived


@dataclass(frozen=True, slots=True)
class Question:
    """What a portal asked, and whom and what it named by its hint."""

    asked: AuthorizationRequest
    expected: Expected


class PortalAnswers:
    """Gives portals their code or their refusal, and people their session."""

    def __init__(self, backstage: Backstage) -> None:
        self._backstage = backstage
        self.auditor = backstage.auditor
        self.ends = SessionEnder(backstage.sessions, backstage.auditor, backstage.clock)
        self._opening = SessionOpening(backstage, self.ends)

    def granted(
        self, transaction: LoginTransaction, grant: Grant, evidence: Evidence, portal: PortalView
    ) -> ResponseReturnValue:
        """A new login: session, code, and the way back. Only the one who ends the attempt comes this far."""
        stage = self._backstage
        asked = AuthorizationRequest.from_bytes(transaction.answer_to)
        prefer_ui_locales(" ".join(asked.ui_locales))
        if not stage.transactions.finish(transaction):
            raise DeadEnd("transaction-unknown", 400, portal=portal)
        if reason := outlived(asked, evidence, portal):
            raise self._over(portal, reason)
        try:
            question = Question(asked, stage.hints.expected(asked))
        except RedirectedError as error:
            # Looked at before anything opens: keys and algorithms may have changed since the hint came in.
            response = make_response(self._told(error, portal))
        else:
            response = self._entered(transaction, question, grant, evidence, portal)
        cookies.forget_attempt(response, transaction.id)
        return response

    def granted_by_session(
        self, question: Question, grant: Grant, session: Session, portal: PortalView
    ) -> ResponseReturnValue:
        """A running login was enough: a new code for the session there is, which counts as activity.

        Where the portal has tighter limits than those before it, they hold for the session from now on.
        """
        stage = self._backstage
        touched = stage.sessions.touch(session, now=stage.clock(), limits=portal.limits)
        return self._with_code(question, grant, touched, portal)

    def denied(self, transaction: LoginTransaction, portal: PortalView) -> ResponseReturnValue:
        """The person turned back on our own page."""
        if portal.is_ours:
            self.note_refusal(portal, OAuthCode.ACCESS_DENIED.value)
            return redirect(portal.url, 303)
        asked = AuthorizationRequest.from_bytes(transaction.answer_to)
        if reason := no_way_back(asked, portal):
            raise self._over(portal, reason)
        return self.refused(asked, OAuthCode.ACCESS_DENIED, "the person cancelled the login", portal)

    def refused(
        self, asked: AuthorizationRequest, error: OAuthCode, description: str, portal: PortalView
    ) -> ResponseReturnValue:
        """Tell the portal why there is no code."""
        return self._told(responses.refusal_of(asked, error, description), portal)

    def note_refusal(self, portal: PortalView, reason: str) -> None:
        """Write down that a login at this portal ended without access."""
        self.auditor.record(
            LoginRefused(
                brand=portal.brand.id, result=Result.REFUSED, client_id=portal.client_id, reason=reason
            )
        )

    def _over(self, portal: PortalView, reason: str) -> DeadEnd:
        """The page for an attempt that has outlived its rules; the refusal is written down."""
        self.note_refusal(portal, reason)
        return DeadEnd("transaction-unknown", 400, portal=portal)

    def require_own_page(self, brand: str, browser_secret: str) -> None:
        """Let nothing happen for a request that did not come from our own page, and write it down."""
        try:
            csrf.require_own_page(browser_secret, self._backstage.issuer)
        except csrf.ForgedRequest as forged:
            self.auditor.record(RequestForged(brand=brand, result=Result.REFUSED, reason=forged.detail))
            raise

    def is_of(self, session: Session, client_id: str, expected_subject: str | None) -> bool:
        """Whether the session's person is the one that the portal named, if it named anybody."""
        if expected_subject is None:
            return True
        client = self._backstage.clients.find(client_id)
        account = self._backstage.accounts.get(session.account_id)
        if client is None or account is None:
            return False
        return pairwise_subject(account.subject_seed, client.sector) == expected_subject

    def end_session(self, session: Session, *, reason: str) -> None:
        """End a session and write down why."""
        self.ends.end(session, reason=reason)

    def _told(self, refusal: RedirectedError, portal: PortalView) -> ResponseReturnValue:
        self.note_refusal(portal, refusal.error.value)
        return send(responses.refused(refusal, issuer=self._backstage.issuer), portal.brand, portal)

    def _entered(
        self,
        transaction: LoginTransaction,
        question: Question,
        grant: Grant,
        evidence: Evidence,
        portal: PortalView,
    ) -> Response:
        """The session of this login, and with it the code, if its person is the one that the portal named."""
        stage, asked = self._backstage, question.asked
        cookie = cookies.session_value(request, transaction.brand)
        running = stage.sessions.find(transaction.brand, cookie, now=stage.clock())
        login = new_login(transaction, grant, evidence, portal)
        opened = self._opening.open(login, evidence, portal, running)
        if self.is_of(opened.session, asked.client_id, question.expected.subject):
            response = self._let_in(question, grant, evidence, opened, portal)
            cookies.set_session(response, transaction.brand, opened.cookie)
        else:
            response = self._turn_away(asked, opened.session, portal)
            if running is not None:
                cookies.forget_session(response, transaction.brand)
        return response

    def _let_in(
        self, question: Question, grant: Grant, evidence: Evidence, opened: Opened, portal: PortalView
    ) -> Response:
        """What a new session brings: a code, a device that is known from now on, the moment of the login."""
        stage, now = self._backstage, self._backstage.clock()
        try:
            # What Redis keeps is written before the event is, as it would be without waiting.
            with self.auditor.together(), stage.sessions.together():
                given = self._with_code(question, grant, opened.session, portal, version=opened.version)
                response = make_response(given)
                if isinstance(evidence.identity, AccountIdentity):
                    is_first = self._opening.is_first_by_this_password(grant.account.id)
                    remember_device(response, stage.devices, grant.account, is_first_login=is_first, now=now)
                stage.accounts.record_login(grant.account.id, now)
        except StorageUnavailable:
            self._opening.forget(opened.session)
            raise
        return response

    def _turn_away(self, asked: AuthorizationRequest, session: Session, portal: PortalView) -> Response:
        """The portal named somebody, and somebody else logged in."""
        self.end_session(session, reason="other-person-than-asked")
        description = "somebody else logged in than the request named"
        return make_response(self.refused(asked, OAuthCode.LOGIN_REQUIRED, description, portal))

    def _with_code(
        self,
        question: Question,
        grant: Grant,
        session: Session,
        portal: PortalView,
        *,
        version: int | None = None,
    ) -> ResponseReturnValue:
        stage, asked = self._backstage, question.asked
        if portal.is_ours:
            self.auditor.record(granted_event(grant, session, portal.client_id))
            return redirect(asked.redirect_uri, 303)
        client = stage.clients.find(asked.client_id)
        if client is None:
            raise DeadEnd("request-invalid", 400)
        login = replace(
            logged_in(grant, session, client, session.bsn),
            acting=acting(asked, grant, session),
            # A switch: the tokens that the portal showed are those that it gives up.
            replaces=question.expected.grant_id if asked.collectivity is not None else None,
        )
        if client.backchannel_logout_uri is not None:
            portal_there = KnownAt(client.client_id, login.subject)
            stage.sessions.tell_at_end(session, portal_there, now=stage.clock(), version=version)
        code = stage.codes.issue(asked, client, login)
        self.auditor.record(granted_event(grant, session, client.client_id))
        if login.replaces is not None and grant.relation is not None:
            self._note_switch(grant, grant.relation, session, client)
        return send(responses.granted(asked, code, issuer=stage.issuer), portal.brand, portal)

    def _note_switch(self, grant: Grant, relation: Relation, session: Session, client: Client) -> None:
        self.auditor.record(
            RelationSwitched(
                brand=session.brand,
                result=Result.SUCCESS,
                client_id=client.client_id,
                account_id=grant.account.id,
                sid=session.sid,
                collectivity=relation.number.number,
            )
        )
