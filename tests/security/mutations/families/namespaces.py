"""Namespaces: relative, redefined, undeclared, many; attributes of the xml namespace; other URIs."""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import partial

from tests.security.mutations.forms import Form
from tests.security.mutations.trees import once
from tests.security.mutations.variant import Expect, Made
from tests.support.saml.signers import DS, SAML, SAMLP

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
_DECLARATIONS = {
    "relative": ' xmlns:r="relative"',
    "relative-path": ' xmlns:r="../x"',
    "relative-query": ' xmlns:r="?x"',
    "relative-fragment": ' xmlns:r="#x"',
    "relative-net": ' xmlns:r="//host/x"',
    "relative-default": ' xmlns="x"',
    "digit-scheme": ' xmlns:r="1urn:x"',
    "empty-prefix": ' xmlns:r=""',
    "space": ' xmlns:r=" urn:x"',
    "empty-scheme": ' xmlns:r=":x"',
    "scheme-only": ' xmlns:r="urn:"',
    "character-reference": ' xmlns:r="urn:&#120;"',
    "entity": ' xmlns:r="urn:&amp;"',
    "new-line": ' xmlns:r="\nx"',
    "single-quoted": " xmlns:r='relative'",
    "spaced": " xmlns:r = 'relative'",
    "unicode-prefix": ' xmlns:\u00e9="relative"',
    "xml-as-other": ' xmlns:xml="urn:x"',
    "xmlns-declared": ' xmlns:xmlns="urn:x"',
    "other-as-xml": ' xmlns:r="http://www.w3.org/XML/1998/namespace"',
    "other-as-xmlns": ' xmlns:r="http://www.w3.org/2000/xmlns/"',
    "twice": ' xmlns:r="urn:x" xmlns:r="urn:x"',
    "many": "".join(f' xmlns:r{n}="urn:r{n}"' for n in range(40)),
    "xml-base": ' xml:base="http://evil.example/"',
    "xml-lang": ' xml:lang="nl"',
    "xml-space": ' xml:space="preserve"',
    "xml-id": ' xml:id="_x"',
    "xsi-schema": ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="urn:x '
    'http://127.0.0.1:9/x.xsd"',
    "xsi-type": ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="x"',
    "xsi-nil": ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:nil="true"',
    "must-understand": f' xmlns:s="{SOAP}" s:mustUnderstand="1"',
    "encoding-style": f' xmlns:s="{SOAP}" s:encodingStyle="urn:x"',
    "saml-redefined": ' xmlns:saml="urn:x"',
    "samlp-redefined": f' xmlns:samlp="{SAML}"',
    "ds-redefined": f' xmlns:ds="{SAML}"',
    "soapenv-redefined": ' xmlns:soapenv="urn:x"',
}
# A namespace that nothing uses is dropped by exclusive canonicalisation, so outside it changes nothing.
_UNUSED = {
    "absolute": ' xmlns:r="urn:x"',
    "default": ' xmlns="urn:x"',
    "saml-again": f' xmlns:saml="{SAML}"',
    "other-for-saml": f' xmlns:r="{SAML}"',
    "http": ' xmlns:r="http://example.org/x#"',
}
_TAGS = (
    "<soapenv:Envelope",
    "<soapenv:Body",
    "<samlp:ArtifactResponse",
    "<ds:Signature",
    "<ds:SignedInfo",
    "<ds:Reference",
    "<ds:KeyInfo",
    "<samlp:Response",
    "<saml:Assertion",
    "<saml:NameID",
    "<saml:Conditions",
)
_NAMES = {
    "saml": SAML,
    "samlp": SAMLP,
    "ds": DS,
    "soap": SOAP,
}
_OTHER_NAMES = {
    "saml-1": "urn:oasis:names:tc:SAML:1.0:assertion",
    "upper-case": "{}".upper(),
    "padded": "{} ",
    "slash": "{}/",
    "hash": "{}#",
    "soap-1.2": "http://www.w3.org/2003/05/soap-envelope",
    "percent": "{}%20",
    "null": "",
}


def make(form: Form, _: random.Random) -> Iterator[Made]:
    """Each declaration on each tag; each namespace under another name; after and before signing."""
    for tag in _TAGS:
        if tag not in form.signed_text:
            continue
        for name, added in _DECLARATIONS.items():
            yield f"{name}:{tag[1:]}", partial(_after, form, tag, added), Expect.FREE
        for name, added in _UNUSED.items():
            yield f"unused-{name}:{tag[1:]}", partial(_after, form, tag, added), Expect.FREE
        if tag in form.text:
            yield from _resigned(form, tag)
    for key, uri in _NAMES.items():
        for name, other in _OTHER_NAMES.items():
            new = other.replace("{}", uri) if name != "upper-case" else uri.upper()
            yield f"name-{key}-{name}", partial(_renamed, form, uri, new), Expect.REFUSED


def _resigned(form: Form, tag: str) -> Iterator[Made]:
    for name, added in _DECLARATIONS.items():
        if name not in _UNSIGNABLE:
            yield f"signed-{name}:{tag[1:]}", partial(_before, form, tag, added), Expect.REFUSED


# Not well-formed, or nothing that a canonicalisation could sign.
_UNSIGNABLE = {
    *(
        name
        for name in _DECLARATIONS
        if name.startswith(("relative", "xmlns-", "xml-as", "other-as", "twice"))
    ),
    *("digit-scheme", "empty-prefix", "space", "empty-scheme", "new-line", "single-quoted", "spaced"),
    *("unicode-prefix", "scheme-only", "saml-redefined", "samlp-redefined", "ds-redefined"),
    *("soapenv-redefined", "character-reference", "entity", "many"),
}


def _after(form: Form, tag: str, added: str) -> bytes:
    return once(form.signed_text, tag, tag + added).encode()


def _before(form: Form, tag: str, added: str) -> bytes:
    return form.sign(once(form.text, tag, tag + added))


def _renamed(form: Form, uri: str, new: str) -> bytes:
    return form.signed_text.replace(f'="{uri}"', f'="{new}"').encode()
