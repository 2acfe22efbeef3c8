"""What we ask of eHerkenning: a login for a service, and later the answer behind an artifact.

No level is asked: the service has one in the catalogue, and a request may only go below it (Afsprakenstelsel,
interface DV-HM).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from broker.providers.base import PostForm, RedirectTo, Send
from broker.providers.eherkenning.connection import EherkenningConnection, RequestBinding
from broker.providers.eherkenning.service import Service
from broker.providers.saml.messages import (
    AuthnQuestion,
    authn_request,
    new_message_id,
    signed_artifact_resolve,
    signed_authn_request,
)
from broker.providers.saml.redirect import post_fields, redirect_url
from broker.providers.saml.sign import KeyInfo


@dataclass(frozen=True, slots=True)
class Resolve:
    """A signed ArtifactResolve in its envelope, and the ID that the answer must name."""

    id: str
    envelope: bytes


def new_question(connection: EherkenningConnection, service: Service, now: datetime) -> AuthnQuestion:
    """A login for `service`, under a fresh ID."""
    return AuthnQuestion(
        id=new_message_id(),
        issued_at=now,
        issuer=connection.entity_id,
        destination=connection.sso_url,
        provider_name=connection.provider_name,
        service_index=service.index,
        answer_index=connection.answer_binding.acs_index,
    )


def send_by_browser(connection: EherkenningConnection, question: AuthnQuestion, relay_state: str) -> Send:
    """Signed in the query by Redirect, signed in the message by POST."""
    key = connection.signing.at(question.issued_at)
    if connection.request_binding is RequestBinding.REDIRECT:
        return RedirectTo(redirect_url(connection.sso_url, authn_request(question), relay_state, key))
    signed = signed_authn_request(question, key, KeyInfo.NAME)
    return PostForm(connection.sso_url, post_fields(signed, relay_state))


def new_resolve(connection: EherkenningConnection, artifact: str, now: datetime) -> Resolve:
    """Ask for what is behind `artifact`, which must have been checked."""
    message_id = new_message_id()
    envelope = signed_artifact_resolve(
        artifact,
        message_id=message_id,
        issued_at=now,
        issuer=connection.entity_id,
        key=connection.signing.at(now),
        key_info=KeyInfo.NAME,
    )
    return Resolve(message_id, envelope)
