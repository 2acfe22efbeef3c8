"""What the eHerkenning simulator does with requests: believe, refuse on a page, or not support."""

from __future__ import annotations

import base64
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
from werkzeug.test import TestResponse

from demo.pki import load_pair
from tests.demo.eherkenning.conftest import World, artifact_in, posted_in, words
from tests.demo.eherkenning.dienstverlener import (
    CERTIFICATE_ONLY,
    ENTITY_ID,
    KEY_NAME_ONLY,
    SIGNATURE,
    Dienstverlener,
    only,
    stamp,
    status_codes,
    xpath,
)

SSO = "/broker/sso"
RSA_SHA1 = "http://www.w3.org/2000/09/xmldsig#rsa-sha1"
LOA = "urn:etoegang:core:assurance-class:"


def assert_not_believed(response: TestResponse, rule: str) -> None:
    """A page that says which rule was broken, and nothing for the service provider."""
    assert response.status_code == 400
    assert "Location" not in response.headers
    page = words(response)
    assert "Deze vraag om in te loggen klopt niet" in page
    assert rule in page


def assert_unsupported(world: World, started: TestResponse, rule: str) -> None:
    """The person reads the rule; the way back brings Requester/RequestUnsupported with it."""
    assert started.status_code == 303, started.text
    path = started.headers["Location"]
    page = words(world.browser.get(path))
    assert "Deze dienst vraagt iets wat niet kan" in page
    assert rule in page
    assert "Terug naar Voorbeeld Zorg" in page
    inner = only(world.resolve(artifact_in(world.press(path, "annuleren"))), "samlp:Response")
    assert status_codes(inner) == ["Requester", "RequestUnsupported"]
    assert rule in str(only(inner, "samlp:Status/samlp:StatusMessage").text)
    assert xpath(inner, "saml:Assertion") == []


def level_asked(comparison: str, level: str) -> str:
    """A RequestedAuthnContext."""
    return (
        f'<samlp:RequestedAuthnContext Comparison="{comparison}"><saml:AuthnContextClassRef>'
        f"{LOA}{level}</saml:AuthnContextClassRef></samlp:RequestedAuthnContext>"
    )


def stranger(world: World) -> Dienstverlener:
    """The same service provider with a key that is not registered."""
    folder = world.dv.folder / "stranger"
    folder.mkdir()
    (folder / "signing.key").write_bytes((world.pki / "stranger.key").read_bytes())
    return replace(world.dv, signing=load_pair(world.pki, "stranger"), folder=folder, request_ids=[])


def post(world: World, form: dict[str, str]) -> TestResponse:
    """Arrives by the POST binding."""
    return world.browser.post(SSO, data=form)


def by_query(world: World, query: str) -> TestResponse:
    """Arrives by the Redirect binding."""
    return world.browser.get(f"{SSO}?{query}")


def unsigned_request(world: World, **changes: str | None) -> str:
    """A request as it travels by Redirect."""
    return world.dv.authn_request(world.clock(), **changes).replace(SIGNATURE, "")  # type: ignore[arg-type]  # names of attributes


def test_request_by_post_and_by_redirect_opens_the_list_of_suppliers(world: World) -> None:
    """Both lead to the same page, with the name the service provider wants in brackets."""
    named = {"ProviderName": "Mijn Voorbeeld"}
    by_post = world.start("", "", **named).headers["Location"]
    redirected = by_query(world, world.dv.redirect_query(unsigned_request(world, **named)))
    for path in (by_post, redirected.headers["Location"]):
        assert "van Voorbeeld Zorg (Mijn Voorbeeld)" in words(world.browser.get(path))


@pytest.mark.parametrize(
    ("key_info", "rule"),
    [
        (
            KEY_NAME_ONLY.replace("</ds:KeyInfo>", "<ds:X509Data/></ds:KeyInfo>"),
            "KeyInfo must hold one KeyName",
        ),
        (CERTIFICATE_ONLY, "KeyInfo must hold one KeyName"),
        ("", "KeyInfo must hold one KeyName"),
        (
            "<ds:KeyInfo><ds:KeyName>{name}</ds:KeyName><ds:KeyName>{name}</ds:KeyName></ds:KeyInfo>",
            "KeyInfo must hold one KeyName",
        ),
        ("<ds:KeyInfo><ds:KeyName>another</ds:KeyName></ds:KeyInfo>", "the KeyName is not registered"),
    ],
    ids=["name and certificate", "certificate", "nothing", "two names", "other name"],
)
def test_key_info_names_a_registered_key_and_nothing_else(world: World, key_info: str, rule: str) -> None:
    """The certificate must not travel along (interface specification, digital signature)."""
    signed = world.dv.signed(world.dv.authn_request(world.clock()), KEY_NAME_ONLY).decode()
    start, end = signed.index("<ds:KeyInfo>"), signed.index("</ds:KeyInfo>") + len("</ds:KeyInfo>")
    told = signed[:start] + key_info.format(name=world.dv.key_name, certificate="AAAA") + signed[end:]
    assert_not_believed(post(world, {"SAMLRequest": _base64(told)}), rule)


