"""The back channel of the DigiD simulator: who may resolve, what comes back, and its exact shape."""

from __future__ import annotations

import base64
import hashlib
import shutil
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree
from signxml.verifier import SignatureConfiguration, VerifyResult, XMLVerifier

from demo.pki import issue, load_pair
from tests.demo.digid.conftest import World, client
from tests.demo.digid.service_provider import (
    ACS,
    ENTITY_ID,
    MIDDEN,
    ServiceProvider,
    certificate_of,
    local_names,
    only,
    stamp,
    status_codes,
    xpath,
)

DIGID = "http://127.0.0.1:8100/saml/idp/metadata"
NEVER_ISSUED = base64.b64encode(
    b"\x00\x04\x00\x00" + hashlib.sha1(DIGID.encode()).digest() + bytes(20)
).decode()
OTHER_ENTITY = "https://elders.example/saml/metadata"


def signing_certificate(world: World) -> x509.Certificate:
    """The certificate in DigiD's metadata."""
    return certificate_of(str(world.state / "pki" / "digid-signing.pem"))


def verify(message: etree._Element, certificate: x509.Certificate) -> etree._Element:
    """What signxml says was signed, with the signature directly in the message."""
    result = XMLVerifier().verify(
        message, x509_cert=certificate, id_attribute="ID", expect_config=SignatureConfiguration(location="./")
    )
    assert isinstance(result, VerifyResult)
    assert result.signed_xml is not None
    return result.signed_xml


def register_another(world: World) -> ServiceProvider:
    """A second web service with its own key, using the same client certificate."""
    pair = issue(load_pair(world.state / "pki", "ca"), "another")
    other = ServiceProvider(pair, world.sp.destination, world.sp.resolve_url, entity_id=OTHER_ENTITY)
    (world.folder / "other.xml").write_bytes(other.metadata())
    return other


def assert_denied(message: etree._Element) -> None:
    """Requester/RequestDenied outside, and nothing inside."""
    assert status_codes(message) == ["Requester", "RequestDenied"]
    assert xpath(message, "samlp:Response") == []


def test_artifact_has_digids_form(world: World) -> None:
    """Type 4, endpoint 0, the SHA-1 of the entityID, 20 random bytes."""
    first, second = (base64.b64decode(world.sms_login()) for _ in range(2))
    assert len(first) == 44
    assert first[:24] == b"\x00\x04\x00\x00" + hashlib.sha1(DIGID.encode()).digest()
    assert first[24:] != second[24:]


def test_success_has_digids_shape(world: World) -> None:
    """Item 7, element by element."""
    started = world.clock()
    message = world.resolve(world.sms_login())
    now = world.clock()
    assert message.get("InResponseTo") == "_resolve1"
    assert status_codes(message) == ["Success"]
    assert local_names(message) == [
        "Issuer",
        "Signature",
        "Status",
        "Response",
    ]
    response = only(message, "samlp:Response")
    assert set(response.attrib) == {"ID", "Version", "IssueInstant", "InResponseTo"}
    assert response.get("InResponseTo") == world.sp.request_ids[-1]
    assert local_names(response) == ["Issuer", "Status", "Assertion"]
    assertion = only(response, "saml:Assertion")
    assert local_names(assertion) == [
        "Issuer",
        "Signature",
        "Subject",
        "Conditions",
        "AuthnStatement",
    ]
    assert [issuer.text for issuer in xpath(message, ".//saml:Issuer")] == [DIGID] * 3
    assert {one.get("IssueInstant") for one in (message, response, assertion)} == {stamp(now)}
    assert stamp(started) <= only(assertion, "saml:AuthnStatement").attrib["AuthnInstant"] <= stamp(now)


