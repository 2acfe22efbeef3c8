"""A login at the eHerkenning simulator from request to answer, and what stands in the answer."""

from __future__ import annotations

import re

import pytest
from lxml import etree

from tests.demo.eherkenning.conftest import World, artifact_in, fields_in, posted_in, words
from tests.demo.eherkenning.dienstverlener import (
    ACS,
    BRANCH,
    ENTITY_ID,
    SERVICES,
    UUIDS,
    attribute,
    only,
    stamp,
    status_codes,
    xpath,
)
from tests.demo.eherkenning.opinions import decrypted, is_signed_by

LEGAL, ACTING = "urn:etoegang:core:LegalSubjectID", "urn:etoegang:core:ActingSubjectID"
KVK = "urn:etoegang:1.9:EntityConcernedID:KvKnr"


def opened(world: World, value: etree._Element, key: str = "zz-eherkenning-encryption") -> etree._Element:
    """The NameID that an attribute value hides."""
    return decrypted(only(value, "saml:EncryptedID"), world.pki / f"{key}.key", world.dv.folder)


def identity(world: World, assertion: etree._Element) -> tuple[str, str]:
    """KvK number and pseudonym."""
    (legal,), (acting,) = attribute(assertion, LEGAL), attribute(assertion, ACTING)
    return str(opened(world, legal).text), str(opened(world, acting).text)


def test_login_by_artifact_tells_who_for_whom_at_which_level(world: World) -> None:
    """Level, service, company and pseudonym; both identifiers encrypted to the key of the metadata."""
    assertion = world.assertion()
    context = only(assertion, "saml:AuthnStatement/saml:AuthnContext/saml:AuthnContextClassRef")
    assert context.text == "urn:etoegang:core:assurance-class:loa3"
    assert [value.text for value in attribute(assertion, "urn:etoegang:core:ServiceUUID")] == [UUIDS[1]]
    assert [value.text for value in attribute(assertion, "urn:etoegang:core:ServiceID")] == [SERVICES[1]]
    kvk, pseudonym = identity(world, assertion)
    assert kvk == "90000011"
    assert re.fullmatch(r"[0-9a-f]{64}@[0-9a-f]{32}", pseudonym)
    (legal,) = attribute(assertion, LEGAL)
    assert opened(world, legal).get("NameQualifier") == KVK


def test_artifact_answer_is_signed_outside_and_on_the_assertion(world: World) -> None:
    """xmlsec1 and signxml agree: both, and not the Response; KeyInfo names the key only."""
    message, certificate = world.by_artifact(), world.pki / "eherkenning-signing.pem"
    assert is_signed_by(message, certificate)
    assert is_signed_by(only(message, "samlp:Response/saml:Assertion"), certificate)
    assert xpath(message, "samlp:Response/ds:Signature") == []
    for info in xpath(message, ".//ds:Signature/ds:KeyInfo"):
        assert [etree.QName(child).localname for child in info] == ["KeyName"]


def test_posted_answer_is_signed_as_a_whole_and_on_the_assertion(world: World) -> None:
    """By POST the Response is signed too."""
    response, certificate = world.by_post(), world.pki / "eherkenning-signing.pem"
    assert is_signed_by(response, certificate)
    assert is_signed_by(only(response, "saml:Assertion"), certificate)
    assert identity(world, only(response, "saml:Assertion"))[0] == "90000011"


def test_answer_is_addressed_to_the_request_and_short_lived(world: World) -> None:
    """Destination, Recipient, Audience, InResponseTo and the window, by both bindings."""
    by_artifact = only(world.by_artifact(), "samlp:Response")
    asked = {id(by_artifact): world.dv.request_ids[-1]}
    by_post = world.by_post()
    asked[id(by_post)] = world.dv.request_ids[-1]
    for response in (by_artifact, by_post):
        assert response.get("Destination") == ACS
        assert response.get("InResponseTo") == asked[id(response)]
        confirmation = only(response, "saml:Assertion/saml:Subject//saml:SubjectConfirmationData")
        assert confirmation.get("InResponseTo") == asked[id(response)]
        assert confirmation.get("Recipient") == ACS
        assert confirmation.get("NotOnOrAfter") == stamp(world.clock(), 2)
        conditions = only(response, "saml:Assertion/saml:Conditions")
        assert only(conditions, ".//saml:Audience").text == ENTITY_ID
        assert conditions.get("NotBefore") == stamp(world.clock(), -5 / 60)


