"""eHerkenning from the start of a login to its outcome; answers are really signed and encrypted."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from lxml import etree

from broker.domain.assurance import Assurance, DigidLevel, EherkenningLevel, Scheme
from broker.domain.identity import (
    Authenticated,
    Cancelled,
    EherkenningIdentity,
    Failed,
    ProviderOutcome,
    Unavailable,
    UpstreamSession,
)
from broker.domain.organisation import BranchNumber, KvkNumber, Rsin
from broker.domain.representation import LegalSubject
from broker.providers.base import Answer, ArtifactAnswer, PostedAnswer, PostForm, RedirectTo, SentRequest
from broker.providers.eherkenning.connection import AnswerBinding, RequestBinding
from broker.providers.eherkenning.provider import EherkenningProvider
from broker.providers.eherkenning.service import EntityType
from broker.providers.saml.artifact import source_id
from broker.providers.saml.bounded_answer import ChannelUnavailable
from broker.providers.saml.names import FORMAT_TRANSIENT
from tests.support.saml.answers import STATUS, Change, stamp
from tests.support.saml.digid import UsedInMemory
from tests.support.saml.eherkenning import (
    ACS,
    AD,
    ASSERTION_ID,
    BY_ARTIFACT_SIGNED,
    BY_POST_SIGNED,
    DV,
    EH2PLUS,
    EH2PLUS_UUID,
    EH3,
    EH3_UUID,
    HM,
    INNER_PLACE,
    KVK,
    KVK_QUALIFIER,
    MIDDLE_PLACE,
    NAMESPACES,
    NOW,
    OUTER_PLACE,
    PSEUDONYM,
    REQUEST_ID,
    RSIN,
    RSIN_QUALIFIER,
    SERVICES,
    SSO,
    Scene,
    acting,
    advice_text,
    answer,
    assertion_text,
    attribute,
    attributes_text,
    connection,
    failure,
    identity_provider,
    legal,
    posted,
    posted_failure,
    response_text,
    service,
    signed,
)
from tests.support.saml.keys import pair
from tests.support.saml.signers import DS, SAML, SAMLP, by_signxml, xmlsec1_accepts

SENT = SentRequest("eherkenning", "zz", REQUEST_ID, EH2PLUS, NOW - timedelta(seconds=90), HM)
ARTIFACT = base64.b64encode(b"\x00\x04\x00\x00" + source_id(HM) + b"h" * 20).decode()
BRANCH = "000012345678"
BRANCH_NAME = "urn:etoegang:1.9:ServiceRestriction:Vestigingsnr"
NAME = "urn:etoegang:1.11:attribute-represented:CompanyName"
INTERMEDIARY = "urn:etoegang:1.9:IntermediateEntityID:KvKnr"
SENSIBLE = (service(), acting(), legal())


class Wire:
    """Answers each call with what `make` makes of the scene, in reply to the very ArtifactResolve."""

    def __init__(self, make: Callable[[Scene], bytes]) -> None:
        self._make = make
        self.calls: list[bytes] = []

    def call(self, envelope: bytes, endpoint: str, now: datetime) -> bytes:
        """Keep the envelope, answer it."""
        self.calls.append(envelope)
        resolve = etree.fromstring(envelope).find(f".//{{{SAMLP}}}ArtifactResolve")
        assert resolve is not None
        return self._make(replace(Scene(), resolve_id=resolve.get("ID", "")))


class DeadWire:
    """Nobody answers."""

    def call(self, envelope: bytes, endpoint: str, now: datetime) -> bytes:
        """Fail as a dead line does."""
        raise ChannelUnavailable("channel.timeout", f"no answer to {len(envelope)} bytes")


def by_artifact(
    make: Callable[[Scene], bytes], *, sent: SentRequest = SENT, types: tuple[EntityType, ...] = ()
) -> ProviderOutcome:
    """The outcome when the other side answers with what `make` makes."""
    conn = connection(types=types or (EntityType.KVK,))
    provider = EherkenningProvider(conn, Wire(make), UsedInMemory())
    return provider.complete(ArtifactAnswer(ARTIFACT), sent, now=NOW)


def by_post(message: bytes, *, used: UsedInMemory | None = None, sent: SentRequest = SENT) -> ProviderOutcome:
    """The outcome when the browser posts this."""
    conn = connection(answer_binding=AnswerBinding.POST)
    provider = EherkenningProvider(conn, DeadWire(), used or UsedInMemory())
    return provider.complete(PostedAnswer(base64.b64encode(message).decode()), sent, now=NOW)


def both_ways(
    change: Change | None = None, *, attributes: str | None = None, advice: str | None = None
) -> list[ProviderOutcome]:
    """The same answer behind an artifact and by POST."""
    return [
        by_artifact(lambda scene: answer(change, scene=scene, attributes=attributes, advice=advice)),
        by_post(posted(change, attributes=attributes, advice=advice)),
    ]


def reasons(outcomes: list[ProviderOutcome]) -> set[str]:
    """The codes of failures."""
    assert all(isinstance(outcome, Failed) for outcome in outcomes), outcomes
    return {outcome.reason for outcome in outcomes if isinstance(outcome, Failed)}


def authenticated(outcome: ProviderOutcome) -> Authenticated:
    """The outcome of a login that went well."""
    assert isinstance(outcome, Authenticated), outcome
    return outcome


@pytest.mark.parametrize("outcome", range(2))
def test_answer_gives_who_acts_for_whom_and_how_sure(outcome: int) -> None:
    """The person by pseudonym, the organisation, the level, the mandate: nothing of the Advice."""
    evidence = authenticated(both_ways()[outcome]).evidence
    assert evidence.identity == EherkenningIdentity(PSEUDONYM, LegalSubject(KvkNumber(KVK)))
    assert (evidence.brand, evidence.assurance, evidence.authenticated_at) == ("zz", EH2PLUS, NOW)
    assert evidence.upstream_session == UpstreamSession(
        Scheme.EHERKENNING, "9b1d17", "1f0c4c1e-7a3a-4a53-9f0e-0d6f3c1f2b11", FORMAT_TRANSIENT, AD
    )
    represents = evidence.represents
    assert represents is not None
    assert (represents.subject, represents.branch) == (LegalSubject(KvkNumber(KVK)), None)
    assert (represents.service, represents.mandate) == (EH2PLUS_UUID, ASSERTION_ID)


def test_answer_tells_branch_intermediary_and_name() -> None:
    """What a chain of mandates says reaches the evidence, the intermediary in the clear or encrypted."""
    extras = (attribute(BRANCH_NAME, BRANCH), attribute(NAME, "Bakkerij De Ster B.V."))
    encrypted = legal(("90009999", KVK_QUALIFIER), name=INTERMEDIARY).replace("_ed2", "_ed9")
    for intermediary in (attribute(INTERMEDIARY, "90009999"), encrypted.replace("_ek2", "_ek9")):
        outcomes = both_ways(attributes=attributes_text(*SENSIBLE, *extras, intermediary))
        for outcome in outcomes:
            represents = authenticated(outcome).evidence.represents
            assert represents is not None
            assert represents.branch == BranchNumber(BRANCH)
            assert represents.name == "Bakkerij De Ster B.V."
            assert represents.intermediary == KvkNumber("90009999")


def test_organisation_may_have_two_numbers_where_the_service_says_so() -> None:
    """KvK and RSIN together; the KvK number tells organisations apart."""
    both = attributes_text(service(), acting(), legal((KVK, KVK_QUALIFIER), (RSIN, RSIN_QUALIFIER)))
    types = (EntityType.KVK, EntityType.RSIN)
    outcome = by_artifact(lambda scene: answer(scene=scene, attributes=both), types=types)
    identity = authenticated(outcome).evidence.identity
    assert isinstance(identity, EherkenningIdentity)
    assert identity.organisation == LegalSubject(KvkNumber(KVK), Rsin(RSIN))
    assert identity.key == f"kvk:{KVK}|{PSEUDONYM}"


ACCEPTED: dict[str, Change] = {
    "higher-level": {"assurance-class:loa2plus": "assurance-class:loa4"},
    "end-of-the-session-elsewhere": {
        "SessionIndex=": "SessionNotOnOrAfter='2026-03-04T13:00:00Z' SessionIndex="
    },
    "without-session-index": {' SessionIndex="9b1d17"': ""},
    "consent": {"Destination=": 'Consent="urn:oasis:names:tc:SAML:2.0:consent:unspecified" Destination='},
}


@pytest.mark.parametrize("case", ACCEPTED)
def test_answer_may_differ_in_what_the_scheme_leaves_open(case: str) -> None:
    """The controls: honest answers at the edges of the rules."""
    for outcome in both_ways(ACCEPTED[case]):
        authenticated(outcome)


@pytest.mark.parametrize("advice", ["", "two-foreign-assertions"])
def test_advice_may_be_there_or_not_and_says_nothing(advice: str) -> None:
    """Its level (loa4) and its person are nobody's: the evidence is that of the herkenningsmakelaar."""
    for outcome in both_ways(advice=advice and advice_text()):
        assert authenticated(outcome).evidence.assurance == EH2PLUS