def test_post_without_signature_is_not_believed(world: World) -> None:
    """The enveloped signature is required."""
    form = {"SAMLRequest": _base64(unsigned_request(world))}
    assert_not_believed(post(world, form), "there must be one signature")


def test_post_changed_after_signing_is_not_believed(world: World) -> None:
    """The signature covers the whole request."""
    signed = world.dv.signed(world.dv.authn_request(world.clock()), KEY_NAME_ONLY).decode()
    changed = signed.replace('AttributeConsumingServiceIndex="1"', 'AttributeConsumingServiceIndex="2"')
    assert_not_believed(post(world, {"SAMLRequest": _base64(changed)}), "the signature does not verify")


def test_post_signed_by_another_key_is_not_believed(world: World) -> None:
    """Only registered keys count, whatever name is used."""
    other = stranger(world)
    form = other.post_form(other.authn_request(world.clock()))
    assert_not_believed(post(world, form), "the signature does not verify")


def test_redirect_without_or_with_a_wrong_signature_is_not_believed(world: World) -> None:
    """Missing, of another key, over another RelayState, with SHA-1, or inside the message."""
    query = world.dv.redirect_query(unsigned_request(world))
    assert_not_believed(by_query(world, query.partition("&SigAlg=")[0]), "SigAlg is missing")
    moved = query.replace("RelayState=rs-1", "RelayState=rs-2")
    assert_not_believed(by_query(world, moved), "no registered key made this signature")
    other = stranger(world)
    forged = other.redirect_query(unsigned_request(world))
    assert_not_believed(by_query(world, forged), "no registered key made this signature")
    old = world.dv.redirect_query(unsigned_request(world), algorithm=RSA_SHA1)
    assert_not_believed(by_query(world, old), "the signature algorithm is not allowed")
    enveloped = world.dv.signed(world.dv.authn_request(world.clock()), KEY_NAME_ONLY).decode()
    both = world.dv.redirect_query(enveloped)
    assert_not_believed(by_query(world, both), "on Redirect the signature belongs in the query")


@pytest.mark.parametrize("message", ["", "rubbish", "PGE+", "PCFET0NUWVBFIGE+PGEvPg=="])
def test_rubbish_is_not_believed(world: World, message: str) -> None:
    """No base64, no XML, a document type: a page each time."""
    assert post(world, {"SAMLRequest": message}).status_code == 400


def test_unknown_issuer_is_not_believed(world: World) -> None:
    """Who is not connected hears nothing."""
    issuer = f"<saml:Issuer>{ENTITY_ID[:-1]}9</saml:Issuer>"
    assert_not_believed(world.start("", issuer), "the Issuer is not connected")


@pytest.mark.parametrize(
    "attribute",
    ['Format="urn:oasis:names:tc:SAML:2.0:nameid-format:entity"', 'NameQualifier="x"', 'SPProvidedID="x"'],
)
def test_issuer_has_no_attributes(world: World, attribute: str) -> None:
    """No Format and no qualifiers, which common libraries add."""
    issuer = f"<saml:Issuer {attribute}>{ENTITY_ID}</saml:Issuer>"
    assert_not_believed(world.start("", issuer), "the Issuer must not have a Format or a qualifier")


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"Destination": "https://elders.example/sso"}, "Destination is missing or not the address"),
        ({"Destination": None}, "Destination is missing or not the address"),
        ({"Version": "1.1"}, "Version is not 2.0"),
        ({"AssertionConsumerServiceIndex": "7"}, "no AssertionConsumerService with this index"),
        (
            {"AssertionConsumerServiceURL": "https://mijn.example/saml/acs"},
            "AssertionConsumerServiceURL is not",
        ),
        (
            {"ProtocolBinding": "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"},
            "ProtocolBinding is not allowed",
        ),
    ],
    ids=["other destination", "no destination", "version", "unknown consumer", "url", "binding"],
)
def test_request_that_is_addressed_wrongly_is_not_believed(
    world: World, changes: dict[str, str | None], rule: str
) -> None:
    """Without a sure place to answer, or meant for another, there is no answer."""
    assert_not_believed(world.start("", "", **changes), rule)