def test_subject_is_transient_and_new_every_time(world: World) -> None:
    """The NameID is no identity."""
    path = "saml:Subject/saml:NameID"
    first, second = only(world.assertion(), path), only(world.assertion(), path)
    assert first.text != second.text
    assert str(first.get("Format")).endswith(":transient")
    assert str(first.get("NameQualifier")).startswith("urn:etoegang:AD:")


def test_encrypted_id_has_the_layout_of_the_scheme(world: World) -> None:
    """RetrievalMethod to the key beside it; Recipient, KeyName and algorithms as prescribed."""
    (legal,) = attribute(world.assertion(), LEGAL)
    encrypted = only(legal, "saml:EncryptedID")
    data, key = only(encrypted, "xenc:EncryptedData"), only(encrypted, "xenc:EncryptedKey")
    assert only(data, "ds:KeyInfo/ds:RetrievalMethod").get("URI") == f"#{key.get('Id')}"
    assert only(key, "xenc:ReferenceList/xenc:DataReference").get("URI") == f"#{data.get('Id')}"
    assert key.get("Recipient") == ENTITY_ID
    assert only(key, "ds:KeyInfo/ds:KeyName").text == "dv-encryption"
    assert str(only(data, "xenc:EncryptionMethod").get("Algorithm")).endswith("#aes256-cbc")
    method = only(key, "xenc:EncryptionMethod")
    assert str(method.get("Algorithm")).endswith("#rsa-oaep-mgf1p")
    assert str(only(method, "ds:DigestMethod").get("Algorithm")).endswith("#sha1")


def test_identifiers_do_not_share_a_key(world: World) -> None:
    """A fresh key for each, so the encrypted keys differ."""
    values = xpath(world.assertion(), "saml:AttributeStatement//xenc:EncryptedKey//xenc:CipherValue")
    assert len(values) == len({value.text for value in values}) == 2


def test_advice_is_signed_by_keys_that_nobody_else_has(world: World) -> None:
    """Supplier and register sign for themselves; the makelaar's key did not make those signatures."""
    assertion = world.assertion()
    told = xpath(assertion, "saml:Advice/saml:Assertion")
    issuers = [str(only(one, "saml:Issuer").text) for one in told]
    assert [issuer.split(":")[2] for issuer in issuers] == ["AD", "MR"]
    for one, name in zip(told, ("ad", "mr"), strict=True):
        assert is_signed_by(one, world.pki / f"eherkenning-{name}-signing.pem")
        assert not is_signed_by(one, world.pki / "eherkenning-signing.pem")
    statement = only(told[1], "saml:Statement")
    kind = statement.get("{http://www.w3.org/2001/XMLSchema-instance}type")
    assert kind == "xacml-saml:XACMLAuthzDecisionStatementType"
    assert b"Permit" in etree.tostring(statement)


def test_pseudonym_is_lasting_and_another_for_each_company(world: World) -> None:
    """The same person for the same company is the same; for another company another."""
    first, again = identity(world, world.assertion()), identity(world, world.assertion())
    assert first == again
    path = world.at_supplier()
    world.press(path, "wachtwoord", username="meer", password="Appeltaart-2")
    for_two = world.resolve(artifact_in(world.press(path, "bedrijf", bedrijf="2")))
    other = identity(world, only(for_two, "samlp:Response/saml:Assertion"))
    assert other[0] == "90000033"
    assert other[1] != first[1]


def test_person_with_several_companies_chooses_one(world: World) -> None:
    """Every company is named with its number; an intermediary is told."""
    path = world.at_supplier()
    world.press(path, "wachtwoord", username="meer", password="Appeltaart-2")
    page = words(world.browser.get(path))
    assert "Namens welk bedrijf logt u in?" in page
    assert "Eén B.V. KvK-nummer 90000011" in page
    assert "via Twee B.V." in page
    nothing = world.press(path, "bedrijf", bedrijf="77")
    assert "Maak eerst een keuze." in words(nothing)
    message = world.resolve(artifact_in(world.press(path, "bedrijf", bedrijf="0")))
    assert identity(world, only(message, "samlp:Response/saml:Assertion"))[0] == "90000011"


