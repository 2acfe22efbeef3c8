"""The messages that we send, built from pysaml2's message classes and signed by `sign`.

Only the classes are used: pysaml2's client, entity and security context are not (they sign with SHA-1 by
default and start the xmlsec1 program).
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from lxml import etree
from lxml.etree import _Element
from saml2 import saml, samlp

from broker.providers.saml.instants import write_instant
from broker.providers.saml.keys import SigningKey
from broker.providers.saml.names import SAML, SAMLP, soap
from broker.providers.saml.names import SOAP as SOAP_NAMESPACE
from broker.providers.saml.parse import parse_canonical
from broker.providers.saml.sign import sign_enveloped

_PREFIXES = {"saml": SAML, "samlp": SAMLP}


@dataclass(frozen=True, slots=True)
class AuthnQuestion:
    """What an AuthnRequest asks; the answer goes to the artifact endpoint with index 0 in our metadata."""

    id: str
    issued_at: datetime
    issuer: str
    destination: str
    class_ref: str
    provider_name: str


def new_message_id() -> str:
    """``_`` and 160 random bits in hex, as DigiD writes its own."""
    return f"_{secrets.token_hex(20)}"


def authn_request(question: AuthnQuestion) -> bytes:
    """An unsigned AuthnRequest: always a fresh login, at least the asked class, ACS by index only.

    DigiD refuses a request that names the index as well as a URL or binding.
    """
    return _written(_authn_request(question))


def signed_authn_request(question: AuthnQuestion, key: SigningKey) -> bytes:
    """The same with an enveloped signature, for the POST binding."""
    root = parse_canonical(_written(_authn_request(question)))
    sign_enveloped(root, key, position=1)
    return etree.tostring(root)


def signed_artifact_resolve(
    artifact: str, *, message_id: str, issued_at: datetime, issuer: str, key: SigningKey
) -> bytes:
    """A SOAP 1.1 envelope with a signed ArtifactResolve (SAML core 3.5.1, bindings 3.6.5)."""
    message = samlp.ArtifactResolve(
        id=message_id,
        version="2.0",
        issue_instant=write_instant(issued_at),
        issuer=saml.Issuer(text=issuer),
        artifact=samlp.Artifact(text=artifact),
    )
    root = parse_canonical(_written(message))
    sign_enveloped(root, key, position=1)
    return b'<?xml version="1.0" encoding="UTF-8"?>' + etree.tostring(_in_envelope(root))


def _authn_request(question: AuthnQuestion) -> samlp.AuthnRequest:
    return samlp.AuthnRequest(
        id=question.id,
        version="2.0",
        issue_instant=write_instant(question.issued_at),
        destination=question.destination,
        force_authn="true",
        assertion_consumer_service_index="0",
        provider_name=question.provider_name,
        issuer=saml.Issuer(text=question.issuer),
        requested_authn_context=samlp.RequestedAuthnContext(
            comparison="minimum",
            authn_context_class_ref=[saml.AuthnContextClassRef(text=question.class_ref)],
        ),
    )


def _written(message: samlp.RequestAbstractType_) -> bytes:
    text: bytes = message.to_string(nspair=_PREFIXES)
    return text


def _in_envelope(root: _Element) -> _Element:
    envelope = etree.Element(soap("Envelope"), nsmap={"soapenv": SOAP_NAMESPACE})
    etree.SubElement(envelope, soap("Body")).append(root)
    return envelope
