"""Every fault of the DigiD simulator does what it says, once, and leaves the rest as it should be."""

from __future__ import annotations

import pytest
import requests
from lxml import etree
from signxml.exceptions import InvalidSignature
from signxml.verifier import SignatureConfiguration, VerifyResult, XMLVerifier

from demo.digid.faults.table import FAULTS
from tests.demo.digid.conftest import World, artifact_in
from tests.demo.digid.service_provider import (
    ACS,
    ENTITY_ID,
    NAMESPACES,
    certificate_of,
    only,
    stamp,
    status_codes,
    xpath,
)

BSN = "999990019"
LINE_FAULTS = {"slow", "dead", "http-500", "soap-fault", "redirect"}
UNVERIFIABLE = {"unsigned", "other-key", "document-type"}


def login_with(world: World, fault: str, username: str = "ssmit", password: str = "Appeltaart-2") -> str:
    """Switches on one fault and logs in; gives the artifact."""
    assert world.browser.post("/api/faults", json={"fault": fault}).get_json() == {"active": fault}
    return world.sms_login(username, password)


def assertion_with(world: World, fault: str) -> etree._Element:
    """The Assertion of a login with that fault."""
    return only(world.resolve(login_with(world, fault)), "samlp:Response/saml:Assertion")


def verify(world: World, message: etree._Element) -> etree._Element:
    """What signxml says DigiD's registered key signed."""
    result = XMLVerifier().verify(
        message,
        x509_cert=certificate_of(str(world.state / "pki" / "digid-signing.pem")),
        id_attribute="ID",
        expect_config=SignatureConfiguration(location="./"),
    )
    assert isinstance(result, VerifyResult)
    assert result.signed_xml is not None
    return result.signed_xml


def name_id(assertion: etree._Element) -> str:
    """All text of the NameID."""
    return "".join(str(text) for text in only(assertion, "saml:Subject/saml:NameID").itertext())


def raw(world: World, fault: str) -> bytes:
    """The bytes of the answer to a login with that fault."""
    return world.back.post(world.sp.artifact_resolve(login_with(world, fault), world.clock())).content


def test_list_names_every_fault_with_a_description(world: World) -> None:
    """The list for programs and the page for people name the same faults; nothing is on."""
    listed = world.browser.get("/api/faults").get_json()
    assert listed["active"] is None
    assert [fault["name"] for fault in listed["faults"]] == [fault.name for fault in FAULTS]
    assert all(fault["description"] for fault in listed["faults"])
    page = world.browser.get("/faults").text
    assert all(f'value="{fault.name}"' in page for fault in FAULTS)
    assert '<a href="/">Terug naar het overzicht</a>' in page


def test_fault_is_for_the_next_login_only(world: World) -> None:
    """The login takes the fault along; the one after it is good."""
    faulty = login_with(world, "inner-failure")
    assert world.browser.get("/api/faults").get_json()["active"] is None
    good = world.sms_login()
    assert status_codes(only(world.resolve(good), "samlp:Response")) == ["Success"]
    assert status_codes(only(world.resolve(faulty), "samlp:Response")) == ["Responder", "AuthnFailed"]


def test_fault_can_be_switched_off_again(world: World) -> None:
    """Null means none, on the page an empty choice."""
    world.browser.post("/faults", data={"fault": "expired"})
    assert world.browser.get("/api/faults").get_json()["active"] == "expired"
    assert world.browser.post("/api/faults", json={"fault": None}).get_json() == {"active": None}


@pytest.mark.parametrize("fault", ["niets", 7, ["expired"]])
def test_unknown_fault_is_refused_and_changes_nothing(world: World, fault: object) -> None:
    """A slip of the pen is told."""
    world.browser.post("/api/faults", json={"fault": "expired"})
    refused = world.browser.post("/api/faults", json={"fault": fault})
    assert (refused.status_code, refused.get_json()) == (400, {"error": "unknown-fault"})
    assert world.browser.get("/api/faults").get_json()["active"] == "expired"


@pytest.mark.parametrize(
    "fault", [fault.name for fault in FAULTS if fault.name not in LINE_FAULTS | UNVERIFIABLE]
)
def test_fault_leaves_a_signature_that_verifies(world: World, fault: str) -> None:
    """A service provider must notice the fault itself, not a broken signature."""
    verify(world, world.resolve(login_with(world, fault)))


@pytest.mark.parametrize("fault", [fault.name for fault in FAULTS if fault.name not in LINE_FAULTS])
def test_fault_does_not_disturb_a_cancelled_login(world: World, fault: str) -> None:
    """Without an Assertion there may be nothing to spoil; the answer is still an answer."""
    world.browser.post("/api/faults", json={"fault": fault})
    cancelled = world.browser.post(f"{world.login_path()}/annuleren")
    assert status_codes(world.resolve(artifact_in(cancelled))) == ["Success"]