def test_chain_tells_of_the_intermediary(world: World) -> None:
    """The company between is named, its number encrypted."""
    path = world.at_supplier()
    world.press(path, "wachtwoord", username="meer", password="Appeltaart-2")
    message = world.resolve(artifact_in(world.press(path, "bedrijf", bedrijf="2")))
    assertion = only(message, "samlp:Response/saml:Assertion")
    (number,) = attribute(assertion, "urn:etoegang:1.9:IntermediateEntityID:KvKnr")
    assert opened(world, number).text == "90000022"
    (name,) = attribute(assertion, "urn:etoegang:1.13:attribute-intermediate:CompanyName")
    assert name.text == "Twee B.V."


@pytest.mark.parametrize(("chosen", "number"), [("0", None), ("2", "000090000222")])
def test_person_chooses_a_branch_or_the_whole(world: World, chosen: str, number: str | None) -> None:
    """The whole organisation comes without a restriction."""
    path = world.at_supplier()
    world.press(path, "wachtwoord", username="meer", password="Appeltaart-2")
    world.press(path, "bedrijf", bedrijf="1")
    assert "Voor welke vestiging?" in words(world.browser.get(path))
    message = world.resolve(artifact_in(world.press(path, "vestiging", vestiging=chosen)))
    values = attribute(only(message, "samlp:Response/saml:Assertion"), BRANCH)
    assert [value.text for value in values] == ([] if number is None else [number])


def test_mandate_for_one_branch_leaves_nothing_to_choose(world: World) -> None:
    """Straight to the answer, with the restriction."""
    path = world.at_supplier()
    world.press(path, "wachtwoord", username="meer", password="Appeltaart-2")
    message = world.resolve(artifact_in(world.press(path, "bedrijf", bedrijf="3")))
    (value,) = attribute(only(message, "samlp:Response/saml:Assertion"), BRANCH)
    assert value.text == "000090000222"


def test_name_that_the_service_provider_gives_itself_stands_there_once(world: World) -> None:
    """The catalogue's name is told already; another one comes beside it."""
    same = words(world.browser.get(world.login_path(ProviderName="Voorbeeld Zorg")))
    assert same.count("Voorbeeld Zorg") == 1
    other = words(world.browser.get(world.login_path(ProviderName="Mijn Voorbeeld")))
    assert "van Voorbeeld Zorg (Mijn Voorbeeld)" in other


def test_suppliers_are_those_that_reach_the_level(world: World) -> None:
    """In the order of their names; the level and the service are told."""
    low, high = world.login_path(), world.login_path(AttributeConsumingServiceIndex="2")
    page = words(world.browser.get(low))
    assert page.index("Grachtsleutel") < page.index("Kompas ID") < page.index("Poortpas")
    assert "Minimaal niveau eH2+" in page
    assert "Zakelijk loa2plus van Voorbeeld Zorg" in page
    page = words(world.browser.get(high))
    assert "Minimaal niveau eH3" in page
    assert "Poortpas" not in page
    assert "Maak eerst een keuze." in words(world.press(high, "leverancier", leverancier="poortpas"))


def test_supplier_is_remembered_when_that_is_asked(world: World) -> None:
    """The choice stands ready the next time, until it is made without the tick."""
    world.press(world.login_path(), "leverancier", leverancier="kompas", onthouden="ja")
    assert re.search(r'value="kompas" required checked', world.browser.get(world.login_path()).text)
    world.press(world.login_path(), "leverancier", leverancier="kompas")
    assert "required checked" not in world.browser.get(world.login_path()).text


def test_means_below_the_level_is_refused_with_help(world: World) -> None:
    """The person reads what to do, and may go back or cancel."""
    path = world.at_supplier("poortpas")
    page = world.press(path, "wachtwoord", username="laag", password="Appeltaart-3")
    assert "Uw inlogmiddel is niet hoog genoeg" in words(page)
    assert "Andere leverancier" in words(page)


def test_person_without_mandate_gets_no_further(world: World) -> None:
    """Nobody authorised this person."""
    path = world.at_supplier()
    page = world.press(path, "wachtwoord", username="niemand", password="Appeltaart-5")
    assert "U heeft nog geen machtiging" in words(page)


def test_level_may_be_higher_than_asked(world: World) -> None:
    """Somebody with eH4 comes in as eH4."""
    context = only(world.assertion("hoog"), "saml:AuthnStatement//saml:AuthnContextClassRef")
    assert str(context.text).endswith("loa4")


