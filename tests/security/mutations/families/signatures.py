"""Hollow and partial signatures, doubled parts, and layers without the signature that they need."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from tests.security.mutations.forms import Form
from tests.security.mutations.smith import rsa_sha256, sha256, stamped
from tests.security.mutations.trees import OTHER_BSN, once
from tests.security.mutations.variant import Expect, Made
from tests.support.saml.answers import ANSWER_ID, ASSERTION_ID, BSN, INNER_PLACE, OUTER_PLACE, RESPONSE_ID

_PARTS = (
    "ds:SignedInfo",
    "ds:CanonicalizationMethod",
    "ds:SignatureMethod",
    "ds:Reference",
    "ds:Transforms",
    "ds:DigestMethod",
    "ds:DigestValue",
    "ds:SignatureValue",
    "ds:KeyInfo",
    "ds:Signature",
)
_VALUES = {
    "empty": "",
    "space": " ",
    "short": "AAAA",
    "not-base64": "%%%",
    "half-base64": "AAA",
    "padding-only": "====",
    "padding-inside": "AA==AAAA",
    "url-safe": "-_-_",
    "unicode": "\u0410\u0410\u0410\u0410",
    "unicode-space": "\u00a0AAAA",
    "non-breaking-space": "\u00a0",
    "line-separator": "\u2028",
    "next-line": "\u0085",
    "long": "A" * 40_000,
    "zero-digest": "A" * 43 + "=",
    "reference": "&#65;AAA",
    "element": "<x/>",
}


def make(form: Form, _: random.Random) -> Iterator[Made]:
    """Every part of every signature missing, double, empty, or with another value; whole ones missing."""
    text = form.signed_text
    for part in _PARTS:
        for number, found in enumerate(_find(text, part)):
            start, end = found.span()
            whole = text[start:end]
            # Without KeyInfo a message is as good as with it; everything else must be there once.
            expect = Expect.SAME if part == "ds:KeyInfo" and number == 0 else Expect.REFUSED
            yield f"no-{part}-{number}", _with(text, start, end, ""), expect
            yield f"two-{part}-{number}", _with(text, start, end, whole * 2), Expect.REFUSED
            yield f"hollow-{part}-{number}", _with(text, start, end, f"<{part}/>"), _hollow(part, number)
            yield (
                f"first-hollow-{part}-{number}",
                _with(text, start, end, f"<{part}/>{whole}"),
                Expect.REFUSED,
            )
            yield f"then-hollow-{part}-{number}", _with(text, start, end, f"{whole}<{part}/>"), Expect.REFUSED
    for part in ("ds:DigestValue", "ds:SignatureValue"):
        for number, found in enumerate(_find(text, part)):
            yield from _values(text, part, number, found)
    yield from _excluded(form)
    yield from _smuggled(form)


def _hollow(part: str, number: int) -> Expect:
    return Expect.SAME if part == "ds:KeyInfo" and number == 0 else Expect.REFUSED


def _values(text: str, part: str, number: int, found: re.Match[str]) -> Iterator[Made]:
    value = found.group(0).partition(">")[2].rpartition("<")[0]
    start = found.start() + found.group(0).index(">") + 1
    for name, new in _VALUES.items():
        yield f"{part}-{number}-{name}", _with(text, start, start + len(value), new), Expect.REFUSED
        yield f"{part}-{number}-{name}-before", _with(text, start, start, new), Expect.FREE
        yield (
            f"{part}-{number}-{name}-behind",
            _with(text, start + len(value), start + len(value), new),
            Expect.FREE,
        )
    for place in range(0, len(value) - 4, 4):
        other = "B" if value[place] == "A" else "A"
        yield (
            f"{part}-{number}-at-{place}",
            _with(text, start + place, start + place + 1, other),
            Expect.REFUSED,
        )
    others = [other.group(0) for other in _find(text, part) if other.group(0) != found.group(0)]
    for other in others:
        yield f"{part}-{number}-of-another", _with(text, found.start(), found.end(), other), Expect.REFUSED


def _excluded(form: Form) -> Iterator[Made]:
    """No signature on a layer, on both, or only on a layer that does not count."""
    text = form.text
    evil = text.replace(BSN, OTHER_BSN)
    for name, body in (("honest", text), ("forged", evil)):
        yield f"no-outer-{name}", partial(form.sign, body.replace(OUTER_PLACE, "")), Expect.REFUSED
        bare = body.replace(OUTER_PLACE, "").replace(INNER_PLACE, "")
        yield f"none-{name}", partial(form.sign, bare), Expect.REFUSED
        on_response = _place_on_response(bare, OUTER_PLACE)
        yield f"response-only-{name}", partial(form.sign, on_response), Expect.REFUSED
        if form.want and INNER_PLACE in body:
            yield f"no-inner-{name}", partial(form.sign, body.replace(INNER_PLACE, "")), Expect.REFUSED
    both = _place_on_response(text, "<third/>")
    yield "response-too", partial(_thrice, form, both), Expect.REFUSED
    for name, place in (("first", "<samlp:Status>"), ("last", "</samlp:ArtifactResponse>")):
        moved = once(text.replace(OUTER_PLACE, ""), place, OUTER_PLACE + place)
        expect = Expect.ACCEPTED if name == "first" else Expect.REFUSED
        yield f"outer-placed-{name}", partial(form.sign, moved), expect
    before = once(text.replace(OUTER_PLACE, ""), "<saml:Issuer>", f"{OUTER_PLACE}<saml:Issuer>")
    yield "outer-placed-before-issuer", partial(form.sign, before), Expect.REFUSED
    if form.successful and INNER_PLACE in text:
        behind = once(text.replace(INNER_PLACE, ""), "</saml:Subject>", f"</saml:Subject>{INNER_PLACE}")
        yield "inner-placed-behind-subject", partial(form.sign, behind), Expect.REFUSED


def _smuggled(form: Form) -> Iterator[Made]:
    """Two references, a digest under the wrong roof, a signature of another message."""
    reference = (
        '<ds:Reference URI="#{}"><ds:Transforms><ds:Transform '
        'Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/></ds:Transforms><ds:DigestMethod '
        'Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><ds:DigestValue>'
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=</ds:DigestValue></ds:Reference>"
    )
    for target in (ANSWER_ID, RESPONSE_ID, ASSERTION_ID, ""):
        stamp = replace(form.stamp, more_references=reference.format(target))
        yield f"two-references-{target[:3]}", partial(form.sign, form.text, outer=stamp), Expect.REFUSED
    for name, after in _AFTERS.items():
        stamp = replace(form.stamp, after=after)
        yield f"after-{name}", partial(form.sign, form.text, outer=stamp), Expect.REFUSED
    for value in ("relative", "../x"):
        yield f"void-{value}", partial(_void, form, value), Expect.REFUSED
    yield "of-another-message", partial(_transplanted, form), Expect.REFUSED
    for where in ("<samlp:Status>", "</samlp:Status>", "</saml:Issuer>"):
        digest = f"<ds:DigestValue>{'A' * 43}=</ds:DigestValue>{where}"
        yield f"digest-in-{where}", partial(form.sign, once(form.text, where, digest)), Expect.REFUSED


_AFTERS = {
    "object": "<ds:Object>x</ds:Object>",
    "object-empty": "<ds:Object/>",
    "manifest": "<ds:Object><ds:Manifest/></ds:Object>",
    "properties": "<ds:Object><ds:SignatureProperties/></ds:Object>",
    "second-value": "<ds:SignatureValue>AAAA</ds:SignatureValue>",
    "second-info": "<ds:SignedInfo/>",
    "digest": "<ds:DigestValue>AAAA</ds:DigestValue>",
    "foreign": '<x xmlns="urn:x"/>',
    "text": "x",
}


def _place_on_response(text: str, place: str) -> str:
    start = text.index("<samlp:Response")
    end = text.index("</saml:Issuer>", start) + len("</saml:Issuer>")
    return text[:end] + place + text[end:]


def _thrice(form: Form, text: str) -> bytes:
    if INNER_PLACE in text:
        text = stamped(text, INNER_PLACE, form.scene.key, form.stamp)
    text = stamped(text, "<third/>", form.scene.key, form.stamp)
    return form.sign(text)


def _void(form: Form, namespace: str) -> bytes:
    """A golden signature: of nothing, for a message that some canonicaliser makes nothing of."""
    stamp = replace(form.stamp, digest=lambda _: sha256(b""), sign=lambda key, _: rsa_sha256(key, b""))
    signed = form.sign(form.text, outer=stamp).decode()
    return once(signed, "<samlp:ArtifactResponse", f'<samlp:ArtifactResponse xmlns:r="{namespace}"').encode()


def _transplanted(form: Form) -> bytes:
    changed = re.sub(r'SessionIndex="[^"]*"', 'SessionIndex="77"', form.text)
    other = form.sign(changed.replace("Responder", "Requester")).decode()
    theirs = next(iter(_find(other, "ds:SignatureValue"))).group(0)
    ours = next(iter(_find(form.signed_text, "ds:SignatureValue"))).group(0)
    return once(form.signed_text, ours, theirs).encode()


def _find(text: str, part: str) -> list[re.Match[str]]:
    return list(re.finditer(rf"<{part}\b[^>]*?(?:/>|>.*?</{part}>)", text, re.DOTALL))


def _with(text: str, start: int, end: int, new: str) -> partial[bytes]:
    return partial(_joined, text[:start], new, text[end:])


def _joined(*parts: str) -> bytes:
    return "".join(parts).encode()
