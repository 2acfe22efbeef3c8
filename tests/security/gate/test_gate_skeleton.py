"""Step 3 of the gate: signature wrapping and hiding places, mostly under a right outer signature."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from lxml import etree
from lxml.etree import _Element

from tests.support.saml.answers import (
    ANSWER_ID,
    ASSERTION_ID,
    BSN,
    INNER_PLACE,
    OUTER_PLACE,
    Scene,
    answer,
    assertion_text,
    envelope_text,
    signed,
    status_text,
)
from tests.support.saml.gate import ACCEPTED, verdict
from tests.support.saml.keys import pair
from tests.support.saml.signers import DS, SAML, SAMLP, by_signxml, xmlsec1_accepts

OTHER_BSN = "999990019"
EVIL_ID = "_ee55ee55ee55ee55ee55ee55ee55ee55ee55ee55"


def copy(element: _Element) -> _Element:
    """A copy that stands alone."""
    return etree.fromstring(etree.tostring(element, with_tail=False))


def evil(element: _Element, *, signature: bool) -> _Element:
    """A copy that names another citizen under another ID, with or without the signature."""
    forged = copy(element)
    forged.set("ID", EVIL_ID)
    name_id = forged.find(f".//{{{SAML}}}NameID")
    assert name_id is not None
    name_id.text = f"s00000000:{OTHER_BSN}"
    own = forged.find(f"{{{DS}}}Signature")
    if not signature and own is not None:
        forged.remove(own)
    return forged


def wrap_outer(arrange: Callable[[_Element, _Element], None]) -> bytes:
    """Put a forged ArtifactResponse in the place of the signed one, which `arrange` hides somewhere."""
    root = etree.fromstring(answer())
    original = root.find(f".//{{{SAMLP}}}ArtifactResponse")
    assert original is not None
    body = original.getparent()
    assert body is not None
    forged = evil(original, signature=True)
    body.replace(original, forged)
    arrange(forged, original)
    return etree.tostring(root)


def wrap_assertion(arrange: Callable[[_Element, _Element], None]) -> bytes:
    """The signed Assertion re-arranged with a forged one; then the whole is signed by the right key."""
    scene = Scene()
    text = by_signxml(envelope_text(scene).replace(OUTER_PLACE, ""), INNER_PLACE, ASSERTION_ID, scene.key)
    root = etree.fromstring(text.encode())
    original = root.find(f".//{{{SAML}}}Assertion")
    assert original is not None
    arrange(original, original)
    issuer = root.find(f".//{{{SAMLP}}}ArtifactResponse/{{{SAML}}}Issuer")
    assert issuer is not None
    place = etree.fromstring(OUTER_PLACE)
    issuer.addnext(place)
    return by_signxml(etree.tostring(root).decode(), OUTER_PLACE, ANSWER_ID, scene.key).encode()


def signature_of(element: _Element) -> _Element:
    """The element's own signature."""
    found = element.find(f"{{{DS}}}Signature")
    assert found is not None
    return found


def xsw1(forged: _Element, original: _Element) -> None:
    """The original inside the forged one's signature."""
    signature_of(forged).append(original)


def xsw2(forged: _Element, original: _Element) -> None:
    """The original before the forged one's signature."""
    signature_of(forged).addprevious(original)


def xsw3(original: _Element, _: _Element) -> None:
    """A forged Assertion before the original."""
    original.addprevious(evil(original, signature=False))


def xsw4(original: _Element, _: _Element) -> None:
    """A forged Assertion around the original."""
    forged = evil(original, signature=False)
    original.addprevious(forged)
    forged.append(original)


def xsw5(original: _Element, _: _Element) -> None:
    """The signature moves to the forged Assertion, the original stands behind it without one."""
    forged = evil(original, signature=True)
    original.addprevious(forged)
    original.remove(signature_of(original))


def xsw6(original: _Element, _: _Element) -> None:
    """The original inside the signature of the forged Assertion."""
    forged = evil(original, signature=True)
    original.addprevious(forged)
    original.remove(signature_of(original))
    signature_of(forged).append(original)


def xsw7(original: _Element, _: _Element) -> None:
    """The original in Extensions, the forged one in its place."""
    parent = original.getparent()
    assert parent is not None
    forged = evil(original, signature=False)
    original.addprevious(forged)
    extensions = etree.SubElement(parent, f"{{{SAMLP}}}Extensions")
    extensions.append(original)
    parent.insert(1, extensions)


