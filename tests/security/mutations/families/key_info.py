"""KeyInfo tricks: it is never read, so a right signature stays right; foreign nodes in it are refused."""

from __future__ import annotations

import base64
import random
from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from cryptography.hazmat.primitives.serialization import Encoding

from tests.security.mutations.forms import Form
from tests.security.mutations.smith import rsa_sha256
from tests.security.mutations.variant import Expect, Made
from tests.support.saml.answers import ASSERTION_ID, INNER_PLACE
from tests.support.saml.keys import Pair, pair
from tests.support.saml.signers import DS

_DSIG11 = "http://www.w3.org/2009/xmldsig11#"
_XENC = "http://www.w3.org/2001/04/xmlenc#"


def make(form: Form, _: random.Random) -> Iterator[Made]:
    """Each KeyInfo with a right signature, and with one by the key that it offers."""
    layers = ("outer", "inner") if INNER_PLACE in form.text else ("outer",)
    for name, inside in _of(pair("foreign")).items():
        text = f"<ds:KeyInfo>{inside}</ds:KeyInfo>"
        plain = name not in _FOREIGN_NODES | _HIDDEN | _TOO_MUCH
        for layer in layers:
            right = Expect.ACCEPTED if plain else Expect.REFUSED
            yield f"{name}:right-key:{layer}", partial(_signed, form, text, layer, by=None), right
            theirs = partial(_signed, form, text, layer, by="foreign")
            yield f"{name}:offered-key:{layer}", theirs, Expect.REFUSED
    for name, text in _SHAPES.items():
        made = partial(_signed, form, text, "outer", by=None)
        fine = name in _FINE_SHAPES or (name == _ID_OF_ASSERTION and not form.successful)
        yield f"shape-{name}", made, Expect.ACCEPTED if fine else Expect.REFUSED


def _signed(form: Form, key_info: str, layer: str, *, by: str | None) -> bytes:
    stamp = replace(form.stamp, key_info=key_info)
    if by is not None:
        stranger = pair(by)
        stamp = replace(stamp, sign=lambda _key, signed: rsa_sha256(stranger, signed))
    return form.sign(form.text, **{layer: stamp})


def _of(key: Pair) -> dict[str, str]:
    der = base64.b64encode(key.certificate.public_bytes(Encoding.DER)).decode()
    numbers = key.key.public_key().public_numbers()
    modulus = base64.b64encode(numbers.n.to_bytes(256, "big")).decode()
    certificate = f"<ds:X509Certificate>{der}</ds:X509Certificate>"
    value = (
        f"<ds:RSAKeyValue><ds:Modulus>{modulus}</ds:Modulus><ds:Exponent>AQAB</ds:Exponent></ds:RSAKeyValue>"
    )
    return {
        "empty": "",
        "key-name": "<ds:KeyName>foreign</ds:KeyName>",
        "key-name-path": "<ds:KeyName>../../../../etc/passwd</ds:KeyName>",
        "key-name-long": f"<ds:KeyName>{'x' * 20_000}</ds:KeyName>",
        "key-name-of-equals-signs": f"<ds:KeyName>{'=' * 3000}</ds:KeyName>",
        "deep": "<ds:X509Data>" * 70 + "</ds:X509Data>" * 70,
        "many-attributes": f"<ds:X509Data {' '.join(f'a{n}={chr(34)}{chr(34)}' for n in range(70))}/>",
        "key-value": f"<ds:KeyValue>{value}</ds:KeyValue>",
        "x509": f"<ds:X509Data>{certificate}</ds:X509Data>",
        "x509-twice": f"<ds:X509Data>{certificate * 2}</ds:X509Data>",
        "x509-two-data": f"<ds:X509Data>{certificate}</ds:X509Data>" * 2,
        "x509-junk": "<ds:X509Data><ds:X509Certificate>%%%</ds:X509Certificate></ds:X509Data>",
        "x509-subject": "<ds:X509Data><ds:X509SubjectName>CN=idp</ds:X509SubjectName></ds:X509Data>",
        "x509-right-and-foreign": "<ds:X509Data><ds:X509Certificate>{certificate}</ds:X509Certificate>"
        f"{certificate}</ds:X509Data>",
        "retrieval": f'<ds:RetrievalMethod URI="#{ASSERTION_ID}" Type="{DS}X509Data"/>',
        "retrieval-http": f'<ds:RetrievalMethod URI="http://127.0.0.1:9/key" Type="{DS}rawX509Certificate"/>',
        "retrieval-file": '<ds:RetrievalMethod URI="file:///etc/hostname"/>',
        "retrieval-transform": '<ds:RetrievalMethod URI=""><ds:Transforms><ds:Transform '
        'Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116"><ds:XPath>//*</ds:XPath></ds:Transform>'
        "</ds:Transforms></ds:RetrievalMethod>",
        "pgp": "<ds:PGPData><ds:PGPKeyID>AAAA</ds:PGPKeyID></ds:PGPData>",
        "mgmt": "<ds:MgmtData>x</ds:MgmtData>",
        "nested-key-info": "<ds:KeyInfo/>",
        "signature": f"<ds:Signature>{certificate}</ds:Signature>",
        "ec-key": f'<ds:KeyValue><e:ECKeyValue xmlns:e="{_DSIG11}"/></ds:KeyValue>',
        "der-key": f'<e:DEREncodedKeyValue xmlns:e="{_DSIG11}">AAAA</e:DEREncodedKeyValue>',
        "encrypted-key": f'<x:EncryptedKey xmlns:x="{_XENC}"/>',
        "foreign": '<x xmlns="urn:x"/>',
        "no-namespace": '<x xmlns:y="urn:y"/>',
        "assertion": '<saml:Assertion ID="_x"/>',
        "name-id": "<saml:NameID>s00000000:999990019</saml:NameID>",
    }


_TOO_MUCH = {"key-name-of-equals-signs", "deep", "many-attributes"}
_FOREIGN_NODES = {"ec-key", "der-key", "encrypted-key", "foreign", "no-namespace", "name-id"}
_HIDDEN = {"signature", "assertion"}
_SHAPES = {
    "none": "",
    "twice": "<ds:KeyInfo/><ds:KeyInfo/>",
    "with-id": '<ds:KeyInfo Id="_ki"/>',
    "with-the-id-of-the-assertion": f'<ds:KeyInfo Id="{ASSERTION_ID}"/>',
    "with-the-id-of-the-answer": '<ds:KeyInfo Id="@id@"/>',
    "foreign-attribute": '<ds:KeyInfo x="y"/>',
    "text": "<ds:KeyInfo>x</ds:KeyInfo>",
    "other-namespace": '<saml:KeyInfo xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"/>',
}
_ID_OF_ASSERTION = "with-the-id-of-the-assertion"
_FINE_SHAPES = {"none", "with-id", "foreign-attribute", "text"}
