"""Honest messages in forms of their own, signed by the right key: accepted, or the engine proves nothing."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial

from lxml import etree

from tests.security.mutations.forms import Form, compact
from tests.security.mutations.smith import Canon, Stamp, inclusive, parsed
from tests.security.mutations.trees import once
from tests.security.mutations.variant import Expect, Made
from tests.support.saml.signers import EXC_C14N

_TEXTS: dict[str, Callable[[str], str]] = {
    "as-it-is": lambda text: text,
    "compact": compact,
    "no-declaration": lambda text: text.partition("?>")[2].lstrip(),
    "protocol-prefix": lambda text: text.replace("samlp:", "p:").replace(":samlp", ":p"),
    "soap-prefix": lambda text: text.replace("soapenv:", "SOAP-ENV:").replace(":soapenv", ":SOAP-ENV"),
    "soap-default": lambda text: text.replace("soapenv:", "").replace(":soapenv", ""),
    "empty-header": lambda text: once(text, "<soapenv:Body>", "<soapenv:Header/><soapenv:Body>"),
    "namespace-in-scope": lambda text: once(
        text, "<soapenv:Envelope", '<soapenv:Envelope xmlns:xs="http://www.w3.org/2001/XMLSchema"'
    ),
    "windows": lambda text: text.replace("\n", "\r\n"),
    "tabs": lambda text: text.replace("  ", "\t"),
}
_STAMPS: dict[str, Callable[[Stamp], Stamp]] = {
    "as-it-is": lambda stamp: stamp,
    "no-key-info": lambda stamp: replace(stamp, key_info=""),
    "key-name-only": lambda stamp: replace(
        stamp, key_info="<ds:KeyInfo><ds:KeyName>{name}</ds:KeyName></ds:KeyInfo>"
    ),
    "prefixes-in-signed-info": lambda stamp: replace(
        stamp,
        canonicalization=f'<ds:CanonicalizationMethod Algorithm="{EXC_C14N}">{inclusive("ds saml samlp xs")}'
        "</ds:CanonicalizationMethod>",
        info_canon=Canon(prefixes=("ds", "saml", "samlp", "xs")),
    ),
}


def make(form: Form, _: random.Random) -> Iterator[Made]:
    """Every honest text with every honest signature; and the whole in canonical form."""
    for text_name, change in _TEXTS.items():
        for stamp_name, bend in _STAMPS.items():
            made = partial(_made, form, change, bend(form.stamp))
            yield f"{text_name}:{stamp_name}", made, Expect.ACCEPTED
    for name, canon in _CANONS.items():
        # Exclusive canonicalisation drops declarations that a PrefixList counts on: another message then.
        expect = Expect.FREE if name == "exclusive" and form.stamp.element_canon.prefixes else Expect.SAME
        yield f"rewritten-{name}", partial(_rewritten, form, canon), expect
    if form.successful:
        higher = form.text.replace("MobileTwoFactorContract", "Smartcard")
        yield "higher-level", partial(form.sign, higher), Expect.ACCEPTED


_CANONS: dict[str, dict[str, object]] = {
    "exclusive": {"method": "c14n", "exclusive": True},
    "inclusive": {"method": "c14n"},
    "with-comments": {"method": "c14n", "with_comments": True},
    "serialised": {},
}


def _made(form: Form, change: Callable[[str], str], stamp: Stamp) -> bytes:
    return form.sign(change(form.text), inner=stamp, outer=stamp)


def _rewritten(form: Form, options: Mapping[str, object]) -> bytes:
    written: bytes = etree.tostring(parsed(form.message), **options)  # type: ignore[call-overload]  # options as a table
    return written
