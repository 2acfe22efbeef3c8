"""Every fault of the eHerkenning simulator does what it says, once, and leaves the rest as it should be."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from lxml import etree

from demo.eherkenning.faults.logout import LOGOUT_FAULTS, LOGOUT_VARIANTS
from demo.eherkenning.faults.table import FAULTS, VARIANTS
from tests.demo.eherkenning.conftest import World, artifact_in, fields_in, posted_in, running
from tests.demo.eherkenning.dienstverlener import (
    ACS,
    BRANCH,
    ENTITY_ID,
    NAMESPACES,
    UUIDS,
    attribute,
    only,
    stamp,
    status_codes,
    xpath,
)
from tests.demo.eherkenning.opinions import decrypted, is_signed_by, signed_part

LEGAL, ACTING = "urn:etoegang:core:LegalSubjectID", "urn:etoegang:core:ActingSubjectID"
SERVICE_UUID, SERVICE_ID = "urn:etoegang:core:ServiceUUID", "urn:etoegang:core:ServiceID"
LINE = {"slow", "dead", "http-500", "soap-fault", "redirect"}
# What signxml and xmlsec1 cannot verify from the outermost element inward, because that is the fault.
NOT_SIGNED_OUTSIDE = {
    "unsigned",
    "only-assertion-signed",
    "other-key",
    "certificate-in-key-info",
    "signature-wrapping",
    "genuine-in-advice",
    "advice-changed",
    "document-type",
}
EVERYWHERE = [fault.name for fault in FAULTS if not fault.only_by_artifact]


@pytest.fixture(scope="module")
def world(eherkenning_keys: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One simulator for all faults: each takes effect once, and leaves nothing behind."""
    with running(eherkenning_keys, tmp_path_factory.mktemp("faults")) as world:
        yield world


def artifact_with(world: World, fault: str) -> etree._Element:
    """The ArtifactResponse of a login with that fault."""
    world.fault(fault)
    return world.by_artifact()


def assertion_with(world: World, fault: str) -> etree._Element:
    """The Assertion of a login with that fault."""
    return only(artifact_with(world, fault), "samlp:Response/saml:Assertion")


def values(assertion: etree._Element, name: str) -> list[str | None]:
    """The plain values of an attribute."""
    return [value.text for value in attribute(assertion, name)]


def opened(world: World, assertion: etree._Element, name: str) -> list[tuple[str, str]]:
    """What the encrypted values of an attribute hide: kind and value."""
    found = [
        decrypted(
            only(value, "saml:EncryptedID"), world.pki / "zz-eherkenning-encryption.key", world.dv.folder
        )
        for value in attribute(assertion, name)
    ]
    return [(str(one.get("NameQualifier")).rpartition(":")[2], str(one.text)) for one in found]


def test_list_names_every_fault_with_a_description(world: World) -> None:
    """The list for programs and the page for people name the same; nothing is on, no name is double."""
    listed = world.browser.get("/api/faults").get_json()
    names = [fault["name"] for fault in listed["faults"]]
    assert listed["active"] is None
    assert names == [fault.name for fault in (*FAULTS, *LOGOUT_VARIANTS, *LOGOUT_FAULTS)]
    assert len(names) == len(set(names))
    assert all(fault["description"] for fault in listed["faults"])
    page = world.browser.get("/faults").text
    assert all(f'value="{name}"' in page for name in names)


def test_fault_is_for_the_next_login_only(world: World) -> None:
    """The login takes it along; the one after it is good."""
    assert status_codes(only(artifact_with(world, "cancelled"), "samlp:Response"))[0] == "Responder"
    assert status_codes(only(world.by_artifact(), "samlp:Response")) == ["Success"]


@pytest.mark.parametrize("fault", [name for name in EVERYWHERE if name not in NOT_SIGNED_OUTSIDE])
def test_fault_leaves_a_signature_that_verifies_by_both_bindings(world: World, fault: str) -> None:
    """A service provider must notice the fault itself, not a broken signature."""
    assert is_signed_by(artifact_with(world, fault), world.pki / "eherkenning-signing.pem")
    world.fault(fault)
    assert is_signed_by(world.by_post(), world.pki / "eherkenning-signing.pem")


