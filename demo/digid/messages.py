"""DigiD's messages: the values that go into an answer, and the XML that is made of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from lxml import etree
from lxml.builder import ElementMaker

from demo.idp.forms import PREFIXES, SAML, SAMLP, instant, new_id

WINDOW_MINUTES = 2
BSN_SECTOR = "s00000000"

_STATUS = "urn:oasis:names:tc:SAML:2.0:status:"
_BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer"

_samlp = ElementMaker(namespace=SAMLP, nsmap=PREFIXES)
_saml = ElementMaker(namespace=SAML, nsmap=PREFIXES)


class Status(Enum):
    """The statuses DigiD uses: the top code and, below it, the second (SAML core 3.2.2.2)."""

    SUCCESS = ("Success",)
    AUTHN_FAILED = ("Responder", "AuthnFailed")
    NO_AUTHN_CONTEXT = ("Responder", "NoAuthnContext")
    REQUEST_DENIED = ("Requester", "RequestDenied")


@dataclass(frozen=True, slots=True)
class Addressing:
    """To whom an answer is addressed: the three InResponseTo values, the audience and the recipient."""

    resolve_to: str
    response_to: str
    confirmation_to: str
    audience: str
    recipient: str


@dataclass(frozen=True, slots=True)
class Window:
    """When an assertion is valid."""

    not_before: datetime
    not_on_or_after: datetime

    @classmethod
    def around(cls, moment: datetime) -> Window:
        """Two minutes on either side."""
        margin = timedelta(minutes=WINDOW_MINUTES)
        return cls(moment - margin, moment + margin)


@dataclass(frozen=True, slots=True)
class Subject:
    """What an assertion says about a person; `__repr__` hides the number."""

    name_id: str
    class_ref: str
    authn_instant: datetime
    session_index: str
    address: str

    def __repr__(self) -> str:
        return f"Subject(class_ref={self.class_ref!r})"


@dataclass(frozen=True, slots=True)
class Answer:
    """Everything that is said in one Response. `subjects` holds one, or none when the login failed."""

    issuer: str
    issued_at: datetime
    status: Status
    addressing: Addressing
    window: Window
    subjects: tuple[Subject, ...] = ()


def response(answer: Answer) -> etree._Element:
    """The inner Response: never signed, no Destination, an Assertion only after success."""
    return _samlp.Response(
        _saml.Issuer(answer.issuer),
        status(answer.status),
        *(assertion(answer, subject) for subject in answer.subjects),
        **_message(answer.issued_at, answer.addressing.response_to),
    )


def assertion(answer: Answer, subject: Subject) -> etree._Element:
    """One Assertion in DigiD's order: Issuer, Subject, Conditions, AuthnStatement; no attributes."""
    to, window = answer.addressing, answer.window
    confirmation = _saml.SubjectConfirmationData(
        InResponseTo=to.confirmation_to, Recipient=to.recipient, NotOnOrAfter=instant(window.not_on_or_after)
    )
    return _saml.Assertion(
        _saml.Issuer(answer.issuer),
        _saml.Subject(_saml.NameID(subject.name_id), _saml.SubjectConfirmation(confirmation, Method=_BEARER)),
        _saml.Conditions(
            _saml.AudienceRestriction(_saml.Audience(to.audience)),
            NotBefore=instant(window.not_before),
            NotOnOrAfter=instant(window.not_on_or_after),
        ),
        _saml.AuthnStatement(
            _saml.SubjectLocality(Address=subject.address),
            _saml.AuthnContext(_saml.AuthnContextClassRef(subject.class_ref)),
            AuthnInstant=instant(subject.authn_instant),
            SessionIndex=subject.session_index,
        ),
        **_message(answer.issued_at),
    )


def artifact_response(
    issuer: str, issued_at: datetime, in_response_to: str, outer: Status, inner: etree._Element | None = None
) -> etree._Element:
    """The ArtifactResponse around an inner Response, or around nothing."""
    return _samlp.ArtifactResponse(
        _saml.Issuer(issuer),
        status(outer),
        *([] if inner is None else [inner]),
        **_message(issued_at, in_response_to),
    )


def status(value: Status) -> etree._Element:
    """A Status with its one or two codes, nested; DigiD 3.x adds no StatusMessage."""
    top, *second = value.value
    code = _samlp.StatusCode(Value=_STATUS + top)
    code.extend(_samlp.StatusCode(Value=_STATUS + name) for name in second)
    return _samlp.Status(code)


def _message(issued_at: datetime, in_response_to: str | None = None) -> dict[str, str]:
    attributes = {"ID": new_id(), "Version": "2.0", "IssueInstant": instant(issued_at)}
    return attributes if in_response_to is None else {**attributes, "InResponseTo": in_response_to}