def test_level_lower_is_below_what_was_asked(world: World) -> None:
    """Midden was asked, the answer says Basis."""
    assertion = assertion_with(world, "level-lower")
    assert (only(assertion, ".//saml:AuthnContextClassRef").text or "").endswith("PasswordProtectedTransport")


def test_wrong_audience(world: World) -> None:
    """Another audience, the same recipient."""
    assertion = assertion_with(world, "wrong-audience")
    assert only(assertion, ".//saml:Audience").text != ENTITY_ID
    assert only(assertion, ".//saml:SubjectConfirmationData").get("Recipient") == ACS


def test_wrong_recipient(world: World) -> None:
    """Another recipient, the same audience."""
    assertion = assertion_with(world, "wrong-recipient")
    assert only(assertion, ".//saml:SubjectConfirmationData").get("Recipient") != ACS
    assert only(assertion, ".//saml:Audience").text == ENTITY_ID


@pytest.mark.parametrize(
    ("fault", "wrong"),
    [
        ("wrong-in-response-to-resolve", 0),
        ("wrong-in-response-to-response", 1),
        ("wrong-in-response-to-confirmation", 2),
    ],
)
def test_wrong_in_response_to_is_wrong_in_one_place(world: World, fault: str, wrong: int) -> None:
    """Each of the three faults spoils its own."""
    message = world.resolve(login_with(world, fault))
    found = [
        message.get("InResponseTo"),
        only(message, "samlp:Response").get("InResponseTo"),
        only(message, ".//saml:SubjectConfirmationData").get("InResponseTo"),
    ]
    expected = ["_resolve1", world.sp.request_ids[-1], world.sp.request_ids[-1]]
    assert [one == other for one, other in zip(found, expected, strict=True)] == [
        place != wrong for place in range(3)
    ]


def test_wrong_issuer_is_inside(world: World) -> None:
    """The ArtifactResponse is DigiD's; Response and Assertion say another."""
    issuers = [
        issuer.text for issuer in xpath(world.resolve(login_with(world, "wrong-issuer")), ".//saml:Issuer")
    ]
    assert len(issuers) == 3
    assert issuers[0] not in issuers[1:]
    assert issuers[1] == issuers[2]


@pytest.mark.parametrize(("fault", "minutes"), [("expired", -10), ("future", 10)])
def test_window_is_somewhere_else(world: World, fault: str, minutes: int) -> None:
    """Both ends of the window moved, and the confirmation with them; the message itself is of now."""
    message = world.resolve(login_with(world, fault))
    conditions, now = only(message, ".//saml:Conditions"), world.clock()
    assert conditions.get("NotBefore") == stamp(now, minutes - 2)
    assert conditions.get("NotOnOrAfter") == stamp(now, minutes + 2)
    assert only(message, ".//saml:SubjectConfirmationData").get("NotOnOrAfter") == stamp(now, minutes + 2)
    assert message.get("IssueInstant") == stamp(now)


def test_clock_skew_moves_every_instant(world: World) -> None:
    """Messages, window and moment of login are all ten minutes ahead."""
    message = world.resolve(login_with(world, "clock-skew"))
    ahead = stamp(world.clock(), 10)
    assert {one.get("IssueInstant") for one in xpath(message, "descendant-or-self::*[@IssueInstant]")} == {
        ahead
    }
    assert only(message, ".//saml:AuthnStatement").get("AuthnInstant") == ahead
    assert only(message, ".//saml:Conditions").get("NotBefore") == stamp(world.clock(), 8)


def test_unsigned_holds_no_signature(world: World) -> None:
    """Neither outside nor on the Assertion."""
    message = world.resolve(login_with(world, "unsigned"))
    assert xpath(message, ".//ds:Signature") == []
    assert only(message, ".//saml:NameID").text


def test_other_key_is_consistent_but_not_registered(world: World) -> None:
    """It verifies with the embedded certificate, carries DigiD's KeyName, and fails with DigiD's key."""
    message = world.resolve(login_with(world, "other-key"))
    embedded = only(message, "ds:Signature//ds:X509Certificate").text or ""
    pem = f"-----BEGIN CERTIFICATE-----\n{embedded}\n-----END CERTIFICATE-----\n"
    rules = SignatureConfiguration(location="./")
    XMLVerifier().verify(message, x509_cert=pem, id_attribute="ID", expect_config=rules)
    with pytest.raises(InvalidSignature):
        verify(world, message)
    good = world.resolve(world.sms_login())
    assert only(message, "ds:Signature//ds:KeyName").text == only(good, "ds:Signature//ds:KeyName").text


