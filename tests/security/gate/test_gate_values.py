"""The last step of the gate: values equal an independent reading of the very bytes that were digested."""

from __future__ import annotations

import base64
import hashlib
import xml.etree.ElementTree as ET
from xml.sax.saxutils import escape, quoteattr

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broker.providers.digid.form import digid_profile
from broker.providers.saml.gate import open_artifact_response
from broker.providers.saml.parse import parse_strictly
from broker.providers.saml.profile import LayerName
from broker.providers.saml.refusal import GateRefused
from broker.providers.saml.signature_profile import check_signatures
from broker.providers.saml.verify import verify_layers
from tests.support.saml.answers import ACS, ANSWER_ID, BSN, SP, answer
from tests.support.saml.gate import opened
from tests.support.saml.keys import pair
from tests.support.saml.signers import DS, SAML, SAMLP

# Anything that XML 1.0 can carry, with the characters that parsers and canonicalisation treat specially.
TEXTS = st.text(
    alphabet=st.one_of(
        st.sampled_from(" \t\n\r&<>\"'\u0085\u00a0\u2028é"),
        st.characters(blacklist_categories=("Cs", "Cc"), blacklist_characters="\ufffe\uffff"),
    ),
    max_size=20,
)
KEYS = [pair("idp").key.public_key()]


def in_xml(text: str) -> str:
    """As element content; a carriage return only survives as a reference."""
    return escape(text, {"\r": "&#13;"})


def in_attribute(text: str) -> str:
    """As attribute value with quotes."""
    return quoteattr(text, {"\r": "&#13;", "\n": "&#10;", "\t": "&#9;"})


@settings(max_examples=40, deadline=None)
@given(name_id=TEXTS, audience=TEXTS, recipient=TEXTS)
def test_values_equal_an_independent_reading(name_id: str, audience: str, recipient: str) -> None:
    """Another parser, on the digested bytes alone, reads the same as the gate."""
    message = answer(
        {
            f"s00000000:{BSN}": in_xml(name_id),
            f"<saml:Audience>{SP}<": f"<saml:Audience>{in_xml(audience)}<",
            f'Recipient="{ACS}"': f"Recipient={in_attribute(recipient)}",
        }
    )
    root = parse_strictly(message)
    verified = verify_layers(check_signatures(root, digid_profile(want_assertions_signed=True)), KEYS)
    outer = verified[LayerName.ARTIFACT_RESPONSE].canonical
    assert hashlib.sha256(outer).digest() == _digest_in(message)
    other = ET.fromstring(outer)
    assertion = opened(message).response
    assert assertion is not None
    read = assertion.assertion
    assert read is not None
    assert read.name_id is not None
    assert read.conditions is not None
    assert read.confirmation is not None
    assert read.name_id.text == (other.findtext(f".//{{{SAML}}}NameID") or "") == name_id
    assert read.conditions.audience_restrictions == ((audience,),)
    data = other.find(f".//{{{SAML}}}SubjectConfirmationData")
    assert data is not None
    assert read.confirmation.recipient == data.get("Recipient") == recipient


def _digest_in(message: bytes) -> bytes:
    root = ET.fromstring(message)
    answered = root.find(f".//{{{SAMLP}}}ArtifactResponse")
    assert answered is not None
    assert answered.get("ID") == ANSWER_ID
    text = answered.findtext(f"{{{DS}}}Signature/{{{DS}}}SignedInfo/{{{DS}}}Reference/{{{DS}}}DigestValue")
    assert text is not None
    return base64.b64decode(text)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_single_changed_byte_changes_a_value(data: st.DataObject) -> None:
    """Whatever byte is changed after signing: refused, or every value is as it was signed."""
    place = data.draw(st.integers(0, len(GOOD) - 1))
    byte = data.draw(st.integers(0, 255))
    bent = GOOD[:place] + bytes([byte]) + GOOD[place + 1 :]
    try:
        read = open_artifact_response(bent, digid_profile(want_assertions_signed=True), KEYS)
    except GateRefused:
        return
    assert read == READ


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=400))
def test_noise_is_refused_without_another_error(noise: bytes) -> None:
    """Anything at all ends in a refusal with a code."""
    with pytest.raises(GateRefused):
        opened(noise)


GOOD = answer()
READ = opened(GOOD)
