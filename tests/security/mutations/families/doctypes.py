"""Document types: entities, blow-up, external subsets, attributes made IDs or given defaults."""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import partial

from tests.security.mutations.forms import Form
from tests.security.mutations.trees import OTHER_BSN, once
from tests.security.mutations.variant import Expect, Made
from tests.support.saml.answers import BSN

_ROOT = "soapenv:Envelope"
_LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
_SUBSETS = {
    "empty": "",
    "entity": f'<!ENTITY who "{BSN}">',
    "entity-other": f'<!ENTITY who "{OTHER_BSN}">',
    "entity-markup": '<!ENTITY who "<saml:NameID/>">',
    "entity-twice": f'<!ENTITY who "{BSN}"><!ENTITY who "{OTHER_BSN}">',
    "entity-of-xml": f'<!ENTITY amp "{OTHER_BSN}"><!ENTITY who "{BSN}">',
    "external-file": '<!ENTITY who SYSTEM "file:///etc/hostname">',
    "external-http": '<!ENTITY who SYSTEM "http://127.0.0.1:9/x">',
    "external-public": '<!ENTITY who PUBLIC "-//X//Y" "http://127.0.0.1:9/x">',
    "external-device": '<!ENTITY who SYSTEM "file:///dev/zero">',
    "unparsed": '<!NOTATION n SYSTEM "n"><!ENTITY who SYSTEM "x" NDATA n>',
    "parameter": '<!ENTITY % p SYSTEM "http://127.0.0.1:9/x.dtd"> %p;',
    "parameter-inner": "<!ENTITY % p \"<!ENTITY who '900029365'>\"> %p;",
    "laughs": f'<!ENTITY l0 "ha">{_LAUGHS}<!ENTITY who "&l9;">',
    "quadratic": f'<!ENTITY q "{"x" * 20_000}"><!ENTITY who "{"&q;" * 50}">',
    "recursive": '<!ENTITY a "&b;"><!ENTITY b "&a;"><!ENTITY who "&a;">',
    "element": "<!ELEMENT soapenv:Envelope ANY>",
    "notation": '<!NOTATION n SYSTEM "http://127.0.0.1:9/n">',
    "comment": "<!-- x -->",
    "pi": "<?x y?>",
    "attlist-id": "<!ATTLIST saml:Subject Label ID #IMPLIED>",
    "attlist-id-of-response": "<!ATTLIST samlp:Response InResponseTo ID #IMPLIED>",
    "attlist-id-cdata": "<!ATTLIST saml:Assertion ID CDATA #IMPLIED>",
    "attlist-default-recipient": '<!ATTLIST saml:SubjectConfirmationData Address CDATA "192.0.2.1">',
    "attlist-default-destination": '<!ATTLIST samlp:Response Destination CDATA "https://evil.example">',
    "attlist-default-format": '<!ATTLIST saml:NameID Format CDATA "urn:x">',
    "attlist-fixed": '<!ATTLIST saml:Conditions OneTimeUse CDATA #FIXED "x">',
    "attlist-xmlns": '<!ATTLIST saml:NameID xmlns CDATA "urn:x">',
    "attlist-nmtokens": "<!ATTLIST saml:Assertion IssueInstant NMTOKENS #IMPLIED>",
}
_HEADS = {
    "plain": f"<!DOCTYPE {_ROOT}",
    "lower-case": f"<!doctype {_ROOT}",
    "other-root": "<!DOCTYPE x",
    "system": f'<!DOCTYPE {_ROOT} SYSTEM "http://127.0.0.1:9/x.dtd"',
    "system-file": f'<!DOCTYPE {_ROOT} SYSTEM "file:///etc/hostname"',
    "public": f'<!DOCTYPE {_ROOT} PUBLIC "-//X//Y" "http://127.0.0.1:9/x.dtd"',
    "new-line": f"<!DOCTYPE\n\t{_ROOT}",
}


def make(form: Form, _: random.Random) -> Iterator[Made]:
    """Each document type with each head; used in the text and unused; before and after signing."""
    for head in _HEADS:
        for name in _SUBSETS if head in {"plain", "system"} else ("empty", "entity"):
            for use in ("unused", "used"):
                made = partial(_typed, form, head, name, used=use == "used")
                yield f"{head}:{name}:{use}", made, Expect.REFUSED
    for name in ("entity", "attlist-id", "attlist-default-format", "comment", "element"):
        yield f"signed:{name}", partial(_signed, form, name), Expect.REFUSED
    for name, bare in _BARE.items():
        for place in ("<soapenv:Envelope", "<samlp:Status>", "</saml:Issuer>"):
            yield f"bare:{name}:{place}", partial(_with, form, place, bare + place), Expect.REFUSED


_BARE = {
    "entity": '<!ENTITY x "y">',
    "doctype": "<!DOCTYPE x>",
    "element": "<!ELEMENT x ANY>",
    "attlist": "<!ATTLIST x y ID #IMPLIED>",
    "conditional": "<![INCLUDE[x]]>",
    "ignore": "<![IGNORE[x]]>",
    "reference": "&who;",
    "parameter-reference": "%who;",
    "open": "<!",
    "xinclude": '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/hostname"/>',
    "character-zero": "&#0;",
    "character-surrogate": "&#xD800;",
    "character-beyond": "&#x110000;",
    "bare-ampersand": "&",
    "html-entity": "&nbsp;",
}


def _typed(form: Form, head: str, subset: str, *, used: bool) -> bytes:
    inside = _SUBSETS[subset]
    doctype = f"{_HEADS[head]} [{inside}]>" if inside else f"{_HEADS[head]}>"
    text = once(form.signed_text, f"<{_ROOT}", f"{doctype}\n<{_ROOT}")
    return (text.replace(BSN, "&who;") if used else text).encode()


def _signed(form: Form, subset: str) -> bytes:
    doctype = f"<!DOCTYPE {_ROOT} [{_SUBSETS[subset]}]>\n<{_ROOT}"
    return form.sign(once(form.text, f"<{_ROOT}", doctype))


def _with(form: Form, place: str, new: str) -> bytes:
    return once(form.signed_text, place, new).encode()