def test_requested_level_may_be_lower_than_the_service(world: World) -> None:
    """A service of eH3 that is content with eH2+ offers every supplier."""
    inside = (
        '<samlp:RequestedAuthnContext Comparison="minimum"><saml:AuthnContextClassRef>'
        "urn:etoegang:core:assurance-class:loa2plus</saml:AuthnContextClassRef></samlp:RequestedAuthnContext>"
    )
    path = world.login_path(inside=inside, AttributeConsumingServiceIndex="2")
    assert "Minimaal niveau eH2+" in words(world.browser.get(path))


def test_three_wrong_passwords_block_for_a_quarter_of_an_hour(world: World) -> None:
    """Also the right one, also for somebody who does not exist."""
    for username in ("een", "bestaat-niet"):
        path = world.at_supplier()
        for _ in range(2):
            wrong = world.press(path, "wachtwoord", username=username, password="x")
            assert "klopt niet" in words(wrong)
        third = world.press(path, "wachtwoord", username=username, password="x")
        assert third.status_code == 403
        assert "tijdelijk geblokkeerd" in words(third)
    path = world.at_supplier()
    assert world.press(path, "wachtwoord", username="een", password="Appeltaart-1").status_code == 403
    world.clock.advance(minutes=15)
    path = world.at_supplier()
    artifact_in(world.press(path, "wachtwoord", username="een", password="Appeltaart-1"))


@pytest.mark.parametrize("step", ["supplier", "password", "company", "branch"])
def test_cancel_at_each_step_tells_authn_failed(world: World, step: str) -> None:
    """Responder/AuthnFailed, no Assertion."""
    path = world.login_path() if step == "supplier" else world.at_supplier()
    if step in {"company", "branch"}:
        world.press(path, "wachtwoord", username="meer", password="Appeltaart-2")
    if step == "branch":
        world.press(path, "bedrijf", bedrijf="1")
    inner = only(world.resolve(artifact_in(world.press(path, "annuleren"))), "samlp:Response")
    assert status_codes(inner) == ["Responder", "AuthnFailed"]
    assert xpath(inner, "saml:Assertion") == []


def test_cancel_by_post_is_signed(world: World) -> None:
    """A failure too is vouched for."""
    path = world.login_path(AssertionConsumerServiceIndex="1")
    response = posted_in(world.press(path, "annuleren"))
    assert status_codes(response) == ["Responder", "AuthnFailed"]
    assert is_signed_by(response, world.pki / "eherkenning-signing.pem")


def test_posted_form_brings_the_relay_state_and_works_without_scripts(world: World) -> None:
    """A visible button beside the script; nothing inline."""
    page = world.log_in(AssertionConsumerServiceIndex="1")
    assert fields_in(page)["RelayState"] == "rs-1"
    assert "Doorgaan" in words(page)
    assert 'src="/static/post.js"' in page.text
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]


def test_back_leads_to_the_suppliers(world: World) -> None:
    """From the supplier's page to the list."""
    path = world.at_supplier()
    assert world.press(path, "terug").status_code == 303
    assert "Bij wie heeft u uw inlogmiddel?" in words(world.browser.get(path))


def test_login_belongs_to_its_browser_and_expires(world: World) -> None:
    """Another browser, or a quarter of an hour later, sees that it is over."""
    path = world.login_path()
    assert world.new_browser().get(path).status_code == 410
    world.clock.advance(minutes=15, seconds=1)
    expired = world.browser.get(path)
    assert expired.status_code == 410
    assert "Uw sessie is verlopen" in words(expired)


def test_finished_login_leads_to_the_same_answer(world: World) -> None:
    """Pressing twice gives no second answer."""
    path = world.at_supplier()
    first = world.press(path, "wachtwoord", username="een", password="Appeltaart-1")
    assert world.browser.get(path).headers["Location"] == first.headers["Location"]
    assert world.press(path, "annuleren").headers["Location"] == first.headers["Location"]


def test_steps_out_of_order_do_nothing(world: World) -> None:
    """A company cannot be chosen by somebody who has not logged in."""
    path = world.login_path()
    for step in ("wachtwoord", "bedrijf", "vestiging"):
        assert world.press(path, step, bedrijf="0", vestiging="0").status_code == 303
    assert "Bij wie heeft u uw inlogmiddel?" in words(world.browser.get(path))


def test_pages_are_not_kept_and_not_framed(world: World) -> None:
    """The headers that the scheme asks for."""
    page = world.browser.get(world.login_path())
    assert page.headers["Cache-Control"] == "no-cache, no-store"
    assert page.headers["Pragma"] == "no-cache"
    assert page.headers["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
