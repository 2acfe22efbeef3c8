"""Every form in which an honest DigiD answer comes is let in, whoever made the signature."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from broker.providers.digid.form import digid_profile
from broker.providers.saml.gate import open_artifact_response
from tests.support.saml.answers import (
    ACS,
    ANSWER_ID,
    ASSERTION_ID,
    BSN,
    CLASSES,
    IDP,
    REQUEST_ID,
    RESOLVE_ID,
    RESPONSE_ID,
    SP,
    answer,
    failure,
)
from tests.support.saml.gate import ACCEPTED, opened, verdict
from tests.support.saml.keys import pair
from tests.support.saml.signers import (
    ENVELOPED,
    EXC_C14N,
    Signer,
    Xmlsec1Signer,
    by_signxml,
    by_xmlsec1,
    xmlsec1_accepts,
)

INCLUSIVE = f'<ec:InclusiveNamespaces xmlns:ec="{EXC_C14N}" PrefixList="ds saml samlp xs"/>'
by_xmlsec1_with_prefix_list = Xmlsec1Signer(
    transforms=f'<ds:Transform Algorithm="{ENVELOPED}"/>'
    f'<ds:Transform Algorithm="{EXC_C14N}">{INCLUSIVE}</ds:Transform>',
)
by_xmlsec1_with_prefixes_everywhere = Xmlsec1Signer(
    transforms=by_xmlsec1_with_prefix_list.transforms,
    canonicalization=f'<ds:CanonicalizationMethod Algorithm="{EXC_C14N}">{INCLUSIVE}'
    "</ds:CanonicalizationMethod>",
)
SIGNERS: dict[str, Signer] = {
    "signxml": by_signxml,
    "xmlsec1": by_xmlsec1,
    "xmlsec1-prefix-list": by_xmlsec1_with_prefix_list,
    "xmlsec1-prefixes-everywhere": by_xmlsec1_with_prefixes_everywhere,
    "xmlsec1-key-name-only": Xmlsec1Signer(
        key_info="<ds:KeyInfo><ds:KeyName>{name}</ds:KeyName></ds:KeyInfo>"
    ),
    "xmlsec1-no-key-info": Xmlsec1Signer(key_info=""),
    "xmlsec1-other-prefix": Xmlsec1Signer(prefix="dsig"),
    "xmlsec1-default-namespace": Xmlsec1Signer(prefix=""),
}


@pytest.mark.parametrize("name", SIGNERS)
@pytest.mark.parametrize("inner", [True, False], ids=["assertion-signed", "assertion-unsigned"])
def test_gate_accepts_answers_of_independent_signers(name: str, inner: bool) -> None:
    """Signxml and xmlsec1 make what we take, with and without a signed Assertion."""
    message = answer(signer=SIGNERS[name], inner=inner)
    assert xmlsec1_accepts(message, pair("idp"), ANSWER_ID)
    read = opened(message, want_assertions_signed=inner)
    assert read.response is not None
    assert read.response.assertion is not None
    assert read.response.assertion.name_id is not None
    assert read.response.assertion.name_id.text == f"s00000000:{BSN}"


def test_gate_reads_every_value() -> None:
    """All that the checks need comes out as typed values."""
    read = opened(answer())
    assert (read.id, read.in_response_to, read.issuer.text) == (ANSWER_ID, RESOLVE_ID, IDP)
    response = read.response
    assert response is not None
    assert (response.id, response.in_response_to, response.destination) == (RESPONSE_ID, REQUEST_ID, None)
    assertion = response.assertion
    assert assertion is not None
    assert assertion.id == ASSERTION_ID
    assert assertion.conditions is not None
    assert assertion.conditions.audience_restrictions == ((SP,),)
    assert assertion.confirmation is not None
    assert assertion.confirmation.recipient == ACS
    assert assertion.authn_statement is not None
    assert assertion.authn_statement.class_ref == f"{CLASSES}MobileTwoFactorContract"


FORMS = {
    "without-declaration": lambda text: text.partition("?>")[2].lstrip(),
    "other-prefixes": lambda text: text.replace("samlp:", "p:").replace(":samlp", ":p"),
    "default-namespace-of-soap": lambda text: text.replace("soapenv:", "").replace(":soapenv", ""),
    "empty-soap-header": lambda text: text.replace("<soapenv:Body>", "<soapenv:Header/><soapenv:Body>"),
    "extra-namespace-in-scope": lambda text: text.replace(
        "<soapenv:Envelope", '<soapenv:Envelope xmlns:xs="http://www.w3.org/2001/XMLSchema"'
    ),
    "status-message": lambda text: text.replace(
        "</samlp:Status>", "<samlp:StatusMessage>ok</samlp:StatusMessage></samlp:Status>"
    ),
    "issuer-format": lambda text: text.replace(
        "<saml:Issuer>", '<saml:Issuer Format="urn:oasis:names:tc:SAML:2.0:nameid-format:entity">'
    ),
    "no-white-space": lambda text: "".join(
        line.strip() + " " * ("<" not in line[-2:]) for line in text.splitlines()
    ),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    "signer", [by_signxml, by_xmlsec1_with_prefix_list], ids=["signxml", "xmlsec1-prefix-list"]
)
def test_gate_accepts_other_spellings(form: str, signer: Signer) -> None:
    """Prefixes, white space, a missing declaration and namespaces in scope change nothing."""
    assert verdict(answer(FORMS[form], signer=signer)) == ACCEPTED


@pytest.mark.parametrize(
    ("top", "nested"),
    [("Responder", "AuthnFailed"), ("Requester", "RequestDenied"), ("Responder", "NoAuthnContext")],
)
def test_gate_accepts_failures_without_assertion(top: str, nested: str) -> None:
    """An unsuccessful Response has no Assertion and still is an authentic answer."""
    read = opened(failure(top, nested))
    assert read.response is not None
    assert read.response.assertion is None


def test_gate_accepts_the_second_key_during_rollover() -> None:
    """Each of the pinned keys may have signed."""
    keys = [pair("idp-next").key.public_key(), pair("idp").key.public_key()]
    read = open_artifact_response(answer(), digid_profile(want_assertions_signed=True), keys)
    assert read.response is not None


def test_gate_accepts_a_prefix_list_on_a_thread_that_never_saw_xml() -> None:
    """Lxml leaves prefixes out of a PrefixList that its thread never met; a parsed answer brings its own."""
    message = answer(signer=by_xmlsec1_with_prefixes_everywhere)
    with ThreadPoolExecutor(max_workers=1) as fresh:
        assert fresh.submit(verdict, message).result() == ACCEPTED