def test_assertion_says_who_for_whom_and_how_surely(world: World) -> None:
    """NameID without Format, bearer confirmation, windows of two minutes, audience, level and address."""
    message = world.resolve(world.sms_login())
    now = world.clock()
    assertion = only(message, "samlp:Response/saml:Assertion")
    name_id = only(assertion, "saml:Subject/saml:NameID")
    assert name_id.text == "s00000000:999990019"
    assert dict(name_id.attrib) == {}
    confirmation = only(assertion, "saml:Subject/saml:SubjectConfirmation")
    assert confirmation.get("Method") == "urn:oasis:names:tc:SAML:2.0:cm:bearer"
    assert dict(confirmation[0].attrib) == {
        "InResponseTo": world.sp.request_ids[-1],
        "Recipient": ACS,
        "NotOnOrAfter": stamp(now, 2),
    }
    conditions = only(assertion, "saml:Conditions")
    assert dict(conditions.attrib) == {"NotBefore": stamp(now, -2), "NotOnOrAfter": stamp(now, 2)}
    assert only(conditions, "saml:AudienceRestriction/saml:Audience").text == ENTITY_ID
    assert only(assertion, "saml:AuthnStatement").attrib["SessionIndex"]
    assert only(assertion, ".//saml:SubjectLocality").get("Address") == "127.0.0.1"
    assert only(assertion, ".//saml:AuthnContextClassRef").text == MIDDEN


def test_signatures_name_the_key_and_use_digids_prefix_list(world: World) -> None:
    """KeyName is the SHA-1 of the certificate, the certificate comes along, exc-c14n has the prefix list."""
    message = world.resolve(world.sms_login())
    certificate = signing_certificate(world)
    key_name = hashlib.sha1(certificate.public_bytes(Encoding.DER)).hexdigest()
    signatures = xpath(message, ".//ds:Signature")
    assert len(signatures) == 2
    for signature in signatures:
        assert only(signature, "ds:KeyInfo/ds:KeyName").text == key_name
        assert only(signature, "ds:KeyInfo/ds:X509Data/ds:X509Certificate").text
        transforms = xpath(signature, ".//ds:Transform")
        assert [one.attrib["Algorithm"].rpartition("/")[2] for one in transforms] == [
            "xmldsig#enveloped-signature",
            "xml-exc-c14n#",
        ]
        assert only(transforms[1], "ec:InclusiveNamespaces").get("PrefixList") == "ds saml samlp xs"


def test_signatures_verify_with_signxml(world: World) -> None:
    """An independent library agrees, for the whole and for the Assertion taken out of it."""
    message = world.resolve(world.sms_login())
    certificate = signing_certificate(world)
    assert verify(message, certificate).get("ID") == message.get("ID")
    assertion = only(message, ".//saml:Assertion")
    assert verify(assertion, certificate).get("ID") == assertion.get("ID")


@pytest.mark.skipif(shutil.which("xmlsec1") is None, reason="xmlsec1 is not on this machine")
@pytest.mark.parametrize("signed", ["protocol:ArtifactResponse", "assertion:Assertion"])
def test_signatures_verify_with_xmlsec1(world: World, tmp_path: Path, signed: str) -> None:
    """The reference implementation agrees as well, on the bytes as they were sent."""
    artifact = world.sms_login()
    sent = world.back.post(world.sp.artifact_resolve(artifact, world.clock())).content
    element = f"urn:oasis:names:tc:SAML:2.0:{signed}"
    assert xmlsec1_accepts(world, tmp_path, sent, element)
    assert not xmlsec1_accepts(world, tmp_path, sent.replace(b"999990019", b"999993653"), element)


def xmlsec1_accepts(world: World, folder: Path, document: bytes, element: str) -> bool:
    """Whether xmlsec1 verifies the signature in the first element of that name with DigiD's certificate."""
    file = folder / "message.xml"
    file.write_bytes(document)
    namespace, _, name = element.rpartition(":")
    node = f"//*[local-name()='{name}']/*[local-name()='Signature']"
    run = subprocess.run(
        [
            str(shutil.which("xmlsec1")),
            "--verify",
            "--enabled-key-data",
            "key-name,x509",
            "--pubkey-cert-pem",
            str(world.state / "pki" / "digid-signing.pem"),
            *(f"--id-attr:ID {namespace}:{name}".split(" ")),
            "--node-xpath",
            node,
            str(file),
        ],
        capture_output=True,
        check=False,
    )
    return run.returncode == 0


