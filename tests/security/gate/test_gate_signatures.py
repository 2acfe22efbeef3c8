"""Steps 4 and 5 of the gate: the form of signatures, the key, and the bytes. xmlsec1 signs what is odd."""

from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from broker.providers.saml.refusal import GateRefused
from broker.providers.saml.signature_profile import stands_after_issuer
from broker.providers.saml.verify import canonicalise
from tests.support.saml.answers import (
    ANSWER_ID,
    ASSERTION_ID,
    BSN,
    INNER_PLACE,
    OUTER_PLACE,
    RESPONSE_ID,
    Scene,
    answer,
    envelope_text,
    signed,
)
from tests.support.saml.gate import ACCEPTED, verdict
from tests.support.saml.keys import pair
from tests.support.saml.signers import (
    DS,
    ENVELOPED,
    EXC_C14N,
    Xmlsec1Signer,
    by_signxml,
    by_xmlsec1,
    xmlsec1_accepts,
)

GOOD = answer()
C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
MORE = "http://www.w3.org/2001/04/xmldsig-more#"
BOTH = f'<ds:Transform Algorithm="{ENVELOPED}"/><ds:Transform Algorithm="{EXC_C14N}"/>'
XPATH = (
    '<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116">'
    "<ds:XPath>not(ancestor-or-self::ds:Signature)</ds:XPath></ds:Transform>"
)
PREFIX_LIST = (
    f'<ds:Transform Algorithm="{ENVELOPED}"/><ds:Transform Algorithm="{EXC_C14N}">'
    f'<ec:InclusiveNamespaces xmlns:ec="{EXC_C14N}" PrefixList="{{}}"/></ds:Transform>'
)


def method(algorithm: str) -> str:
    """A SignatureMethod."""
    return f'<ds:SignatureMethod Algorithm="{algorithm}"/>'


# Each of these xmlsec1 signs and verifies happily.
ODD_SIGNATURES = {
    "rsa-sha1": (Xmlsec1Signer(method=method(f"{DS}rsa-sha1")), "signature.method"),
    "rsa-sha512": (Xmlsec1Signer(method=method(f"{MORE}rsa-sha512")), "signature.method"),
    "rsa-md5": (Xmlsec1Signer(method=method(f"{MORE}rsa-md5")), "signature.method"),
    "digest-sha1": (Xmlsec1Signer(digest=f"{DS}sha1"), "signature.digest-method"),
    "digest-md5": (Xmlsec1Signer(digest=f"{MORE}md5"), "signature.digest-method"),
    "inclusive-c14n-of-signed-info": (
        Xmlsec1Signer(canonicalization=f'<ds:CanonicalizationMethod Algorithm="{C14N}"/>'),
        "signature.canonicalization",
    ),
    "c14n-with-comments": (
        Xmlsec1Signer(canonicalization=f'<ds:CanonicalizationMethod Algorithm="{EXC_C14N}WithComments"/>'),
        "signature.canonicalization",
    ),
    "inclusive-c14n": (
        Xmlsec1Signer(transforms=BOTH.replace(EXC_C14N, C14N)),
        "signature.transforms",
    ),
    "enveloped-only": (
        Xmlsec1Signer(transforms=f'<ds:Transform Algorithm="{ENVELOPED}"/>'),
        "signature.transforms",
    ),
    "transforms-three": (
        Xmlsec1Signer(transforms=f'{BOTH}<ds:Transform Algorithm="{EXC_C14N}"/>'),
        "signature.transforms",
    ),
    "xpath": (Xmlsec1Signer(transforms=BOTH + XPATH), "signature.unexpected-element"),
    "prefix-not-agreed": (Xmlsec1Signer(transforms=PREFIX_LIST.format("ds evil")), "signature.prefixes"),
    "prefix-default": (Xmlsec1Signer(transforms=PREFIX_LIST.format("#default")), "signature.prefixes"),
    "two-references": (
        Xmlsec1Signer(
            extra_reference=f'<ds:Reference URI="#{RESPONSE_ID}"><ds:Transforms>'
            f'<ds:Transform Algorithm="{EXC_C14N}"/></ds:Transforms><ds:DigestMethod '
            'Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><ds:DigestValue/></ds:Reference>',
            options=("--id-attr:ID", "urn:oasis:names:tc:SAML:2.0:protocol:Response"),
        ),
        "signature.repeated-element",
    ),
    "object": (Xmlsec1Signer(after="<ds:Object>x</ds:Object>"), "signature.unexpected-element"),
    "foreign-key-info": (
        Xmlsec1Signer(key_info='<ds:KeyInfo><ds:KeyName>{name}</ds:KeyName><x xmlns="urn:x"/></ds:KeyInfo>'),
        "signature.key-info",
    ),
}