def test_signature_wrapping_verifies_over_something_else(world: World) -> None:
    """What is signed is the genuine message; what stands outermost is another, for another person."""
    message = world.resolve(login_with(world, "signature-wrapping"))
    signed = verify(world, message)
    assert signed.get("ID") != message.get("ID")
    assert only(signed, ".//saml:NameID").text == "s00000000:999993653"
    assert only(message, "samlp:Response/saml:Assertion/saml:Subject/saml:NameID").text == f"s00000000:{BSN}"
    ids = [one.get("ID") for one in xpath(message, "descendant-or-self::*[@ID]")]
    assert len(ids) == len(set(ids))


def test_sector_of_sofi_numbers(world: World) -> None:
    """Sector s00000001."""
    assert name_id(assertion_with(world, "sector-sofi")) == "s00000001:999993653"


def test_capital_sector(world: World) -> None:
    """Sector with a capital."""
    assert name_id(assertion_with(world, "capital-sector")) == "S00000000:999993653"


def test_bsn_that_fails_the_eleven_test(world: World) -> None:
    """Nine digits that are no BSN."""
    sector, _, number = name_id(assertion_with(world, "bsn-eleven-test")).partition(":")
    weights = (9, 8, 7, 6, 5, 4, 3, 2, -1)
    assert (sector, len(number)) == ("s00000000", 9)
    assert sum(weight * int(digit) for weight, digit in zip(weights, number, strict=True)) % 11


def test_inner_failure_looks_like_a_cancelled_login(world: World) -> None:
    """Success outside, Responder/AuthnFailed inside, no Assertion."""
    message = world.resolve(login_with(world, "inner-failure"))
    assert status_codes(message) == ["Success"]
    assert status_codes(only(message, "samlp:Response")) == ["Responder", "AuthnFailed"]
    assert xpath(message, ".//saml:Assertion") == []


def test_no_response_is_success_around_nothing(world: World) -> None:
    """Success outside and no Response."""
    message = world.resolve(login_with(world, "no-response"))
    assert status_codes(message) == ["Success"]
    assert xpath(message, "samlp:Response") == []


def test_two_assertions_are_about_two_people(world: World) -> None:
    """Both signed, with different numbers."""
    message = world.resolve(login_with(world, "two-assertions"))
    names = [one.text for one in xpath(message, "samlp:Response/saml:Assertion/saml:Subject/saml:NameID")]
    assert names == ["s00000000:999993653", f"s00000000:{BSN}"]
    assert len(xpath(message, "samlp:Response/saml:Assertion/ds:Signature")) == 2


def test_comment_stands_inside_the_name_id(world: World) -> None:
    """A reader of the first text node sees part of the number; the signature is good all the same."""
    message = world.resolve(login_with(world, "comment-in-name-id"))
    found = only(message, ".//saml:NameID")
    assert found.text == "s00000000:99999"
    assert len(found) == 1
    assert isinstance(found[0], etree._Comment)


def test_document_type_with_an_entity_for_the_number(world: World) -> None:
    """The number is only there for a parser that expands entities."""
    sent = raw(world, "document-type")
    assert b"<!DOCTYPE" in sent
    assert b"&naam;</saml:NameID>" in sent
    expanded = etree.fromstring(sent, etree.XMLParser(resolve_entities=True))
    message = only(expanded, ".//samlp:ArtifactResponse")
    assert "".join(str(text) for text in only(message, ".//saml:NameID").itertext()) == "s00000000:999993653"


def test_slow_answers_in_the_end(world: World) -> None:
    """After the wait (short in tests) the answer is good, and the artifact used."""
    artifact = login_with(world, "slow")
    assert status_codes(world.resolve(artifact)) == ["Success"]
    assert status_codes(world.resolve(artifact)) == ["Requester", "RequestDenied"]


def test_dead_closes_the_connection(world: World) -> None:
    """Nothing comes back, and the next call works."""
    body = world.sp.artifact_resolve(login_with(world, "dead"), world.clock())
    with pytest.raises(requests.exceptions.ConnectionError):
        world.back.post(body)
    assert status_codes(world.resolve(world.sms_login())) == ["Success"]


@pytest.mark.parametrize(("fault", "status"), [("http-500", 500), ("soap-fault", 500), ("redirect", 302)])
def test_line_faults_answer_without_saml(world: World, fault: str, status: int) -> None:
    """An error page, a fault, or a redirect that must not be followed."""
    answer = world.back.post(world.sp.artifact_resolve(login_with(world, fault), world.clock()))
    assert answer.status_code == status
    assert NAMESPACES["samlp"].encode() not in answer.content
