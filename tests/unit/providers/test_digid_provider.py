"""DigiD from the start of a login to its outcome; answers are really signed, only the wire is short."""

from __future__ import annotations

import base64
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from lxml import etree

from broker.domain.assurance import Assurance, DigidLevel, Scheme
from broker.domain.bsn import Bsn
from broker.domain.identity import Authenticated, Cancelled, Failed, ProviderOutcome, Unavailable
from broker.providers.answers.claiming import UsedMessages
from broker.providers.base import ArtifactAnswer, PostForm, Provider, RedirectTo, SentRequest
from broker.providers.digid.connection import RequestBinding
from broker.providers.digid.provider import BackChannel, DigidProvider
from broker.providers.saml.artifact import source_id
from broker.providers.saml.bounded_answer import ChannelUnavailable
from broker.providers.saml.refusal import ChannelRefused
from broker.providers.saml.rollover import Rollover, Upcoming
from tests.support.saml.answers import (
    ACS,
    ASSERTION_ID,
    BSN,
    CLASSES,
    IDP,
    INNER_PLACE,
    NOW,
    REQUEST_ID,
    RESPONSE_ID,
    SP,
    Change,
    Scene,
    answer,
    assertion_text,
    envelope_text,
    failure,
    response_text,
    signed,
    stamp,
    status_text,
)
from tests.support.saml.digid import (
    MIDDEN,
    SSO,
    AnsweringChannel,
    UsedInMemory,
    connection,
    identity_provider,
)
from tests.support.saml.gate import opened
from tests.support.saml.keys import pair, pair_valid
from tests.support.saml.signers import DS, SAMLP, xmlsec1_accepts

SENT = SentRequest("digid", "cz", REQUEST_ID, MIDDEN, NOW - timedelta(seconds=90), IDP)
ARTIFACT = base64.b64encode(b"\x00\x04\x00\x00" + source_id(IDP) + b"h" * 20).decode()
EARLIER = stamp(NOW - timedelta(minutes=20))
LATER = stamp(NOW + timedelta(minutes=20))
START, END = stamp(NOW - timedelta(minutes=2)), stamp(NOW + timedelta(minutes=2))


def completed(
    make: Callable[[Scene], bytes],
    *,
    sent: SentRequest = SENT,
    used: UsedMessages | None = None,
    want_assertions_signed: bool = True,
) -> ProviderOutcome:
    """The outcome when the other side answers with what `make` makes."""
    channel = AnsweringChannel(Scene(), make)
    conn = connection(want_assertions_signed=want_assertions_signed)
    provider = DigidProvider(conn, channel, used or UsedInMemory())
    return provider.complete(ArtifactAnswer(ARTIFACT), sent, now=NOW)


def answering(change: Change | None = None) -> Callable[[Scene], bytes]:
    """A successful answer, changed before it was signed."""
    return lambda scene: answer(change, scene=scene)


def reason(outcome: ProviderOutcome) -> str:
    """The code of a failure."""
    assert isinstance(outcome, Failed), outcome
    return outcome.reason


def test_provider_is_what_login_expects() -> None:
    """The class keeps to the port."""
    provider: Provider = DigidProvider(connection(), AnsweringChannel(Scene(), answering()), UsedInMemory())
    assert provider.scheme is Scheme.DIGID


@pytest.mark.parametrize("binding", RequestBinding)
def test_begin_remembers_whom_it_asked_for_what(binding: RequestBinding) -> None:
    """What is sent and what is remembered belong together."""
    provider = DigidProvider(
        connection(binding=binding), AnsweringChannel(Scene(), answering()), UsedInMemory()
    )
    begun = provider.begin(MIDDEN, relay_state="r", now=NOW)
    assert replace(begun.sent, request_id="") == replace(SENT, request_id="", sent_at=NOW)
    address = begun.send.url if isinstance(begun.send, RedirectTo) else begun.send.action
    assert address.startswith(SSO)


def test_complete_gives_the_evidence() -> None:
    """A right answer: who, how sure and when; there is nothing to end at DigiD (no Eenmalig Inloggen)."""
    outcome = completed(answering())
    assert isinstance(outcome, Authenticated)
    evidence = outcome.evidence
    assert evidence.bsn == Bsn(BSN)
    assert (evidence.brand, evidence.assurance) == ("cz", MIDDEN)
    assert (evidence.authenticated_at, evidence.upstream_session) == (NOW, None)


