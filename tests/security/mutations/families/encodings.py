"""Other encodings, declared or not; marks, mixtures and bytes that are no text."""

from __future__ import annotations

import base64
import gzip
import random
import zlib
from collections.abc import Callable, Iterator
from functools import partial

from tests.security.mutations.forms import Form
from tests.security.mutations.trees import once
from tests.security.mutations.variant import Expect, Made

_CODECS = (
    "utf-16",
    "utf-16-le",
    "utf-16-be",
    "utf-32",
    "utf-32-le",
    "utf-7",
    "utf-8-sig",
    "cp037",
    "cp500",
    "cp1252",
    "iso-8859-1",
    "shift_jis",
    "ascii",
)
_DECLARED = (
    "UTF-16",
    "UTF-7",
    "utf-8 ",
    "UTF8",
    "ISO-8859-1",
    "latin1",
    "US-ASCII",
    "windows-1252",
    "EBCDIC-CP-US",
    "unknown",
    "",
    "x" * 100,
)
_DECLARATIONS = {
    "1.1": "<?xml version='1.1' encoding='UTF-8'?>",
    "1.2": "<?xml version='1.2'?>",
    "2.0": "<?xml version='2.0'?>",
    "empty-version": "<?xml version=''?>",
    "no-version": "<?xml encoding='UTF-8'?>",
    "encoding-first": "<?xml encoding='UTF-8' version='1.0'?>",
    "standalone-wrong": "<?xml version='1.0' standalone='maybe'?>",
    "unknown-part": "<?xml version='1.0' x='y'?>",
    "unclosed": "<?xml version='1.0'>",
    "upper-case": "<?XML version='1.0'?>",
    "twice": "<?xml version='1.0'?><?xml version='1.0'?>",
    "mixed-quotes": "<?xml version=\"1.0'?>",
}
_BAD_BYTES = {
    "continuation": b"\x80",
    "overlong-slash": b"\xc0\xaf",
    "overlong-less-than": b"\xc0\xbc",
    "overlong-nul": b"\xc0\x80",
    "surrogate": b"\xed\xa0\x80",
    "beyond": b"\xf4\x90\x80\x80",
    "five-bytes": b"\xf8\x88\x80\x80\x80",
    "cut": b"\xe2\x82",
    "latin-1": "é".encode("latin-1"),
    "nul": b"\x00",
    "control": b"\x01",
    "delete": b"\x1b",
    "non-character": "\ufffe".encode(),
    "non-character-2": "\uffff".encode(),
}
_MARKS = (
    "900029365",
    "</saml:Issuer>",
    'Version="',
    "<samlp:Status>",
    "ds:SignatureValue>",
    "</soapenv:Body>",
)
_PACKED: dict[str, Callable[[bytes], bytes]] = {
    "base64": base64.b64encode,
    "deflated": zlib.compress,
    "gzipped": gzip.compress,
    "percent": lambda message: message.replace(b"<", b"%3C"),
    "entities": lambda message: message.replace(b"<", b"&lt;"),
    "quoted": lambda message: b'"' + message + b'"',
    "nul-between": lambda message: b"\x00".join(bytes([byte]) for byte in message[:400]) + message[400:],
}
_FRAMES = {
    "bom": (b"\xef\xbb\xbf", b""),
    "bom-twice": (b"\xef\xbb\xbf\xef\xbb\xbf", b""),
    "bom-16": (b"\xff\xfe", b""),
    "space-before": (b" ", b""),
    "line-before": (b"\r\n", b""),
    "text-before": (b"x", b""),
    "http-before": (b"HTTP/1.1 200 OK\r\n\r\n", b""),
    "bom-behind": (b"", b"\xef\xbb\xbf"),
    "text-behind": (b"", b"x"),
    "nul-behind": (b"", b"\x00"),
    "element-behind": (b"", b"<x/>"),
    "form-feed-behind": (b"", b"\x0c"),
}


def make(form: Form, _: random.Random) -> Iterator[Made]:
    """Transcoded whole, declared falsely, broken at marks, packed, framed."""
    for codec in _CODECS:
        refused = Expect.FREE if codec in {"ascii", "iso-8859-1", "cp1252", "shift_jis"} else Expect.REFUSED
        yield f"as-{codec}", partial(_transcoded, form, codec, codec), refused
        yield f"as-{codec}-undeclared", partial(_transcoded, form, codec, None), refused
    yield from _declared_falsely(form)
    for name, pack in _PACKED.items():
        yield f"packed-{name}", partial(_packed, form, pack), Expect.REFUSED
    yield "bom-without-declaration", partial(_bare_marked, form), Expect.REFUSED
    for name, (before, behind) in _FRAMES.items():
        yield f"framed-{name}", partial(_framed, form, before, behind), Expect.FREE


def _declared_falsely(form: Form) -> Iterator[Made]:
    for codec in ("iso-8859-1", "cp1252", "utf-16"):
        yield f"signed-as-{codec}", partial(_signed_transcoded, form, codec), Expect.REFUSED
    for declared in _DECLARED:
        yield f"declared-{declared[:12]!r}", partial(_declared, form, declared), Expect.REFUSED
    for name, declaration in _DECLARATIONS.items():
        yield f"declaration-{name}", partial(_headed, form, declaration), Expect.REFUSED
    for name, bad in _BAD_BYTES.items():
        for mark in _MARKS:
            if mark in form.signed_text:
                yield f"bytes-{name}-at-{mark[:9]}", partial(_broken, form, mark, bad), Expect.REFUSED


def _transcoded(form: Form, codec: str, declared: str | None) -> bytes:
    text = form.signed_text
    if declared is not None:
        text = once(text, "UTF-8", declared.removesuffix("-sig"))
    return text.encode(codec)


def _signed_transcoded(form: Form, codec: str) -> bytes:
    """Right in every respect but for its encoding, which a letter outside ASCII brings out."""
    told = "</samlp:StatusCode><samlp:StatusMessage>\u00e9</samlp:StatusMessage></samlp:Status>"
    signed = form.sign(once(form.text, "</samlp:StatusCode></samlp:Status>", told)).decode()
    return once(signed, "UTF-8", codec).encode(codec)


def _declared(form: Form, declared: str) -> bytes:
    return once(form.signed_text, 'encoding="UTF-8"', f'encoding="{declared}"').encode()


def _headed(form: Form, declaration: str) -> bytes:
    return (declaration + form.signed_text.partition("?>")[2]).encode()


def _broken(form: Form, mark: str, bad: bytes) -> bytes:
    at = form.message.index(mark.encode()) + len(mark)
    return form.message[:at] + bad + form.message[at:]


def _packed(form: Form, pack: Callable[[bytes], bytes]) -> bytes:
    return pack(form.message)


def _bare_marked(form: Form) -> bytes:
    return b"\xef\xbb\xbf" + form.message.partition(b"?>")[2].lstrip()


def _framed(form: Form, before: bytes, behind: bytes) -> bytes:
    return before + form.message + behind
