"""A second reading of an answer, by another parser (expat), from bytes alone."""

from __future__ import annotations

import base64
import xml.etree.ElementTree as ET
from collections.abc import Iterator

from broker.providers.saml.attributes import EncryptedIdentifier
from broker.providers.saml.instants import write_instant
from broker.providers.saml.values import Named, Status, VerifiedAssertion, VerifiedResponse
from tests.security.mutations.ways import Opened
from tests.support.saml.signers import DS, SAML, SAMLP

Fact = tuple[str, str | None]
_SPACES = {"a": SAML, "p": SAMLP, "d": DS, "x": "http://www.w3.org/2001/04/xmlenc#"}


def second_reading(canonical: bytes) -> list[Fact]:
    """Every value of an ArtifactResponse as expat reads it, with its place; in a fixed order."""
    root = ET.fromstring(canonical)
    if root.tag == f"{{{SAMLP}}}Response":
        return list(_response(root))
    return list(_message(root)) + [fact for found in _all(root, "p:Response") for fact in _response(found)]


def first_reading(answer: Opened) -> list[Fact]:
    """The same facts from what the gate gave out."""
    if isinstance(answer, VerifiedResponse):
        return _of_response(answer)
    facts: list[Fact] = [("id", answer.id), ("to", answer.in_response_to)]
    facts += [*_named(answer.issuer), *_stated(answer.status)]
    return facts if answer.response is None else facts + _of_response(answer.response)


def _of_response(response: VerifiedResponse) -> list[Fact]:
    facts: list[Fact] = [("id", response.id), ("to", response.in_response_to), *_named(response.issuer)]
    facts += [*_stated(response.status), ("destination", response.destination)]
    return facts + ([] if response.assertion is None else list(_of_assertion(response.assertion)))


def _of_assertion(assertion: VerifiedAssertion) -> Iterator[Fact]:
    yield from [("id", assertion.id), *_named(assertion.issuer)]
    if assertion.name_id is not None:
        yield from _named(assertion.name_id)
    if assertion.confirmation is not None:
        data = assertion.confirmation
        yield from [("method", data.method), ("for", data.in_response_to), ("at", data.recipient)]
    if assertion.conditions is not None:
        for audiences in assertion.conditions.audience_restrictions:
            yield ("restriction", str(len(audiences)))
            yield from (("audience", audience) for audience in audiences)
    if assertion.authn_statement is not None:
        statement = assertion.authn_statement
        yield ("logged-in", write_instant(statement.instant))
        yield from [("session", statement.session_index), ("class", statement.class_ref)]
    for attribute in assertion.attributes:
        yield ("attribute", attribute.name)
        for value in attribute.values:
            yield from [("value", value)] if isinstance(value, str) else _sealed(value)


def _sealed(value: EncryptedIdentifier) -> Iterator[Fact]:
    yield ("sealed", base64.b64encode(value.ciphertext or b"").decode())
    for key in value.keys:
        yield from [("for", key.recipient), ("under", key.key_name)]
        yield ("key", base64.b64encode(key.ciphertext or b"").decode())


def _message(element: ET.Element) -> Iterator[Fact]:
    yield ("id", element.get("ID"))
    yield ("to", element.get("InResponseTo"))
    yield from _issuer(element)
    for status in _all(element, "p:Status"):
        codes = [code.get("Value") for code in status.iter(f"{{{SAMLP}}}StatusCode")]
        yield from [("top", codes[0]), ("nested", codes[1] if len(codes) > 1 else None)]


def _response(element: ET.Element) -> Iterator[Fact]:
    yield from _message(element)
    yield ("destination", element.get("Destination"))
    for assertion in _all(element, "a:Assertion"):
        yield ("id", assertion.get("ID"))
        yield from _issuer(assertion)
        for name_id in _all(assertion, "a:Subject/a:NameID"):
            yield from [("text", name_id.text or ""), ("format", name_id.get("Format"))]
        for confirmation in _all(assertion, "a:Subject/a:SubjectConfirmation"):
            data = confirmation.find("a:SubjectConfirmationData", _SPACES)
            yield ("method", confirmation.get("Method"))
            yield ("for", None if data is None else data.get("InResponseTo"))
            yield ("at", None if data is None else data.get("Recipient"))
        yield from _conditions(assertion)


def _conditions(assertion: ET.Element) -> Iterator[Fact]:
    for restriction in _all(assertion, "a:Conditions/a:AudienceRestriction"):
        audiences = _all(restriction, "a:Audience")
        yield ("restriction", str(len(audiences)))
        yield from (("audience", audience.text or "") for audience in audiences)
    for statement in _all(assertion, "a:AuthnStatement"):
        instant = (statement.get("AuthnInstant") or "").partition(".")[0].removesuffix("Z")
        yield ("logged-in", f"{instant}Z")
        yield ("session", statement.get("SessionIndex"))
        classes = _all(statement, "a:AuthnContext/a:AuthnContextClassRef")
        yield from (("class", found.text or "") for found in classes)
    for attribute in _all(assertion, "a:AttributeStatement/a:Attribute"):
        yield ("attribute", attribute.get("Name"))
        for value in _all(attribute, "a:AttributeValue"):
            sealed = _all(value, "a:EncryptedID")
            yield from (fact for found in sealed for fact in _sealed_element(found))
            if not sealed:
                yield ("value", value.text or "")


def _sealed_element(element: ET.Element) -> Iterator[Fact]:
    yield ("sealed", _cipher(element, "x:EncryptedData"))
    for key in _all(element, "x:EncryptedKey"):
        yield ("for", key.get("Recipient"))
        yield ("under", key.findtext("d:KeyInfo/d:KeyName", None, _SPACES))
        yield ("key", _cipher(key, "."))


def _cipher(element: ET.Element, place: str) -> str:
    return "".join((element.findtext(f"{place}/x:CipherData/x:CipherValue", "", _SPACES)).split())


def _issuer(element: ET.Element) -> Iterator[Fact]:
    for issuer in _all(element, "a:Issuer"):
        yield from [("text", issuer.text or ""), ("format", issuer.get("Format"))]


def _named(named: Named) -> list[Fact]:
    return [("text", named.text), ("format", named.format)]


def _stated(status: Status) -> list[Fact]:
    return [("top", status.top), ("nested", status.nested)]


def _all(element: ET.Element, path: str) -> list[ET.Element]:
    return element.findall(path, _SPACES)