def test_complete_asks_with_a_signed_resolve_once() -> None:
    """One call, for this artifact, signed by us."""
    channel = AnsweringChannel(Scene(), answering())
    DigidProvider(connection(), channel, UsedInMemory()).complete(ArtifactAnswer(ARTIFACT), SENT, now=NOW)
    (envelope,) = channel.calls
    resolve = etree.fromstring(envelope)[0][0]
    assert resolve.findtext(f"{{{SAMLP}}}Artifact") == ARTIFACT
    assert xmlsec1_accepts(envelope, pair("sp"), resolve.get("ID", ""))


ACCEPTED_CHANGES: dict[str, Change] = {
    "capital-sector": {f"s00000000:{BSN}": f"S00000000:{BSN}"},
    "higher-level": {"MobileTwoFactorContract": "Smartcard"},
    "unspecified-format": {
        "<saml:NameID>": '<saml:NameID Format="urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified">'
    },
    "destination-is-ours": {"<samlp:Response ": f'<samlp:Response Destination="{ACS}" '},
    "two-audiences": {"</saml:Audience>": "</saml:Audience><saml:Audience>https://other</saml:Audience>"},
    "two-restrictions-both-for-us": {
        "</saml:AudienceRestriction>": "</saml:AudienceRestriction><saml:AudienceRestriction>"
        f"<saml:Audience>{SP}</saml:Audience></saml:AudienceRestriction>"
    },
    "without-session-index": {' SessionIndex="5d0c17"': ""},
    "without-address": {'<saml:SubjectLocality Address="192.0.2.17"/>': ""},
    "early-within-skew": {f'NotBefore="{START}"': f'NotBefore="{stamp(NOW + timedelta(seconds=59))}"'},
    "late-within-skew": {
        f'NotBefore="{START}" NotOnOrAfter="{END}"': f'NotBefore="{START}" '
        f'NotOnOrAfter="{stamp(NOW - timedelta(seconds=59))}"'
    },
    "fraction-of-a-second": {f'NotBefore="{START}"': f'NotBefore="{START[:-1]}.123456789Z"'},
}


@pytest.mark.parametrize("case", ACCEPTED_CHANGES)
def test_complete_accepts_what_may_differ(case: str) -> None:
    """The controls: honest answers at the edges of the rules."""
    assert isinstance(completed(answering(ACCEPTED_CHANGES[case])), Authenticated)


