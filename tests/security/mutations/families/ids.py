"""IDs: double, foreign, namespaced, missing, malformed; references that name something else."""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import partial

from tests.security.mutations.forms import Form
from tests.security.mutations.trees import EVIL_ID, once
from tests.security.mutations.variant import Expect, Made
from tests.support.saml.answers import ANSWER_ID, ASSERTION_ID, RESPONSE_ID

_SPELLINGS = ("ID", "id", "Id", "iD", "xml:id", "y:ID", "y:id", "wsu:Id")
_HOSTS = (
    "<soapenv:Envelope",
    "<soapenv:Body",
    "<samlp:Status>",
    "<saml:Issuer>",
    "<saml:Subject>",
    "<saml:NameID>",
    "<saml:Conditions",
    "<saml:Audience>",
    "<ds:Signature ",
    "<ds:SignedInfo>",
    "<ds:SignatureValue>",
    "<ds:KeyInfo>",
    "<ds:X509Data>",
)
_IDS = {"answer": ANSWER_ID, "response": RESPONSE_ID, "assertion": ASSERTION_ID, "new": EVIL_ID}
_MALFORMED = (
    "",
    " ",
    "1abc",
    "#x",
    "_a b",
    "_a\u00e9",
    "_a/b",
    "_a'b",
    "-a",
    ".a",
    "_a&#10;",
    " _a",
    "_" + "a" * 128,
    "\u0661a",
    "_a:b",
    "xpointer(/)",
)


def make(form: Form, _: random.Random) -> Iterator[Made]:
    """Another ID on each host in each spelling; then each layer's own ID bent, with right signatures."""
    for host in _HOSTS:
        for spelling in _SPELLINGS:
            for whose, value in _IDS.items():
                added = f' xmlns:y="urn:y" xmlns:wsu="urn:wsu" {spelling}="{value}"'
                if host in form.text:
                    yield f"{whose}-as-{spelling}-on-{host}", _signed(form, host, added), Expect.REFUSED
                elif host in form.signed_text:
                    # In KeyInfo a new plain ID is nobody's business; all the others are refused.
                    yield f"{whose}-as-{spelling}-on-{host}", _after(form, host, added), Expect.FREE
    yield from _bent(form)


def _bent(form: Form) -> Iterator[Made]:
    for layer, own in list(_IDS.items())[: 3 if form.successful else 2]:
        for value in _MALFORMED:
            yield f"{layer}-is-{value[:8]!r}", _renamed(form, own, value), Expect.REFUSED
        for other in sorted(set(_IDS) - {layer, "new"}):
            if _IDS[other] in form.text:
                yield f"{layer}-is-{other}", _renamed(form, own, _IDS[other]), Expect.REFUSED
        yield f"{layer}-without", partial(form.sign, once(form.text, f' ID="{own}"', "")), Expect.REFUSED
        yield f"{layer}-renamed-after", partial(_swapped, form, own, EVIL_ID), Expect.REFUSED
    yield "swapped-answer-response", partial(_swapped, form, ANSWER_ID, RESPONSE_ID), Expect.REFUSED


def _signed(form: Form, host: str, added: str) -> partial[bytes]:
    # `host` may end in what follows the name; the attribute goes behind the name.
    return partial(form.sign, _with(form.text, host, added))


def _after(form: Form, host: str, added: str) -> partial[bytes]:
    return partial(_with(form.signed_text, host, added).encode)


def _with(text: str, host: str, added: str) -> str:
    name = host.rstrip("> ")
    return once(text, host, name + added + host[len(name) :])


def _renamed(form: Form, own: str, value: str) -> partial[bytes]:
    return partial(form.sign, once(form.text, f'ID="{own}"', f'ID="{value}"'))


def _swapped(form: Form, one: str, other: str) -> bytes:
    text = form.signed_text
    return text.replace(one, "@").replace(other, one).replace("@", other).encode()
