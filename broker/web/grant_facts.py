"""From a granted login to what the OpenID Provider issues a code for, and how its answer travels."""

from __future__ import annotations

from flask import redirect, render_template
from flask.typing import ResponseReturnValue

from broker.domain.bsn import Bsn
from broker.login.progress import Grant
from broker.oidc import responses
from broker.oidc.authorization_request import AuthorizationRequest
from broker.oidc.claims import ClaimSource, SessionEnds
from broker.oidc.clients import Client
from broker.oidc.codes import LoggedIn
from broker.oidc.rights import Acting
from broker.oidc.subject import pairwise_subject
from broker.oidc.vocabulary import ResponseMode
from broker.sessions.session import Session
from broker.web.headers import allow_form_to
from broker.web.portals import BrandView, PortalView


def send(
    answer: responses.AuthorizationResponse, brand: BrandView | None, portal: PortalView | None
) -> ResponseReturnValue:
    """Carry an authorization response to the portal by the way that it asked for."""
    if answer.response_mode is ResponseMode.QUERY:
        return redirect(answer.location, 303)
    allow_form_to(answer.redirect_uri)
    return render_template(
        "login/form_post.html",
        brand=brand,
        portal=portal,
        action=answer.redirect_uri,
        fields=dict(answer.fields),
    )


def acting(asked: AuthorizationRequest, grant: Grant, session: Session) -> Acting | None:
    """For which collectivity the tokens are, and what the portal asked to be allowed there."""
    if grant.relation is None:
        return None
    actions = asked.collectivity.actions if asked.collectivity is not None else ()
    return Acting(grant.account.id, grant.relation.id, actions, session.represents)


def logged_in(grant: Grant, session: Session, client: Client, bsn: Bsn | None) -> LoggedIn:
    """What a code stands for: whose session, and the facts that claims are made of."""
    account, authentication = grant.account, grant.authentication
    return LoggedIn(
        sid=session.sid,
        subject=pairwise_subject(account.subject_seed, client.sector),
        source=ClaimSource(
            name=account.name,
            email=account.email,
            account_type=account.type,
            brand=session.brand,
            idp=authentication.assurance.scheme.value,
            assurance=authentication.assurance,
            authenticated_at=authentication.authenticated_at,
            session=SessionEnds(idle_at=session.idle_expires_at, absolute_at=session.absolute_expires_at),
            bsn=bsn,
            represents=session.represents,
        ),
    )