NAME_ID = f"<saml:NameID>s00000000:{BSN}</saml:NameID>"
CONFIRMATION_END = f'NotOnOrAfter="{END}"/>'
VALIDITY = f'NotBefore="{START}" NotOnOrAfter="{END}"'
ISSUER = f"<saml:Issuer>{IDP}</saml:Issuer>"
OTHER_ISSUER = "<saml:Issuer>https://other.example</saml:Issuer>"
REFUSED: dict[str, tuple[Change, str]] = {
    "outer-issuer": (lambda text: text.replace(ISSUER, OTHER_ISSUER, 1), "answer.issuer"),
    "outer-issuer-format": (
        lambda text: text.replace("<saml:Issuer>", '<saml:Issuer Format="urn:x">', 1),
        "answer.issuer",
    ),
    "outer-old": (lambda text: text.replace(stamp(NOW), EARLIER, 1), "answer.issue-instant"),
    "outer-future": (lambda text: text.replace(stamp(NOW), LATER, 1), "answer.issue-instant"),
    "outer-status": (
        lambda text: text.replace(status_text(), status_text("Requester", "RequestDenied"), 1),
        "answer.status",
    ),
    "outer-status-nested-success": (
        lambda text: text.replace(status_text(), status_text("Responder", "Success"), 1),
        "answer.status",
    ),
    "response-request": (
        {f'InResponseTo="{REQUEST_ID}">\n      <saml:Issuer>': 'InResponseTo="_other">\n      <saml:Issuer>'},
        "response.in-response-to",
    ),
    "response-unsolicited": (
        {f' InResponseTo="{REQUEST_ID}">\n      <saml:Issuer>': ">\n      <saml:Issuer>"},
        "response.in-response-to",
    ),
    "response-issuer": (
        {f"{ISSUER}\n      <samlp:Status>": f"{OTHER_ISSUER}\n      <samlp:Status>"},
        "response.issuer",
    ),
    "response-destination": (
        {"<samlp:Response ": '<samlp:Response Destination="https://other" '},
        "response.destination",
    ),
    "response-before-the-request": (
        {
            f'IssueInstant="{stamp(NOW)}" InResponseTo="{REQUEST_ID}"': f'IssueInstant="{EARLIER}" '
            f'InResponseTo="{REQUEST_ID}"'
        },
        "response.issue-instant",
    ),
    "response-in-the-future": (
        {
            f'IssueInstant="{stamp(NOW)}" InResponseTo="{REQUEST_ID}"': f'IssueInstant="{LATER}" '
            f'InResponseTo="{REQUEST_ID}"'
        },
        "response.issue-instant",
    ),
    "success-and-more": (
        lambda text: (
            text.replace(status_text(), "@", 1)
            .replace(status_text(), status_text("Success", "AuthnFailed"))
            .replace("@", status_text())
        ),
        "response.status-nested",
    ),
    "failure-with-assertion": (
        lambda text: (
            text.replace(status_text(), "@", 1)
            .replace(status_text(), status_text("Responder", "AuthnFailed"))
            .replace("@", status_text())
        ),
        "response.assertion-on-failure",
    ),
    "assertion-issuer": ({f"{ISSUER}{INNER_PLACE}": f"{OTHER_ISSUER}{INNER_PLACE}"}, "assertion.issuer"),
    "assertion-before-the-request": (
        {f'IssueInstant="{stamp(NOW)}">\n        <saml:': f'IssueInstant="{EARLIER}">\n        <saml:'},
        "assertion.issue-instant",
    ),
    "sender-vouches": ({"cm:bearer": "cm:sender-vouches"}, "confirmation.method"),
    "holder-of-key": ({"cm:bearer": "cm:holder-of-key"}, "confirmation.method"),
    "confirmation-missing": (
        lambda text: (
            text[: text.index("<saml:SubjectConfirmation ")]
            + text[text.index("</saml:SubjectConfirmation>") + len("</saml:SubjectConfirmation>") :]
        ),
        "confirmation.missing",
    ),
    "confirmation-of-another-request": (
        {f'Data InResponseTo="{REQUEST_ID}"': 'Data InResponseTo="_other"'},
        "confirmation.in-response-to",
    ),
    "confirmation-of-no-request": (
        {f'Data InResponseTo="{REQUEST_ID}"': "Data"},
        "confirmation.in-response-to",
    ),
    "recipient-other": ({f'Recipient="{ACS}"': f'Recipient="{ACS}/"'}, "confirmation.recipient"),
    "recipient-missing": ({f'Recipient="{ACS}"': ""}, "confirmation.recipient"),
    "confirmation-without-end": ({CONFIRMATION_END: "/>"}, "confirmation.no-end"),
    "confirmation-expired": (
        {CONFIRMATION_END: f'NotOnOrAfter="{stamp(NOW - timedelta(seconds=60))}"/>'},
        "confirmation.expired",
    ),
    "confirmation-ends-before-it-starts": (
        {CONFIRMATION_END: f'NotOnOrAfter="{stamp(NOW - timedelta(seconds=30))}"/>'},
        "confirmation.life",
    ),
    "confirmation-endless": ({CONFIRMATION_END: f'NotOnOrAfter="{LATER}"/>'}, "confirmation.life"),
    "conditions-missing": (
        lambda text: (
            text[: text.index("<saml:Conditions")]
            + text[text.index("</saml:Conditions>") + len("</saml:Conditions>") :]
        ),
        "conditions.missing",
    ),
    "conditions-without-start": ({VALIDITY: f'NotOnOrAfter="{END}"'}, "conditions.no-start"),
    "conditions-without-end": ({VALIDITY: f'NotBefore="{START}"'}, "conditions.no-end"),
    "conditions-reversed": ({VALIDITY: f'NotBefore="{END}" NotOnOrAfter="{START}"'}, "conditions.reversed"),
    "conditions-endless": ({VALIDITY: f'NotBefore="{START}" NotOnOrAfter="{LATER}"'}, "conditions.life"),
    "conditions-too-early": (
        {VALIDITY: f'NotBefore="{stamp(NOW + timedelta(seconds=61))}" NotOnOrAfter="{END}"'},
        "conditions.too-early",
    ),
    "conditions-expired": (
        {VALIDITY: f'NotBefore="{START}" NotOnOrAfter="{stamp(NOW - timedelta(seconds=60))}"'},
        "conditions.expired",
    ),
    "audience-missing": (
        lambda text: (
            text[: text.index("<saml:AudienceRestriction>")] + text[text.index("</saml:Conditions>") :]
        ),
        "audience.missing",
    ),
    "audience-other": ({f"<saml:Audience>{SP}": "<saml:Audience>https://other"}, "audience.other"),
    "audience-as-prefix": ({f"<saml:Audience>{SP}": f"<saml:Audience>{SP}/"}, "audience.other"),
    "audience-with-space": ({f"<saml:Audience>{SP}": f"<saml:Audience> {SP}"}, "audience.other"),
    "second-restriction-for-another": (
        {
            "</saml:AudienceRestriction>": "</saml:AudienceRestriction><saml:AudienceRestriction>"
            "<saml:Audience>https://other</saml:Audience></saml:AudienceRestriction>"
        },
        "audience.other",
    ),
    "statement-missing": (
        lambda text: (
            text[: text.index("<saml:AuthnStatement")]
            + text[text.index("</saml:AuthnStatement>") + len("</saml:AuthnStatement>") :]
        ),
        "authn.missing",
    ),
    "logged-in-before-the-request": (
        {f'AuthnInstant="{stamp(NOW)}"': f'AuthnInstant="{EARLIER}"'},
        "authn.instant",
    ),
    "logged-in-in-the-future": ({f'AuthnInstant="{stamp(NOW)}"': f'AuthnInstant="{LATER}"'}, "authn.instant"),
    "lower-level": ({"MobileTwoFactorContract": "PasswordProtectedTransport"}, "authn.level-too-low"),
    "unknown-level": ({"MobileTwoFactorContract": "Password"}, "authn.level-unknown"),
    "level-with-space": ({f"{CLASSES}MobileTwo": f" {CLASSES}MobileTwo"}, "authn.level-unknown"),
    "level-of-eidas": (
        {f"{CLASSES}MobileTwoFactorContract": "http://eidas.europa.eu/LoA/high"},
        "authn.level-unknown",
    ),
    "name-id-missing": ({NAME_ID: ""}, "name-id.missing"),
    "name-id-format": ({"<saml:NameID>": '<saml:NameID Format="urn:x">'}, "name-id.format"),
    "sofi-sector": ({f"s00000000:{BSN}": f"s00000001:{BSN}"}, "name-id.sector"),
    "no-sector": ({f"s00000000:{BSN}": BSN}, "name-id.form"),
    "eight-digits": ({f"s00000000:{BSN}": "s00000000:12345678"}, "name-id.form"),
    "ten-digits": ({f"s00000000:{BSN}": f"s00000000:{BSN}0"}, "name-id.form"),
    "arabic-digits": ({f"s00000000:{BSN}": "s00000000:\u0669" + BSN[1:]}, "name-id.form"),
    "name-id-with-newline": ({f"{BSN}</saml:NameID>": f"{BSN}\n</saml:NameID>"}, "name-id.form"),
    "fails-the-eleven-test": ({f"s00000000:{BSN}": "s00000000:900029366"}, "name-id.number"),
    "all-zero": ({f"s00000000:{BSN}": "s00000000:000000000"}, "name-id.number"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_complete_refuses_authentic_answers_that_say_something_else(case: str) -> None:
    """The signatures are right; each rule refuses with its own code and spends no response or assertion."""
    change, code = REFUSED[case]
    used = UsedInMemory()
    assert reason(completed(answering(change), used=used)) == code
    assert {scope for scope, _ in used.claims} == {"cz:digid:artifact"}


def test_complete_refuses_an_answer_to_another_resolve() -> None:
    """The outer InResponseTo is that of this very call."""
    outcome = completed(lambda scene: answer(scene=replace(scene, resolve_id="_other")))
    assert reason(outcome) == "answer.in-response-to"


def test_complete_refuses_an_expired_artifact() -> None:
    """Outer success without a Response is how DigiD says so."""
    outcome = completed(lambda scene: signed(envelope_text(scene, response=""), scene))
    assert reason(outcome) == "answer.no-response"


def test_complete_refuses_success_without_assertion() -> None:
    """Nobody is named."""

    def make(scene: Scene) -> bytes:
        return signed(envelope_text(scene, response=response_text(scene, assertion="")), scene)

    assert reason(completed(make)) == "response.no-assertion"


def test_complete_refuses_two_assertions() -> None:
    """The gate sees to it, with its own code and a fingerprint for the log."""
    second = assertion_text(Scene(), assertion_id="_second").replace(INNER_PLACE, "")
    outcome = completed(answering({"</samlp:Response>": f"{second}</samlp:Response>"}))
    assert reason(outcome) == "skeleton.misplaced"
    assert isinstance(outcome, Failed)
    assert "(message " in outcome.detail
    assert BSN not in outcome.detail


@pytest.mark.parametrize(
    ("top", "nested", "code"),
    [
        ("Responder", "NoAuthnContext", "response.no-authn-context"),
        ("Requester", "NoAuthnContext", "response.no-authn-context"),
        ("Requester", "RequestDenied", "response.request-denied"),
        ("Requester", "AuthnFailed", "response.status"),
        ("Responder", "Success", "response.status"),
        ("Responder", None, "response.status"),
        ("AuthnFailed", None, "response.status"),
    ],
)
def test_complete_tells_failures_apart(top: str, nested: str | None, code: str) -> None:
    """Only Responder with AuthnFailed is somebody turning back."""
    assert reason(completed(lambda scene: failure(top, nested, scene=scene))) == code


def test_complete_knows_a_cancel() -> None:
    """The person turned back; the response is spent all the same."""
    used = UsedInMemory()
    outcome = completed(lambda scene: failure("Responder", "AuthnFailed", scene=scene), used=used)
    assert outcome == Cancelled()
    assert ("cz:digid:response", RESPONSE_ID) in used.claims


def test_complete_asks_for_the_level_that_was_asked() -> None:
    """Midden is not enough where substantieel was asked."""
    high = replace(SENT, required=Assurance(Scheme.DIGID, DigidLevel.SUBSTANTIEEL))
    assert reason(completed(answering(), sent=high)) == "authn.level-too-low"


@pytest.mark.parametrize(
    "other",
    [{"brand": "vgz"}, {"provider": "eherkenning"}, {"entity_id": "https://other-idp.example"}],
)
def test_complete_refuses_a_request_of_another_connection(other: dict[str, str]) -> None:
    """No mixing up of brands, providers or identity providers; nothing is called or spent."""
    used = UsedInMemory()
    channel = AnsweringChannel(Scene(), answering())
    sent = SentRequest(
        other.get("provider", "digid"),
        other.get("brand", "cz"),
        REQUEST_ID,
        MIDDEN,
        SENT.sent_at,
        other.get("entity_id", IDP),
    )
    outcome = DigidProvider(connection(), channel, used).complete(ArtifactAnswer(ARTIFACT), sent, now=NOW)
    assert reason(outcome) == "request.other-provider"
    assert (channel.calls, used.claims) == ([], {})


def test_artifact_is_resolved_once_only() -> None:
    """The second time nothing is called."""
    channel = AnsweringChannel(Scene(), answering())
    provider = DigidProvider(connection(), channel, UsedInMemory())
    first = provider.complete(ArtifactAnswer(ARTIFACT), SENT, now=NOW)
    second = provider.complete(ArtifactAnswer(ARTIFACT), SENT, now=NOW)
    assert isinstance(first, Authenticated)
    assert reason(second) == "replay.artifact"
    assert len(channel.calls) == 1


def test_foreign_artifact_is_not_resolved() -> None:
    """An artifact of somebody else is refused before anything is spent or called."""
    foreign = base64.b64encode(b"\x00\x04\x00\x00" + source_id("https://evil") + b"h" * 20).decode()
    channel, used = AnsweringChannel(Scene(), answering()), UsedInMemory()
    outcome = DigidProvider(connection(), channel, used).complete(ArtifactAnswer(foreign), SENT, now=NOW)
    assert reason(outcome) == "artifact.source"
    assert (channel.calls, used.claims) == ([], {})


@pytest.mark.parametrize("kind", ["response", "assertion"])
def test_messages_are_used_once(kind: str) -> None:
    """A replayed Response or Assertion under a new artifact is refused."""
    used = UsedInMemory()
    message_id = {"response": RESPONSE_ID, "assertion": ASSERTION_ID}[kind]
    assert used.claim(f"cz:digid:{kind}", message_id, expires_at=NOW)
    assert reason(completed(answering(), used=used)) == f"replay.{kind}"


def test_claims_outlive_the_messages() -> None:
    """Memory lasts beyond any moment at which the message could still be believed."""
    used = UsedInMemory()
    completed(answering(), used=used)
    assert used.claims["cz:digid:artifact", ARTIFACT] >= NOW + timedelta(minutes=15)
    assert used.claims["cz:digid:assertion", ASSERTION_ID] >= NOW + timedelta(minutes=12)


@pytest.mark.parametrize("signer", ["idp", "idp-next"])
def test_both_keys_of_the_provider_count_while_they_roll_over(signer: str) -> None:
    """Old and new stand in its metadata, and either may sign."""
    both = replace(identity_provider(), certificates=(pair("idp").certificate, pair("idp-next").certificate))
    channel = AnsweringChannel(Scene(key=pair(signer)), lambda scene: answer(scene=scene))
    provider = DigidProvider(replace(connection(), metadata=lambda: both), channel, UsedInMemory())
    assert isinstance(provider.complete(ArtifactAnswer(ARTIFACT), SENT, now=NOW), Authenticated)


@pytest.mark.parametrize(
    "days",
    [
        (NOW - timedelta(days=9), NOW - timedelta(seconds=1)),
        (NOW + timedelta(seconds=1), NOW + timedelta(days=9)),
    ],
)
def test_key_counts_within_the_days_of_its_certificate(days: tuple[datetime, datetime]) -> None:
    """A signature by an expired certificate, or by one of tomorrow, is by nobody that we know."""
    certificates = (pair_valid("idp", *days).certificate, pair("idp-next").certificate)
    known = replace(identity_provider(), certificates=certificates)
    channel = AnsweringChannel(Scene(), answering())
    provider = DigidProvider(replace(connection(), metadata=lambda: known), channel, UsedInMemory())
    assert reason(provider.complete(ArtifactAnswer(ARTIFACT), SENT, now=NOW)) == "signature.invalid"


def test_metadata_that_has_ended_is_not_believed_and_spends_no_artifact() -> None:
    """Nobody is asked: what came back could not be trusted."""
    used, channel = UsedInMemory(), AnsweringChannel(Scene(), answering())
    ended = replace(identity_provider(), valid_until=NOW)
    provider = DigidProvider(replace(connection(), metadata=lambda: ended), channel, used)
    outcome = provider.complete(ArtifactAnswer(ARTIFACT), SENT, now=NOW)
    assert isinstance(outcome, Unavailable)
    assert outcome.reason == "metadata.ended"
    assert (channel.calls, used.claims) == ([], {})


def test_artifact_is_resolved_where_its_index_says() -> None:
    """The metadata names several endpoints; an index that is not among them is asked nowhere."""
    urls = {0: "https://was.example/first", 1: "https://was.example/second"}
    conn = replace(connection(), metadata=lambda: replace(identity_provider(), resolution_urls=urls))
    for index, url in urls.items():
        artifact = base64.b64encode(
            b"\x00\x04" + index.to_bytes(2, "big") + source_id(IDP) + b"h" * 20
        ).decode()
        channel = AnsweringChannel(Scene(), answering())
        DigidProvider(conn, channel, UsedInMemory()).complete(ArtifactAnswer(artifact), SENT, now=NOW)
        assert channel.endpoints == [url]
    third = base64.b64encode(b"\x00\x04\x00\x02" + source_id(IDP) + b"h" * 20).decode()
    channel = AnsweringChannel(Scene(), answering())
    outcome = DigidProvider(conn, channel, UsedInMemory()).complete(ArtifactAnswer(third), SENT, now=NOW)
    assert (reason(outcome), channel.calls) == ("artifact.index", [])


def test_next_key_signs_from_its_moment_on() -> None:
    """What is sent at that moment bears the new name, and what was sent before it the old one."""
    rolling = Rollover(pair("sp").signing_key, Upcoming(pair("sp-next").signing_key, NOW))
    conn = replace(connection(binding=RequestBinding.POST), signing=rolling)
    for now, name in ((NOW - timedelta(seconds=1), "sp"), (NOW, "sp-next")):
        channel = AnsweringChannel(Scene(), lambda _: b"")
        provider = DigidProvider(conn, channel, UsedInMemory())
        send = provider.begin(MIDDEN, relay_state="r", now=now).send
        assert isinstance(send, PostForm)
        provider.complete(ArtifactAnswer(ARTIFACT), SENT, now=now)
        for message in (base64.b64decode(dict(send.fields)["SAMLRequest"]), channel.calls[0]):
            named = etree.fromstring(message).findtext(f".//{{{DS}}}KeyName")
            assert named == pair(name).signing_key.key_name


class Broken:
    """A channel on which nothing good comes."""

    def __init__(self, fault: Exception) -> None:
        self.fault = fault

    def call(self, envelope: bytes, endpoint: str, now: datetime) -> bytes:
        """Fail."""
        raise self.fault


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (ChannelUnavailable("channel.timeout", "late"), Unavailable("channel.timeout", "late")),
        (ChannelRefused("channel.redirect", "302"), Failed("channel.redirect", "302")),
    ],
)
def test_channel_faults_become_outcomes_and_spend_the_artifact(
    fault: Exception, expected: ProviderOutcome
) -> None:
    """Down is unavailable, odd is failed; in both cases the artifact is not tried again."""
    used = UsedInMemory()
    channel: BackChannel = Broken(fault)
    provider = DigidProvider(connection(), channel, used)
    assert provider.complete(ArtifactAnswer(ARTIFACT), SENT, now=NOW) == expected
    assert reason(provider.complete(ArtifactAnswer(ARTIFACT), SENT, now=NOW)) == "replay.artifact"


