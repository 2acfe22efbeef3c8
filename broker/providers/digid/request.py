"""What we ask of DigiD: a login of at least a level, and later the answer behind an artifact."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from broker.domain.assurance import DigidLevel
from broker.providers.base import PostForm, RedirectTo, Send
from broker.providers.digid.connection import DigidConnection, RequestBinding
from broker.providers.digid.levels import class_ref_of
from broker.providers.saml.messages import (
    AuthnQuestion,
    authn_request,
    new_message_id,
    signed_artifact_resolve,
    signed_authn_request,
)
from broker.providers.saml.redirect import post_fields, redirect_url


@dataclass(frozen=True, slots=True)
class Resolve:
    """A signed ArtifactResolve in its envelope, and the ID that the answer must name."""

    id: str
    envelope: bytes


def new_question(connection: DigidConnection, level: DigidLevel, now: datetime) -> AuthnQuestion:
    """A login of at least `level`, under a fresh ID."""
    return AuthnQuestion(
        id=new_message_id(),
        issued_at=now,
        issuer=connection.entity_id,
        destination=connection.sso_url,
        class_ref=class_ref_of(level),
        provider_name=connection.provider_name,
    )


def send_by_browser(connection: DigidConnection, question: AuthnQuestion, relay_state: str) -> Send:
    """Signed in the query by Redirect, signed in the message by POST."""
    key = connection.signing.at(question.issued_at)
    if connection.request_binding is RequestBinding.REDIRECT:
        return RedirectTo(redirect_url(connection.sso_url, authn_request(question), relay_state, key))
    return PostForm(connection.sso_url, post_fields(signed_authn_request(question, key), relay_state))


def new_resolve(connection: DigidConnection, artifact: str, now: datetime) -> Resolve:
    """Ask for what is behind `artifact`, which must have been checked."""
    message_id = new_message_id()
    envelope = signed_artifact_resolve(
        artifact,
        message_id=message_id,
        issued_at=now,
        issuer=connection.entity_id,
        key=connection.signing.at(now),
    )
    return Resolve(message_id, envelope)
