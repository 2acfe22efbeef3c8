"""The messages that we send, built from pysaml2's message classes and signed by `sign`.

Only the classes are used: pysaml2's client, entity and security context are not (they sign with SHA-1 by
default and start the xmlsec1 program). They write a message once for each connection; what is a message's own
is put into that text, which costs a twentieth of writing it anew.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final
from xml.sax.saxutils import escape

from lxml import etree
from lxml.etree import _Element
from saml2 import saml, samlp

from broker.providers.saml.instants import write_instant
from broker.providers.saml.keys import SigningKey
from broker.providers.saml.names import SAML, SAMLP, soap
from broker.providers.saml.names import SOAP as SOAP_NAMESPACE
from broker.providers.saml.parse import parse_canonical
from broker.providers.saml.sign import KeyInfo, sign_enveloped

# Stand in a shape for what every message has for itself.
_ANY_ID: Final = b"_" + b"0" * 40
_ANY_INSTANT: Final = b"0001-01-01T00:00:00Z"
_ANY_MOMENT: Final = datetime(1, 1, 1, tzinfo=UTC)
_ANY_ARTIFACT: Final = b"AAAA"
_PREFIXES: Final = {"saml": SAML, "samlp": SAMLP}


@dataclass(frozen=True, slots=True)
class AuthnQuestion:
    """What an AuthnRequest asks.

    `answer_index` names the endpoint in our metadata that the answer goes to. `class_ref` is the least level,
    `service_index` the service in our metadata that is asked for: a scheme has the one or the other.
    """

    id: str
    issued_at: datetime
    issuer: str
    destination: str
    provider_name: str
    class_ref: str | None = None
    service_index: int | None = None
    answer_index: int = 0


def new_message_id() -> str:
    """``_`` and 160 random bits in hex, as DigiD writes its own."""
    return f"_{secrets.token_hex(20)}"


def authn_request(question: AuthnQuestion) -> bytes:
    """An unsigned AuthnRequest: always a fresh login, at least the asked class, ACS by index only.

    DigiD refuses a request that names the index as well as a URL or binding.
    """
    shape = _authn_request(replace(question, id="", issued_at=_ANY_MOMENT))
    return _of_shape(shape, question.id, question.issued_at)


def signed_authn_request(
    question: AuthnQuestion, key: SigningKey, key_info: KeyInfo = KeyInfo.NAME_AND_CERTIFICATE
) -> bytes:
    """The same with an enveloped signature, for the POST binding."""
    root = parse_canonical(authn_request(question))
    sign_enveloped(root, key, position=1, key_info=key_info)
    return etree.tostring(root)


def signed_artifact_resolve(
    artifact: str,
    *,
    message_id: str,
    issued_at: datetime,
    issuer: str,
    key: SigningKey,
    key_info: KeyInfo = KeyInfo.NAME_AND_CERTIFICATE,
) -> bytes:
    """A SOAP 1.1 envelope with a signed ArtifactResolve (SAML core 3.5.1, bindings 3.6.5)."""
    # The artifact stands behind everything that the configuration says.
    before, _, after = _artifact_resolve(issuer).rpartition(_ANY_ARTIFACT)
    message = before + escape(artifact).encode() + after
    root = parse_canonical(_of_shape(message, message_id, issued_at))
    sign_enveloped(root, key, position=1, key_info=key_info)
    return b'<?xml version="1.0" encoding="UTF-8"?>' + etree.tostring(_in_envelope(root))


def _of_shape(shape: bytes, message_id: str, issued_at: datetime) -> bytes:
    """The message of this shape with its own ID and moment, which are ours and need no escaping.

    Those two stand in front of everything that the configuration says, so the first of each is the one.
    """
    own = shape.replace(_ANY_ID, message_id.encode(), 1)
    return own.replace(_ANY_INSTANT, write_instant(issued_at).encode(), 1)


@lru_cache(maxsize=64)
def _authn_request(question: AuthnQuestion) -> bytes:
    """The request of one connection and level; only its ID and its moment differ from login to login."""
    service_index = question.service_index
    return _written(
        samlp.AuthnRequest(
            id=_ANY_ID.decode(),
            version="2.0",
            issue_instant=_ANY_INSTANT.decode(),
            destination=question.destination,
            force_authn="true",
            assertion_consumer_service_index=str(question.answer_index),
            attribute_consuming_service_index=None if service_index is None else str(service_index),
            provider_name=question.provider_name,
            issuer=saml.Issuer(text=question.issuer),
            requested_authn_context=_least(question.class_ref),
        )
    )


def _least(class_ref: str | None) -> samlp.RequestedAuthnContext | None:
    if class_ref is None:
        return None
    return samlp.RequestedAuthnContext(
        comparison="minimum", authn_context_class_ref=[saml.AuthnContextClassRef(text=class_ref)]
    )


@lru_cache(maxsize=64)
def _artifact_resolve(issuer: str) -> bytes:
    """The same for the question that follows, which has an artifact besides."""
    return _written(
        samlp.ArtifactResolve(
            id=_ANY_ID.decode(),
            version="2.0",
            issue_instant=_ANY_INSTANT.decode(),
            issuer=saml.Issuer(text=issuer),
            artifact=samlp.Artifact(text=_ANY_ARTIFACT.decode()),
        )
    )


def _written(message: samlp.RequestAbstractType_) -> bytes:
    text: bytes = message.to_string(nspair=_PREFIXES)
    return text


def _in_envelope(root: _Element) -> _Element:
    envelope = etree.Element(soap("Envelope"), nsmap={"soapenv": SOAP_NAMESPACE})
    etree.SubElement(envelope, soap("Body")).append(root)
    return envelope
