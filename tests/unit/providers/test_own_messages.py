"""What we send: independent verifiers accept our signatures, and the messages say what DigiD wants."""

from __future__ import annotations

import base64
import zlib
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, unquote_plus, urlsplit

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from lxml import etree
from lxml.etree import _Element
from signxml import XMLVerifier

from broker.domain.assurance import DigidLevel
from broker.errors import ConfigurationError
from broker.providers.base import PostForm, RedirectTo
from broker.providers.digid.connection import DigidConnection, RequestBinding
from broker.providers.digid.request import new_question, new_resolve, send_by_browser
from broker.providers.saml.instants import write_instant
from broker.providers.saml.messages import AuthnQuestion, authn_request, signed_artifact_resolve
from broker.providers.saml.redirect import redirect_url
from broker.providers.saml.sp_metadata import ServiceProvider, signed_sp_metadata
from tests.support.saml.answers import ACS, CLASSES, SP
from tests.support.saml.digid import SSO, connection, identity_provider
from tests.support.saml.keys import pair
from tests.support.saml.signers import DS, METADATA, SAML, SAMLP, key_name, xmlsec1_accepts

NOW = datetime(2026, 3, 4, 9, 15, tzinfo=UTC)
RELAY = "relay-state-of-the-transaction"


def redirected(level: DigidLevel = DigidLevel.MIDDEN) -> str:
    """The address of a request by Redirect."""
    sent = send_by_browser(connection(), new_question(connection(), level, NOW), RELAY)
    assert isinstance(sent, RedirectTo)
    return sent.url


def request_in(url: str) -> _Element:
    """The AuthnRequest in an address."""
    packed = base64.b64decode(parse_qs(urlsplit(url).query, strict_parsing=True)["SAMLRequest"][0])
    return etree.fromstring(zlib.decompress(packed, wbits=-15))


def posted() -> bytes:
    """The AuthnRequest of a POST."""
    by_post = connection(binding=RequestBinding.POST)
    sent = send_by_browser(by_post, new_question(by_post, DigidLevel.MIDDEN, NOW), RELAY)
    assert isinstance(sent, PostForm)
    assert sent.action == SSO
    fields = dict(sent.fields)
    assert list(fields) == ["SAMLRequest", "RelayState"]
    assert fields["RelayState"] == RELAY
    return base64.b64decode(fields["SAMLRequest"], validate=True)


def metadata(*, want_assertions_signed: bool = True) -> bytes:
    """Our metadata."""
    service = ServiceProvider(SP, ACS, want_assertions_signed, (pair("sp-next").certificate,))
    return signed_sp_metadata(service, pair("sp").signing_key)


def test_redirect_signature_verifies_over_the_query_as_sent() -> None:
    """SAMLRequest, RelayState and SigAlg, in this order and this very encoding, signed with RSA-SHA256."""
    query = urlsplit(redirected()).query
    signed, _, signature = query.rpartition("&Signature=")
    assert [part.partition("=")[0] for part in signed.split("&")] == ["SAMLRequest", "RelayState", "SigAlg"]
    key = pair("sp").key.public_key()
    value = base64.b64decode(unquote_plus(signature), validate=True)
    key.verify(value, signed.encode(), PKCS1v15(), SHA256())
    with pytest.raises(InvalidSignature):
        key.verify(value, signed.replace(RELAY, "x").encode(), PKCS1v15(), SHA256())


@pytest.mark.parametrize(
    ("level", "class_ref"),
    [
        (DigidLevel.BASIS, "PasswordProtectedTransport"),
        (DigidLevel.MIDDEN, "MobileTwoFactorContract"),
        (DigidLevel.SUBSTANTIEEL, "Smartcard"),
        (DigidLevel.HOOG, "SmartcardPKI"),
    ],
)
def test_request_asks_for_the_level_at_least(level: DigidLevel, class_ref: str) -> None:
    """One class, Comparison minimum, a fresh login, the address by index only."""
    root = request_in(redirected(level))
    assert dict(root.attrib) | {"ID": ""} == {
        "ID": "",
        "Version": "2.0",
        "IssueInstant": "2026-03-04T09:15:00Z",
        "Destination": SSO,
        "ForceAuthn": "true",
        "AssertionConsumerServiceIndex": "0",
        "ProviderName": "Mijn CZ",
    }
    issuer = root.find(f"{{{SAML}}}Issuer")
    assert issuer is not None
    assert (issuer.text, dict(issuer.attrib)) == (SP, {})
    context = root.find(f"{{{SAMLP}}}RequestedAuthnContext")
    assert context is not None
    assert context.get("Comparison") == "minimum"
    assert [child.text for child in context] == [f"{CLASSES}{class_ref}"]
    assert len(root) == 2


def test_request_ids_are_random() -> None:
    """160 bits in hex behind an underscore, never the same."""
    ids = {request_in(redirected()).get("ID", "") for _ in range(5)}
    assert len(ids) == 5
    assert all(len(each) == 41 and each.startswith("_") for each in ids)
    assert all(set(each[1:]) <= set("0123456789abcdef") for each in ids)


