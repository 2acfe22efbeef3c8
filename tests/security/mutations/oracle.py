"""Decides without the gate whether a message still is the original: signed bytes and skeleton the same.

Its own parser settings, its own walk, lxml's canonicalisation, and a second reading by expat. The gate's
word counts for nothing here.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass

from lxml import etree
from lxml.etree import _Element

from tests.security.mutations.forms import Form
from tests.security.mutations.reading import Fact, first_reading, second_reading
from tests.security.mutations.smith import Canon, take_out
from tests.security.mutations.ways import Opened
from tests.support.saml.signers import DS

_SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
_XML_SPACE = " \t\r\n"
_WITHOUT_SPACE = str.maketrans("", "", _XML_SPACE)


@dataclass(frozen=True)
class Essence:
    """All of a message that counts.

    Nothing of KeyInfo, of the signature's own Id or an empty SOAP Header, or of spelling outside the signed
    part.
    """

    frame: tuple[str, ...]
    signed: bytes
    signed_info: bytes
    value: bytes


def essence(message: bytes, form: Form) -> Essence | None:
    """What counts of `message`; None when it is not one plain document around one signed answer."""
    try:
        message.decode("utf-8")
        root = etree.fromstring(message, etree.XMLParser(resolve_entities=False, no_network=True))
        return _essence(root, form)
    except (etree.LxmlError, ValueError, binascii.Error, LookupError):
        return None


def _essence(root: _Element, form: Form) -> Essence | None:
    answers = form.answers(root)
    odd_nodes = any(not isinstance(node.tag, str) for node in root.iter())
    if root.getroottree().docinfo.internalDTD is not None or odd_nodes or len(answers) != 1:
        return None
    (answer,) = answers
    signatures = answer.findall(f"{{{DS}}}Signature")
    if len(signatures) != 1:
        return None
    (signature,) = signatures
    frame = tuple(_frame(root, answer)) + tuple(_frame(signature, signature[0]))
    prefixes = form.stamp.element_canon.prefixes
    signed_info = Canon().of(signature[0])
    value = base64.b64decode((signature[1].text or "").translate(_WITHOUT_SPACE), validate=True)
    take_out(signature)
    return Essence(frame, Canon(prefixes=prefixes).of(answer), signed_info, value)


def _frame(root: _Element, inside: _Element) -> list[str]:
    """Outline of what stands around `inside`: names, attributes and texts that are not white space."""
    found = []
    for node in root.iter():
        if node is inside or inside in node.iterancestors():
            continue
        local = etree.QName(node).localname
        if local in {"KeyInfo", "SignatureValue"} or _in_key_info(node) or _is_empty_header(node):
            continue
        text = "".join([node.text or "", *(child.tail or "" for child in node)]).strip(_XML_SPACE)
        attributes = [item for item in sorted(node.items()) if (local, item[0]) != ("Signature", "Id")]
        found.append(f"{node.tag!s}{attributes}{text}")
    return found


def _in_key_info(node: _Element) -> bool:
    return any(etree.QName(above).localname == "KeyInfo" for above in node.iterancestors())


def _is_empty_header(node: _Element) -> bool:
    empty = not len(node) and not node.attrib and not (node.text or "").strip(_XML_SPACE)
    return node.tag == f"{{{_SOAP}}}Header" and empty


def is_the_original(message: bytes, form: Form) -> bool:
    """Whether the signed bytes, the signature and the skeleton around them are those of the form."""
    found = essence(message, form)
    return found is not None and found == essence(form.message, form)


def readings(message: bytes, form: Form, answer: Opened) -> tuple[list[Fact], list[Fact]]:
    """What the gate read, and what expat reads in the bytes that were signed; nothing if they are unclear."""
    found = essence(message, form)
    return first_reading(answer), [] if found is None else second_reading(found.signed)
