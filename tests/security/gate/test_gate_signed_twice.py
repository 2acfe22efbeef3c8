"""An Assertion with a signature of its own within a signed answer: both count, and it is read once.

What is read is what the outer signature covers ("see what is signed"). Here stands each way in which the
inner signature could be over something else than what is read.
"""

from __future__ import annotations

import pytest
from lxml import etree

from broker.providers.eherkenning.form import BY_ARTIFACT, BY_POST
from broker.providers.saml.gate import open_artifact_response, own_signatures_cover_what_is_read
from broker.providers.saml.profile import LayerName
from broker.providers.saml.refusal import GateRefused
from broker.providers.saml.verify import VerifiedLayer
from tests.support.saml import eherkenning
from tests.support.saml.answers import (
    ANSWER_ID,
    ASSERTION_ID,
    BSN,
    INNER_PLACE,
    OUTER_PLACE,
    RESPONSE_ID,
    Scene,
    envelope_text,
)
from tests.support.saml.gate import ACCEPTED, opened, verdict
from tests.support.saml.keys import pair
from tests.support.saml.signers import (
    ENVELOPED,
    EXC_C14N,
    SAML,
    SAMLP,
    Signer,
    Xmlsec1Signer,
    by_signxml,
    xmlsec1_accepts,
)

XS = 'xmlns:xs="http://www.w3.org/2001/XMLSchema"'
LISTED = f'<ec:InclusiveNamespaces xmlns:ec="{EXC_C14N}" PrefixList="xs"/>'
PLAIN = Xmlsec1Signer()
WITH_PREFIX_LIST = Xmlsec1Signer(
    transforms=f'<ds:Transform Algorithm="{ENVELOPED}"/>'
    f'<ds:Transform Algorithm="{EXC_C14N}">{LISTED}</ds:Transform>'
)


def signed_inside(scene: Scene, signer: Signer = PLAIN) -> str:
    """The answer with its inner signature made and the outer one still to be made; ``xs`` is in scope."""
    text = envelope_text(scene).replace("<soapenv:Envelope", f"<soapenv:Envelope {XS}")
    return signer(text, INNER_PLACE, ASSERTION_ID, scene.key)


def signed_outside(text: str, scene: Scene, signer: Signer = PLAIN) -> bytes:
    """The outer signature over whatever has become of it."""
    return signer(text, OUTER_PLACE, ANSWER_ID, scene.key).encode()


@pytest.mark.parametrize("outer", [PLAIN, WITH_PREFIX_LIST], ids=["outer-plain", "outer-list"])
@pytest.mark.parametrize("inner", [PLAIN, WITH_PREFIX_LIST], ids=["inner-plain", "inner-list"])
def test_each_signature_has_a_list_of_prefixes_of_its_own(inner: Signer, outer: Signer) -> None:
    """Where the outer form drops a prefix that the inner one lists, the values are the same."""
    scene = Scene()
    text = signed_inside(scene, inner)
    assert xmlsec1_accepts(text.replace(OUTER_PLACE, "").encode(), scene.key, ASSERTION_ID)
    read = opened(signed_outside(text, scene, outer))
    assert read == opened(signed_outside(signed_inside(scene, by_signxml), scene, by_signxml))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ((BSN, "999990019"), "signature.digest"),
        ((f'<saml:Assertion ID="{ASSERTION_ID}"', '<saml:Assertion ID="_other"'), "signature.reference"),
        ((f'URI="#{ASSERTION_ID}"', f'URI="#{RESPONSE_ID}"'), "signature.reference"),
        ((f'URI="#{ASSERTION_ID}"', f'URI="#{ANSWER_ID}"'), "signature.reference"),
        ((f'ID="{RESPONSE_ID}"', f'ID="{ASSERTION_ID}"'), "skeleton.duplicate-id"),
    ],
    ids=["another-person", "another-id", "names-the-response", "names-the-outermost", "two-with-its-id"],
)
def test_gate_refuses_an_inner_signature_over_something_else(change: tuple[str, str], code: str) -> None:
    """However rightly the outer signature covers all of it."""
    scene = Scene()
    text = signed_inside(scene)
    assert change[0] in text
    assert verdict(signed_outside(text, scene)) == ACCEPTED
    assert verdict(signed_outside(text.replace(*change), scene)) == code


