"""The one function from raw parameters to a validated authorization request."""

from __future__ import annotations

import json
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.domain.assurance import EIDAS_HIGH, EIDAS_LOW, EIDAS_SUBSTANTIAL
from broker.oidc.authorization_checks import MAX_NONCE_BYTES, MAX_STATE_BYTES
from broker.oidc.authorization_request import AuthorizationRequest, validate_authorization_request
from broker.oidc.errors import RedirectedError, ShownError, UnknownClient, UnregisteredRedirectUri
from broker.oidc.responses import granted, refused
from broker.oidc.vocabulary import Prompt, ResponseMode
from tests.unit.oidc.oidc_support import (
    CHALLENGE,
    ISSUER,
    REDIRECT_URI,
    VERIFIER,
    all_clients,
    pairs,
    sound_request,
)


def test_request_that_is_sound_is_taken_whole() -> None:
    """Every value comes through as the portal sent it."""
    request = sound_request(
        acr_values=f"{EIDAS_SUBSTANTIAL} {EIDAS_LOW}", max_age="0300", prompt="login", ui_locales="nl en"
    )
    assert request.client_id == "mijn-cz"
    assert request.redirect_uri == REDIRECT_URI
    assert request.response_mode is ResponseMode.QUERY
    assert request.scope == ("openid", "profile", "email")
    assert (request.state, request.nonce, request.code_challenge) == ("st4te", "n0nce", CHALLENGE)
    assert request.acr_values == (EIDAS_SUBSTANTIAL, EIDAS_LOW)
    assert request.max_age_seconds == 300
    assert request.prompt == {Prompt.LOGIN}
    assert request.ui_locales == ("nl", "en")


def test_request_survives_travelling_in_the_transaction() -> None:
    """Encoding and decoding gives the same value back."""
    asked = {
        "id_token": {"acr": {"essential": True, "value": EIDAS_LOW}, "name": None},
        "userinfo": {"email": None},
    }
    request = sound_request(
        prompt="login",
        claims=json.dumps(asked),
        login_hint="x",
        id_token_hint="a.b.c",
        response_mode="form_post",
    )
    assert AuthorizationRequest.from_bytes(request.to_bytes()) == request


def test_request_keeps_personal_and_secret_values_out_of_its_repr() -> None:
    """What is printed holds no state, nonce, challenge or hints."""
    printed = repr(sound_request(login_hint="fenna@example.nl", id_token_hint="aaa.bbb.ccc"))
    for hidden in ("st4te", "n0nce", CHALLENGE, "fenna", "aaa.bbb"):
        assert hidden not in printed


@pytest.mark.parametrize("client_id", [None, "", "nobody", "MIJN-CZ", "mijn-cz "])
def test_request_of_an_unknown_client_is_shown(client_id: str | None) -> None:
    """Nobody is redirected for a client that does not exist."""
    with pytest.raises(UnknownClient):
        validate_authorization_request(pairs(client_id=client_id), all_clients())


@pytest.mark.parametrize("redirect_uri", [None, ""])
def test_request_without_redirect_uri_is_shown(redirect_uri: str | None) -> None:
    """There is no default address, even when only one is registered."""
    with pytest.raises(UnregisteredRedirectUri):
        validate_authorization_request(pairs(redirect_uri=redirect_uri), all_clients())


@pytest.mark.parametrize("name", ["client_id", "redirect_uri"])
@pytest.mark.parametrize("first", [True, False])
def test_request_with_repeated_identity_is_shown(name: str, first: bool) -> None:
    """A second client_id or redirect_uri, before or after the true one, redirects nobody."""
    extra = (name, dict(pairs())[name])
    listed = [extra, *pairs()] if first else [*pairs(), extra]
    with pytest.raises(ShownError):
        validate_authorization_request(listed, all_clients())


def test_request_with_masses_of_parameters_is_shown() -> None:
    """Too many, or too long: refused before anything is looked at."""
    with pytest.raises(ShownError):
        validate_authorization_request([*pairs(), *((f"p{n}", "") for n in range(64))], all_clients())
    with pytest.raises(ShownError):
        validate_authorization_request(pairs(padding="x" * 33_000), all_clients())


