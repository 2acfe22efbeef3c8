"""What the DigiD simulator does with requests: believe, refuse silently, or refuse by artifact."""

from __future__ import annotations

import base64
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
from werkzeug.test import TestResponse

from demo.pki import issue, load_pair
from tests.demo.digid.conftest import World, artifact_in, words
from tests.demo.digid.service_provider import (
    ACS,
    ENTITY_ID,
    OTHER_ACS,
    RSA_SHA1,
    ServiceProvider,
    stamp,
    status_codes,
    xpath,
)

SSO = "/saml/idp/request_authentication"


def assert_not_believed(response: TestResponse) -> None:
    """Item 1: a 404 page of HTML, and nothing for the web service."""
    assert response.status_code == 404
    assert response.mimetype == "text/html"
    assert "Location" not in response.headers
    assert "Deze pagina bestaat niet" in words(response)


def assert_denied(world: World, response: TestResponse, consumer: str = ACS) -> None:
    """Item 2: an artifact whose Response says Requester/RequestDenied and holds no Assertion."""
    assert response.headers["Location"].startswith(f"{consumer}?SAMLart=")
    message = world.resolve(artifact_in(response))
    assert status_codes(message) == ["Success"]
    (inner,) = xpath(message, "samlp:Response")
    assert status_codes(inner) == ["Requester", "RequestDenied"]
    assert xpath(inner, "saml:Assertion") == []


def stranger(world: World) -> ServiceProvider:
    """The same web service with a key that is not registered."""
    return replace(world.sp, pair=issue(load_pair(world.state / "pki", "ca"), "stranger"), request_ids=[])


def post(world: World, form: dict[str, str]) -> TestResponse:
    """Arrives by the POST binding."""
    return world.browser.post(SSO, data=form)


def test_redirect_request_opens_the_login_page(world: World) -> None:
    """A signed Redirect request leads to a page that names the web service."""
    page = world.browser.get(world.login_path())
    assert page.status_code == 200
    assert "Inloggen bij Mijn Voorbeeld" in words(page)


def test_post_request_opens_the_login_page(world: World) -> None:
    """A signed POST request leads to the same page."""
    form = world.sp.post_form(world.sp.authn_request(world.clock(), signed=True))
    page = world.browser.get(post(world, form).headers["Location"])
    assert "Inloggen bij Mijn Voorbeeld" in words(page)


def test_redirect_may_use_sha1_because_the_specification_still_allows_it(world: World) -> None:
    """RSA-SHA1 is allowed in the query signature and nowhere else."""
    query = world.sp.redirect_query(world.sp.authn_request(world.clock()), algorithm=RSA_SHA1)
    assert world.browser.get(f"{SSO}?{query}").status_code == 302


def test_redirect_without_signature_is_not_believed(world: World) -> None:
    """The query signature is required."""
    query = world.sp.redirect_query(world.sp.authn_request(world.clock()))
    assert_not_believed(world.browser.get(f"{SSO}?{query.partition('&SigAlg=')[0]}"))


def test_redirect_with_only_an_enveloped_signature_is_not_believed(world: World) -> None:
    """On Redirect the signature belongs in the query."""
    signed = world.sp.enveloped(world.sp.authn_request(world.clock(), signed=True)).decode()
    query = world.sp.redirect_query(signed)
    assert_not_believed(world.browser.get(f"{SSO}?{query.partition('&SigAlg=')[0]}"))


def test_redirect_changed_after_signing_is_not_believed(world: World) -> None:
    """The signature covers the RelayState too."""
    query = world.sp.redirect_query(world.sp.authn_request(world.clock()), relay_state="mine")
    assert_not_believed(world.browser.get(f"{SSO}?{query.replace('RelayState=mine', 'RelayState=yours')}"))


def test_redirect_signed_by_another_key_is_not_believed(world: World) -> None:
    """Only registered keys count."""
    other = stranger(world)
    query = other.redirect_query(other.authn_request(world.clock()))
    assert_not_believed(world.browser.get(f"{SSO}?{query}"))


def test_redirect_with_a_parameter_twice_is_not_believed(world: World) -> None:
    """Two RelayStates could be read two ways."""
    query = world.sp.redirect_query(world.sp.authn_request(world.clock()))
    assert_not_believed(world.browser.get(f"{SSO}?{query}&RelayState=again"))


