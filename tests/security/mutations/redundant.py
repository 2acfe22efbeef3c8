"""Checks without which nothing gets in, because another check stands behind them: defence in depth.

Each says why it stays. `behind` are the checks that refuse in its place: with those off it still refuses by
itself, with all of them off something gets in. Where no message can come that far, `alone` asks the check
itself: it refuses, and does not when it is switched off.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from lxml import etree

from broker.providers.digid import citizen_checks, semantics
from broker.providers.eherkenning.form import BY_POST
from broker.providers.saml import gate, shape, signature_profile, skeleton, verify
from broker.providers.saml.profile import LayerName
from broker.providers.saml.values import VerifiedArtifactResponse, VerifiedAssertion
from tests.security.mutations.drive import decide
from tests.security.mutations.forms import Form, every_form
from tests.security.mutations.ways import expected_of
from tests.support.saml.signers import DS, SAML, SAMLP


@dataclass(frozen=True)
class Redundant:
    """Why a check stays though another one would refuse too, and how that is shown."""

    reason: str
    behind: tuple[str, ...] = ()
    alone: Callable[[], None] | None = None
    narrows: bool = False


def _form() -> Form:
    return next(every_form())


def _answer() -> VerifiedArtifactResponse:
    answer = decide(_form(), _form().message).answer
    assert isinstance(answer, VerifiedArtifactResponse)
    return answer


def _assertion() -> VerifiedAssertion:
    response = _answer().response
    assert response is not None
    assert response.assertion is not None
    return response.assertion


def _covering(assertion: str) -> Callable[[], None]:
    """A tree of what an outer signature covers, read although the inner one is over the Assertion ``_a``."""
    text = f'<Response xmlns="{SAMLP}" ID="_r">{assertion}</Response>'
    verified = {
        LayerName.RESPONSE: verify.VerifiedLayer("_r", b""),
        LayerName.ASSERTION: verify.VerifiedLayer("_a", b""),
    }
    return lambda: gate.own_signatures_cover_what_is_read(etree.fromstring(text), BY_POST, verified)


_ANOTHER_ASSERTION = _covering(f'<Assertion xmlns="{SAML}" ID="_b"/>')
_NO_ASSERTION = _covering("")


def _placed(text: str) -> Callable[[], None]:
    def ask() -> None:
        root = etree.fromstring(
            text.replace("<S/>", f'<S xmlns="{DS}"/>').replace("<I/>", f'<I xmlns="{SAML}"/>')
        )
        signature = root.find(f"{{{DS}}}S")
        assert signature is not None
        signature_profile.stands_after_issuer(signature)

    return ask


def _void() -> None:
    verify.canonicalise(etree.fromstring('<a xmlns:r="relative" r:b="c"/>'), ())


def _hidden(inside: str) -> Callable[[], None]:
    text = f'<Response xmlns="{SAMLP}"><Assertion xmlns="{SAML}">{inside}</Assertion></Response>'
    return lambda: skeleton.nothing_is_hidden(etree.fromstring(text), BY_POST)


def _evidence_of_nothing() -> None:
    semantics._evidence(replace(_assertion(), authn_statement=None), expected_of(_form().scene))


_ADVICE = "the shape refuses it too, as it refuses all that stands where it may not"
_ISSUER = f'<a><b/><Issuer xmlns="{SAML}"/><S/></a>'
_COVER = "gate.own_signatures_cover_what_is_read: "
_PLACE = "signature_profile.stands_after_issuer: "
_AT_THE_END = "shape._match_children: raise"
_PI = "bytes_rules.has_no_processing_instruction: xml.processing-instruction"
_TREE = "the rules on bytes refuse these nodes first; the tree is not to rest on a search through bytes"
_ORDER = "the shape of the profile fixes the order of children too; another profile may leave it open"
_ONE_TREE = (
    "both signed forms are of one element, so no message makes them differ; a guard against a later change"
)

REDUNDANT: dict[str, Redundant] = {
    "gate.open_signed: asks match": Redundant(
        "the received tree had this form already; values are not to rest on that tree",
        ("skeleton.check_skeleton: asks match",),
    ),
    "gate.open_signed: asks own_signatures_cover_what_is_read": Redundant(
        _ONE_TREE, alone=_ANOTHER_ASSERTION, narrows=True
    ),
    f"{_COVER}verified.disagreement": Redundant(_ONE_TREE, alone=_ANOTHER_ASSERTION),
    f"{_COVER}part `found is None`": Redundant(_ONE_TREE, alone=_NO_ASSERTION),
    f"{_COVER}part `found.get('ID') != verified[layer.name].element_id`": Redundant(
        _ONE_TREE, alone=_ANOTHER_ASSERTION
    ),
    "gate.open_signed: signature.missing": Redundant(
        "an unsigned message is refused two steps earlier",
        ("signature_profile.check_signatures: signature.missing",),
    ),
    "bytes_rules.fits_the_cap: xml.empty": Redundant(
        "nothing is no document for the parser either; this code says what was wrong",
        ("parse.parse_canonical: xml.ill-formed",),
    ),
    "bytes_rules.is_utf8: xml.not-utf8 (2)": Redundant(
        "another encoding must be declared, and the declaration is refused too",
        ("bytes_rules.declares_xml_1_0_in_utf8: xml.declaration",),
    ),
    _PI: Redundant(
        "the tree rules refuse these nodes too, after the parser has read them",
        ("parse.walk_within_limits: xml.node-kind",),
    ),
    "parse.walk_within_limits: xml.node-kind (2)": Redundant(_TREE, (_PI, _AT_THE_END)),
    "parse.walk_within_limits: xml.node-kind": Redundant(_TREE, (_PI,)),
    "parse.walk_within_limits: part `root.getprevious() is not None`": Redundant(_TREE, (_PI,)),
    "parse.walk_within_limits: part `root.getnext() is not None`": Redundant(_TREE, (_PI,)),
    "skeleton.is_within: part `len(path) > len(advice)`": Redundant(
        _ADVICE, alone=_hidden("<Advice/><Advice/>")
    ),
    "skeleton.is_within: part `path[:len(advice)] == advice`": Redundant(
        _ADVICE, alone=_hidden("<Subject><Assertion/></Subject>")
    ),
    "shape.match: *.unexpected-element": Redundant(
        "a child is compared before it is matched, and a root of another name has its layers out of place",
        alone=lambda: shape.match(etree.fromstring("<a/>"), shape.Shape("b")),
    ),
    "shape._match_inside: *.missing-attribute": Redundant(
        "reading a value refuses its absence too", ("values._attribute: value.missing",)
    ),
    "values._attribute: value.missing": Redundant(
        "the shape demands these attributes; reading is not to rest on that",
        ("shape._match_inside: *.missing-attribute",),
    ),
    "values._child: value.missing": Redundant(
        "the shape demands these elements; reading is not to rest on that",
        ("shape._match_children: *.missing-element",),
    ),
    f"{_PLACE}signature.place": Redundant(_ORDER, (_AT_THE_END,)),
    "signature_profile.check_signatures: asks stands_after_issuer": Redundant(_ORDER, (_AT_THE_END,)),
    f"{_PLACE}part `before is None`": Redundant(_ORDER, alone=_placed("<a><S/></a>")),
    f"{_PLACE}part `before.tag != saml('Issuer')`": Redundant(_ORDER, alone=_placed("<a><b/><S/></a>")),
    f"{_PLACE}part `before.getprevious() is not None`": Redundant(_ORDER, alone=_placed(_ISSUER)),
    "signature_profile.refers_to_its_parent: part `not parts.parent_id`": Redundant(
        "an ID without a character is malformed",
        ("skeleton.ids_are_plain_and_unique: skeleton.malformed-id",),
    ),
    "signature_profile.check_signature: signature.encoding": Redundant(
        "a digest of another length equals none", ("verify._verify_one: signature.digest",)
    ),
    "verify.canonicalise: signature.void": Redundant(
        "relative namespaces are refused as bytes; what cannot be canonicalised must never count as signed",
        alone=_void,
    ),
    "semantics.judge: answer.no-response": Redundant(
        "asked by its own check first; here it tells the type checker",
        ("answer_checks.answer_holds_a_response: answer.no-response",),
    ),
    "answer_checks.answer_holds_a_response: answer.no-response": Redundant(
        "refused again where the Response is taken out", ("semantics.judge: answer.no-response",)
    ),
    "semantics._without_assertion: response.no-authn-context": Redundant(
        "a name for one kind of failure; without it the failure is of no kind",
        ("semantics._without_assertion: response.status",),
    ),
    "semantics._without_assertion: response.request-denied": Redundant(
        "a name for one kind of failure; without it the failure is of no kind",
        ("semantics._without_assertion: response.status",),
    ),
    "answer_checks.assertion_comes_with_success_only: response.no-assertion": Redundant(
        "a success without an Assertion is no cancel, so it is refused as a failure",
        ("semantics._without_assertion: response.status",),
    ),
    "semantics._evidence: authn.missing": Redundant(
        "asked by two checks before; here it tells the type checker",
        alone=_evidence_of_nothing,
        narrows=True,
    ),
    "citizen_checks.names_a_citizen: asks citizen_of": Redundant(
        "asked again when the evidence is made; here it is in its place in the order",
        alone=lambda: citizen_checks.names_a_citizen(
            replace(_assertion(), name_id=None), expected_of(_form().scene)
        ),
    ),
}