@pytest.mark.parametrize("message", ["request", "resolve", "metadata"])
def test_enveloped_signatures_verify_with_signxml_and_xmlsec1(message: str) -> None:
    """Two independent verifiers accept each of our signed messages and refuse it when changed."""
    key = pair("sp")
    if message == "request":
        document, name = posted(), f"{{{SAMLP}}}AuthnRequest"
    elif message == "resolve":
        document, name = new_resolve(connection(), "A" * 60, NOW).envelope, f"{{{SAMLP}}}ArtifactResolve"
    else:
        document, name = metadata(), f"{{{METADATA}}}EntityDescriptor"
    root = etree.fromstring(document)
    signed = next(root.iter(name))
    assert xmlsec1_accepts(document, key, signed.get("ID", ""))
    assert not xmlsec1_accepts(
        document.replace(SP.encode(), b"https://evil.example"), key, signed.get("ID", "")
    )
    verified = XMLVerifier().verify(etree.tostring(signed), x509_cert=key.certificate)
    assert not isinstance(verified, list)
    assert verified.signed_xml is not None
    assert verified.signed_xml.tag == name


def test_signature_names_the_key_as_digid_wants() -> None:
    """KeyName is the SHA-1 of the certificate; the certificate stands beside it; behind the Issuer."""
    root = etree.fromstring(posted())
    assert root[1].tag == f"{{{DS}}}Signature"
    assert root.findtext(f".//{{{DS}}}KeyName") == key_name(pair("sp"))
    assert root.findtext(f".//{{{DS}}}X509Certificate") == pair("sp").signing_key.certificate_base64


def test_messages_of_one_connection_have_nothing_of_each_other() -> None:
    """The shape of a message is written once; what is its own is in it, wherever its like stands as well."""
    names = [f"_{'0' * 40}", "0001-01-01T00:00:00Z", 'a & "b" <c> AAAA']
    for name in names:
        for at in (NOW, NOW + timedelta(days=1)):
            question = AuthnQuestion(f"_id{at.day}", at, name, SSO, name, "class")
            root = etree.fromstring(authn_request(question))
            assert (root.get("ID"), root.get("IssueInstant")) == (question.id, write_instant(at))
            assert (root.get("ProviderName"), root.findtext(f"{{{SAML}}}Issuer")) == (name, name)
            envelope = signed_artifact_resolve(
                "AAQ+/=", message_id=question.id, issued_at=at, issuer=name, key=pair("sp").signing_key
            )
            (resolve,) = etree.fromstring(envelope).iter(f"{{{SAMLP}}}ArtifactResolve")
            assert (resolve.get("ID"), resolve.get("IssueInstant")) == (question.id, write_instant(at))
            assert resolve.findtext(f"{{{SAML}}}Issuer") == name
            assert resolve.findtext(f"{{{SAMLP}}}Artifact") == "AAQ+/="


def test_resolve_carries_the_artifact_in_a_soap_envelope() -> None:
    """SOAP 1.1, no header, the artifact, a fresh ID that the caller is told."""
    resolve = new_resolve(connection(), "A" * 60, NOW + timedelta(minutes=1))
    root = etree.fromstring(resolve.envelope)
    assert root.tag == "{http://schemas.xmlsoap.org/soap/envelope/}Envelope"
    assert [etree.QName(child).localname for child in root] == ["Body"]
    message = root[0][0]
    assert message.get("ID") == resolve.id
    assert message.get("IssueInstant") == "2026-03-04T09:16:00Z"
    assert message.findtext(f"{{{SAMLP}}}Artifact") == "A" * 60


def test_metadata_says_what_digid_asks_and_nothing_more() -> None:
    """Both keys by name, one artifact endpoint with index 0, the two signing flags, no cacheDuration."""
    root = etree.fromstring(metadata())
    assert root.get("entityID") == SP
    assert set(root.keys()) == {"ID", "entityID"}
    role = root.find(f"{{{METADATA}}}SPSSODescriptor")
    assert role is not None
    assert (role.get("AuthnRequestsSigned"), role.get("WantAssertionsSigned")) == ("true", "true")
    names = [each.text for each in role.iter(f"{{{DS}}}KeyName")]
    assert names == [key_name(pair("sp")), key_name(pair("sp-next"))]
    (service,) = role.findall(f"{{{METADATA}}}AssertionConsumerService")
    assert service.get("Binding") == "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Artifact"
    assert (service.get("Location"), service.get("index")) == (ACS, "0")
    assert {etree.QName(child).localname for child in role} == {"KeyDescriptor", "AssertionConsumerService"}


def test_metadata_tells_when_assertions_need_no_signature() -> None:
    """The flag follows the connection."""
    assert b'WantAssertionsSigned="false"' in metadata(want_assertions_signed=False)


@pytest.mark.parametrize("relay_state", ["", "x" * 81, "a b", "a\r\nb", "é", "\x00"])
def test_relay_state_that_may_not_travel_is_a_mistake_of_ours(relay_state: str) -> None:
    """Over 80 bytes, control characters or nothing: refused before anything is signed."""
    with pytest.raises(ValueError, match="relay state"):
        redirect_url(SSO, b"<x/>", relay_state, pair("sp").signing_key)


def test_redirect_keeps_a_query_that_the_endpoint_has() -> None:
    """Our parameters come behind those of the endpoint."""
    url = redirect_url(f"{SSO}?tenant=1", b"<x/>", "r", pair("sp").signing_key)
    assert url.startswith(f"{SSO}?tenant=1&SAMLRequest=")


def test_connection_needs_the_binding_that_it_uses() -> None:
    """A connection by POST to a party without POST is a configuration fault."""
    good = connection()
    with pytest.raises(ConfigurationError, match="offers no post binding"):
        DigidConnection(
            brand="cz",
            entity_id=good.entity_id,
            acs_url=good.acs_url,
            metadata=lambda: identity_provider(post_url=None),
            signing=good.signing,
            provider_name="Mijn CZ",
            request_binding=RequestBinding.POST,
        )