def test_assertion_is_signed_only_when_metadata_asks(world: World) -> None:
    """WantAssertionsSigned=false: the outer signature is the only one."""
    (world.folder / "cz.xml").write_bytes(world.sp.metadata(wants_assertions_signed=False))
    message = world.resolve(world.sms_login())
    assert only(message, ".//ds:Signature").getparent() is message
    verify(message, signing_certificate(world))


def test_artifact_resolves_once(world: World) -> None:
    """The second time it is unknown."""
    artifact = world.sms_login()
    assert status_codes(world.resolve(artifact)) == ["Success"]
    again = world.resolve(artifact)
    assert_denied(again)
    verify(again, signing_certificate(world))


def test_unknown_artifact_is_denied(world: World) -> None:
    """An artifact in the right form that was never handed out."""
    assert_denied(world.resolve(NEVER_ISSUED))


def test_artifact_of_another_web_service_is_denied_and_not_used_up(world: World) -> None:
    """Only its owner can resolve an artifact, and still can after somebody else tried."""
    other = register_another(world)
    artifact = world.sms_login()
    answer = world.back.post(other.artifact_resolve(artifact, world.clock()))
    assert_denied(only(etree.fromstring(answer.content), ".//samlp:ArtifactResponse"))
    assert status_codes(world.resolve(artifact)) == ["Success"]


def test_artifact_older_than_a_quarter_of_an_hour_gives_success_without_response(world: World) -> None:
    """The trap that service providers must survive."""
    artifact = world.sms_login()
    world.clock.advance(minutes=15, seconds=1)
    message = world.resolve(artifact)
    assert status_codes(message) == ["Success"]
    assert xpath(message, "samlp:Response") == []
    verify(message, signing_certificate(world))


def test_artifact_is_still_good_after_exactly_a_quarter_of_an_hour(world: World) -> None:
    """The limit itself is allowed, and the answer's windows are about the moment of resolving."""
    artifact = world.sms_login()
    world.clock.advance(minutes=15)
    assert only(world.resolve(artifact), ".//saml:Conditions").get("NotBefore") == stamp(world.clock(), -2)


@pytest.mark.parametrize("how", ["unsigned", "tampered", "sha1", "other key name", "late"])
def test_bad_resolve_is_denied_and_does_not_use_up_the_artifact(world: World, how: str) -> None:
    """An ArtifactResolve that is not properly signed and in time gets the same answer as a bad artifact."""
    artifact = world.sms_login()
    good = world.sp.artifact_resolve(artifact, world.clock())
    start, end = good.index(b"<ds:Signature"), good.index(b"</ds:Signature>") + len(b"</ds:Signature>")
    bodies = {
        "unsigned": good[:start] + good[end:],
        "tampered": good.replace(b'Version="2.0"', b'Version="2.0" Consent="x"'),
        "sha1": world.sp.artifact_resolve(artifact, world.clock(), method="rsa-sha1"),
        "other key name": world.sp.artifact_resolve(artifact, world.clock(), key_name="another"),
        "late": world.sp.artifact_resolve(artifact, world.clock() - timedelta(minutes=3)),
    }
    answer = world.back.post(bodies[how])
    assert_denied(only(etree.fromstring(answer.content), ".//samlp:ArtifactResponse"))
    assert status_codes(world.resolve(artifact)) == ["Success"]


def test_connection_without_client_certificate_fails(world: World) -> None:
    """No certificate: no conversation."""
    nobody = client(world.state, world.back.url, None)
    with pytest.raises((requests.exceptions.SSLError, requests.exceptions.ConnectionError)):
        nobody.post(world.sp.artifact_resolve(NEVER_ISSUED, world.clock()))