def xsw8(original: _Element, _: _Element) -> None:
    """The original in an Object of the forged one's signature."""
    forged = evil(original, signature=True)
    original.addprevious(forged)
    original.remove(signature_of(original))
    etree.SubElement(signature_of(forged), f"{{{DS}}}Object").append(original)


@pytest.mark.parametrize("arrange", [xsw1, xsw2])
def test_gate_refuses_wrapping_of_the_whole_answer(arrange: Callable[[_Element, _Element], None]) -> None:
    """XSW 1 and 2: xmlsec1 still finds a valid signature by ID, the gate sees an element out of place."""
    message = wrap_outer(arrange)
    assert xsw_is_real(message, ANSWER_ID)
    assert verdict(message) == "skeleton.misplaced"


@pytest.mark.parametrize("arrange", [xsw3, xsw4, xsw5, xsw6, xsw7, xsw8])
def test_gate_refuses_wrapping_of_the_assertion(arrange: Callable[[_Element, _Element], None]) -> None:
    """XSW 3 to 8 are refused for their form, although the outer signature is right."""
    message = wrap_assertion(arrange)
    assert xmlsec1_accepts(message, pair("idp"), ANSWER_ID)
    assert verdict(message) == "skeleton.misplaced"
    assert verdict(message, want_assertions_signed=False) == "skeleton.misplaced"


def test_gate_accepts_the_unwrapped_control() -> None:
    """The same road without a change is let in."""
    assert verdict(wrap_assertion(lambda _original, _same: None)) == ACCEPTED


def xsw_is_real(message: bytes, element_id: str) -> bool:
    """The attack would work on a verifier that goes by ID: the signed element is unharmed in the message."""
    root = etree.fromstring(message)
    return len(root.findall(f".//*[@ID='{element_id}']")) == 1


ASSERTION = assertion_text(Scene(), assertion_id=EVIL_ID).replace(INNER_PLACE, "")
ASSERTION_NS = ASSERTION.replace("<saml:Assertion", f'<saml:Assertion xmlns:saml="{SAML}"')
HIDING_PLACES = {
    "soap-header": {"<soapenv:Body>": f"<soapenv:Header>{ASSERTION_NS}</soapenv:Header><soapenv:Body>"},
    "soap-body": {"</soapenv:Body>": f"{ASSERTION_NS}</soapenv:Body>"},
    "status-detail": {
        "</samlp:Status>": f"<samlp:StatusDetail>{ASSERTION}</samlp:StatusDetail></samlp:Status>"
    },
    "advice": {"<saml:Conditions": f"<saml:Advice>{ASSERTION}</saml:Advice><saml:Conditions"},
    "attribute-value": {
        "</saml:AuthnStatement>": "</saml:AuthnStatement><saml:AttributeStatement><saml:Attribute Name='a'>"
        f"<saml:AttributeValue>{ASSERTION}</saml:AttributeValue></saml:Attribute></saml:AttributeStatement>"
    },
    "subject": {"<saml:SubjectConfirmation ": f"{ASSERTION}<saml:SubjectConfirmation "},
    "encrypted-assertion": {"<saml:Assertion ": "<saml:EncryptedAssertion/><saml:Assertion "},
    "second-response": {
        "</samlp:Response>": "</samlp:Response><samlp:Response ID='_x' Version='2.0' IssueInstant='z'/>"
    },
    "second-artifact-response": {
        "</samlp:ArtifactResponse>": "</samlp:ArtifactResponse><samlp:ArtifactResponse "
        f"xmlns:samlp='{SAMLP}' ID='_x' Version='2.0' IssueInstant='z'/>"
    },
}


@pytest.mark.parametrize("place", HIDING_PLACES)
def test_gate_refuses_layers_in_hiding_places(place: str) -> None:
    """No second layer anywhere, though all signatures are right."""
    assert verdict(answer(HIDING_PLACES[place])) == "skeleton.misplaced"


