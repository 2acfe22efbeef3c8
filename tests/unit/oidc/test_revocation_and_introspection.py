"""Giving tokens back (RFC 7009) and asking about them (RFC 7662)."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from broker.oidc.answers import JsonAnswer
from broker.oidc.userinfo import UserinfoRequest
from tests.unit.oidc.oidc_support import ISSUER, START, World, decoded, form_request, tokens_of

NOT_TOKENS = ["", "x", "a.b.c", f"{'x' * 43}.{'y' * 43}", "é" * 87, "A" * 9000]


def revoke(world: World, client_id: str, token: str | None, **changes: str | None) -> JsonAnswer:
    """Give it back."""
    return world.provider.revocation.answer(form_request(world, client_id, token=token, **changes))


def introspect(world: World, client_id: str, token: str | None, **changes: str | None) -> dict[str, Any]:
    """Ask about it."""
    answer = world.provider.introspection.answer(form_request(world, client_id, token=token, **changes))
    assert answer.status == 200, answer
    assert dict(answer.headers)["Cache-Control"] == "no-store"
    content: dict[str, Any] = json.loads(answer.body)
    return content


def lives(world: World, tokens: dict[str, Any]) -> bool:
    """Whether userinfo still answers to the access token."""
    return world.provider.userinfo.answer(UserinfoRequest(f"Bearer {tokens['access_token']}")).status == 200


@pytest.mark.parametrize("hint", [None, "access_token", "refresh_token", "nonsense"])
@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
def test_revoking_either_token_ends_both(world: World, kind: str, hint: str | None) -> None:
    """The family ends; an unknown or wrong hint changes nothing (RFC 7009 2.1)."""
    tokens = tokens_of(world, "alive-key")
    answer = revoke(world, "alive-key", tokens[kind], token_type_hint=hint)
    assert (answer.status, answer.body, answer.reason) == (200, b"", "tokens-revoked")
    assert not lives(world, tokens)
    assert introspect(world, "alive-key", tokens["refresh_token"]) == {"active": False}


def test_revoking_a_used_refresh_token_ends_its_family(world: World) -> None:
    """The portal may hold an old one when it crashed half-way."""
    tokens = tokens_of(world, "alive-key")
    request = form_request(
        world, "alive-key", grant_type="refresh_token", refresh_token=tokens["refresh_token"]
    )
    newest = json.loads(world.provider.token.answer(request).body)
    revoke(world, "alive-key", tokens["refresh_token"])
    assert not lives(world, newest)


@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
def test_revoking_the_token_of_another_client_does_nothing(world: World, kind: str) -> None:
    """B3-19: the answer is that of an unknown token, byte for byte, and the token lives on."""
    tokens = tokens_of(world, "alive-key")
    foreign = revoke(world, "alive-secret", tokens[kind])
    unknown = revoke(world, "alive-secret", "nonsense")
    assert (foreign.status, foreign.headers, foreign.body) == (unknown.status, unknown.headers, unknown.body)
    assert foreign.reason == "nothing-to-revoke"
    assert lives(world, tokens)


@pytest.mark.parametrize("token", NOT_TOKENS[1:])
def test_revoking_what_is_no_token_is_no_error(world: World, token: str) -> None:
    """RFC 7009 2.2: the client wanted it gone, and gone it is."""
    assert revoke(world, "alive-key", token).status == 200


@pytest.mark.parametrize("endpoint", ["revocation", "introspection"])
def test_revocation_and_introspection_want_a_client_and_a_token(world: World, endpoint: str) -> None:
    """The same rules of forms and authentication as at the token endpoint."""
    answer: Callable[..., JsonAnswer] = getattr(world.provider, endpoint).answer
    missing = answer(form_request(world, "alive-key"))
    assert (missing.status, json.loads(missing.body)["error"]) == (400, "invalid_request")
    nobody = answer(form_request(world, "alive-key", token="x", client_assertion="a.b.c"))
    assert (nobody.status, json.loads(nobody.body)["error"]) == (401, "invalid_client")


@pytest.mark.parametrize("caller", ["mijn-cz", "mijn-api"])
def test_introspection_tells_a_living_access_token(world: World, caller: str) -> None:
    """To the portal that got it and to the API it is for, with what an API needs for step-up (RFC 9470)."""
    token = tokens_of(world, "mijn-cz")["access_token"]
    claims = decoded(token, world)[1]
    assert introspect(world, caller, token) == {
        "active": True,
        "iss": ISSUER,
        "client_id": "mijn-cz",
        "sub": claims["sub"],
        "scope": "openid profile email",
        "sid": claims["sid"],
        "acr": "http://eidas.europa.eu/LoA/low",
        "auth_time": int(START.timestamp()) - 5,
        "token_type": "Bearer",
        "aud": "https://portal.example/api",
        "iat": claims["iat"],
        "nbf": claims["nbf"],
        "exp": claims["exp"],
    }


def test_introspection_tells_a_living_refresh_token_with_the_end_of_the_session(world: World) -> None:
    """It has no kind of its own in `token_type`; its end is the session's nearest."""
    told = introspect(world, "alive-key", tokens_of(world, "alive-key")["refresh_token"])
    assert told["active"] is True
    assert "token_type" not in told
    assert told["exp"] == int(START.replace(minute=15).timestamp())


@pytest.mark.parametrize("caller", ["alive-key", "mijn-api"])
@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
def test_introspection_of_a_token_meant_for_others_tells_nothing(
    world: World, caller: str, kind: str
) -> None:
    """B3-19."""
    token = tokens_of(world, "alive-secret")[kind]
    assert introspect(world, caller, token) == {"active": False}


@pytest.mark.parametrize("token", NOT_TOKENS[1:])
def test_introspection_of_what_is_no_token_tells_nothing(world: World, token: str) -> None:
    """The answer is the same as for a token of somebody else."""
    assert introspect(world, "alive-key", token) == {"active": False}


def test_introspection_knows_the_end_of_a_token(world: World) -> None:
    """By time, by the session, and for an ID token from the start."""
    tokens = tokens_of(world, "mijn-cz")
    assert introspect(world, "mijn-cz", tokens["id_token"]) == {"active": False}
    world.clock.advance(600)
    assert introspect(world, "mijn-cz", tokens["access_token"]) == {"active": False}
    world.sessions.ends.clear()
    fresh = tokens_of(world, "mijn-cz")
    world.sessions.ends.clear()
    assert introspect(world, "mijn-cz", fresh["access_token"]) == {"active": False}


@pytest.mark.parametrize("grant_type", ["authorization_code", "refresh_token"])
def test_resource_server_gets_no_tokens(world: World, grant_type: str) -> None:
    """It may ask about tokens and nothing else."""
    request = form_request(world, "mijn-api", grant_type=grant_type, code="x", refresh_token="x")
    answer = world.provider.token.answer(request)
    assert (answer.status, json.loads(answer.body)["error"]) == (400, "unauthorized_client")