def test_client_certificate_that_is_not_registered_is_forbidden(world: World) -> None:
    """A certificate of the right authority, but not of this web service."""
    stranger = client(world.state, world.back.url, "stranger")
    assert stranger.post(world.sp.artifact_resolve(NEVER_ISSUED, world.clock())).status_code == 403


def test_web_service_can_register_a_client_certificate_of_its_own(world: World) -> None:
    """A file beside the metadata takes the place of the broker's certificate."""
    shutil.copy(world.state / "pki" / "stranger.pem", world.folder / "cz.tls.pem")
    body = world.sp.artifact_resolve(NEVER_ISSUED, world.clock())
    assert world.back.post(body).status_code == 403
    assert client(world.state, world.back.url, "stranger").post(body).status_code == 200


def test_unknown_issuer_is_forbidden(world: World) -> None:
    """Nobody's certificate is bound to a web service that does not exist."""
    unknown = ServiceProvider(
        world.sp.pair, world.sp.destination, world.sp.resolve_url, entity_id=OTHER_ENTITY
    )
    assert world.back.post(unknown.artifact_resolve(NEVER_ISSUED, world.clock())).status_code == 403


def test_soap_1_2_content_type_is_refused(world: World) -> None:
    """SOAP 1.1 only, and an artifact is not lost by it."""
    artifact = world.sms_login()
    body = world.sp.artifact_resolve(artifact, world.clock())
    assert world.back.post(body, "application/soap+xml").status_code == 415
    assert status_codes(world.resolve(artifact)) == ["Success"]


@pytest.mark.parametrize("body", [b"", b"rubbish", b"<a/>", b'<!DOCTYPE a><a xmlns="x"/>'])
def test_body_that_cannot_be_read_gets_a_soap_fault(world: World, body: bytes) -> None:
    """Unreadable bodies are the caller's fault, and said so."""
    answer = world.back.post(body)
    assert answer.status_code == 500
    assert only(etree.fromstring(answer.content), "/soap:Envelope/soap:Body/soap:Fault/faultcode").text == (
        "soapenv:Client"
    )


def test_connection_is_kept_open_between_calls(world: World) -> None:
    """Two resolutions over one TLS connection."""
    session = requests.Session()
    session.trust_env = False
    session.cert, session.verify = world.back.certificate, world.back.authority
    for _ in range(2):
        body = world.sp.artifact_resolve(NEVER_ISSUED, world.clock())
        answer = session.post(world.back.url, data=body, headers={"Content-Type": "text/xml"}, timeout=5)
        assert answer.status_code == 200
        assert answer.headers.get("Connection", "").lower() != "close"
    session.close()


def test_metadata_is_signed_by_key_name_and_lists_the_services(world: World) -> None:
    """KeyName-only KeyInfo in the signature, the certificate in the KeyDescriptors, POST and Redirect."""
    answer = world.browser.get("/saml/idp/metadata")
    root = etree.fromstring(answer.data)
    verify(root, signing_certificate(world))
    assert local_names(only(root, "ds:Signature/ds:KeyInfo")) == ["KeyName"]
    assert root.get("entityID") == DIGID
    descriptor = only(root, "md:IDPSSODescriptor")
    assert descriptor.get("WantAuthnRequestsSigned") is None
    assert [
        key.get("use") for key in xpath(descriptor, "md:KeyDescriptor[.//ds:KeyName and .//ds:X509Data]")
    ] == [
        "signing",
        "encryption",
    ]
    resolution = only(descriptor, "md:ArtifactResolutionService")
    assert (resolution.get("index"), resolution.get("Location")) == ("0", world.back.url)
    bindings = [
        one.attrib["Binding"].rpartition(":")[2] for one in xpath(descriptor, "md:SingleSignOnService")
    ]
    assert bindings == ["HTTP-POST", "HTTP-Redirect"]
