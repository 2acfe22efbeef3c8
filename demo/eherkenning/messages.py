"""The makelaar's messages: the values that go into an answer, and the XML that is made of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum

from lxml import etree
from lxml.builder import ElementMaker

from demo.eherkenning.advice import Told
from demo.eherkenning.encryption import Identifier, Sealing, encrypted_id
from demo.eherkenning.levels import Level
from demo.eherkenning.names import TRANSIENT
from demo.idp.forms import PREFIXES, SAML, SAMLP, instant, new_id

BEFORE_SECONDS = 5
AFTER_MINUTES = 2

_STATUS = "urn:oasis:names:tc:SAML:2.0:status:"
_BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer"

_samlp = ElementMaker(namespace=SAMLP, nsmap=PREFIXES)
_saml = ElementMaker(namespace=SAML, nsmap=PREFIXES)


class Status(Enum):
    """The statuses the scheme uses: the top code and, below it, the second."""

    SUCCESS = ("Success",)
    AUTHN_FAILED = ("Responder", "AuthnFailed")
    REQUEST_UNSUPPORTED = ("Requester", "RequestUnsupported")


@dataclass(frozen=True, slots=True)
class Addressing:
    """To whom an answer is addressed. `resolve_to` matters only in an answer to an ArtifactResolve."""

    resolve_to: str
    response_to: str
    confirmation_to: str
    audience: str
    destination: str
    recipient: str


@dataclass(frozen=True, slots=True)
class Window:
    """When an assertion is valid."""

    not_before: datetime
    not_on_or_after: datetime

    @classmethod
    def around(cls, moment: datetime) -> Window:
        """A little before, and two minutes after."""
        return cls(moment - timedelta(seconds=BEFORE_SECONDS), moment + timedelta(minutes=AFTER_MINUTES))


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute; identifiers among its values are encrypted one by one."""

    name: str
    values: tuple[str | Identifier, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Statement:
    """What one assertion says; `told` is what supplier and register told the makelaar."""

    name_id: str
    class_ref: str
    authn_instant: datetime
    session_index: str
    authority: str
    attributes: tuple[Attribute, ...]
    told: tuple[Told, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """Everything that is said in one Response; `statements` is empty when the login failed."""

    issuer: str
    issued_at: datetime
    status: Status
    status_message: str | None
    addressing: Addressing
    window: Window
    asked: Level
    statements: tuple[Statement, ...] = ()


def response(answer: Answer, assertions: list[etree._Element]) -> etree._Element:
    """The Response: it names its Destination, and holds an Assertion only after success."""
    return _samlp.Response(
        _saml.Issuer(answer.issuer),
        status(answer.status, answer.status_message),
        *assertions,
        Destination=answer.addressing.destination,
        **message(answer.issued_at, answer.addressing.response_to),
    )


def assertion(
    answer: Answer, statement: Statement, sealing: Sealing, advice: list[etree._Element]
) -> etree._Element:
    """One Assertion: Issuer, Subject, Conditions, Advice, AuthnStatement, AttributeStatement."""
    to, window = answer.addressing, answer.window
    confirmation = _saml.SubjectConfirmationData(
        InResponseTo=to.confirmation_to, Recipient=to.recipient, NotOnOrAfter=instant(window.not_on_or_after)
    )
    name_id = _saml.NameID(statement.name_id, Format=TRANSIENT, NameQualifier=statement.authority)
    return _saml.Assertion(
        _saml.Issuer(answer.issuer),
        _saml.Subject(name_id, _saml.SubjectConfirmation(confirmation, Method=_BEARER)),
        _saml.Conditions(
            _saml.AudienceRestriction(_saml.Audience(to.audience)),
            NotBefore=instant(window.not_before),
            NotOnOrAfter=instant(window.not_on_or_after),
        ),
        *([_saml.Advice(*advice)] if advice else []),
        _saml.AuthnStatement(
            _saml.AuthnContext(
                _saml.AuthnContextClassRef(statement.class_ref),
                _saml.AuthenticatingAuthority(statement.authority),
            ),
            AuthnInstant=instant(statement.authn_instant),
            SessionIndex=statement.session_index,
        ),
        *_attribute_statements(statement.attributes, sealing),
        **message(answer.issued_at),
    )


def artifact_response(
    answer_to: tuple[str, str, datetime], outer: Status, inner: etree._Element | None = None
) -> etree._Element:
    """The ArtifactResponse by this issuer to this ArtifactResolve, around a Response or around nothing."""
    issuer, resolve_id, issued_at = answer_to
    return _samlp.ArtifactResponse(
        _saml.Issuer(issuer),
        status(outer),
        *([] if inner is None else [inner]),
        **message(issued_at, resolve_id),
    )


def status(value: Status, text: str | None = None) -> etree._Element:
    """A Status with its one or two codes, nested, and a message when there is something to say."""
    top, *second = value.value
    code = _samlp.StatusCode(Value=_STATUS + top)
    code.extend(_samlp.StatusCode(Value=_STATUS + name) for name in second)
    return _samlp.Status(code, *([_samlp.StatusMessage(text)] if text else []))


def message(issued_at: datetime, in_response_to: str | None = None) -> dict[str, str]:
    """The attributes that every message and assertion has."""
    attributes = {"ID": new_id(), "Version": "2.0", "IssueInstant": instant(issued_at)}
    return attributes if in_response_to is None else {**attributes, "InResponseTo": in_response_to}


def _attribute_statements(attributes: tuple[Attribute, ...], sealing: Sealing) -> tuple[etree._Element, ...]:
    if not attributes:
        return ()
    return (_saml.AttributeStatement(*(_attribute(one, sealing) for one in attributes)),)


def _attribute(attribute: Attribute, sealing: Sealing) -> etree._Element:
    values = (
        _saml.AttributeValue(encrypted_id(value, sealing))
        if isinstance(value, Identifier)
        else _saml.AttributeValue(value)
        for value in attribute.values
    )
    return _saml.Attribute(*values, Name=attribute.name)
