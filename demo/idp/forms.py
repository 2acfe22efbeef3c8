"""SAML's names and forms: namespaces, identifiers, instants, and the one way XML is parsed here."""

from __future__ import annotations

import re
import secrets
from datetime import UTC, datetime

from lxml import etree

SAMLP = "urn:oasis:names:tc:SAML:2.0:protocol"
SAML = "urn:oasis:names:tc:SAML:2.0:assertion"
MD = "urn:oasis:names:tc:SAML:2.0:metadata"
DS = "http://www.w3.org/2000/09/xmldsig#"
EC = "http://www.w3.org/2001/10/xml-exc-c14n#"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"

HTTP_REDIRECT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
HTTP_POST = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
HTTP_ARTIFACT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Artifact"
SOAP_BINDING = "urn:oasis:names:tc:SAML:2.0:bindings:SOAP"

RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
RSA_SHA1 = "http://www.w3.org/2000/09/xmldsig#rsa-sha1"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"

PREFIXES = {"samlp": SAMLP, "saml": SAML, "ds": DS}
"""Declared on every element that gets signed, so that the signature does not depend on what is around it."""

MAX_MESSAGE_BYTES = 65_536

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z", re.ASCII)
_ID = re.compile(r"[A-Za-z_][A-Za-z0-9_.\-]{0,255}", re.ASCII)


class NotXml(ValueError):
    """The bytes are not XML that is fit to read: malformed, too big, or with a document type."""


def parse_xml(document: bytes) -> etree._Element:
    """Parses once, without entities, document types or network. Raises `NotXml`."""
    if len(document) > MAX_MESSAGE_BYTES:
        raise NotXml("the message is too big")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(document, parser)
    except (etree.XMLSyntaxError, ValueError) as problem:
        raise NotXml("the message is not well-formed XML") from problem
    if root.getroottree().docinfo.doctype:
        raise NotXml("the message has a document type")
    return root


def new_id() -> str:
    """A message identifier in DigiD's form: an underscore and 40 hexadecimal digits."""
    return f"_{secrets.token_hex(20)}"


def is_id(text: str | None) -> bool:
    """Whether `text` can be an XML identifier of reasonable length."""
    return text is not None and _ID.fullmatch(text) is not None


def instant(moment: datetime) -> str:
    """A moment as DigiD writes it: UTC, whole seconds, `Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def parse_instant(text: str | None) -> datetime | None:
    """The moment that a SAML instant names; None unless it is written in UTC with `Z`."""
    if text is None or not _INSTANT.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def child_text(element: etree._Element, namespace: str, name: str) -> str | None:
    """The trimmed text of the one child of that name; None when there is none, several, or it is empty."""
    found = element.findall(f"{{{namespace}}}{name}")
    text = (found[0].text or "").strip() if len(found) == 1 and len(found[0]) == 0 else ""
    return text or None