@pytest.mark.parametrize("case", ODD_SIGNATURES)
@pytest.mark.parametrize("layer", ["outer", "inner"])
def test_gate_refuses_signatures_of_another_form(case: str, layer: str) -> None:
    """On either layer, however right the cryptography is."""
    signer, code = ODD_SIGNATURES[case]
    scene = Scene()
    first, second = (signer, by_signxml) if layer == "inner" else (by_signxml, signer)
    text = first(envelope_text(scene), INNER_PLACE, ASSERTION_ID, scene.key)
    message = second(text, OUTER_PLACE, ANSWER_ID, scene.key).encode()
    assert verdict(message) == code


def test_gate_accepts_xmlsec1_as_the_control_of_odd_signatures() -> None:
    """The plain template passes."""
    assert verdict(answer(signer=by_xmlsec1)) == ACCEPTED


def after(old: str, new: str) -> bytes:
    """The good answer with the first `old` replaced after signing."""
    assert old in GOOD.decode()
    return GOOD.decode().replace(old, new, 1).encode()


SIGNATURE_VALUE = GOOD.decode().split("SignatureValue>")[1].removesuffix("</ds:")
BENT = {
    "hmac-with-the-public-key": (
        after(f"{MORE}rsa-sha256", f"{MORE}hmac-sha256"),
        "signature.method",
    ),
    "hmac-output-length": (
        after(
            f'<ds:SignatureMethod Algorithm="{MORE}rsa-sha256"/>',
            f'<ds:SignatureMethod Algorithm="{MORE}hmac-sha256">'
            "<ds:HMACOutputLength>0</ds:HMACOutputLength></ds:SignatureMethod>",
        ),
        "signature.unexpected-element",
    ),
    "no-algorithm": (after(f"{MORE}rsa-sha256", "none"), "signature.method"),
    "xslt": (
        after(
            f'<ds:Transform Algorithm="{EXC_C14N}"/>',
            '<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116">'
            '<xsl:stylesheet xmlns:xsl="http://www.w3.org/1999/XSL/Transform" version="1.0"/></ds:Transform>',
        ),
        "signature.unexpected-element",
    ),
    "reference-to-nothing": (after(f'URI="#{ANSWER_ID}"', 'URI=""'), "signature.reference"),
    "reference-to-another": (after(f'URI="#{ANSWER_ID}"', f'URI="#{ASSERTION_ID}"'), "signature.reference"),
    "reference-by-xpointer": (
        after(f'URI="#{ANSWER_ID}"', f"URI=\"#xpointer(id('{ANSWER_ID}'))\""),
        "signature.reference",
    ),
    "reference-outside": (after(f'URI="#{ANSWER_ID}"', 'URI="http://127.0.0.1/"'), "signature.reference"),
    "hollow": (after(SIGNATURE_VALUE, ""), "signature.invalid"),
    "not-base64": (after(SIGNATURE_VALUE, "%%%"), "signature.encoding"),
    "short-value": (after(SIGNATURE_VALUE, "AAAA"), "signature.invalid"),
    "two-signed-infos": (
        after("<ds:SignatureValue>", "<ds:SignedInfo/><ds:SignatureValue>"),
        "signature.repeated-element",
    ),
    "two-digest-values": (
        after("</ds:DigestValue>", "</ds:DigestValue><ds:DigestValue>AAAA</ds:DigestValue>"),
        "signature.repeated-element",
    ),
    "short-digest": (after("<ds:DigestValue>", "<ds:DigestValue>AAAA"), "signature.encoding"),
    "changed-citizen": (after(BSN, "999990019"), "signature.digest"),
    "changed-status": (after("status:Success", "status:Responder"), "signature.digest"),
    "changed-id-of-response": (after(RESPONSE_ID, "_" + "9" * 40), "signature.digest"),
}


@pytest.mark.parametrize("case", BENT)
def test_gate_refuses_signatures_bent_afterwards(case: str) -> None:
    """Nothing in or under a signature can be changed."""
    message, code = BENT[case]
    assert verdict(message) == code