def test_fault_does_not_disturb_a_cancelled_login(world: World) -> None:
    """Without an Assertion there may be nothing to spoil; the answer is still an answer."""
    for fault in EVERYWHERE:
        world.fault(fault)
        cancelled = world.press(world.login_path(), "annuleren")
        assert status_codes(world.resolve(artifact_in(cancelled))) == ["Success"], fault


@pytest.mark.parametrize("fault", [fault.name for fault in VARIANTS])
def test_variant_still_tells_who_and_for_whom(world: World, fault: str) -> None:
    """Other ways to be right: level, company and person are there, signed and readable."""
    world.fault(fault)
    response = world.by_post()
    assertion = only(response, "saml:Assertion")
    assert is_signed_by(assertion, world.pki / "eherkenning-signing.pem")
    assert ("KvKnr", "90000011") in opened_by_name(world, assertion, LEGAL)
    assert [kind for kind, _ in opened_by_name(world, assertion, ACTING)] == ["Pseudo"]


def opened_by_name(world: World, assertion: etree._Element, name: str) -> list[tuple[str, str]]:
    """As `opened`, by a reader that picks its own key among several."""
    for value in attribute(assertion, name):
        for key in xpath(value, ".//xenc:EncryptedKey"):
            if only(key, "ds:KeyInfo/ds:KeyName").text != "dv-encryption":
                parent = key.getparent()
                assert parent is not None
                parent.remove(key)
            else:
                only(value, ".//ds:RetrievalMethod").set("URI", f"#{key.get('Id')}")
    return opened(world, assertion, name)


@pytest.mark.parametrize(
    ("fault", "overall", "told"),
    [
        ("level-lower", "loa2", "loa2"),
        ("level-of-advice", "loa2", "loa3"),
        ("level-higher", "loa4", "loa4"),
        ("level-unknown", "loa5", "loa3"),
    ],
)
def test_levels_are_as_the_fault_says(world: World, fault: str, overall: str, told: str) -> None:
    """The overall one, and what the supplier told of it; eH2+ was asked."""
    assertion = assertion_with(world, fault)
    path = "saml:AuthnStatement//saml:AuthnContextClassRef"
    assert str(only(assertion, path).text).endswith(f":{overall}")
    advised = only(assertion, f"saml:Advice/saml:Assertion/{path}")
    assert str(advised.text).endswith(f":{told}")


@pytest.mark.parametrize(
    ("fault", "path", "name", "right"),
    [
        ("wrong-destination", ".", "Destination", ACS),
        ("wrong-recipient", ".//saml:SubjectConfirmationData", "Recipient", ACS),
        ("wrong-in-response-to-response", ".", "InResponseTo", None),
        ("wrong-in-response-to-confirmation", ".//saml:SubjectConfirmationData", "InResponseTo", None),
    ],
)
def test_address_is_wrong_in_one_place(
    world: World, fault: str, path: str, name: str, right: str | None
) -> None:
    """Each spoils its own."""
    world.fault(fault)
    response = world.by_post()
    expected = right or world.dv.request_ids[-1]
    told = {
        (place, attribute_name): element.get(attribute_name)
        for place in (".", ".//saml:SubjectConfirmationData")
        for element in xpath(response, place)
        for attribute_name in ("Destination", "Recipient", "InResponseTo")
        if element.get(attribute_name) is not None
    }
    wrong = {key for key, value in told.items() if value not in {ACS, world.dv.request_ids[-1]}}
    assert wrong == {(path, name)}
    assert told[(path, name)] != expected


def test_artifact_response_may_answer_another_resolve(world: World) -> None:
    """InResponseTo of the outermost message."""
    assert artifact_with(world, "wrong-in-response-to-resolve").get("InResponseTo") != "_resolve1"
    assert world.by_artifact().get("InResponseTo") == "_resolve1"


