"""What is refused on the received bytes, before any parser sees them.

First step of the gate. Each rule guards against constructs whose meaning parsers disagree about, or that
cost more to parse than a whole login; none of them occurs in an honest message.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from broker.providers.saml.refusal import GateRefused

MAX_MESSAGE_BYTES: Final = 256 * 1024
# An honest answer of DigiD has about a hundred tags and fewer attributes; the caps bound the parser's work.
MAX_TAGS: Final = 1024
MAX_EQUALS_SIGNS: Final = 2048
_NO_MARKS: Final = bytes(range(256)).translate(None, b"<=")

_DECLARATIONS: Final = (
    (b"<!DOCTYPE", "xml.doctype", "a document type declaration"),
    (b"<!ENTITY", "xml.entity", "an entity declaration"),
    (b"<!--", "xml.comment", "a comment"),
    (b"<!", "xml.declaration-markup", "CDATA or another declaration"),
)

_XML_DECLARATION = re.compile(
    rb"""<\?xml\s+version\s*=\s*(["'])1\.0\1"""
    rb"""(?:\s+encoding\s*=\s*(["'])[Uu][Tt][Ff]-8\2)?"""
    rb"""(?:\s+standalone\s*=\s*(["'])(?:yes|no)\3)?\s*\?>"""
)
# No byte is tried twice: a prefix ends at a colon (a second one is no XML name), and nothing is given back.
# Else a row of a thousand `xmlns:` would be read from each of them to its end.
_NAMESPACE_DECLARATION = re.compile(rb"""xmlns(?::[^\s=:]*+)?\s*+=\s*+(?:"([^"]*+)"|'([^']*+)')""")
_ABSOLUTE_URI = re.compile(rb"[A-Za-z][A-Za-z0-9+.\-]*:[^&]+")


def fits_the_cap(message: bytes) -> None:
    """At most 256 KiB, and not empty."""
    if not message:
        raise GateRefused("xml.empty", "the message is empty")
    if len(message) > MAX_MESSAGE_BYTES:
        raise GateRefused("xml.too-large", f"the message is larger than {MAX_MESSAGE_BYTES} bytes")


def is_utf8(message: bytes) -> None:
    """Well-formed UTF-8 without byte order mark: one reading for every parser."""
    if message.startswith(b"\xef\xbb\xbf"):
        raise GateRefused("xml.not-utf8", "the message starts with a byte order mark")
    try:
        message.decode("utf-8")
    except UnicodeDecodeError:
        raise GateRefused("xml.not-utf8", "the message is not UTF-8") from None


def has_no_nul(message: bytes) -> None:
    """No NUL byte: C code would stop reading there."""
    if b"\x00" in message:
        raise GateRefused("xml.nul", "the message holds a NUL byte")


def declares_xml_1_0_in_utf8(message: bytes) -> None:
    """An XML declaration, if present, says version 1.0 and UTF-8."""
    if message.startswith(b"<?xml") and not _XML_DECLARATION.match(message):
        raise GateRefused("xml.declaration", "the XML declaration is not that of XML 1.0 in UTF-8")


def has_no_declaration(message: bytes) -> None:
    """No ``<!`` of any kind.

    A DOCTYPE can make any attribute an ID, add attributes and define entities; canonicalisation drops a
    comment, so it splits a text that the signature sees as one; CDATA is another spelling of plain text.
    """
    # One byte is looked for much faster than two, and an honest message has it nowhere.
    place = message.find(b"<!", 0, message.rfind(b"!") + 1)
    if place == -1:
        return
    for opening, code, what in _DECLARATIONS:
        if message.startswith(opening, place):
            raise GateRefused(code, f"the message holds {what}")


def has_no_processing_instruction(message: bytes) -> None:
    """No processing instruction after the XML declaration: these too split a text."""
    start = 2 if message.startswith(b"<?xml") else 0
    # The last question mark of an honest message is that of its declaration.
    if message.find(b"<?", start, message.rfind(b"?") + 1) != -1:
        raise GateRefused("xml.processing-instruction", "the message holds a processing instruction")


def has_bounded_markup(message: bytes) -> None:
    """No more tags and attributes than a large honest message has."""
    # Both are counted in what one walk leaves of the message.
    marks = message.translate(None, _NO_MARKS)
    if marks.count(b"<") > MAX_TAGS:
        raise GateRefused("xml.too-many-tags", f"the message holds more than {MAX_TAGS} tags")
    if marks.count(b"=") > MAX_EQUALS_SIGNS:
        raise GateRefused("xml.too-many-attributes", "the message holds too many attributes")


def declares_absolute_namespaces(message: bytes) -> None:
    """Each namespace name is an absolute URI.

    On a relative one libxml2's canonicalisation fails half-way and leaves nothing to digest (CVE-2025-66568).
    An entity or character reference in the name is refused along with it.
    """
    for double_quoted, single_quoted in _NAMESPACE_DECLARATION.findall(message):
        if not _ABSOLUTE_URI.fullmatch(double_quoted or single_quoted):
            raise GateRefused("xml.relative-namespace", "a namespace name is not an absolute URI")


BYTES_RULES: Final[tuple[Callable[[bytes], None], ...]] = (
    fits_the_cap,
    is_utf8,
    has_no_nul,
    declares_xml_1_0_in_utf8,
    has_bounded_markup,
    has_no_declaration,
    has_no_processing_instruction,
    declares_absolute_namespaces,
)


def check_bytes(message: bytes) -> None:
    """Apply every rule in order; raises `GateRefused` with the code of the first that is broken."""
    for rule in BYTES_RULES:
        rule(message)
