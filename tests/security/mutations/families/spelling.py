"""The same message in another spelling: accepted with the same values, and nothing in between.

Whether a spelling still is the original is the oracle's word for every variant here, not this module's.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from functools import partial

from tests.security.mutations.forms import Form
from tests.security.mutations.trees import once
from tests.security.mutations.variant import Expect, Made

_TAG = re.compile(r"<[A-Za-z][^<>]*>")
_BETWEEN = re.compile(r'(?<=["\w]) (?=[\w:]+=")')
_SPACES = (" ", "\n", "\t", "  \r\n ", " " * 50)
_LETTER = re.compile(r">([A-Za-z0-9:./_-]+)<")
_VALUE = re.compile(r'="([^"<>&]+)"')
_DECLARATIONS = {
    "none": "",
    "plain": "<?xml version='1.0'?>",
    "double-quoted": '<?xml version="1.0" encoding="UTF-8"?>',
    "lower-case": "<?xml version='1.0' encoding='utf-8'?>",
    "standalone": "<?xml version='1.0' encoding='UTF-8' standalone='yes'?>",
    "not-standalone": "<?xml version='1.0' standalone='no'?>",
    "spaced": "<?xml  version = '1.0'\n encoding = 'UTF-8' ?>",
}


def make(form: Form, chance: random.Random) -> Iterator[Made]:
    """White space in tags, quotes, order of attributes, character references, empty tags, line ends."""
    text = form.signed_text
    for name, declaration in _DECLARATIONS.items():
        yield f"declaration-{name}", partial(_headed, form, declaration), Expect.SAME
    for number, found in enumerate(_TAG.finditer(text)):
        for kind, bend in _TAG_BENDS.items():
            new = bend(found.group(0), chance)
            if new != found.group(0) and not _declares(found.group(0), kind):
                yield f"tag-{number}-{kind}", _with(text, found.start(), found.end(), new), Expect.SAME
    for name, (change, expect) in _WHOLE.items():
        yield name, partial(_whole, form, change), expect
    yield from _references(text, chance)


def _references(text: str, chance: random.Random) -> Iterator[Made]:
    for number, found in enumerate(_LETTER.finditer(text)):
        at = chance.randrange(*found.span(1))
        for kind, reference in (("decimal", f"&#{ord(text[at])};"), ("hex", f"&#x{ord(text[at]):x};")):
            yield f"text-{number}-{kind}", _with(text, at, at + 1, reference), Expect.SAME
    for number, found in enumerate(_VALUE.finditer(text, text.index("?>"))):
        at = chance.randrange(*found.span(1))
        # In a namespace name a reference is refused, wherever it stands: that is a choice, and a safe one.
        declared = text[: found.start()].rpartition(" ")[2].startswith("xmlns")
        expect = Expect.FREE if declared else Expect.SAME
        yield f"value-{number}", _with(text, at, at + 1, f"&#x{ord(text[at]):X};"), expect


def _declares(tag: str, kind: str) -> bool:
    return kind == "empty-written-out" and not tag.endswith("/>")


def _name_of(tag: str) -> str:
    return re.split(r"[\s/>]", tag[1:], maxsplit=1)[0]


def _shuffled(tag: str, chance: random.Random) -> str:
    attributes = re.findall(r'\s+[^\s=]+="[^"]*"', tag)
    end = "/>" if tag.endswith("/>") else ">"
    chance.shuffle(attributes)
    return f"<{_name_of(tag)}{''.join(attributes)}{end}"


_TAG_BENDS: dict[str, Callable[[str, random.Random], str]] = {
    "space-at-end": lambda tag, chance: re.sub(r"(/?>)$", chance.choice(_SPACES) + r"\1", tag),
    "space-between": lambda tag, chance: _BETWEEN.sub(chance.choice(_SPACES), tag),
    "single-quotes": lambda tag, _: tag.replace('"', "'"),
    "spaced-equals": lambda tag, chance: tag.replace('="', chance.choice(" \n\t") + '= "'),
    "shuffled": _shuffled,
    "empty-written-out": lambda tag, _: tag.replace("/>", f"></{_name_of(tag)}>"),
}
_WHOLE: dict[str, tuple[Callable[[str], str], Expect]] = {
    "line-ends-of-windows": (lambda text: text.replace("\n", "\r\n"), Expect.SAME),
    "line-ends-of-old-macs": (lambda text: text.replace("\n", "\r"), Expect.SAME),
    "soap-prefix": (lambda text: text.replace("soapenv:", "S:").replace(":soapenv=", ":S="), Expect.SAME),
    "soap-default": (lambda text: text.replace("soapenv:", "").replace(":soapenv=", "="), Expect.FREE),
    "space-in-envelope": (lambda text: once(text, "<soapenv:Body>", "\n <soapenv:Body>\n"), Expect.SAME),
    "space-behind-answer": (lambda text: once(text, "</soapenv:Body>", " \t\n</soapenv:Body> "), Expect.SAME),
    "empty-header": (
        lambda text: once(text, "<soapenv:Body>", "<soapenv:Header/><soapenv:Body>"),
        Expect.SAME,
    ),
    "blank-header": (
        lambda text: once(text, "<soapenv:Body>", "<soapenv:Header> </soapenv:Header><soapenv:Body>"),
        Expect.SAME,
    ),
    "unused-namespace": (
        lambda text: once(text, "<soapenv:Envelope", '<soapenv:Envelope xmlns:u="urn:u"'),
        Expect.SAME,
    ),
    "signature-value-wrapped": (
        lambda text: re.sub(r"(<ds:SignatureValue>.{40})", r"\1\n", text, count=1),
        Expect.SAME,
    ),
    "signature-value-padded": (
        lambda text: once(text, "<ds:SignatureValue>", "<ds:SignatureValue>\n  "),
        Expect.SAME,
    ),
    "digest-wrapped": (
        lambda text: re.sub(r"(<ds:DigestValue>.{20})", r"\1\n", text, count=1),
        Expect.REFUSED,
    ),
    "digest-padded": (lambda text: once(text, "<ds:DigestValue>", "<ds:DigestValue> "), Expect.REFUSED),
    "saml-prefix-after-signing": (
        lambda text: text.replace("saml:", "a:").replace(":saml=", ":a="),
        Expect.REFUSED,
    ),
    "space-in-signed-part": (lambda text: once(text, "<samlp:Status>", " <samlp:Status>"), Expect.REFUSED),
    "space-in-signed-info": (
        lambda text: once(text, "<ds:SignatureMethod", "\n<ds:SignatureMethod"),
        Expect.REFUSED,
    ),
    "space-between-signature-and-status": (
        lambda text: once(text, "</ds:Signature>", "</ds:Signature> "),
        Expect.REFUSED,
    ),
}


def _headed(form: Form, declaration: str) -> bytes:
    body = form.signed_text.partition("?>")[2]
    return (declaration + (body if declaration else body.lstrip())).encode()


def _whole(form: Form, change: Callable[[str], str]) -> bytes:
    return change(form.signed_text).encode()


def _with(text: str, start: int, end: int, new: str) -> partial[bytes]:
    return partial(_joined, text[:start], new, text[end:])


def _joined(*parts: str) -> bytes:
    return "".join(parts).encode()