def test_unsigned_assertion_is_enough_where_none_was_asked() -> None:
    """The ArtifactResponse is always signed; the Assertion where our metadata asks for it."""
    make = lambda scene: answer(scene=scene, inner=False)  # noqa: E731  reads as the other cases do
    assert isinstance(completed(make, want_assertions_signed=False), Authenticated)
    assert reason(completed(make, want_assertions_signed=True)) == "signature.missing"


def test_login_starts_no_process_and_opens_no_file() -> None:
    """Keys and certificates are objects; everything else is in memory (performance: no-spawn)."""
    provider = DigidProvider(connection(), AnsweringChannel(Scene(), lambda _: b""), UsedInMemory())
    ready = {}

    def make(scene: Scene) -> bytes:
        ready["message"] = answer(scene=scene)
        return ready["message"]

    completed(make)  # whatever is imported late has been imported now
    events: list[str] = []
    WATCH.append(events)
    begun = provider.begin(MIDDEN, relay_state="r", now=NOW)
    outcome = provider.complete(ArtifactAnswer(ARTIFACT), begun.sent, now=NOW)
    WATCH.clear()
    assert reason(outcome) == "xml.empty"
    WATCH.append(events)
    opened(ready["message"])
    WATCH.clear()
    assert events == []


WATCH: list[list[str]] = []
WATCHED = {"open", "subprocess.Popen", "os.posix_spawn", "os.fork", "os.exec", "os.system"}


def _watch(event: str, _: tuple[object, ...]) -> None:
    if WATCH and event in WATCHED:
        WATCH[0].append(event)


sys.addaudithook(_watch)


def test_outcome_does_not_show_the_bsn() -> None:
    """The evidence hides the number when printed."""
    assert BSN not in repr(completed(answering()))
