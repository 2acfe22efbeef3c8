"""Sizes, depths and counts, at the borders and far beyond; junk of every size."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from functools import partial

from tests.security.mutations.forms import Form
from tests.security.mutations.trees import once
from tests.security.mutations.variant import Expect, Made

_CAP = 256 * 1024
_COUNTS = (0, 1, 2, 10, 63, 64, 65, 100, 500, 1000, 1024, 1100, 5000)
_SIZES = (1024, 8192, 65_536, 131_072, 200_000, 250_000, _CAP, _CAP + 1, 300_000)
_SAFE_SIZE = 200_000
_PLACES = {
    "name-id": "<saml:NameID>",
    "issuer": "<saml:Issuer>",
    "digest": "<ds:DigestValue>",
    "value": "<ds:SignatureValue>",
    "certificate": "<ds:X509Certificate>",
    "audience": "<saml:Audience>",
}


def make(form: Form, chance: random.Random) -> Iterator[Made]:
    """Swollen after signing, swollen before signing, and junk that only looks like a message."""
    for size in _SIZES:
        for name, place in _PLACES.items():
            if place in form.signed_text:
                yield f"long-{name}-{size}", partial(_put, form, place, "x" * size), Expect.FREE
        fits = size <= _SAFE_SIZE
        yield f"space-behind-{size}", partial(_padded, form, size), Expect.SAME if fits else Expect.FREE
        yield f"space-in-envelope-{size}", partial(_put, form, "<soapenv:Body>", " " * size), Expect.FREE
        yield (
            f"long-attribute-{size}",
            partial(_put, form, "<soapenv:Body", f' a="{"x" * size}"'),
            Expect.REFUSED,
        )
        yield (
            f"long-prefix-{size}",
            partial(_put, form, "<soapenv:Body", f' xmlns:{"x" * size}="urn:x"'),
            Expect.FREE,
        )
    for count in _COUNTS:
        for name, build in _REPEATED.items():
            made, expect = partial(build, form, count), _expected(name, count)
            yield f"{name}-{count}", made, expect
    for number in range(150):
        yield f"junk-{number}", partial(_junk, chance.randrange(2**32)), Expect.REFUSED
    for number in range(150):
        yield f"soup-{number}", partial(_soup, chance.randrange(2**32)), Expect.REFUSED


def _expected(name: str, count: int) -> Expect:
    if count == 0:
        return Expect.ACCEPTED
    # Unused declarations within the bound are dropped by canonicalisation.
    return Expect.FREE if name in {"declarations", "declared-on-each"} else Expect.REFUSED


def _put(form: Form, place: str, new: str) -> bytes:
    return once(form.signed_text, place, place + new).encode()


def _padded(form: Form, size: int) -> bytes:
    return form.message + b"\n" * size


def _signed(form: Form, place: str, new: str) -> bytes:
    return form.sign(once(form.text, place, new + place))


def _nested(opening: str, closing: str, count: int) -> str:
    # Deeper than this nobody can sign: libxml2 itself gives up.
    depth = min(count, 1000)
    return opening * depth + closing * depth


_REPEATED: dict[str, Callable[[Form, int], bytes]] = {
    "attributes": lambda form, count: _put(
        form, "<soapenv:Body", "".join(f' a{number}=""' for number in range(count))
    ),
    "declarations": lambda form, count: _put(
        form, "<soapenv:Body", "".join(f' xmlns:a{number}="urn:a{number}"' for number in range(count))
    ),
    "elements": lambda form, count: _put(form, "<soapenv:Body>", "<x/>" * count),
    "elements-signed": lambda form, count: _signed(form, "<samlp:Status>", "<x/>" * count),
    "depth": lambda form, count: _put(form, "<soapenv:Body>", "<x>" * count + "</x>" * count),
    "depth-signed": lambda form, count: _signed(form, "<samlp:Status>", _nested("<x>", "</x>", count)),
    "status-depth": lambda form, count: _signed(
        form, "<samlp:Status>", _nested('<samlp:StatusCode Value="x">', "</samlp:StatusCode>", count)
    ),
    "responses": lambda form, count: _signed(form, "<samlp:Response", '<samlp:Response ID="_r"/>' * count),
    "issuers": lambda form, count: _signed(form, "<saml:Issuer>", "<saml:Issuer>x</saml:Issuer>" * count),
    "comments": lambda form, count: _put(form, "<soapenv:Body>", "<!---->" * count),
    "references": lambda form, count: _put(form, "<soapenv:Body>", "&#32;x" * count),
    "key-infos": lambda form, count: _put(
        form, "<ds:KeyInfo>", "<ds:KeyName>x</ds:KeyName>" * min(count, 1) + "<ds:KeyInfo/>x<" * (count > 0)
    ),
    "declared-on-each": lambda form, count: (
        form.message.replace(b"<saml:", b"<saml:", count)
        if count == 0
        else form.message.replace(b"<saml:Issuer>", b'<saml:Issuer xmlns:z="urn:z">', count)
    ),
}


def _junk(number: int) -> bytes:
    chance = random.Random(number)  # noqa: S311  repeatable noise
    return chance.randbytes(chance.choice((0, 1, 2, 3, 10, 100, 5000)))


_TOKENS = (
    "<a>",
    "</a>",
    "<a/>",
    "<",
    ">",
    "&lt;",
    "&",
    '"',
    "=",
    " xmlns:saml=",
    '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/">',
    "<soapenv:Body>",
    "</soapenv:Envelope>",
    "<saml:Assertion>",
    "<?x?>",
    "<!--",
    "]]>",
    "\n",
    "x",
    "\u00e9",
)


def _soup(number: int) -> bytes:
    chance = random.Random(number)  # noqa: S311  repeatable noise
    return "".join(chance.choices(_TOKENS, k=chance.randrange(1, 60))).encode()