def test_audience_and_issuer_may_be_of_another(world: World) -> None:
    """Another service provider; the supplier in the makelaar's place."""
    assertion = assertion_with(world, "wrong-audience")
    assert only(assertion, "saml:Conditions//saml:Audience").text != ENTITY_ID
    assertion = assertion_with(world, "wrong-issuer")
    assert ":AD:" in str(only(assertion, "saml:Issuer").text)


@pytest.mark.parametrize(("fault", "minutes"), [("expired", -10), ("future", 10), ("clock-skew", 10)])
def test_window_is_somewhere_else(world: World, fault: str, minutes: int) -> None:
    """The window moved, and with the clock every instant."""
    message = artifact_with(world, fault)
    conditions = only(message, "samlp:Response/saml:Assertion/saml:Conditions")
    assert conditions.get("NotOnOrAfter") == stamp(world.clock(), minutes + 2)
    issued = minutes if fault == "clock-skew" else 0
    assert message.get("IssueInstant") == stamp(world.clock(), issued)


@pytest.mark.parametrize(
    ("fault", "codes", "assertions"),
    [
        ("cancelled", ["Responder", "AuthnFailed"], 0),
        ("unsupported", ["Requester", "RequestUnsupported"], 0),
        ("failure-with-assertion", ["Responder", "AuthnFailed"], 1),
        ("no-assertion", ["Success"], 0),
        ("two-assertions", ["Success"], 2),
    ],
)
def test_status_and_assertions_do_not_fit(
    world: World, fault: str, codes: list[str], assertions: int
) -> None:
    """What the status says and what is inside."""
    inner = only(artifact_with(world, fault), "samlp:Response")
    assert status_codes(inner) == codes
    assert len(xpath(inner, "saml:Assertion")) == assertions


def test_no_response_is_success_around_nothing(world: World) -> None:
    """An ArtifactResponse without a Response."""
    message = artifact_with(world, "no-response")
    assert status_codes(message) == ["Success"]
    assert xpath(message, "samlp:Response") == []


def test_services_and_identifiers_may_be_missing_or_wrong(world: World) -> None:
    """One attribute each; the others stay."""
    assert values(assertion_with(world, "wrong-service"), SERVICE_UUID) != [UUIDS[1]]
    assertion = assertion_with(world, "wrong-service-id")
    assert values(assertion, SERVICE_UUID) == [UUIDS[1]]
    assert ":services:" in str(values(assertion, SERVICE_ID)[0])
    assertion = assertion_with(world, "no-service")
    assert values(assertion, SERVICE_UUID) == values(assertion, SERVICE_ID) == []
    assert attribute(assertion_with(world, "no-legal-subject"), LEGAL) == []
    assert attribute(assertion_with(world, "no-acting-subject"), ACTING) == []
    twice = xpath(
        assertion_with(world, "attribute-twice"), f"saml:AttributeStatement/saml:Attribute[@Name='{LEGAL}']"
    )
    assert len(twice) == 2


@pytest.mark.parametrize(
    ("fault", "hidden"),
    [
        ("two-companies", [("KvKnr", "90000011"), ("KvKnr", "90099999")]),
        ("kvk-seven-digits", [("KvKnr", "0000011")]),
        ("foreign-identifier", [("BSN", "999990019")]),
        ("kvk-and-rsin", [("KvKnr", "90000011"), ("RSIN", "900135402")]),
    ],
)
def test_legal_subject_is_as_the_fault_says(world: World, fault: str, hidden: list[tuple[str, str]]) -> None:
    """Kinds and values, decrypted by xmlsec1."""
    assert opened(world, assertion_with(world, fault), LEGAL) == hidden


def test_rsin_that_fails_the_eleven_test(world: World) -> None:
    """Nine digits beside the KvK number, that are no RSIN."""
    (_, (kind, number)) = opened(world, assertion_with(world, "rsin-eleven-test"), LEGAL)
    weights = (9, 8, 7, 6, 5, 4, 3, 2, -1)
    assert (kind, len(number)) == ("RSIN", 9)
    assert sum(weight * int(digit) for weight, digit in zip(weights, number, strict=True)) % 11