def test_gate_refuses_a_missing_outer_signature() -> None:
    """A signed Assertion does not make up for an unsigned ArtifactResponse."""
    assert verdict(answer(outer=False)) == "signature.missing"
    assert verdict(answer(outer=False, inner=False)) == "signature.missing"


def test_gate_refuses_a_missing_assertion_signature_where_it_was_asked() -> None:
    """Whether the Assertion must be signed is the connection's choice, not the message's."""
    message = answer(inner=False)
    assert verdict(message, want_assertions_signed=True) == "signature.missing"
    assert verdict(message, want_assertions_signed=False) == ACCEPTED


def test_gate_refuses_a_bad_assertion_signature_even_where_none_was_asked() -> None:
    """What is signed must verify."""
    scene = Scene()
    text = by_signxml(envelope_text(scene), INNER_PLACE, ASSERTION_ID, pair("foreign"))
    message = by_signxml(text, OUTER_PLACE, ANSWER_ID, scene.key).encode()
    assert verdict(message, want_assertions_signed=False) == "signature.invalid"


@pytest.mark.parametrize("signer", [by_signxml, by_xmlsec1], ids=["signxml", "xmlsec1"])
def test_gate_refuses_a_foreign_key_with_its_certificate_in_key_info(signer: Xmlsec1Signer) -> None:
    """KeyInfo brings no key in: a self-made certificate in X509Data is worth nothing."""
    message = answer(scene=Scene(key=pair("foreign")), signer=signer)
    assert xmlsec1_accepts(message, pair("foreign"), ANSWER_ID)
    assert verdict(message) == "signature.invalid"


def test_gate_ignores_a_key_info_that_names_another_key() -> None:
    """A right signature stays right, whatever KeyInfo says beside it."""
    foreign = base64.b64encode(pair("foreign").certificate.public_bytes(Encoding.DER)).decode()
    lying = Xmlsec1Signer(
        key_info=f"<ds:KeyInfo><ds:KeyName>other</ds:KeyName><ds:X509Data><ds:X509Certificate>{foreign}"
        "</ds:X509Certificate></ds:X509Data></ds:KeyInfo>"
    )
    assert verdict(answer(signer=lying)) == ACCEPTED


def test_gate_refuses_a_look_alike_certificate() -> None:
    """The same names in another certificate do not make its key ours."""
    look_alike = pair("idp-look-alike")
    assert verdict(answer(scene=Scene(key=look_alike))) == "signature.invalid"


def test_gate_refuses_a_signature_in_another_place() -> None:
    """The signature follows the Issuer and stands nowhere else in the layer."""
    misplaced = {OUTER_PLACE: "", "</samlp:ArtifactResponse>": f"{OUTER_PLACE}</samlp:ArtifactResponse>"}
    assert verdict(answer(misplaced)) == "skeleton.repeated-element"
    # The rule also stands on its own, for a profile whose shape would leave the order open.
    root = etree.fromstring(f'<a><b/><s:Signature xmlns:s="{DS}"/></a>')
    with pytest.raises(GateRefused, match=r"signature\.place"):
        stands_after_issuer(root[1])


def test_gate_refuses_two_signatures_on_one_element() -> None:
    """One signature per element."""
    root = etree.fromstring(GOOD)
    signature = root.find(f".//{{{DS}}}Signature")
    assert signature is not None
    text = etree.tostring(signature, with_tail=False).decode()
    message = GOOD.decode().replace("</ds:Signature>", f"</ds:Signature>{text}", 1).encode()
    assert verdict(message) == "skeleton.misplaced"


def test_gate_refuses_a_signature_on_the_response() -> None:
    """DigiD does not sign the Response; a layer that may not be signed has no place for a signature."""
    place = "<signature-of-response/>"
    scene = Scene()
    text = envelope_text(scene)
    issuer = f"<saml:Issuer>{scene.idp}</saml:Issuer>\n      <samlp:Status>"
    assert issuer in text
    text = text.replace(issuer, issuer.replace("\n", f"{place}\n"))
    text = by_signxml(text, place, RESPONSE_ID, scene.key)
    assert verdict(signed(text, scene, inner=False), want_assertions_signed=False) == "skeleton.misplaced"


def test_void_canonical_form_is_never_digested() -> None:
    """Where libxml2 gives up on a relative namespace there is nothing, and nothing is never signed."""
    with pytest.raises(GateRefused, match=r"signature\.void"):
        canonicalise(etree.fromstring('<a xmlns:r="relative" r:b="c"/>'), ())
