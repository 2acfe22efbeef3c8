"""SOAP 1.1: the envelope around a message, the fault in place of one, and the one message in a call."""

from __future__ import annotations

from lxml import etree
from lxml.builder import ElementMaker

from demo.idp.forms import SAMLP, SOAP, is_id, parse_xml

_soap = ElementMaker(namespace=SOAP, nsmap={"soapenv": SOAP})


class NoResolve(ValueError):
    """The body holds no ArtifactResolve that could be answered."""


def envelope(content: etree._Element) -> bytes:
    """The SOAP 1.1 envelope around `content`, as the bytes that are sent."""
    return etree.tostring(
        _soap.Envelope(_soap.Body(content)), xml_declaration=True, encoding="UTF-8", pretty_print=False
    )


def soap_fault(text: str) -> bytes:
    """A SOAP fault that blames the caller (SOAP 1.1 section 4.4)."""
    fault = _soap.Fault(etree.Element("faultcode"), etree.Element("faultstring"))
    fault[0].text, fault[1].text = "soapenv:Client", text
    return envelope(fault)


def artifact_resolve(body: bytes) -> etree._Element:
    """The ArtifactResolve in a call. Raises `NotXml` or `NoResolve`."""
    root = parse_xml(body)
    content = list(root.iterfind(f"{{{SOAP}}}Body/*"))
    if root.tag != f"{{{SOAP}}}Envelope" or len(content) != 1:
        raise NoResolve("this is not a SOAP 1.1 envelope with one message")
    if content[0].tag != f"{{{SAMLP}}}ArtifactResolve" or not is_id(content[0].get("ID")):
        raise NoResolve("this is not an ArtifactResolve")
    return content[0]