def test_subjects_in_the_wrong_form(world: World) -> None:
    """Not encrypted, no pseudonym, a branch of eleven digits or of twelve."""
    assert values(assertion_with(world, "plain-legal-subject"), LEGAL) == ["90000011"]
    assert opened(world, assertion_with(world, "acting-subject-not-pseudonym"), ACTING)[0][0] == "KvKnr"
    assert [len(str(one)) for one in values(assertion_with(world, "branch-eleven-digits"), BRANCH)] == [11]
    assert [len(str(one)) for one in values(assertion_with(world, "branch"), BRANCH)] == [12]


def test_chain_and_advice_variants(world: World) -> None:
    """An intermediary; an advice about another company; none at all."""
    assertion = assertion_with(world, "chain")
    assert opened(world, assertion, "urn:etoegang:1.9:IntermediateEntityID:KvKnr") == [("KvKnr", "90077001")]
    assertion = assertion_with(world, "advice-of-another")
    (told,) = xpath(assertion, "saml:Advice//saml:EncryptedID")
    key = world.pki / "zz-eherkenning-encryption.key"
    assert decrypted(told, key, world.dv.folder).text == "90099999"
    assert opened(world, assertion, LEGAL) == [("KvKnr", "90000011")]
    assert xpath(assertion_with(world, "no-advice"), "saml:Advice") == []


@pytest.mark.parametrize(
    ("fault", "outside", "inside"),
    [
        ("unsigned", False, False),
        ("assertion-unsigned", True, False),
        ("only-assertion-signed", False, True),
        ("other-key", False, False),
        ("assertion-other-key", True, False),
        ("advice-changed", False, False),
    ],
)
def test_signatures_are_as_the_fault_says(world: World, fault: str, outside: bool, inside: bool) -> None:
    """Whether message and Assertion verify, by signxml and by xmlsec1; the Advice is signed anyway."""
    message, certificate = artifact_with(world, fault), world.pki / "eherkenning-signing.pem"
    assertion = only(message, "samlp:Response/saml:Assertion")
    assert is_signed_by(message, certificate) is outside
    assert is_signed_by(assertion, certificate) is inside
    assert len(xpath(assertion, "saml:Advice/saml:Assertion/ds:Signature")) == 2


def test_certificate_stands_in_key_info(world: World) -> None:
    """The signature is good; only its KeyInfo holds what it must not."""
    message = artifact_with(world, "certificate-in-key-info")
    assert [etree.QName(one).localname for one in only(message, "ds:Signature/ds:KeyInfo")] == [
        "KeyName",
        "X509Data",
    ]
    assert signed_part(message, world.pki / "eherkenning-signing.pem").get("ID") == message.get("ID")


def test_response_is_signed_too(world: World) -> None:
    """All three, as some makelaars do."""
    message, certificate = artifact_with(world, "response-signed"), world.pki / "eherkenning-signing.pem"
    for path in (".", "samlp:Response", "samlp:Response/saml:Assertion"):
        assert is_signed_by(only(message, path), certificate)


@pytest.mark.parametrize(
    "fault",
    [
        "sealed-other-key",
        "sealed-no-key",
        "sealed-key-spoiled",
        "sealed-spoiled",
        "sealed-cut",
        "sealed-padding",
        "sealed-not-xml",
        "sealed-two",
        "sealed-document-type",
    ],
)
def test_identifier_cannot_be_read_by_anybody(world: World, fault: str) -> None:
    """xmlsec1 cannot make one NameID of it either; the signature over it is good."""
    assertion = assertion_with(world, fault)
    assert is_signed_by(assertion, world.pki / "eherkenning-signing.pem")
    try:
        found = opened(world, assertion, LEGAL)
    except (AssertionError, etree.XMLSyntaxError):
        return
    assert found != [("KvKnr", "90000011")]


