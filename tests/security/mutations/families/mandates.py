"""What a makelaar may not say, signed by the right key: levels, services, restrictions, parties, statuses."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from functools import partial

from tests.security.mutations.families.sealed import with_attribute
from tests.security.mutations.forms import Form
from tests.security.mutations.trees import once
from tests.security.mutations.variant import Expect, Made
from tests.support.saml import eherkenning
from tests.support.saml.answers import OUTER_PLACE, STATUS
from tests.support.saml.eherkenning import (
    EH2PLUS_UUID,
    KVK,
    KVK_QUALIFIER,
    PSEUDO_QUALIFIER,
    PSEUDONYM,
    RSIN,
    RSIN_QUALIFIER,
    Sealing,
    acting,
    attribute,
    encrypted_id,
    legal,
    name_id_text,
    service,
)

_CORE = "urn:etoegang:core:"
_BRANCH = "urn:etoegang:1.9:ServiceRestriction:Vestigingsnr"
_INTERMEDIARY = "urn:etoegang:1.9:IntermediateEntityID:KvKnr"
_OTHER = "90099999"
_RESPONSE = re.compile(r"<samlp:Response .*</samlp:Response>", re.DOTALL)
_BLOCK = 16


def make(form: Form, _: random.Random) -> Iterator[Made]:
    """Attributes in the place of the honest ones, and words of the text bent."""
    texts = dict(_bent(form.text) if form.successful else _failures(form.text))
    if form.successful:
        texts |= {name: with_attribute(form, text) for name, text in _attributes()}
    for name, text in texts.items():
        yield name, partial(form.sign, text), Expect.REFUSED


def _bent(text: str) -> Iterator[tuple[str, str]]:
    for level in ("loa1", "loa2", "loa9", ""):
        yield f"level-{level}", text.replace(":loa2plus<", f":{level}<")
    yield "unsigned-outside", text.replace(OUTER_PLACE, "")
    yield "no-destination", re.sub(r' Destination="[^"]*"', "", text)
    yield "other-destination", re.sub(r' Destination="[^"]*"', ' Destination="https://x.example/"', text)
    yield "other-recipient", re.sub(r' Recipient="[^"]*"', ' Recipient="https://x.example/"', text)
    yield "other-request", text.replace(eherkenning.REQUEST_ID, "_9")
    yield "type-of-data", text.replace('Type="http://www.w3.org/2001/04/xmlenc#Element"', 'Type="urn:x"')
    yield "text-beside", text.replace("<saml:EncryptedID>", f"{_OTHER}<saml:EncryptedID>")
    yield "not-of-the-form", once(text, "<saml:Subject>", '<saml:Subject Since="1">')
    if eherkenning.RESOLVE_ID in text:
        yield "other-resolve", text.replace(eherkenning.RESOLVE_ID, "_8")
        yield "no-response", _RESPONSE.sub("", text)


def _failures(text: str) -> Iterator[tuple[str, str]]:
    for code in ("RequestUnsupported", "RequestDenied", "NoPassive"):
        yield f"status-{code}", text.replace(f"{STATUS}AuthnFailed", f"{STATUS}{code}")


def _attributes() -> Iterator[tuple[str, str]]:
    named = f"{_CORE}ServiceUUID"
    yield "service-other", service("00000000-0000-4000-8000-000000000000")
    yield "service-twice", attribute(named, EH2PLUS_UUID, "00000000-0000-4000-8000-000000000000")
    yield "service-id-other", attribute(f"{_CORE}ServiceID", "urn:etoegang:DV:0:services:1")
    yield "attribute-twice", attribute("urn:x", "a") + attribute("urn:x", "b")
    yield "restriction", attribute("urn:etoegang:1.9:ServiceRestriction:Postcode", "1234")
    yield "branch-short", attribute(_BRANCH, "00001234567")
    yield "branch-sealed", attribute(_BRANCH, _sealed("000012345678", KVK_QUALIFIER))
    yield "intermediary-short", attribute(_INTERMEDIARY, KVK[1:])
    yield "intermediary-kind", attribute(_INTERMEDIARY, _sealed(_OTHER, RSIN_QUALIFIER))
    two = (_sealed(_OTHER, KVK_QUALIFIER), _sealed(KVK, KVK_QUALIFIER, 10))
    yield "intermediary-twice", attribute(_INTERMEDIARY, *two)
    yield from _parties()
    yield from _paddings()


def _parties() -> Iterator[tuple[str, str]]:
    pseudonym = _sealed(PSEUDONYM, PSEUDO_QUALIFIER)
    person, organisation = f"{_CORE}ActingSubjectID", f"{_CORE}LegalSubjectID"
    # Whoever counts wrong takes the second one for the organisation.
    yield "acting-and-company", attribute(person, pseudonym, _sealed(_OTHER, KVK_QUALIFIER, 10))
    yield "acting-kind", acting(qualifier="urn:x")
    yield "acting-short", acting("abc")
    odd = name_id_text(PSEUDONYM, PSEUDO_QUALIFIER).replace(":persistent", ":transient")
    yield "acting-format", attribute(person, encrypted_id(odd, 9))
    yield "acting-clear", attribute(person, PSEUDONYM)
    yield "legal-clear-beside", attribute(organisation, _sealed(KVK, KVK_QUALIFIER), _OTHER)
    yield "legal-other-number", legal((RSIN, RSIN_QUALIFIER))
    yield "legal-and-unknown", legal((KVK, KVK_QUALIFIER), (_OTHER, "urn:x"))
    yield "legal-twice", legal((KVK, KVK_QUALIFIER), (_OTHER, KVK_QUALIFIER))
    yield "legal-short", legal((KVK[1:], KVK_QUALIFIER))


def _paddings() -> Iterator[tuple[str, str]]:
    """Lengths that no padding has, where reading them as the nearest one would come out right."""
    for padding, left in ((0, _BLOCK - 1), (_BLOCK + 1, 0)):
        plain = name_id_text(KVK, KVK_QUALIFIER)
        room = (left - len(plain)) % _BLOCK
        plain = once(plain, "<saml:NameID ", f"<saml:NameID {' ' * room}")
        sealing = Sealing(padding=padding)
        yield f"padding-{padding}", attribute(f"{_CORE}LegalSubjectID", encrypted_id(plain, 9, sealing))
    longer = Sealing(bend_key=lambda key: key + b"x")
    yield "key-longer", legal(sealing=longer)


def _sealed(text: str, qualifier: str, number: int = 9) -> str:
    return encrypted_id(name_id_text(text, qualifier), number)
