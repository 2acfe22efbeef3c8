"""What a verified answer says, as frozen values.

Reads only trees that `verify` made. Nothing is judged here: whether the values suit this login is decided
by the scheme's own checks.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from lxml.etree import _Element

from broker.providers.saml.attributes import Attribute, read_attributes
from broker.providers.saml.below import Children, by_name
from broker.providers.saml.instants import read_instant
from broker.providers.saml.names import saml, samlp
from broker.providers.saml.refusal import GateRefused

_ISSUER, _STATUS, _STATUS_CODE = saml("Issuer"), samlp("Status"), samlp("StatusCode")
_RESPONSE, _ASSERTION, _SUBJECT, _NAME_ID = (
    samlp("Response"),
    saml("Assertion"),
    saml("Subject"),
    saml("NameID"),
)
_CONFIRMATION, _CONFIRMATION_DATA = saml("SubjectConfirmation"), saml("SubjectConfirmationData")
_CONDITIONS, _AUDIENCE_RESTRICTION = saml("Conditions"), saml("AudienceRestriction")
_AUTHN_STATEMENT, _AUTHN_CONTEXT = saml("AuthnStatement"), saml("AuthnContext")
_CLASS_REF, _AUTHORITY = saml("AuthnContextClassRef"), saml("AuthenticatingAuthority")


@dataclass(frozen=True, slots=True)
class Named:
    """An Issuer or NameID: a text with an optional format, and whose name it is where that is told."""

    text: str = field(repr=False)
    format: str | None
    qualifier: str | None = None


@dataclass(frozen=True, slots=True)
class Status:
    """The top status code and the one nested in it."""

    top: str
    nested: str | None


@dataclass(frozen=True, slots=True)
class Confirmation:
    """How and for whom the subject is confirmed (SAML core 2.4.1)."""

    method: str
    in_response_to: str | None
    recipient: str | None
    not_on_or_after: datetime | None


@dataclass(frozen=True, slots=True)
class Conditions:
    """When and for whom the assertion counts; one tuple of audiences for each restriction."""

    not_before: datetime | None
    not_on_or_after: datetime | None
    audience_restrictions: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class AuthnStatement:
    """When and how strongly the person logged in, and with whom (`authorities`, where it is told)."""

    instant: datetime
    session_index: str | None
    class_ref: str
    authorities: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class VerifiedAssertion:
    """An Assertion whose every value was covered by a verified signature."""

    id: str
    issue_instant: datetime
    issuer: Named
    name_id: Named | None
    confirmation: Confirmation | None
    conditions: Conditions | None
    authn_statement: AuthnStatement | None
    attributes: tuple[Attribute, ...] = ()


@dataclass(frozen=True, slots=True)
class VerifiedResponse:
    """A Response, or a LogoutResponse (which has no assertion), all covered by a verified signature."""

    id: str
    issue_instant: datetime
    in_response_to: str | None
    destination: str | None
    issuer: Named
    status: Status
    assertion: VerifiedAssertion | None


@dataclass(frozen=True, slots=True)
class VerifiedArtifactResponse:
    """What the gate lets through."""

    id: str
    issue_instant: datetime
    in_response_to: str | None
    issuer: Named
    status: Status
    response: VerifiedResponse | None


def read_artifact_response(root: _Element) -> VerifiedArtifactResponse:
    """Read a tree of the profile's shape; raises `GateRefused` for a value that is not of its type."""
    children = by_name(root)
    response = children.get(_RESPONSE)
    return VerifiedArtifactResponse(
        id=_id(root),
        issue_instant=_issue_instant(root),
        in_response_to=root.get("InResponseTo"),
        issuer=_named(_child(children, _ISSUER)),
        status=_status(children),
        response=None if response is None else read_response(response),
    )


def read_response(element: _Element) -> VerifiedResponse:
    """Read a Response element, or one of the same type (SAML core 3.2.2)."""
    children = by_name(element)
    assertion = children.get(_ASSERTION)
    return VerifiedResponse(
        id=_id(element),
        issue_instant=_issue_instant(element),
        in_response_to=element.get("InResponseTo"),
        destination=element.get("Destination"),
        issuer=_named(_child(children, _ISSUER)),
        status=_status(children),
        assertion=None if assertion is None else read_assertion(assertion),
    )


def read_assertion(element: _Element) -> VerifiedAssertion:
    """Read an Assertion element."""
    children = by_name(element)
    subject = by_name(children.get(_SUBJECT, ()))
    name_id, confirmation = subject.get(_NAME_ID), subject.get(_CONFIRMATION)
    conditions, statement = children.get(_CONDITIONS), children.get(_AUTHN_STATEMENT)
    return VerifiedAssertion(
        id=_id(element),
        issue_instant=_issue_instant(element),
        issuer=_named(_child(children, _ISSUER)),
        name_id=None if name_id is None else _named(name_id),
        confirmation=None if confirmation is None else _confirmation(confirmation),
        conditions=None if conditions is None else _conditions(conditions),
        authn_statement=None if statement is None else _authn_statement(statement),
        attributes=read_attributes(element),
    )


def _confirmation(element: _Element) -> Confirmation:
    data = by_name(element).get(_CONFIRMATION_DATA)
    return Confirmation(
        method=_attribute(element, "Method"),
        in_response_to=None if data is None else data.get("InResponseTo"),
        recipient=None if data is None else data.get("Recipient"),
        not_on_or_after=None if data is None else _moment(data.get("NotOnOrAfter")),
    )


def _conditions(element: _Element) -> Conditions:
    return Conditions(
        not_before=_moment(element.get("NotBefore")),
        not_on_or_after=_moment(element.get("NotOnOrAfter")),
        audience_restrictions=tuple(
            tuple(audience.text or "" for audience in restriction)
            for restriction in element.iterchildren(_AUDIENCE_RESTRICTION)
        ),
    )


def _authn_statement(element: _Element) -> AuthnStatement:
    context = _child(by_name(element), _AUTHN_CONTEXT)
    return AuthnStatement(
        instant=_required_moment(_attribute(element, "AuthnInstant")),
        session_index=element.get("SessionIndex"),
        class_ref=_child(by_name(context), _CLASS_REF).text or "",
        authorities=tuple(authority.text or "" for authority in context.iterchildren(_AUTHORITY)),
    )


def _status(children: Children) -> Status:
    top = _child(by_name(_child(children, _STATUS)), _STATUS_CODE)
    nested = by_name(top).get(_STATUS_CODE)
    return Status(_attribute(top, "Value"), None if nested is None else _attribute(nested, "Value"))


def _named(element: _Element) -> Named:
    return Named(element.text or "", element.get("Format"), element.get("NameQualifier"))


def _id(element: _Element) -> str:
    if _attribute(element, "Version") != "2.0":
        raise GateRefused("value.version", "a message is not of SAML 2.0")
    return _attribute(element, "ID")


def _issue_instant(element: _Element) -> datetime:
    return _required_moment(_attribute(element, "IssueInstant"))


def _moment(text: str | None) -> datetime | None:
    return None if text is None else _required_moment(text)


def _required_moment(text: str) -> datetime:
    try:
        return read_instant(text)
    except ValueError:
        raise GateRefused("value.instant", "a time is not an xs:dateTime in UTC") from None


def _child(children: Children, name: str) -> _Element:
    child = children.get(name)
    if child is None:
        raise GateRefused("value.missing", name.rpartition("}")[2])
    return child


def _attribute(element: _Element, name: str) -> str:
    value = element.get(name)
    if value is None:
        raise GateRefused("value.missing", name)
    return value