REFUSALS = [
    ("response_type", None, "invalid_request"),
    ("response_type", "token", "unsupported_response_type"),
    ("response_type", "id_token", "unsupported_response_type"),
    ("response_type", "code id_token", "unsupported_response_type"),
    ("response_type", "CODE", "unsupported_response_type"),
    ("response_mode", "fragment", "invalid_request"),
    ("response_mode", "query.jwt", "invalid_request"),
    ("response_mode", "jwt", "invalid_request"),
    ("response_mode", "form_post.jwt", "invalid_request"),
    ("response_mode", "QUERY", "invalid_request"),
    ("scope", None, "invalid_scope"),
    ("scope", "profile email", "invalid_scope"),
    ("scope", "OPENID", "invalid_scope"),
    ("code_challenge", None, "invalid_request"),
    ("code_challenge", VERIFIER[:42], "invalid_request"),
    ("code_challenge", CHALLENGE + "=", "invalid_request"),
    ("code_challenge", CHALLENGE[:-1] + "+", "invalid_request"),
    ("code_challenge", CHALLENGE + "\n", "invalid_request"),
    ("code_challenge_method", None, "invalid_request"),
    ("code_challenge_method", "plain", "invalid_request"),
    ("code_challenge_method", "s256", "invalid_request"),
    ("nonce", "n" * (MAX_NONCE_BYTES + 1), "invalid_request"),
    ("nonce", "a\r\nb", "invalid_request"),
    ("prompt", "none login", "invalid_request"),
    ("prompt", "none consent", "invalid_request"),
    ("prompt", "create", "invalid_request"),
    ("max_age", "-1", "invalid_request"),
    ("max_age", "1.5", "invalid_request"),
    ("max_age", "9" * 10, "invalid_request"),
    ("max_age", "١٢", "invalid_request"),
    ("acr_values", " ".join(f"a{n}" for n in range(21)), "invalid_request"),
    ("login_hint", "x" * 321, "invalid_request"),
    ("id_token_hint", "x" * 8193, "invalid_request"),
    ("request", "eyJ.e30.", "request_not_supported"),
    ("request_uri", "http://127.0.0.1:9/x", "request_uri_not_supported"),
    ("request_uri", "urn:ietf:params:oauth:request_uri:6esc", "request_uri_not_supported"),
    ("registration", "{}", "registration_not_supported"),
    ("claims", "[]", "invalid_request"),
    ("claims", "{", "invalid_request"),
    ("claims", "[" * 3000, "invalid_request"),
    ("claims", '{"id_token": []}', "invalid_request"),
    ("claims", '{"id_token": {"acr": "x"}}', "invalid_request"),
    ("claims", '{"id_token": {"acr": {"essential": "yes"}}}', "invalid_request"),
    ("claims", '{"id_token": {"acr": {"values": "x"}}}', "invalid_request"),
    ("claims", '{"id_token": {}, "id_token": {}}', "invalid_request"),
    ("claims", '{"id_token": {"sub": {"values": ["a", "b"]}}}', "invalid_request"),
    ("claims", '{"id_token": {"acr": {"value": "\\ud800"}}}', "invalid_request"),
    ("claims", '{"id_token": {"sub": {"value": "\\udc00"}}}', "invalid_request"),
    ("claims", " " * 4097, "invalid_request"),
    (
        "claims",
        '{"id_token": {"acr": {"essential": true, "value": "urn:x"}}}',
        "unmet_authentication_requirements",
    ),
]


@pytest.mark.parametrize(("name", "value", "error"), REFUSALS)
def test_request_that_breaks_a_rule_is_told_to_the_portal(name: str, value: str | None, error: str) -> None:
    """Each rule has its refusal, with the standard's code and the portal's state."""
    with pytest.raises(RedirectedError) as caught:
        sound_request(**{name: value})
    assert caught.value.error == error
    assert caught.value.redirect_uri == REDIRECT_URI
    assert caught.value.state == "st4te"
    assert caught.value.response_mode is ResponseMode.QUERY


@pytest.mark.parametrize(
    "name", [name for name, _ in pairs() if name not in {"client_id", "redirect_uri"}] + ["foo"]
)
def test_request_with_a_repeated_parameter_is_refused(name: str) -> None:
    """No parameter may stand twice, not even one we do not know, not even with the same value."""
    value = dict(pairs()).get(name, "bar")
    listed = [*pairs(**({} if name in dict(pairs()) else {name: value})), (name, value)]
    with pytest.raises(RedirectedError) as caught:
        validate_authorization_request(listed, all_clients())
    assert caught.value.error == "invalid_request"
    assert caught.value.state == (None if name == "state" else "st4te")


def test_refusal_goes_back_by_the_mode_that_was_asked() -> None:
    """form_post is kept for errors too."""
    with pytest.raises(RedirectedError) as caught:
        sound_request(response_mode="form_post", scope=None)
    assert caught.value.response_mode is ResponseMode.FORM_POST