def test_redirect_that_inflates_without_end_is_not_believed(world: World) -> None:
    """A small request must not become a big document."""
    query = world.sp.redirect_query(world.sp.authn_request(world.clock()) + " " * 1_000_000)
    assert_not_believed(world.browser.get(f"{SSO}?{query}"))


@pytest.mark.parametrize(
    "query", ["", "SAMLRequest=%FF&SigAlg=x&Signature=x", "SAMLRequest=aGk&SigAlg=&Signature=!"]
)
def test_redirect_that_cannot_be_read_is_not_believed(world: World, query: str) -> None:
    """Rubbish gets the same page."""
    assert_not_believed(world.browser.get(f"{SSO}?{query}"))


@pytest.mark.parametrize("message", ["", "rubbish", "PGE+", "PCFET0NUWVBFIGE+PGEvPg=="])
def test_post_that_cannot_be_read_is_not_believed(world: World, message: str) -> None:
    """Rubbish, XML that is not well formed and XML with a document type get the same page."""
    assert_not_believed(post(world, {"SAMLRequest": message}))


def test_unknown_issuer_is_not_believed(world: World) -> None:
    """Who is not registered hears nothing."""
    assert_not_believed(world.start(issuer="https://onbekend.example/saml"))


def test_unknown_consumer_index_is_not_believed(world: World) -> None:
    """Without a place to answer there is no answer."""
    assert_not_believed(world.start(AssertionConsumerServiceIndex="7"))


def test_relay_state_of_more_than_80_characters_is_refused(world: World) -> None:
    """Eighty characters are the most."""
    request = world.sp.authn_request(world.clock())
    assert_not_believed(world.browser.get(f"{SSO}?{world.sp.redirect_query(request, relay_state='r' * 81)}"))
    fits = world.browser.get(f"{SSO}?{world.sp.redirect_query(request, relay_state='r' * 80)}")
    assert fits.status_code == 302


def test_post_without_signature_is_not_believed(world: World) -> None:
    """The enveloped signature is required on POST."""
    form = world.sp.post_form(world.sp.authn_request(world.clock(), signed=True))
    form["SAMLRequest"] = _base64(world.sp.authn_request(world.clock()))
    assert_not_believed(post(world, form))


def test_post_changed_after_signing_is_not_believed(world: World) -> None:
    """The signature covers the whole request."""
    signed = world.sp.enveloped(world.sp.authn_request(world.clock(), signed=True))
    assert_not_believed(
        post(world, {"SAMLRequest": _base64(signed.replace(b"MobileTwoFactor", b"PasswordTwo").decode())})
    )


def test_post_signed_by_the_embedded_certificate_is_not_believed(world: World) -> None:
    """A certificate in the message proves nothing, also under the registered KeyName."""
    other = stranger(world)
    assert_not_believed(post(world, other.post_form(other.authn_request(world.clock(), signed=True))))


def test_post_with_an_unknown_key_name_is_not_believed(world: World) -> None:
    """The KeyName picks the key, and must be registered."""
    request = world.sp.authn_request(world.clock(), signed=True)
    assert_not_believed(post(world, world.sp.post_form(request, key_name="another")))


def test_post_signed_with_sha1_is_not_believed(world: World) -> None:
    """SHA-1 is refused in XML signatures."""
    request = world.sp.authn_request(world.clock(), signed=True)
    assert_not_believed(post(world, world.sp.post_form(request, method="rsa-sha1")))


def test_post_with_a_wrapped_signature_is_not_believed(world: World) -> None:
    """A genuine request inside a forged one helps nobody."""
    genuine = world.sp.enveloped(world.sp.authn_request(world.clock(), signed=True)).decode()
    forged = world.sp.authn_request(world.clock(), ID="_forged")
    wrapped = forged.replace(
        "</saml:Issuer>", f"</saml:Issuer><samlp:Extensions>{genuine}</samlp:Extensions>"
    )
    assert_not_believed(post(world, {"SAMLRequest": _base64(wrapped)}))