def test_encryption_is_good_and_not_allowed(world: World) -> None:
    """Whoever ignores the rule can read it: xmlsec1 does."""
    for fault, path in (
        ("sealed-wrong-recipient", f".//xenc:EncryptedKey[@Recipient!='{ENTITY_ID}']"),
        ("sealed-wrong-key-name", ".//xenc:EncryptedKey/ds:KeyInfo/ds:KeyName[.!='dv-encryption']"),
        ("sealed-weak-cipher", ".//xenc:EncryptionMethod[contains(@Algorithm, '#aes128-cbc')]"),
        ("sealed-old-transport", ".//xenc:EncryptionMethod[contains(@Algorithm, '#rsa-1_5')]"),
    ):
        assertion = assertion_with(world, fault)
        (value,) = attribute(assertion, LEGAL)
        assert len(xpath(value, path)) == 1, fault
        assert opened(world, assertion, LEGAL) == [("KvKnr", "90000011")], fault


def test_comment_hides_in_the_encrypted_number(world: World) -> None:
    """A reader of the first text node sees part of the number."""
    assertion = assertion_with(world, "sealed-comment")
    assert opened(world, assertion, LEGAL) == [("KvKnr", "9000")]


def test_signature_wrapping_verifies_over_something_else(world: World) -> None:
    """What is signed is the genuine message; what stands outermost is another. No ID occurs twice."""
    message = artifact_with(world, "signature-wrapping")
    signed = signed_part(message, world.pki / "eherkenning-signing.pem")
    assert signed.get("ID") != message.get("ID")
    ids = [one.get("ID") for one in xpath(message, "descendant-or-self::*[@ID]")]
    assert len(ids) == len(set(ids))


def test_genuine_assertion_hides_in_the_advice(world: World) -> None:
    """By both bindings: the outer Assertion is forged, the genuine one verifies where nobody should look."""
    certificate = world.pki / "eherkenning-signing.pem"
    by_artifact = only(artifact_with(world, "genuine-in-advice"), "samlp:Response/saml:Assertion")
    world.fault("genuine-in-advice")
    by_post = only(world.by_post(), "saml:Assertion")
    for forged in (by_artifact, by_post):
        assert xpath(forged, "ds:Signature") == []
        assert is_signed_by(only(forged, "saml:Advice/saml:Assertion"), certificate)


def test_comment_and_document_type_hide_in_the_service(world: World) -> None:
    """The signature is good with the comment; the entity is there for a parser that expands it."""
    assertion = assertion_with(world, "comment-in-attribute")
    (value,) = attribute(assertion, SERVICE_UUID)
    assert value.text == UUIDS[1][:-4]
    assert is_signed_by(assertion, world.pki / "eherkenning-signing.pem")
    world.fault("document-type")
    fields = fields_in(world.log_in(AssertionConsumerServiceIndex="1"))
    sent = base64.b64decode(fields["SAMLResponse"])
    assert b"<!DOCTYPE" in sent
    assert b"&dienst;</saml:AttributeValue>" in sent


def test_posted_answer_has_the_faults_of_the_artifact(world: World) -> None:
    """The same fault by POST."""
    world.fault("two-assertions")
    assert len(xpath(posted_in(world.log_in(AssertionConsumerServiceIndex="1")), "saml:Assertion")) == 2


def test_dead_closes_the_connection_and_slow_answers_in_the_end(world: World) -> None:
    """Nothing comes back; or a good answer, late."""
    world.fault("dead")
    body = world.dv.artifact_resolve(artifact_in(world.log_in()), world.clock())
    with pytest.raises(requests.exceptions.ConnectionError):
        world.call(body)
    assert status_codes(artifact_with(world, "slow")) == ["Success"]


@pytest.mark.parametrize(("fault", "status"), [("http-500", 500), ("soap-fault", 500), ("redirect", 302)])
def test_line_faults_answer_without_saml(world: World, fault: str, status: int) -> None:
    """An error page, a fault, or a redirect that must not be followed."""
    world.fault(fault)
    answer = world.call(world.dv.artifact_resolve(artifact_in(world.log_in()), world.clock()))
    assert answer.status_code == status
    assert NAMESPACES["samlp"].encode() not in answer.content


def test_every_line_fault_is_only_by_artifact() -> None:
    """A posted answer has no line."""
    assert {fault.name for fault in FAULTS if fault.only_by_artifact} == LINE | {
        "no-response",
        "wrong-in-response-to-resolve",
    }
