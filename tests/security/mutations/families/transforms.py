"""Transforms: XPath, XSLT, base64, decryption; too many, too few, in another order; prefix lists."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from tests.security.mutations.families.algorithms import C14N, C14N11
from tests.security.mutations.forms import Form
from tests.security.mutations.smith import Canon, Stamp, inclusive, transform
from tests.security.mutations.variant import Expect, Made
from tests.support.saml.answers import ASSERTION_ID, INNER_PLACE, RESPONSE_ID
from tests.support.saml.signers import DS, ENVELOPED, EXC_C14N

_XSL = "http://www.w3.org/1999/XSL/Transform"
_FILTER = "http://www.w3.org/2002/06/xmldsig-filter2"
E = transform(ENVELOPED)
C = transform(EXC_C14N)
XPATH = transform("http://www.w3.org/TR/1999/REC-xpath-19991116", "<ds:XPath>{}</ds:XPath>")
XSLT = transform(
    "http://www.w3.org/TR/1999/REC-xslt-19991116",
    f'<xsl:stylesheet xmlns:xsl="{_XSL}" version="1.0">{{}}</xsl:stylesheet>',
)
_LISTS = {
    "none": "",
    "enveloped-only": E,
    "c14n-only": C,
    "reversed": C + E,
    "enveloped-twice": E + E + C,
    "c14n-twice": E + C + C,
    "doubled": E + C + E + C,
    "many": (E + C) * 100,
    "many-c14n": E + C * 60,
    "inclusive": E + transform(C14N),
    "inclusive-1.1": E + transform(C14N11),
    "with-comments": E + transform(f"{EXC_C14N}WithComments"),
    "base64": E + transform(f"{DS}base64"),
    "base64-and-c14n": E + transform(f"{DS}base64") + C,
    "unknown": E + transform("urn:example:unknown"),
    "no-algorithm": E + transform(""),
    "decrypt": E + transform("http://www.w3.org/2002/07/decrypt#XML"),
    "xpath-true": E + C + XPATH.format("true()"),
    "xpath-first": XPATH.format("not(ancestor-or-self::ds:Signature)") + C,
    "xpath-nothing": E + XPATH.format("false()") + C,
    "xpath-only-issuer": E + XPATH.format("self::saml:Issuer") + C,
    "xpath-costly": E + XPATH.format("count(//*[count(//*[count(//*)&gt;0])&gt;0])&gt;0") + C,
    "filter-2": E + transform(_FILTER, f'<f:XPath xmlns:f="{_FILTER}" Filter="intersect">/</f:XPath>') + C,
    "xslt-empty": E + C + XSLT.format(""),
    "xslt-constant": E + XSLT.format('<xsl:template match="/">x</xsl:template>') + C,
    "xslt-document": E
    + XSLT.format(
        '<xsl:template match="/"><xsl:copy-of select="document(\'/etc/hostname\')"/></xsl:template>'
    ),
    "xslt-endless": XSLT.format(
        '<xsl:template name="t"><xsl:call-template name="t"/></xsl:template>'
        '<xsl:template match="/"><xsl:call-template name="t"/></xsl:template>'
    ),
    "prefixes-on-enveloped": transform(ENVELOPED, inclusive("ds")) + C,
    "prefixes-twice": E + transform(EXC_C14N, inclusive("ds") * 2),
    "parameter-unknown": E + transform(EXC_C14N, '<x xmlns="urn:x"/>'),
    "parameter-text": E + transform(EXC_C14N, "x"),
    "padded-uri": E + transform(f" {EXC_C14N}"),
    "enveloped-upper-case": transform(ENVELOPED.upper()) + C,
    "swapped-names": transform(EXC_C14N) + transform(ENVELOPED),
}
_PREFIXES = (
    "evil",
    "#default",
    "soapenv",
    "ds evil",
    "saml samlp ds xs xsi",
    "xml",
    "DS",
    "*",
    "p " * 300,
    "ds\u00a0saml",
)
_AGREED = ("", "ds", "saml", "samlp", "xs", "ds saml", "xs samlp saml ds", "ds  saml", "ds ds")
_URIS = {
    "whole-document": ' URI=""',
    "absent": "",
    "of-response": f' URI="#{RESPONSE_ID}"',
    "of-assertion-or-other": f' URI="#{ASSERTION_ID}x"',
    "without-hash": ' URI="@id@"',
    "two-hashes": ' URI="##@id@"',
    "padded": ' URI="#@id@ "',
    "xpointer-root": ' URI="#xpointer(/)"',
    "xpointer-id": " URI=\"#xpointer(id('@id@'))\"",
    "upper-case": ' URI="#@ID@"',
    "percent": ' URI="%23@id@"',
    "other-document": ' URI="http://127.0.0.1:9/a#@id@"',
    "file": ' URI="file:///etc/hostname"',
    "base-relative": ' URI="a.xml#@id@"',
    "with-type": ' URI="#@id@" Type="http://www.w3.org/2000/09/xmldsig#Object"',
    "with-id": ' URI="#@id@" Id="_ref"',
}


def make(form: Form, _: random.Random) -> Iterator[Made]:
    """Each list and each URI on each layer, over a digest that is right for the agreed transforms."""
    layers = ("outer", "inner") if INNER_PLACE in form.text else ("outer",)
    for layer in layers:
        for name, stamp, expect in _stamps(form.stamp):
            yield f"{name}:{layer}", partial(_signed, form, stamp, layer), expect


def _stamps(base: Stamp) -> Iterator[tuple[str, Stamp, Expect]]:
    plain = replace(base, element_canon=Canon())
    for name, listed in _LISTS.items():
        yield f"list-{name}", replace(plain, transforms=listed), Expect.REFUSED
    for kind, canon in (("inclusive", Canon(exclusive=False)), ("comments", Canon(with_comments=True))):
        for name in ("inclusive", "inclusive-1.1", "with-comments", "c14n-only"):
            stamp = replace(plain, transforms=_LISTS[name], element_canon=canon)
            yield f"list-{name}-done-{kind}", stamp, Expect.REFUSED
    for prefixes in (*_PREFIXES, *_AGREED):
        expect = Expect.ACCEPTED if prefixes in _AGREED else Expect.REFUSED
        listed = E + transform(EXC_C14N, inclusive(prefixes))
        stamp = replace(plain, transforms=listed, element_canon=Canon(prefixes=tuple(prefixes.split())))
        yield f"prefixes-{prefixes[:12]!r}", stamp, expect
    for name, uri in _URIS.items():
        yield f"uri-{name}", replace(base, uri=uri), Expect.REFUSED


def _signed(form: Form, stamp: Stamp, layer: str) -> bytes:
    return form.sign(form.text, **{layer: stamp})
