"""Encrypted identifiers, bent after signing and before: nobody is ever let in as somebody else."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from functools import partial

from tests.security.mutations.forms import Form
from tests.security.mutations.trees import once
from tests.security.mutations.variant import Expect, Made
from tests.support.saml import eherkenning
from tests.support.saml.eherkenning import KVK_QUALIFIER, Sealing, acting, encrypted_id, legal, name_id_text

_STATEMENT = re.compile(r"<saml:AttributeStatement>.*?</saml:AttributeStatement>", re.DOTALL)
_CIPHER = re.compile(r"<xenc:CipherValue>([^<]+)<")
_XENC = "http://www.w3.org/2001/04/xmlenc#"


def make(form: Form, chance: random.Random) -> Iterator[Made]:
    """Letters of the ciphertexts changed, keys and data swapped, after signing."""
    text = form.signed_text
    values = list(_CIPHER.finditer(text))
    for number, found in enumerate(values):
        for turn in range(12):
            at = chance.randrange(*found.span(1))
            letter = chance.choice([one for one in "AQgw+/059" if one != text[at]])
            yield (
                f"letter-{number}-{turn}",
                partial(_joined, text[:at], letter, text[at + 1 :]),
                Expect.REFUSED,
            )
    if len(values) >= 2:
        one, two = values[0].group(1), values[-1].group(1)
        swapped = text.replace(one, "@").replace(two, one).replace("@", two)
        yield "swapped", partial(_joined, swapped), Expect.REFUSED
    for name in ("Recipient", "Id", "URI", "Algorithm"):
        for number, found in enumerate(re.finditer(rf'{name}="[^"]*"', text)):
            at = found.end() - 2
            yield f"{name}-{number}", partial(_joined, text[:at], "x", text[at + 1 :]), Expect.FREE


def make_resigned(form: Form, chance: random.Random) -> Iterator[Made]:
    """What a makelaar that errs, or one that was deceived, could sign: each refused in one way or another."""
    if not form.successful:
        return
    for name, sealing in _SEALINGS.items():
        yield (
            f"legal-{name}",
            partial(form.sign, with_attribute(form, legal(sealing=sealing))),
            Expect.REFUSED,
        )
        yield (
            f"acting-{name}",
            partial(form.sign, with_attribute(form, acting(sealing=sealing))),
            Expect.REFUSED,
        )
    for name, sealing in _HONEST.items():
        yield (
            f"honest-{name}",
            partial(form.sign, with_attribute(form, legal(sealing=sealing))),
            Expect.ACCEPTED,
        )
    for name, plain in _PLAINTEXTS.items():
        value = eherkenning.attribute("urn:etoegang:core:LegalSubjectID", encrypted_id(plain, 2))
        yield f"plain-{name}", partial(form.sign, with_attribute(form, value)), Expect.REFUSED
    for bit in sorted(chance.sample(range(128), 24)):
        # A bit of the vector is a bit of the first block: `<saml:NameID xml`, where no letter is free.
        bent = Sealing(bend_data=partial(_flipped, bit=bit))
        yield (
            f"flipped-{bit:03}",
            partial(form.sign, with_attribute(form, legal(sealing=bent))),
            Expect.REFUSED,
        )
    yield from _attributes(form)


def _attributes(form: Form) -> Iterator[Made]:
    company = ("90099999", KVK_QUALIFIER)
    changes = {
        "legal-twice": legal() + legal(company),
        "two-companies": legal((eherkenning.KVK, KVK_QUALIFIER), company),
        "acting-twice": acting() + acting("e" * 64 + "@" + "e" * 32),
        "legal-in-the-clear": eherkenning.attribute("urn:etoegang:core:LegalSubjectID", eherkenning.KVK),
        "legal-of-no-kind": legal((eherkenning.KVK, "urn:x")),
        "legal-short": legal((eherkenning.KVK[1:], KVK_QUALIFIER)),
        "acting-as-company": acting(eherkenning.KVK, KVK_QUALIFIER),
        "other-service": eherkenning.service("00000000-0000-4000-8000-000000000000"),
    }
    for name, text in changes.items():
        yield name, partial(form.sign, with_attribute(form, text)), Expect.REFUSED
    for name in ("LegalSubjectID", "ActingSubjectID", "ServiceUUID"):
        bare = re.sub(_attribute_of(f"urn:etoegang:core:{name}"), "", form.text)
        yield f"without-{name}", partial(form.sign, bare), Expect.REFUSED


def with_attribute(form: Form, attribute: str) -> str:
    """The form with this attribute in the place of the one (or beside the ones) of its name."""
    names = set(re.findall(r'<saml:Attribute Name="([^"]*)"', attribute))
    found = _STATEMENT.search(form.text)
    assert found is not None
    kept = found.group(0)
    for name in names:
        kept = re.sub(_attribute_of(name), "", kept)
    kept = once(kept, "</saml:AttributeStatement>", f"{attribute}</saml:AttributeStatement>")
    return form.text[: found.start()] + kept + form.text[found.end() :]


def _attribute_of(name: str) -> str:
    return rf'(?s)<saml:Attribute Name="{re.escape(name)}">.*?</saml:Attribute>'


def _flipped(data: bytes, *, bit: int) -> bytes:
    place = bit // 8
    return data[:place] + bytes([data[place] ^ (1 << bit % 8)]) + data[place + 1 :]


_SEALINGS: dict[str, Sealing] = {
    "other-recipient": Sealing(recipient="urn:etoegang:DV:00000003909999990000:entities:9001"),
    "other-key-name": Sealing(key_name="another-key"),
    "to-another-key": Sealing(to="another-recipient"),
    "aes128": Sealing(data_algorithm=f"{_XENC}aes128-cbc"),
    "aes256-gcm": Sealing(data_algorithm="http://www.w3.org/2009/xmlenc11#aes256-gcm"),
    "3des": Sealing(data_algorithm=f"{_XENC}tripledes-cbc"),
    "rsa-1_5": Sealing(key_algorithm=f"{_XENC}rsa-1_5"),
    "oaep-11": Sealing(key_algorithm="http://www.w3.org/2009/xmlenc11#rsa-oaep"),
    "digest-sha256": Sealing(digest=f"{_XENC}sha256"),
    "padding-none": Sealing(padding=0),
    "padding-long": Sealing(padding=17),
    "padding-255": Sealing(padding=255),
    "short-key": Sealing(session_key_bytes=16),
    "long-key": Sealing(session_key_bytes=64),
    "empty-key": Sealing(session_key_bytes=0),
    "key-cut": Sealing(bend_key=lambda key: key[:-1]),
    "key-empty": Sealing(bend_key=lambda _key: b""),
    "key-zeros": Sealing(bend_key=lambda key: bytes(len(key))),
    "data-cut": Sealing(bend_data=lambda data: data[:-1]),
    "data-block-cut": Sealing(bend_data=lambda data: data[:-16]),
    "data-vector-only": Sealing(bend_data=lambda data: data[:16]),
    "data-empty": Sealing(bend_data=lambda _data: b""),
    "data-doubled": Sealing(bend_data=lambda data: data + data),
    "reference-elsewhere": Sealing(reference="_ed99"),
    "repeated": Sealing(repeated=True),
}
_HONEST: dict[str, Sealing] = {
    "as-it-is": Sealing(),
    "for-others-too": Sealing(other_recipients=("urn:etoegang:DV:00000003909999990000:entities:9001",)),
}
_NUMBER = name_id_text(eherkenning.KVK, KVK_QUALIFIER)
_PLAINTEXTS: dict[str, str] = {
    "nothing": "",
    "no-xml": eherkenning.KVK,
    "two": f"<x>{_NUMBER}{_NUMBER}</x>",
    "two-roots": _NUMBER + _NUMBER,
    "other-element": _NUMBER.replace("saml:NameID", "saml:Issuer"),
    "comment": _NUMBER.replace("1354", "13<!-- -->54"),
    "cdata": _NUMBER.replace("1354", "<![CDATA[1354]]>"),
    "entity": f'<!DOCTYPE x [<!ENTITY e "{eherkenning.KVK}">]>' + _NUMBER.replace(eherkenning.KVK, "&e;"),
    "doctype": f"<!DOCTYPE x>{_NUMBER}",
    "child": _NUMBER.replace("</saml:NameID>", "<x/></saml:NameID>"),
    "space": _NUMBER.replace(eherkenning.KVK, f" {eherkenning.KVK}"),
    "assertion": "<saml:Assertion xmlns:saml='urn:oasis:names:tc:SAML:2.0:assertion'/>",
    "no-namespace": f"<NameID NameQualifier='{KVK_QUALIFIER}'>{eherkenning.KVK}</NameID>",
    "nul": _NUMBER.replace("1354", "1354\x00"),
}


def _joined(*parts: str) -> bytes:
    return "".join(parts).encode()
