"""Comments, CDATA and processing instructions: in every text and gap, after signing and before."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from functools import partial

from tests.security.mutations.forms import Form
from tests.security.mutations.variant import Expect, Made

_NODES = {
    "comment": "<!-- x -->",
    "comment-empty": "<!---->",
    "comment-with-markup": "<!--<saml:Assertion>-->",
    "pi": "<?x y?>",
    "pi-stylesheet": '<?xml-stylesheet href="http://127.0.0.1:9/x"?>',
    "pi-like-declaration": "<?XML version='1.0'?>",
    "second-declaration": "<?xml version='1.0'?>",
    "cdata": "<![CDATA[]]>",
    "cdata-text": "<![CDATA[x]]>",
}
_TEXT = re.compile(r">([^<>\s][^<>]*)<")
_GAP = re.compile(r">(?=<)|>\s")


def make(form: Form, chance: random.Random) -> Iterator[Made]:
    """A node in the middle, at the front and at the end of each text, and in each gap between tags."""
    text = form.signed_text
    for number, found in enumerate(_TEXT.finditer(text)):
        start, end = found.span(1)
        middle = chance.randrange(start + 1, end) if end - start > 1 else start
        for name, node in _NODES.items():
            for where, index in (("front", start), ("middle", middle), ("end", end)):
                # Within KeyInfo nothing is read, yet even there no such node is let in.
                yield f"text-{number}-{where}:{name}", _put(text, index, node), Expect.REFUSED
        yield f"text-{number}-whole:cdata", _wrapped(text, start, end), Expect.REFUSED
    for number, found in enumerate(_GAP.finditer(text)):
        name = chance.choice(list(_NODES))
        yield f"gap-{number}:{name}", _put(text, found.start() + 1, _NODES[name]), Expect.REFUSED


def make_beside(form: Form, _: random.Random) -> Iterator[Made]:
    """The same around the root element and right inside its ends, where nothing is signed."""
    text = form.signed_text
    for name, node in _NODES.items():
        yield f"before-root:{name}", _put(text, text.index("<soapenv:Envelope"), node), Expect.REFUSED
        yield f"after-root:{name}", _put(text, len(text), node), Expect.REFUSED
        yield f"before-all:{name}", _put(text, 0, node), Expect.REFUSED
        for tag in ("</soapenv:Envelope>", "</soapenv:Body>"):
            yield f"before-{tag}:{name}", _put(text, text.index(tag), node), Expect.REFUSED


def make_resigned(form: Form, chance: random.Random) -> Iterator[Made]:
    """The same in each text before the right key signs: canonicalisation hides comments from it."""
    for number, found in enumerate(_TEXT.finditer(form.text)):
        start, end = found.span(1)
        middle = chance.randrange(start + 1, end) if end - start > 1 else start
        for name in ("comment", "comment-with-markup", "pi", "cdata", "cdata-text"):
            for where, index in (("middle", middle), ("end", end)):
                changed = form.text[:index] + _NODES[name] + form.text[index:]
                yield f"text-{number}-{where}:{name}", partial(form.sign, changed), Expect.REFUSED


def _put(text: str, index: int, node: str) -> partial[bytes]:
    return partial(_joined, text[:index], node, text[index:])


def _wrapped(text: str, start: int, end: int) -> partial[bytes]:
    return partial(_joined, text[:start], f"<![CDATA[{text[start:end]}]]>", text[end:])


def _joined(*parts: str) -> bytes:
    return "".join(parts).encode()