def test_everything_may_be_signed_on_every_layer() -> None:
    """Some herkenningsmakelaars sign the Response inside an ArtifactResponse as well."""
    places = (*BY_ARTIFACT_SIGNED, MIDDLE_PLACE)
    authenticated(by_artifact(lambda scene: answer(scene=scene, places=places)))


ASSERTION_END = f'NotOnOrAfter="{stamp(NOW + timedelta(minutes=2))}"'
OTHER_DV = "urn:etoegang:DV:00000003000000000000:entities:9001"
REFUSED: dict[str, tuple[Change, str]] = {
    "level-too-low": ({"loa2plus<": "loa2<"}, "authn.level-too-low"),
    "level-unknown": ({"assurance-class:loa2plus": "assurance-class:loa9"}, "authn.level-unknown"),
    "level-of-digid": (
        {"urn:etoegang:core:assurance-class:loa2plus": "urn:oasis:names:tc:SAML:2.0:ac:classes:SmartcardPKI"},
        "authn.level-unknown",
    ),
    "other-service": ({EH2PLUS_UUID: EH3_UUID}, "service.other"),
    "other-audience": ({f"<saml:Audience>{DV}": f"<saml:Audience>{OTHER_DV}"}, "audience.other"),
    "other-recipient": (
        {f'Recipient="{ACS}"': 'Recipient="https://evil.example/acs"'},
        "confirmation.recipient",
    ),
    "other-request": (
        {f'SubjectConfirmationData InResponseTo="{REQUEST_ID}"': 'SubjectConfirmationData InResponseTo="_o"'},
        "confirmation.in-response-to",
    ),
    "response-to-another": (
        {f'InResponseTo="{REQUEST_ID}">\n      <saml:Issuer>': 'InResponseTo="_o"><saml:Issuer>'},
        "response.in-response-to",
    ),
    "other-destination": (
        {f'Destination="{ACS}"': 'Destination="https://evil.example/acs"'},
        "response.destination",
    ),
    "no-destination": ({f'Destination="{ACS}"': ""}, "response.no-destination"),
    "expired": (
        {ASSERTION_END: f'NotOnOrAfter="{stamp(NOW - timedelta(minutes=2))}"'},
        "confirmation.expired",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_answer_is_refused_for_what_it_says(case: str) -> None:
    """Authentic and still not what this login needs."""
    change, code = REFUSED[case]
    assert reasons(both_ways(change)) == {code}


def test_answer_of_another_issuer_is_refused() -> None:
    """Whoever signs the outer layer cannot speak for another inside."""
    outcome = by_artifact(
        lambda scene: answer(
            {f"{HM}</saml:Issuer>{INNER_PLACE}": f"{DV}</saml:Issuer>{INNER_PLACE}"},
            scene=scene,
        )
    )
    assert reasons([outcome]) == {"assertion.issuer"}


ATTRIBUTES: dict[str, tuple[str, str]] = {
    "no-service": (attributes_text(acting(), legal()), "service.missing"),
    "service-twice": (attributes_text(service(), *SENSIBLE), "attribute.repeated"),
    "two-services": (
        attributes_text(
            attribute("urn:etoegang:core:ServiceUUID", EH2PLUS_UUID, EH2PLUS_UUID), acting(), legal()
        ),
        "attribute.form",
    ),
    "other-service-id": (
        attributes_text(*SENSIBLE, attribute("urn:etoegang:core:ServiceID", f"{SERVICES}:1")),
        "service.other-id",
    ),
    "no-legal-subject": (attributes_text(service(), acting()), "legal-subject.missing"),
    "no-acting-subject": (attributes_text(service(), legal()), "acting-subject.missing"),
    "legal-subject-in-the-clear": (
        attributes_text(service(), acting(), attribute("urn:etoegang:core:LegalSubjectID", KVK)),
        "identifier.in-the-clear",
    ),
    "acting-subject-in-the-clear": (
        attributes_text(service(), attribute("urn:etoegang:core:ActingSubjectID", PSEUDONYM), legal()),
        "identifier.in-the-clear",
    ),
    "pseudonym-of-another-kind": (
        attributes_text(service(), acting(qualifier="urn:etoegang:1.12:EntityConcernedID:BSN"), legal()),
        "acting-subject.kind",
    ),
    "pseudonym-too-short": (attributes_text(service(), acting("abc"), legal()), "acting-subject.form"),
    "kvk-of-seven-digits": (
        attributes_text(service(), acting(), legal(("9000135", KVK_QUALIFIER))),
        "legal-subject.form",
    ),
    "kvk-in-other-digits": (
        attributes_text(service(), acting(), legal(("٩٠٠٠١٣٥٤", KVK_QUALIFIER))),
        "legal-subject.form",
    ),
    "rsin-where-kvk-is-asked": (
        attributes_text(service(), acting(), legal((RSIN, RSIN_QUALIFIER))),
        "legal-subject.not-allowed",
    ),
    "kvk-twice": (
        attributes_text(service(), acting(), legal((KVK, KVK_QUALIFIER), (KVK, KVK_QUALIFIER))),
        "legal-subject.repeated",
    ),
    "unknown-kind-of-number": (
        attributes_text(service(), acting(), legal((KVK, "urn:etoegang:1.9:EntityConcernedID:BranchNumber"))),
        "legal-subject.kind",
    ),
    "branch-of-eleven-digits": (
        attributes_text(*SENSIBLE, attribute(BRANCH_NAME, BRANCH[1:])),
        "branch.form",
    ),
    "two-branches": (
        attributes_text(*SENSIBLE, attribute(BRANCH_NAME, BRANCH, "000000000001")),
        "attribute.form",
    ),
    "restriction-that-we-do-not-know": (
        attributes_text(*SENSIBLE, attribute("urn:etoegang:1.9:ServiceRestriction:SubdossierNr", "0001")),
        "restriction.unknown",
    ),
    "branch-in-the-words-of-another-version": (
        attributes_text(*SENSIBLE, attribute("urn:etoegang:core:ServiceRestriction:Vestigingsnr", BRANCH)),
        "restriction.unknown",
    ),
    "branch-in-other-letters": (
        attributes_text(*SENSIBLE, attribute(BRANCH_NAME.lower(), BRANCH)),
        "restriction.unknown",
    ),
    "branch-behind-a-space": (
        attributes_text(*SENSIBLE, attribute(f" {BRANCH_NAME}", BRANCH)),
        "restriction.unknown",
    ),
    "two-intermediaries": (
        attributes_text(*SENSIBLE, attribute(INTERMEDIARY, "90009999", "90008888")),
        "intermediary.repeated",
    ),
    "intermediary-of-seven-digits": (
        attributes_text(*SENSIBLE, attribute(INTERMEDIARY, "9000999")),
        "intermediary.form",
    ),
    "text-beside-an-identifier": (
        attributes_text(service(), acting().replace("<saml:EncryptedID>", "x<saml:EncryptedID>"), legal()),
        "value.mixed",
    ),
}


@pytest.mark.parametrize("case", ATTRIBUTES)
def test_attributes_are_exactly_what_was_agreed(case: str) -> None:
    """Each name once, identifiers encrypted, numbers in form, restrictions kept or refused."""
    attributes, code = ATTRIBUTES[case]
    assert reasons(both_ways(attributes=attributes)) == {code}


UNSIGNED = {
    "nothing": ((), "signature.missing"),
    "assertion-only": ((INNER_PLACE,), "signature.missing"),
    "outer-only": ((OUTER_PLACE, MIDDLE_PLACE), "signature.missing"),
}


@pytest.mark.parametrize("case", UNSIGNED)
def test_answer_lacks_no_signature(case: str) -> None:
    """The Assertion is always signed, and what is around it: the ArtifactResponse, or the posted Response."""
    places, code = UNSIGNED[case]
    outcomes = [by_artifact(lambda scene: answer(scene=scene, places=places)), by_post(posted(places=places))]
    assert reasons(outcomes) == {code}


def test_certificate_beside_the_signature_is_refused() -> None:
    """KeyInfo holds a name and nothing else; DigiD's certificates have no place here."""
    scene = Scene()
    text = response_text(scene, namespaces=NAMESPACES)
    certified = signed(text, scene, BY_POST_SIGNED, by_signxml)
    assert reasons([by_post(certified)]) == {"skeleton.unexpected-element"}


def test_answer_signed_by_somebody_of_the_advice_is_refused() -> None:
    """The keys of an authenticatiedienst sign nothing for us."""
    foreign = replace(Scene(), key=pair("urn:etoegang:AD:00000003333333330000:entities:9000"))
    outcomes = [
        by_artifact(lambda scene: answer(scene=replace(foreign, resolve_id=scene.resolve_id))),
        by_post(posted(scene=foreign)),
    ]
    assert reasons(outcomes) == {"signature.invalid"}


MISPLACED: dict[str, Change] = {
    "second-advice": {"<saml:Advice>": "<saml:Advice></saml:Advice><saml:Advice>"},
    "advice-in-the-response": {f"{MIDDLE_PLACE}\n": f"{MIDDLE_PLACE}<saml:Advice></saml:Advice>\n"},
    "assertion-beside": {
        "</samlp:Response>": '<saml:Assertion ID="_x" Version="2.0" IssueInstant="2026-03-04T09:21:30Z">'
        "<saml:Issuer>urn:other</saml:Issuer></saml:Assertion></samlp:Response>"
    },
    "encrypted-assertion": {"</samlp:Response>": "<saml:EncryptedAssertion/></samlp:Response>"},
    "identifier-in-the-subject": {
        "<saml:Subject>\n          <saml:NameID": "<saml:Subject><saml:EncryptedID/><saml:NameID"
    },
}


@pytest.mark.parametrize("case", MISPLACED)
def test_nothing_stands_where_it_may_not(case: str) -> None:
    """One Advice, in the Assertion; one Assertion outside it; identifiers in attributes only."""
    assert reasons(both_ways(MISPLACED[case])) <= {"skeleton.misplaced"}


def test_id_in_the_advice_cannot_be_one_from_outside() -> None:
    """IDs are unique over the whole document, also where nobody looks."""
    twice = advice_text().replace("<saml:NameID>somebody", '<saml:NameID ID="_ed1">somebody', 1)
    assert reasons(both_ways(advice=twice)) == {"skeleton.duplicate-id"}


def test_change_within_the_advice_breaks_the_signature() -> None:
    """Nobody reads it, and still it is what was signed."""
    message = posted()
    changed = message.replace(b"<saml:NameID>somebody</saml:NameID>", b"<saml:NameID>nobody</saml:NameID>", 1)
    assert changed != message
    assert reasons([by_post(changed)]) == {"signature.digest"}


CANCELLED = ("Responder", "AuthnFailed")
FAILED = {
    ("Requester", "RequestUnsupported"): "response.request-unsupported",
    ("Responder", "RequestUnsupported"): "response.request-unsupported",
    ("Requester", "AuthnFailed"): "response.status",
    ("Responder", None): "response.status",
    ("Responder", "UnknownPrincipal"): "response.status",
}


def test_person_who_turned_back_has_cancelled() -> None:
    """By artifact, and by POST when the Response is signed."""
    assert by_artifact(lambda scene: failure(*CANCELLED, scene=scene)) == Cancelled()
    assert by_post(posted_failure(*CANCELLED)) == Cancelled()


def test_cancel_that_nobody_signed_is_not_believed() -> None:
    """Nothing unsigned is read, a status neither."""
    assert reasons([by_post(posted_failure(*CANCELLED, places=()))]) == {"signature.missing"}


@pytest.mark.parametrize("status", FAILED)
def test_failure_at_eherkenning_is_told_apart_for_operators(status: tuple[str, str | None]) -> None:
    """A request that was refused is something to mend."""
    outcomes = [by_artifact(lambda scene: failure(*status, scene=scene)), by_post(posted_failure(*status))]
    assert reasons(outcomes) == {FAILED[status]}


def test_failure_with_an_assertion_is_no_honest_answer() -> None:
    """Success at the top, and nowhere else (B1-38)."""
    success = f'<samlp:StatusCode Value="{STATUS}Success"></samlp:StatusCode></samlp:Status>'
    inner = f"{success}\n      <saml:Assertion"
    change = {inner: inner.replace("Success", "Responder")}
    assert reasons(both_ways(change)) == {"response.assertion-on-failure"}


@pytest.mark.parametrize("binding", RequestBinding)
def test_begin_asks_for_the_service_of_the_level(binding: RequestBinding) -> None:
    """The index chooses the service; no level, no URL, a plain issuer, the key by its name alone."""
    provider = EherkenningProvider(connection(request_binding=binding), DeadWire(), UsedInMemory())
    for required, index in ((EH2PLUS, "1"), (EH3, "2")):
        begun = provider.begin(required, relay_state="r", now=NOW)
        assert replace(begun.sent, request_id="") == replace(
            SENT, request_id="", required=required, sent_at=NOW
        )
        if isinstance(begun.send, RedirectTo):
            assert begun.send.url.startswith(SSO)
            continue
        assert isinstance(begun.send, PostForm)
        message = base64.b64decode(dict(begun.send.fields)["SAMLRequest"])
        request = etree.fromstring(message)
        assert request.get("AttributeConsumingServiceIndex") == index
        assert request.get("AssertionConsumerServiceIndex") == "0"
        assert request.get("ForceAuthn") == "true"
        assert request.get("AssertionConsumerServiceURL") is request.get("ProtocolBinding") is None
        assert request.find(f"{{{SAMLP}}}RequestedAuthnContext") is None
        issuer = request.find(f"{{{SAML}}}Issuer")
        assert issuer is not None
        assert (issuer.text, dict(issuer.attrib)) == (DV, {})
        assert [child.tag for child in request.iter(f"{{{DS}}}KeyName")] == [f"{{{DS}}}KeyName"]
        assert list(request.iter(f"{{{DS}}}X509Data")) == []
        assert xmlsec1_accepts(message, pair("dv"), request.get("ID", ""))


def test_begin_asks_for_answers_by_post_where_that_is_configured() -> None:
    """The second endpoint of our metadata."""
    conn = connection(answer_binding=AnswerBinding.POST)
    begun = EherkenningProvider(conn, DeadWire(), UsedInMemory()).begin(EH2PLUS, relay_state="r", now=NOW)
    assert isinstance(begun.send, PostForm)
    request = etree.fromstring(base64.b64decode(dict(begun.send.fields)["SAMLRequest"]))
    assert request.get("AssertionConsumerServiceIndex") == "1"


@pytest.mark.parametrize(
    "required",
    [
        Assurance(Scheme.DIGID, DigidLevel.MIDDEN),
        Assurance(Scheme.EHERKENNING, EherkenningLevel.EH4),
    ],
)
def test_begin_asks_nothing_that_there_is_no_service_for(required: Assurance) -> None:
    """A level without a service, or of another scheme, is the caller's mistake."""
    provider = EherkenningProvider(connection(), DeadWire(), UsedInMemory())
    with pytest.raises(ValueError, match="no service"):
        provider.begin(required, relay_state="r", now=NOW)


def test_login_for_eh3_takes_the_answer_for_that_service_only() -> None:
    """An answer for the eH2+ service is not enough, whatever level it has (B1-30)."""
    sent = replace(SENT, required=EH3)
    high = {"assurance-class:loa2plus": "assurance-class:loa3"}
    other = by_artifact(lambda scene: answer(high, scene=scene), sent=sent)
    assert reasons([other]) == {"service.other"}
    right = by_artifact(lambda scene: answer(high | {EH2PLUS_UUID: EH3_UUID}, scene=scene), sent=sent)
    assert authenticated(right).evidence.assurance == EH3


def test_answer_comes_by_the_way_that_was_asked() -> None:
    """A posted answer where an artifact was asked, and the reverse."""
    posted_to: Answer = PostedAnswer(base64.b64encode(posted()).decode())
    by_artifact_only = EherkenningProvider(connection(), DeadWire(), UsedInMemory())
    by_post_only = EherkenningProvider(
        connection(answer_binding=AnswerBinding.POST), DeadWire(), UsedInMemory()
    )
    outcomes = [
        by_artifact_only.complete(posted_to, SENT, now=NOW),
        by_post_only.complete(ArtifactAnswer(ARTIFACT), SENT, now=NOW),
    ]
    assert reasons(outcomes) == {"answer.binding"}


def test_posted_answer_works_once() -> None:
    """The Response and the Assertion are used up."""
    used, message = UsedInMemory(), posted()
    authenticated(by_post(message, used=used))
    assert reasons([by_post(message, used=used)]) == {"replay.response"}


def test_artifact_works_once_whatever_comes_of_it() -> None:
    """It is used up before the call, so that a dead line cannot be tried again."""
    used = UsedInMemory()
    provider = EherkenningProvider(connection(), DeadWire(), used)
    assert isinstance(provider.complete(ArtifactAnswer(ARTIFACT), SENT, now=NOW), Unavailable)
    again = EherkenningProvider(connection(), Wire(lambda scene: answer(scene=scene)), used)
    assert reasons([again.complete(ArtifactAnswer(ARTIFACT), SENT, now=NOW)]) == {"replay.artifact"}


@pytest.mark.parametrize(
    "sent",
    [
        replace(SENT, brand="cz"),
        replace(SENT, provider="digid"),
        replace(SENT, entity_id="urn:etoegang:HM:00000003000000000000:entities:9000"),
    ],
)
def test_request_of_another_connection_is_never_completed_here(sent: SentRequest) -> None:
    """Mix-up between brands, schemes and herkenningsmakelaars (B1-18)."""
    assert reasons([by_post(posted(), sent=sent)]) == {"request.other-provider"}


@pytest.mark.parametrize("text", ["", "not base64!", "AAAA=AAAA", "x" * 400_000])
def test_posted_text_that_is_no_base64_is_refused(text: str) -> None:
    """Before anything is parsed."""
    provider = EherkenningProvider(connection(answer_binding=AnswerBinding.POST), DeadWire(), UsedInMemory())
    outcome = provider.complete(PostedAnswer(text), SENT, now=NOW)
    assert reasons([outcome]) <= {"posted.form", "xml.empty", "xml.too-large"}


def test_line_ends_in_base64_are_fine() -> None:
    """Some stacks break the lines."""
    provider = EherkenningProvider(connection(answer_binding=AnswerBinding.POST), DeadWire(), UsedInMemory())
    text = base64.encodebytes(posted()).decode().replace("\n", "\r\n")
    authenticated(provider.complete(PostedAnswer(text), SENT, now=NOW))


def test_assertion_with_two_signatures_that_differ_is_refused() -> None:
    """The Assertion in the Response, and the one under its own signature, are one (B1-02)."""
    text = assertion_text(Scene())
    assert text.count(INNER_PLACE) == 1
    doubled = {INNER_PLACE: f"{INNER_PLACE}<ds:Signature></ds:Signature>"}
    assert reasons(both_ways(doubled)) <= {"skeleton.misplaced", "skeleton.repeated-element"}


def test_posted_response_is_signed_beside_its_assertion() -> None:
    """The control for the two signatures by POST."""
    authenticated(by_post(posted(places=BY_POST_SIGNED)))


@pytest.mark.parametrize("binding", AnswerBinding)
def test_metadata_that_has_ended_vouches_for_nobody(binding: AnswerBinding) -> None:
    """By either way nothing is believed, and no artifact or message is used up."""
    used, ended = UsedInMemory(), replace(identity_provider(), valid_until=NOW)
    conn = replace(connection(answer_binding=binding), metadata=lambda: ended)
    by_way: dict[AnswerBinding, Answer] = {
        AnswerBinding.ARTIFACT: ArtifactAnswer(ARTIFACT),
        AnswerBinding.POST: PostedAnswer(base64.b64encode(posted()).decode()),
    }
    outcome = EherkenningProvider(conn, DeadWire(), used).complete(by_way[binding], SENT, now=NOW)
    assert isinstance(outcome, Unavailable)
    assert outcome.reason == "metadata.ended"
    assert used.claims == {}