NAME_ID = f"<saml:NameID>s00000000:{BSN}</saml:NameID>"
NOT_OF_THE_FORM = {
    "second-name-id": ({NAME_ID: NAME_ID * 2}, "skeleton.repeated-element"),
    "second-subject": (
        {"</saml:Subject>": f"</saml:Subject><saml:Subject>{NAME_ID}</saml:Subject>"},
        "skeleton.repeated-element",
    ),
    "second-conditions": (
        {"</saml:Conditions>": "</saml:Conditions><saml:Conditions/>"},
        "skeleton.repeated-element",
    ),
    "second-class-ref": (
        {
            "</saml:AuthnContextClassRef>": "</saml:AuthnContextClassRef>"
            "<saml:AuthnContextClassRef>x</saml:AuthnContextClassRef>"
        },
        "skeleton.repeated-element",
    ),
    "second-authn-statement": (
        {
            "</saml:Assertion>": "<saml:AuthnStatement AuthnInstant='x'><saml:AuthnContext>"
            "<saml:AuthnContextClassRef>x</saml:AuthnContextClassRef></saml:AuthnContext>"
            "</saml:AuthnStatement></saml:Assertion>"
        },
        "skeleton.repeated-element",
    ),
    "attribute-statement": (
        {"</saml:Assertion>": "<saml:AttributeStatement/></saml:Assertion>"},
        "skeleton.unexpected-element",
    ),
    "foreign-element": (
        {NAME_ID: f"{NAME_ID}<x xmlns='urn:x'/>"},
        "skeleton.unexpected-element",
    ),
    "element-inside-text": (
        {NAME_ID: f"<saml:NameID>s00000000:<x xmlns='urn:x'/>{BSN}</saml:NameID>"},
        "skeleton.unexpected-element",
    ),
    "stray-text": ({"</saml:Subject>": "text</saml:Subject>"}, "skeleton.stray-text"),
    "foreign-attribute": (
        {"<saml:NameID>": "<saml:NameID NameQualifier='x'>"},
        "skeleton.unexpected-attribute",
    ),
    "namespaced-attribute": (
        {"<saml:NameID>": "<saml:NameID xmlns:y='urn:y' y:Format='x'>"},
        "skeleton.unexpected-attribute",
    ),
    "missing-attribute": ({'AuthnInstant="2026-03-04T09:16:30Z" ': ""}, "skeleton.missing-attribute"),
    "missing-status": (
        {status_text(): ""},
        "skeleton.missing-element",
    ),
    "header-with-content": (
        {"<soapenv:Body>": "<soapenv:Header><x xmlns='urn:x'/></soapenv:Header><soapenv:Body>"},
        "skeleton.unexpected-element",
    ),
    "duplicate-id": ({ASSERTION_ID: ANSWER_ID}, "skeleton.duplicate-id"),
    "xml-id": ({"<saml:Subject>": f"<saml:Subject xml:id='{ANSWER_ID}'>"}, "skeleton.namespaced-id"),
    "namespaced-id": (
        {"<saml:Subject>": "<saml:Subject xmlns:y='urn:y' y:ID='_y'>"},
        "skeleton.namespaced-id",
    ),
    "id-in-another-spelling": (
        {"<saml:Subject>": f"<saml:Subject id='{ANSWER_ID}'>"},
        "skeleton.duplicate-id",
    ),
    "malformed-id": ({'"_bb22': '"#bb22'}, "skeleton.malformed-id"),
    "wrong-version": ({'Version="2.0"': 'Version="1.1"'}, "value.version"),
    "local-time": ({"09:16:30Z": "09:16:30+01:00"}, "value.instant"),
    "thirteenth-month": ({"2026-03-04T09:16:30Z": "2026-13-04T09:16:30Z"}, "value.instant"),
}


@pytest.mark.parametrize("case", NOT_OF_THE_FORM)
def test_gate_refuses_what_is_not_of_the_form(case: str) -> None:
    """The profile is a closed form: nothing double, nothing foreign, nothing missing."""
    change, code = NOT_OF_THE_FORM[case]
    # Neither signer can sign an ID that stands twice; the skeleton is checked before the signatures.
    signable = case != "duplicate-id"
    message = answer(change, inner=signable, outer=signable)
    assert verdict(message, want_assertions_signed=False) == code


def test_gate_refuses_a_bare_answer_without_envelope() -> None:
    """The absolute path starts at the SOAP envelope."""
    text = envelope_text(Scene())
    bare = text[text.index("<samlp:ArtifactResponse") : text.index("</soapenv:Body>")]
    assert verdict(signed(bare, Scene())) == "skeleton.misplaced"
