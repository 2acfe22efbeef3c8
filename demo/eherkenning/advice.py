"""What supplier and register told the makelaar, in the Advice: assertions of their own, under their own keys.

A service provider cannot check them and has to take nothing from them. The register's holds an XACML
statement, whose type is told by xsi:type, as in the scheme.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from lxml import etree
from lxml.builder import ElementMaker

from demo.eherkenning.encryption import Identifier, Sealing, encrypted_id
from demo.eherkenning.names import (
    BRANCH,
    HM_ENTITY_ID,
    LEGAL_SUBJECT,
    LEVEL,
    LEVEL_USED,
    REGISTER_ID,
    REPRESENTATION,
    SERVICE_ID,
    TRANSIENT,
    XACML_CONTEXT,
    XACML_SAML,
    XSI,
)
from demo.eherkenning.signing import MESSAGE
from demo.eherkenning.suppliers import Supplier
from demo.idp.forms import PREFIXES, SAML, instant, new_id
from demo.idp.signing import Signer, sign

WINDOW_MINUTES = 10
_STRING = "http://www.w3.org/2001/XMLSchema#string"

_saml = ElementMaker(namespace=SAML, nsmap=PREFIXES)
_typed = ElementMaker(namespace=SAML, nsmap={"saml": SAML, "xsi": XSI, "xacml-saml": XACML_SAML})
_context = ElementMaker(namespace=XACML_CONTEXT, nsmap={"xacml-context": XACML_CONTEXT})


@dataclass(frozen=True, slots=True)
class Told:
    """What the supplier said of the person and its register of the mandate."""

    supplier: Supplier
    class_ref: str
    name_id: str
    authn_instant: datetime
    legal_subject: Identifier
    service_id: str
    branch: str | None


@dataclass(frozen=True, slots=True)
class AdviceSigners:
    """The keys of authentication service and register, which no service provider has."""

    authentication_service: Signer
    register: Signer


def advice(told: Told, issued_at: datetime, signers: AdviceSigners, sealing: Sealing) -> list[etree._Element]:
    """The two signed assertions."""
    authentication = _assertion(
        told.supplier.authentication_service, told, issued_at, _authentication_statements(told)
    )
    mandate = _assertion(told.supplier.register, told, issued_at, [_mandate_statement(told, sealing)])
    sign(authentication, signers.authentication_service, MESSAGE)
    sign(mandate, signers.register, MESSAGE)
    return [authentication, mandate]


def _assertion(
    issuer: str, told: Told, issued_at: datetime, statements: list[etree._Element]
) -> etree._Element:
    margin = timedelta(minutes=WINDOW_MINUTES)
    name_id = _saml.NameID(told.name_id, Format=TRANSIENT, NameQualifier=told.supplier.authentication_service)
    return _saml.Assertion(
        _saml.Issuer(issuer),
        _saml.Subject(name_id),
        _saml.Conditions(
            _saml.AudienceRestriction(_saml.Audience(HM_ENTITY_ID)),
            NotBefore=instant(issued_at - margin),
            NotOnOrAfter=instant(issued_at + margin),
        ),
        *statements,
        ID=new_id(),
        Version="2.0",
        IssueInstant=instant(issued_at),
    )


def _authentication_statements(told: Told) -> list[etree._Element]:
    return [
        _saml.AuthnStatement(
            _saml.AuthnContext(_saml.AuthnContextClassRef(told.class_ref)),
            AuthnInstant=instant(told.authn_instant),
        ),
        _saml.AttributeStatement(
            _saml.Attribute(_saml.AttributeValue("true"), Name=REPRESENTATION),
            _saml.Attribute(_saml.AttributeValue(told.supplier.register), Name=REGISTER_ID),
        ),
    ]


def _mandate_statement(told: Told, sealing: Sealing) -> etree._Element:
    """The register's decision that the mandate covers the service: Permit."""
    about = [(SERVICE_ID, told.service_id), (LEVEL, told.class_ref), (LEVEL_USED, told.class_ref)]
    if told.branch is not None:
        about.append((BRANCH, told.branch))
    subject = _context.Attribute(
        _context.AttributeValue(encrypted_id(told.legal_subject, sealing)),
        AttributeId=LEGAL_SUBJECT,
        DataType=_STRING,
    )
    statement = _typed.Statement(
        _context.Response(_context.Result(_context.Decision("Permit"))),
        _context.Request(
            _context.Subject(subject),
            _context.Resource(
                *(
                    _context.Attribute(_context.AttributeValue(value), AttributeId=name, DataType=_STRING)
                    for name, value in about
                )
            ),
            _context.Action(),
            _context.Environment(),
        ),
    )
    statement.set(f"{{{XSI}}}type", "xacml-saml:XACMLAuthzDecisionStatementType")
    return statement
