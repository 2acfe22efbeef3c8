"""The Advice: what nobody signed for us may say anything and must change nothing, and may stand in one place.

`make` bends it after signing, so that the signature around it is wrong. `make_resigned` puts things there
before the right key signs: whatever they say, the values are those of the makelaar, or there are none.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from functools import partial

from tests.security.mutations.eherkenning_forms import eherkenning_scene
from tests.security.mutations.forms import Form
from tests.security.mutations.smith import stamped
from tests.security.mutations.trees import EVIL_ID, once
from tests.security.mutations.variant import Expect, Made
from tests.support.saml import eherkenning
from tests.support.saml.answers import INNER_PLACE
from tests.support.saml.eherkenning import acting, attributes_text, legal, service

_ADVICE = re.compile(r"<saml:Advice>.*?</saml:Advice>", re.DOTALL)
_OTHER_COMPANY = "90099999"


def make(form: Form, chance: random.Random) -> Iterator[Made]:
    """A letter changed, something taken out or put in, after signing."""
    found = _ADVICE.search(form.signed_text)
    if found is None:
        return
    text, (start, end) = form.signed_text, found.span()
    for number in range(80):
        at = chance.randrange(start, end)
        letter = chance.choice("abcXYZ019<>&/'\"= ")
        yield f"letter-{number}", partial(_joined, text[:at], letter, text[at + 1 :]), Expect.FREE
    for number in range(20):
        at = chance.randrange(start, end)
        yield f"dropped-{number}", partial(_joined, text[:at], text[at + 1 :]), Expect.FREE
    yield "emptied", partial(_joined, text[:start], "<saml:Advice/>", text[end:]), Expect.REFUSED
    yield "taken-out", partial(_joined, text[:start], text[end:]), Expect.REFUSED
    yield "doubled", partial(_joined, text[:end], text[start:end], text[end:]), Expect.REFUSED
    for name, inside in _insides(form):
        advice = f"<saml:Advice>{inside}</saml:Advice>"
        yield f"replaced-by-{name}", partial(_joined, text[:start], advice, text[end:]), Expect.REFUSED


def make_resigned(form: Form, _: random.Random) -> Iterator[Made]:
    """Anything inside it, signed over: read as if it were not there. Elsewhere, or twice: refused."""
    found = _ADVICE.search(form.text)
    if found is None:
        return
    text, (start, end) = form.text, found.span()
    for name, inside in (*_insides(form), *_SAFE.items()):
        changed = f"{text[:start]}<saml:Advice>{inside}</saml:Advice>{text[end:]}"
        yield f"holds-{name}", partial(form.sign, changed), Expect.ACCEPTED
    for name, inside in _UNSAFE.items():
        changed = f"{text[:start]}<saml:Advice>{inside}</saml:Advice>{text[end:]}"
        yield f"holds-{name}", partial(form.sign, changed), Expect.REFUSED
    advice, without = found.group(0), text[:start] + text[end:]
    yield "twice", partial(form.sign, f"{text[:end]}{advice}{text[end:]}"), Expect.REFUSED
    for place in _PLACES:
        if place in without:
            yield f"before-{place}", partial(form.sign, once(without, place, advice + place)), Expect.REFUSED
    # A second one that nobody counts: within the Advice of the Advice there is nothing to find either.
    nested = f"<saml:Advice>{advice}</saml:Advice>"
    yield "nested", partial(form.sign, text[:start] + nested + text[end:]), Expect.ACCEPTED


def _insides(form: Form) -> Iterator[tuple[str, str]]:
    """Assertions that look like the makelaar's own, for another company."""
    forged = _forged()
    genuine = stamped(forged, INNER_PLACE, form.scene.key, form.stamp)
    yield "forged-unsigned", forged.replace(INNER_PLACE, "")
    yield "forged-signed-by-the-makelaar", genuine
    other = _renamed(genuine.replace(EVIL_ID, f"{EVIL_ID}2"), "_x", "_y")
    yield "two-forged", forged.replace(INNER_PLACE, "") + other
    statement = attributes_text(service(), legal((_OTHER_COMPANY, eherkenning.KVK_QUALIFIER)))
    yield "statement", _renamed(statement, "_e", "_z")
    yield "reference", "<saml:AssertionIDRef>_somewhere</saml:AssertionIDRef>"


def _forged() -> str:
    scene = eherkenning_scene()
    said = attributes_text(
        service(), acting("f" * 64 + "@" + "f" * 32), legal((_OTHER_COMPANY, eherkenning.KVK_QUALIFIER))
    )
    text = eherkenning.assertion_text(
        scene, attributes=_renamed(said, "_e", "_x"), advice="", assertion_id=EVIL_ID
    )
    declared = (
        '<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" '
        'xmlns:ds="http://www.w3.org/2000/09/xmldsig#" xmlns:xenc="http://www.w3.org/2001/04/xmlenc#"'
    )
    return text.replace("<saml:Assertion", declared, 1)


def _renamed(text: str, old: str, new: str) -> str:
    """With other IDs of encrypted data and keys, since no ID may occur twice."""
    return re.sub(rf'(Id="|URI="#){old}', rf"\g<1>{new}", text)


_SAFE: dict[str, str] = {
    "nothing": "",
    "text": "whatever",
    "foreign-elements": '<x xmlns="urn:x" y="z"><z>0</z></x>',
    "xacml": '<saml:Statement xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="q:Any"/>',
}
_UNSAFE: dict[str, str] = {
    "own-id": f'<x xmlns="urn:x" ID="{eherkenning.ASSERTION_ID}"/>',
    "own-response-id": f'<x xmlns="urn:x" ID="{eherkenning.RESPONSE_ID}"/>',
    "comment": "<!-- x -->",
    "instruction": "<?x y?>",
    "cdata": "<![CDATA[x]]>",
    "depth": "<x>" * 300 + "</x>" * 300,
    "width": "<x/>" * 5_000,
}
_PLACES = (
    "<saml:Subject>",
    "<saml:Conditions",
    "<saml:AttributeStatement>",
    "</saml:AuthnStatement>",
    "</saml:Subject>",
    "</saml:Assertion>",
    "</samlp:Response>",
    "<samlp:Status>",
    "</saml:Attribute>",
)


def _joined(*parts: str) -> bytes:
    return "".join(parts).encode()