@pytest.mark.parametrize(
    "state", ["s" * (MAX_STATE_BYTES + 1), "a\r\nSet-Cookie: x", "nul\0", "broken\ufffd"]
)
def test_state_that_cannot_be_echoed_is_refused_and_not_echoed(state: str) -> None:
    """What cannot come back byte for byte does not come back at all."""
    with pytest.raises(RedirectedError) as caught:
        sound_request(state=state)
    assert caught.value.state is None


@pytest.mark.parametrize("missing", ["state", "nonce"])
def test_standard_client_may_omit_state_and_nonce_but_nlgov_may_not(missing: str) -> None:
    """PKCE protects the standard client; the stricter profile wants both (NL GOV OIDC 4.2.1)."""
    assert getattr(sound_request(**{missing: None}), missing) is None
    assert sound_request(client_id="mijn-nlgov").client_id == "mijn-nlgov"
    with pytest.raises(RedirectedError) as caught:
        sound_request(client_id="mijn-nlgov", **{missing: None})
    assert caught.value.error == "invalid_request"


def test_unknown_parameters_and_scopes_are_ignored() -> None:
    """As OpenID Connect Core 3.1.2.1 asks; the harmless ones of 15.1 as well."""
    request = sound_request(
        foo="bar", scope="openid address payments", display="popup", claims_locales="nl", nonsense=""
    )
    assert request.scope == ("openid",)


def test_empty_parameters_count_as_left_out() -> None:
    """RFC 6749 3.1."""
    request = sound_request(state="", prompt="", max_age="", request="", request_uri="", claims="")
    assert request.state is None
    assert request.prompt == frozenset()
    assert request.max_age_seconds is None


@pytest.mark.parametrize(
    ("prompt", "max_age", "silent", "interaction"),
    [
        (None, None, False, False),
        ("none", None, True, False),
        ("login", None, False, True),
        ("consent", None, False, True),
        ("select_account login", None, False, True),
        (None, "0", False, True),
        (None, "1", False, False),
    ],
)
def test_prompt_says_what_the_person_sees(
    prompt: str | None, max_age: str | None, silent: bool, interaction: bool
) -> None:
    """Prompt none is silent; every other prompt, and max_age 0, wants the person."""
    request = sound_request(prompt=prompt, max_age=max_age)
    assert (request.silent, request.wants_interaction) == (silent, interaction)


def test_claims_parameter_gives_essential_and_voluntary_acr_apart() -> None:
    """Essential values bind; voluntary ones are wishes, unless acr_values says otherwise."""
    essential = {"id_token": {"acr": {"essential": True, "values": [EIDAS_HIGH, EIDAS_SUBSTANTIAL]}}}
    request = sound_request(claims=json.dumps(essential), acr_values=EIDAS_LOW)
    assert request.essential_acr == (EIDAS_HIGH, EIDAS_SUBSTANTIAL)
    assert request.acr_values == (EIDAS_LOW,)
    voluntary = {"id_token": {"acr": {"values": [EIDAS_SUBSTANTIAL]}}}
    request = sound_request(claims=json.dumps(voluntary))
    assert (request.essential_acr, request.acr_values) == ((), (EIDAS_SUBSTANTIAL,))


def test_claims_parameter_keeps_known_names_and_the_subject() -> None:
    """Unknown claims are dropped; a wanted subject is kept."""
    asked = {
        "id_token": {"bsn": None, "hobby": None, "sub": {"value": "abc"}},
        "userinfo": {"email": {"essential": True}},
    }
    request = sound_request(claims=json.dumps(asked))
    assert request.requested_claims.id_token == {"bsn"}
    assert request.requested_claims.userinfo == {"email"}
    assert request.required_subject == "abc"


@given(
    state=st.text(
        st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffd"), min_size=1, max_size=400
    )
)
def test_state_comes_back_byte_for_byte(state: str) -> None:
    """Whatever can be echoed is echoed unchanged, in answers and in refusals."""
    request = sound_request(state=state)
    location = granted(request, "c0de", issuer=ISSUER).location
    assert dict(parse_qsl(urlsplit(location).query))["state"] == state
    with pytest.raises(RedirectedError) as caught:
        sound_request(state=state, scope="profile")
    location = refused(caught.value, issuer=ISSUER).location
    assert dict(parse_qsl(urlsplit(location).query))["state"] == state
