"""Faults made in the signed message by somebody without the makelaar's key."""

from __future__ import annotations

import re
from copy import deepcopy

from lxml import etree

from demo.eherkenning.faults.answer import FOREIGN
from demo.eherkenning.names import SERVICE_UUID
from demo.idp.forms import DS, PREFIXES, SAML, SAMLP, new_id

_SERVICE_VALUE = f".//{{{SAML}}}Attribute[@Name='{SERVICE_UUID}']/{{{SAML}}}AttributeValue"
_VALUE_TEXT = re.compile(
    rb'(Name="urn:etoegang:core:ServiceUUID"[^>]*><saml:AttributeValue[^>]*>)([^<]*)(</saml:AttributeValue>)'
)


def signature_wrapping(genuine: etree._Element) -> etree._Element:
    """Hides the genuine message in Extensions and puts a forged one around it.

    The signature still verifies for whoever looks up its reference by ID and then reads the outermost
    message.
    """
    forged, kept = deepcopy(genuine), deepcopy(genuine)
    _rename(forged)
    for inner in forged.findall(f".//{{{SAML}}}Assertion/{{{DS}}}Signature"):
        _drop(inner)
    signature = kept.find(f"{{{DS}}}Signature")
    if signature is not None:
        kept.remove(signature)
    extensions = etree.Element(f"{{{SAMLP}}}Extensions", nsmap=PREFIXES)
    extensions.append(kept)
    forged.insert(2, extensions)
    return forged


def genuine_in_advice(genuine: etree._Element) -> etree._Element:
    """Hides the genuine signed Assertion in the Advice of a forged one, where signatures are not checked."""
    forged = deepcopy(genuine)
    for assertion in forged.iterfind(f".//{{{SAMLP}}}Response/{{{SAML}}}Assertion"):
        _hide_in_advice(assertion)
    if forged.tag == f"{{{SAMLP}}}Response":
        for assertion in forged.iterfind(f"{{{SAML}}}Assertion"):
            _hide_in_advice(assertion)
    return forged


def advice_changed(genuine: etree._Element) -> etree._Element:
    """The Advice was changed on the way: nobody checks its own signatures, but the makelaar signed it."""
    for issuer in genuine.iterfind(f".//{{{SAML}}}Advice/{{{SAML}}}Assertion/{{{SAML}}}Issuer"):
        issuer.text = FOREIGN
    return genuine


def comment_in_attribute(genuine: etree._Element) -> etree._Element:
    """A comment inside the ServiceUUID, which canonicalisation leaves out: the signature stays good."""
    for value in genuine.iterfind(_SERVICE_VALUE):
        text = value.text or ""
        comment = etree.Comment("x")
        value.text, comment.tail = text[:-4], text[-4:]
        value.append(comment)
    return genuine


def document_type(sent: bytes) -> bytes:
    """A document type with an entity, which the ServiceUUID then uses."""
    declaration, _, rest = sent.partition(b"?>")
    found = _VALUE_TEXT.search(rest)
    value = found.group(2) if found else b""
    doctype = b'<!DOCTYPE x [<!ENTITY dienst "' + value + b'">]>'
    return declaration + b"?>\n" + doctype + b"\n" + _VALUE_TEXT.sub(rb"\1&dienst;\3", rest)


def _hide_in_advice(assertion: etree._Element) -> None:
    kept = deepcopy(assertion)
    _rename(assertion)
    for part in assertion.findall(f"{{{DS}}}Signature"):
        assertion.remove(part)
    advice = assertion.find(f"{{{SAML}}}Advice")
    if advice is not None:
        advice[:] = [kept]


def _rename(message: etree._Element) -> None:
    """New IDs all over, so that none occurs twice when the original is put inside."""
    for element in message.iter(
        f"{{{SAMLP}}}ArtifactResponse", f"{{{SAMLP}}}Response", f"{{{SAML}}}Assertion"
    ):
        element.set("ID", new_id())


def _drop(element: etree._Element) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)
