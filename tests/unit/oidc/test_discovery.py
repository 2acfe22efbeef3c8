"""Discovery metadata."""

from __future__ import annotations

import json
from typing import Any

import pytest
from authlib.oauth2 import rfc9207
from authlib.oidc import discovery, rpinitiated

from broker.domain.assurance import (
    ACCOUNT_ALONE,
    ACCOUNT_AND_SMS,
    ACR_VALUES,
    BELOW_EIDAS,
    EIDAS_HIGH,
    EIDAS_LOW,
    EIDAS_SUBSTANTIAL,
    AccountLevel,
    Assurance,
    DigidLevel,
    Scheme,
)
from broker.oidc.discovery import Endpoints, discovery_document, offer_of
from tests.unit.oidc.oidc_support import (
    ISSUER,
    World,
    decoded,
    keeping_alive,
    make_client,
    nlgov_client,
    sound_request,
    tokens_of,
)


def metadata(issuer: str = ISSUER) -> dict[str, Any]:
    """The document as a portal reads it."""
    content: dict[str, Any] = json.loads(discovery_document(issuer).body)
    return content


def test_discovery_passes_the_models_of_authlib() -> None:
    """An independent reading of OpenID Connect Discovery, RFC 8414, RFC 9207 and RP-Initiated Logout."""
    model = discovery.OpenIDProviderMetadata(metadata())
    model.validate(metadata_classes=[rfc9207.AuthorizationServerMetadata, rpinitiated.OpenIDProviderMetadata])


def test_discovery_says_what_is_supported_and_no_more() -> None:
    """The members that the profile fixes."""
    content = metadata()
    assert content["issuer"] == ISSUER
    assert content["response_types_supported"] == ["code"]
    assert content["response_modes_supported"] == ["query", "form_post"]
    assert content["grant_types_supported"] == ["authorization_code"]
    assert content["subject_types_supported"] == ["pairwise"]
    assert content["code_challenge_methods_supported"] == ["S256"]
    assert content["acr_values_supported"] == list(ACR_VALUES)
    assert content["authorization_response_iss_parameter_supported"] is True
    assert content["request_parameter_supported"] is False
    assert content["request_uri_parameter_supported"] is False
    assert content["claims_parameter_supported"] is True
    assert {"sub", "acr", "bsn", "name", "session_expires_at"} <= set(content["claims_supported"])
    for name in ("authorization", "token", "userinfo", "end_session", "revocation", "introspection"):
        assert content[f"{name}_endpoint"].startswith(f"{ISSUER}/oauth2/")
    assert content["jwks_uri"] == f"{ISSUER}/oauth2/jwks"


@pytest.mark.parametrize(
    "weak", ["none", "HS256", "RSA1_5", "plain", "implicit", "client_secret_post", "fragment"]
)
def test_discovery_offers_nothing_weak(weak: str) -> None:
    """None of these words stands anywhere in the document."""
    words = json.dumps(
        {name: value for name, value in metadata().items() if name != "prompt_values_supported"}
    )
    assert f'"{weak}"' not in words


def test_discovery_lists_the_acr_values_that_some_portal_can_reach() -> None:
    """A wish for anything else would be in vain everywhere (Discovery 3)."""
    by_digid = make_client(reach=(Assurance(Scheme.DIGID, DigidLevel.HOOG),))
    by_sms = make_client(reach=(Assurance(Scheme.PASSWORD, AccountLevel.SMS),))
    for clients, expected in (
        ([by_digid], [BELOW_EIDAS, EIDAS_LOW, EIDAS_SUBSTANTIAL, EIDAS_HIGH]),
        ([by_sms], [EIDAS_LOW, ACCOUNT_ALONE, ACCOUNT_AND_SMS]),
        (
            [by_sms, by_digid],
            [BELOW_EIDAS, EIDAS_LOW, EIDAS_SUBSTANTIAL, EIDAS_HIGH, ACCOUNT_ALONE, ACCOUNT_AND_SMS],
        ),
    ):
        content = json.loads(discovery_document(ISSUER, offer_of(clients)).body)
        assert content["acr_values_supported"] == expected


@pytest.mark.parametrize(
    "member",
    [
        # RFC 9126 5
        "pushed_authorization_request_endpoint",
        "require_pushed_authorization_requests",
        # OpenID Connect Discovery 3, RFC 9101 10.5
        "request_object_signing_alg_values_supported",
        "request_object_encryption_alg_values_supported",
        "require_signed_request_object",
        # RFC 9701 7
        "introspection_signing_alg_values_supported",
        "introspection_encryption_alg_values_supported",
        # JARM 4
        "authorization_signing_alg_values_supported",
    ],
)
def test_discovery_promises_nothing_that_is_refused(member: str) -> None:
    """Pushed and signed requests and signed answers are not there, so a library must not try them."""
    assert member not in metadata()


def test_discovery_lists_only_methods_in_use() -> None:
    """A deployment without secrets does not offer them."""
    content = json.loads(discovery_document(ISSUER, offer_of([make_client()])).body)
    for endpoint in ("token", "revocation", "introspection"):
        assert content[f"{endpoint}_endpoint_auth_methods_supported"] == ["private_key_jwt"]


def test_discovery_lists_refresh_when_a_standard_client_uses_it() -> None:
    """NL GOV lets its clients refresh and forbids listing that (oidc-profile, conflicts)."""
    for client, listed in ((make_client(), True), (nlgov_client(), False)):
        content = json.loads(discovery_document(ISSUER, offer_of([keeping_alive(client)])).body)
        assert ("refresh_token" in content["grant_types_supported"]) is listed


def test_discovery_agrees_with_what_the_endpoints_do(world: World) -> None:
    """Every claim of a real ID token is listed, and every listed prompt is taken."""
    content = json.loads(world.provider.discovery.body)
    assert set(decoded(tokens_of(world)["id_token"], world)[1]) <= set(content["claims_supported"])
    for prompt in content["prompt_values_supported"]:
        assert sound_request(prompt=prompt).prompt == {prompt}


@pytest.mark.parametrize(
    ("issuer", "paths"),
    [
        (
            "https://login.example",
            ("/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"),
        ),
        (
            "https://login.example/cz",
            ("/cz/.well-known/openid-configuration", "/.well-known/oauth-authorization-server/cz"),
        ),
    ],
)
def test_discovery_stands_at_both_well_known_paths(issuer: str, paths: tuple[str, ...]) -> None:
    """The two standards put the issuer's path on different sides."""
    assert Endpoints(issuer).well_known_paths == paths


def test_discovery_may_be_kept_for_a_week_and_read_by_any_site() -> None:
    """NL GOV OIDC 5.4.3 and 5."""
    headers = dict(discovery_document(ISSUER).headers)
    assert headers["Cache-Control"] == "public, max-age=604800"
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert headers["ETag"] == discovery_document(ISSUER).etag
