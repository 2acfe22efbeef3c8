"""The LogoutRequest that we send (SAML core 3.7.1), built from pysaml2's message classes.

One a logout, so that nothing is kept ready as it is for a login.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from lxml import etree
from saml2 import saml, samlp

from broker.providers.saml.instants import write_instant
from broker.providers.saml.keys import SigningKey
from broker.providers.saml.names import SAML, SAMLP
from broker.providers.saml.parse import parse_canonical
from broker.providers.saml.sign import KeyInfo, sign_enveloped


@dataclass(frozen=True, slots=True)
class NamedLogin:
    """The login that ends: the NameID exactly as the assertion had it, and its SessionIndex if any."""

    text: str = field(repr=False)
    format: str | None = None
    qualifier: str | None = None
    session_index: str | None = None


@dataclass(frozen=True, slots=True)
class LogoutQuestion:
    """What a LogoutRequest says besides its signature."""

    id: str
    issued_at: datetime
    issuer: str
    destination: str
    login: NamedLogin


def logout_request(question: LogoutQuestion) -> bytes:
    """An unsigned LogoutRequest, for the Redirect binding that signs the query."""
    login = question.login
    index = login.session_index
    message = samlp.LogoutRequest(
        id=question.id,
        version="2.0",
        issue_instant=write_instant(question.issued_at),
        destination=question.destination,
        issuer=saml.Issuer(text=question.issuer),
        name_id=saml.NameID(text=login.text, format=login.format, name_qualifier=login.qualifier),
        session_index=[] if index is None else [samlp.SessionIndex(text=index)],
    )
    text: bytes = message.to_string(nspair={"saml": SAML, "samlp": SAMLP})
    return text


def signed_logout_request(question: LogoutQuestion, key: SigningKey, key_info: KeyInfo) -> bytes:
    """The same with an enveloped signature, for the POST binding."""
    root = parse_canonical(logout_request(question))
    sign_enveloped(root, key, position=1, key_info=key_info)
    return etree.tostring(root)