@pytest.mark.parametrize("minutes", [-3, 3])
def test_issue_instant_more_than_two_minutes_away_is_denied(world: World, minutes: int) -> None:
    """The clocks may differ by two minutes."""
    assert_denied(world, world.start(IssueInstant=stamp(world.clock(), minutes)))


@pytest.mark.parametrize(
    "changes",
    [
        {"AssertionConsumerServiceURL": ACS},
        {"ProtocolBinding": "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Artifact"},
        {"level": None},
        {"level": "urn:oasis:names:tc:SAML:2.0:ac:classes:Kerberos"},
        {"Destination": "https://elders.example/saml"},
        {"Version": "1.1"},
        {"AssertionConsumerServiceIndex": None, "AssertionConsumerServiceURL": "https://elders.example/acs"},
        {
            "AssertionConsumerServiceIndex": None,
            "AssertionConsumerServiceURL": "http://mijn.example/saml/acs",
        },
        {
            "AssertionConsumerServiceIndex": None,
            "AssertionConsumerServiceURL": "https://mijn.example@elders.example/",
        },
    ],
    ids=[
        "index and URL",
        "index and binding",
        "no level",
        "unknown level",
        "other destination",
        "version",
        "other host",
        "plain http",
        "host in disguise",
    ],
)
def test_forbidden_content_is_denied_by_artifact(world: World, changes: dict[str, str | None]) -> None:
    """A believed request with forbidden content is answered, at a registered place only."""
    assert_denied(world, world.start(**changes))


def test_post_without_destination_is_denied(world: World) -> None:
    """Destination is required on POST, and only there."""
    request = world.sp.authn_request(world.clock(), signed=True, Destination=None)
    assert_denied(world, post(world, world.sp.post_form(request)))
    assert world.start(Destination=None).headers["Location"].startswith("/inloggen/")


def test_consumer_is_the_one_with_the_index(world: World) -> None:
    """The answer goes where the index says, also when it is a refusal."""
    denied = world.start(AssertionConsumerServiceIndex="1", level=None)
    assert_denied(world, denied, OTHER_ACS)


def test_consumer_url_on_a_registered_host_is_used(world: World) -> None:
    """In place of an index a URL on the registered domain will do."""
    url = "https://mijn.example/elders?x=1"
    path = world.login_path(AssertionConsumerServiceIndex=None, AssertionConsumerServiceURL=url)
    cancelled = world.browser.post(f"{path}/annuleren")
    assert cancelled.headers["Location"].startswith(f"{url}&SAMLart=")


def test_relay_state_comes_back_verbatim(world: World) -> None:
    """Item 4: whatever it is, the RelayState is returned as it came."""
    relay_state = "a b+c/ü&=#%41"
    request = world.sp.authn_request(world.clock())
    started = world.browser.get(f"{SSO}?{world.sp.redirect_query(request, relay_state=relay_state)}")
    cancelled = world.browser.post(f"{started.headers['Location']}/annuleren")
    assert parse_qs(urlsplit(cancelled.headers["Location"]).query)["RelayState"] == [relay_state]


def test_no_relay_state_means_none_comes_back(world: World) -> None:
    """A request without RelayState is answered without."""
    request = world.sp.authn_request(world.clock())
    started = world.browser.get(f"{SSO}?{world.sp.redirect_query(request, relay_state=None)}")
    cancelled = world.browser.post(f"{started.headers['Location']}/annuleren")
    assert "RelayState" not in cancelled.headers["Location"]


def test_registration_is_read_again_when_its_file_changes(world: World) -> None:
    """A web service that is withdrawn is unknown at once; put back, it is known again."""
    metadata = world.folder / "cz.xml"
    written = metadata.read_bytes()
    metadata.unlink()
    assert_not_believed(world.start())
    metadata.write_bytes(written)
    assert world.start().status_code == 302


def test_registration_that_was_tampered_with_is_refused_with_a_reason(world: World) -> None:
    """Metadata must carry a good signature by a key it names; the overview says what is wrong."""
    metadata = world.folder / "cz.xml"
    metadata.write_bytes(metadata.read_bytes().replace(b"saml/acs-2", b"saml/acs-3"))
    assert_not_believed(world.start())
    overview = words(world.browser.get("/"))
    assert "cz.xml" in overview
    assert "signature" in overview
    assert ENTITY_ID not in overview


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