@pytest.mark.parametrize("minutes", [-3, 3])
def test_issue_instant_more_than_two_minutes_away_is_not_believed(world: World, minutes: int) -> None:
    """The clocks may differ by two minutes."""
    assert_not_believed(world.start("", "", IssueInstant=stamp(world.clock(), minutes)), "IssueInstant is")


def test_request_id_is_good_for_once(world: World) -> None:
    """A request that comes a second time is refused, by the other binding too, for a year."""
    request = world.dv.authn_request(world.clock())
    form = world.dv.post_form(request)
    assert post(world, form).status_code == 303
    assert_not_believed(post(world, form), "the ID was used before")
    again = world.dv.redirect_query(request.replace(SIGNATURE, ""))
    assert_not_believed(by_query(world, again), "the ID was used before")
    world.clock.advance(days=300)
    late = world.dv.authn_request(world.clock(), ID=world.dv.request_ids[0])
    assert_not_believed(post(world, world.dv.post_form(late)), "the ID was used before")


def test_relay_state_of_more_than_80_bytes_is_refused(world: World) -> None:
    """Eighty bytes are the most; what fits comes back verbatim."""
    too_long = world.dv.redirect_query(unsigned_request(world), relay_state="é" * 41)
    assert_not_believed(by_query(world, too_long), "RelayState is longer than 80 bytes")
    relay_state = "a b+c/ü&=#%41"
    started = by_query(world, world.dv.redirect_query(unsigned_request(world), relay_state=relay_state))
    cancelled = world.press(started.headers["Location"], "annuleren")
    assert parse_qs(urlsplit(cancelled.headers["Location"]).query)["RelayState"] == [relay_state]
    silent = by_query(world, world.dv.redirect_query(unsigned_request(world), relay_state=None))
    assert "RelayState" not in world.press(silent.headers["Location"], "annuleren").headers["Location"]


@pytest.mark.parametrize(
    ("changes", "inside", "rule"),
    [
        ({"AttributeConsumingServiceIndex": "9"}, "", "no AttributeConsumingService with this index"),
        ({"IsPassive": "true"}, "", "IsPassive must be false"),
        ({"Consent": "urn:oasis:names:tc:SAML:2.0:consent:obtained"}, "", "Consent must be unspecified"),
        ({}, "<samlp:NameIDPolicy/>", "NameIDPolicy is not allowed"),
        ({}, "<saml:Conditions/>", "Conditions is not allowed"),
        (
            {},
            level_asked("minimum", "loa3"),
            "above the level in the catalogue",
        ),
        (
            {},
            level_asked("exact", "loa2plus"),
            "must have the Comparison minimum",
        ),
        (
            {},
            level_asked("minimum", "loa1"),
            "names no level of eHerkenning",
        ),
    ],
    ids=["service", "passive", "consent", "name id", "conditions", "level above", "exact", "level unknown"],
)
def test_what_the_scheme_does_not_allow_is_not_supported(
    world: World, changes: dict[str, str], inside: str, rule: str
) -> None:
    """A believed request is answered, at a registered place."""
    assert_unsupported(world, world.start(inside, "", **changes), rule)


def test_unsupported_is_told_by_post_too(world: World) -> None:
    """The answer takes the binding that the request chose."""
    started = world.start("", "", AssertionConsumerServiceIndex="1", AttributeConsumingServiceIndex="9")
    response = posted_in(world.press(started.headers["Location"], "annuleren"))
    assert status_codes(response) == ["Requester", "RequestUnsupported"]


def test_request_without_indexes_gets_the_first(world: World) -> None:
    """No index at all: the default, or else the first, of each list."""
    path = world.login_path("", AssertionConsumerServiceIndex=None, AttributeConsumingServiceIndex=None)
    assert "Zakelijk loa2plus" in words(world.browser.get(path))
    artifact_in(world.press(path, "annuleren"))


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
