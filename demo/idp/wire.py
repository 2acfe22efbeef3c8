"""Taking apart what a browser brings: parameters, base64, DEFLATE and XML."""

from __future__ import annotations

import base64
import binascii
import zlib
from urllib.parse import unquote_plus

from lxml import etree

from demo.idp.forms import MAX_MESSAGE_BYTES, NotXml, parse_xml


class Untrusted(ValueError):
    """A request that cannot be believed; the message is for the simulator's log and page."""


def raw_parameters(query: bytes) -> dict[str, bytes]:
    """The parameters as they were encoded. Raises `Untrusted` for one that occurs twice."""
    raw: dict[str, bytes] = {}
    for part in query.split(b"&"):
        name, _, value = part.partition(b"=")
        plain_name = unquote_plus(name.decode("latin-1"))
        if plain_name in raw:
            raise Untrusted("a parameter occurs twice")
        raw[plain_name] = value
    return raw


def decoded(value: bytes) -> str:
    """The text that a parameter stands for. Raises `Untrusted`."""
    try:
        return unquote_plus(value.decode("ascii"), errors="strict")
    except UnicodeError as problem:
        raise Untrusted("a parameter is not readable") from problem


def unbase64(text: str) -> bytes:
    """The bytes behind base64, white space allowed. Raises `Untrusted`."""
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError) as problem:
        raise Untrusted("a parameter is not base64") from problem


def inflate(compressed: bytes) -> bytes:
    """The document behind DEFLATE, as long as it is not too big. Raises `Untrusted`."""
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        document = inflater.decompress(compressed, MAX_MESSAGE_BYTES)
    except zlib.error as problem:
        raise Untrusted("SAMLRequest is not deflated") from problem
    if not inflater.eof:
        raise Untrusted("SAMLRequest is too big or incomplete")
    return document


def parse(document: bytes) -> etree._Element:
    """The root of the document. Raises `Untrusted`."""
    try:
        return parse_xml(document)
    except NotXml as problem:
        raise Untrusted(str(problem)) from problem