def test_gate_refuses_a_second_assertion_beside_the_one_that_is_signed() -> None:
    """Before or behind it: there is one place, taken once, so that nobody can mean another one there."""
    scene = Scene()
    text = signed_inside(scene)
    for edge in ("<saml:Assertion ", "</saml:Assertion>"):
        forged = f'<saml:Assertion ID="_b" Version="2.0" IssueInstant="2026-03-04T09:21:30Z"/>{edge}'
        other = forged if edge.startswith("<saml") else edge + forged.removesuffix(edge)
        assert verdict(signed_outside(text.replace(edge, other, 1), scene)) == "skeleton.misplaced"


def test_gate_refuses_an_inner_signature_by_somebody_else() -> None:
    """The keys of both signatures are those of the one party that was asked."""
    scene = Scene()
    text = envelope_text(scene)
    text = by_signxml(text, INNER_PLACE, ASSERTION_ID, pair("somebody-else"))
    assert verdict(signed_outside(text, scene)) == "signature.invalid"


def test_gate_refuses_a_signed_response_within_that_was_changed() -> None:
    """The layer between both counts as well, where it has a signature, though nothing is read by it."""
    every_place = (eherkenning.INNER_PLACE, eherkenning.MIDDLE_PLACE, eherkenning.OUTER_PLACE)
    scene, keys = eherkenning.Scene(), [pair("hm").key.public_key()]
    assert open_artifact_response(eherkenning.answer(places=every_place), BY_ARTIFACT, keys).response
    inside = eherkenning.answer(places=every_place[:2]).decode()
    changed = inside.replace(f'Destination="{scene.acs}"', 'Destination="https://other.example/"')
    issuer = f"<saml:Issuer>{scene.hm}</saml:Issuer>"
    assert changed != inside
    placed = changed.replace(issuer, issuer + OUTER_PLACE, 1)
    message = by_signxml(placed, OUTER_PLACE, eherkenning.ANSWER_ID, scene.key)
    # The key is told by its name alone in eHerkenning, and is not looked at.
    with pytest.raises(GateRefused, match=r"signature\.digest"):
        open_artifact_response(without_certificates(message), BY_ARTIFACT, keys)


def without_certificates(message: str) -> bytes:
    """Without what KeyInfo, which no signature covers, says beside the name."""
    root = etree.fromstring(message.encode())
    for element in root.findall(".//{*}X509Data"):
        parent = element.getparent()
        assert parent is not None
        parent.remove(element)
    return etree.tostring(root)


@pytest.mark.parametrize(
    "assertion", ["", f'<Assertion xmlns="{SAML}" ID="_b"/>', f'<Assertion xmlns="{SAML}"/>']
)
def test_only_the_assertion_that_its_own_signature_names_is_read(assertion: str) -> None:
    """No message comes so far; the tree that is read has it at its place, or nothing is read."""
    verified = {
        LayerName.RESPONSE: VerifiedLayer("_r", b""),
        LayerName.ASSERTION: VerifiedLayer("_a", b""),
    }
    response = '<Response xmlns="{}" ID="_r">{}</Response>'
    named = etree.fromstring(response.format(SAMLP, f'<Assertion xmlns="{SAML}" ID="_a"/>'))
    own_signatures_cover_what_is_read(named, BY_POST, verified)
    with pytest.raises(GateRefused, match=r"verified\.disagreement"):
        own_signatures_cover_what_is_read(
            etree.fromstring(response.format(SAMLP, assertion)), BY_POST, verified
        )
