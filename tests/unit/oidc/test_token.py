"""The token endpoint."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier
from typing import Any

import pytest

from broker.oidc.answers import TokenAnswer
from broker.oidc.token import TokenRequest
from broker.oidc.userinfo import UserinfoRequest
from tests.unit.oidc.oidc_support import BSN, ISSUER, World, basic_header, token_request


def ask(world: World, request: TokenRequest) -> TokenAnswer:
    """Send it."""
    return world.provider.token.answer(request)


def userinfo_status(world: World, access_token: str) -> int:
    """What userinfo says to that token."""
    return world.provider.userinfo.answer(UserinfoRequest(f"Bearer {access_token}")).status


@pytest.mark.parametrize("client_id", ["mijn-cz", "mijn-basic", "mijn-bsn", "mijn-nlgov"])
def test_token_request_that_is_sound_gets_tokens(world: World, client_id: str) -> None:
    """Both ways of client authentication, all kinds of client; never cached."""
    answer = ask(world, token_request(world, client_id, world.log_in(client_id)))
    content = json.loads(answer.body)
    assert (answer.status, answer.client_id, answer.reason) == (200, client_id, "tokens-issued")
    assert content["token_type"] == "Bearer"
    assert content["expires_in"] == 600
    assert content["scope"] == "openid profile email"
    assert {"access_token", "id_token"} <= content.keys()
    assert dict(answer.headers)["Cache-Control"] == "no-store"


def test_token_answer_hides_its_tokens_when_printed(world: World) -> None:
    """Requests and answers may be logged without harm."""
    request = token_request(world, "mijn-cz", world.log_in())
    answer = ask(world, request)
    assert json.loads(answer.body)["id_token"] not in repr(answer)
    assert dict(request.body)["code"] not in repr(request)
    assert BSN not in repr(answer)


def _changed(name: str, value: str | None) -> Callable[[World], TokenRequest]:
    return lambda world: token_request(world, "mijn-cz", world.log_in(), **{name: value})


def _raw(**changes: Any) -> Callable[[World], TokenRequest]:
    return lambda world: replace(token_request(world, "mijn-cz", world.log_in()), **changes)


def _repeated(name: str) -> Callable[[World], TokenRequest]:
    def make(world: World) -> TokenRequest:
        request = token_request(world, "mijn-cz", world.log_in())
        return replace(request, body=(*request.body, (name, dict(request.body).get(name, "x"))))

    return make


REFUSALS: list[tuple[Callable[[World], TokenRequest], int, str]] = [
    (_raw(content_type=None), 400, "invalid_request"),
    (_raw(content_type="application/json"), 400, "invalid_request"),
    (_raw(content_type="multipart/form-data; boundary=x"), 400, "invalid_request"),
    (_raw(query=(("code", "x"),)), 400, "invalid_request"),
    (_raw(query=(("client_secret", "x"),)), 400, "invalid_request"),
    (_raw(body=()), 401, "invalid_client"),
    (_raw(body=tuple((f"p{n}", "") for n in range(65))), 400, "invalid_request"),
    (_repeated("code"), 400, "invalid_request"),
    (_repeated("client_assertion"), 400, "invalid_request"),
    (_repeated("grant_type"), 400, "invalid_request"),
    (_changed("grant_type", None), 400, "invalid_request"),
    (_changed("grant_type", "password"), 400, "unsupported_grant_type"),
    (_changed("grant_type", "client_credentials"), 400, "unsupported_grant_type"),
    (_changed("grant_type", "refresh_token"), 400, "unauthorized_client"),
    (_changed("code", None), 400, "invalid_request"),
    (_changed("code", "nonsense"), 400, "invalid_grant"),
    (_changed("redirect_uri", None), 400, "invalid_request"),
    (_changed("redirect_uri", "https://portal.example/other"), 400, "invalid_grant"),
    (_changed("code_verifier", None), 400, "invalid_request"),
    (_changed("code_verifier", "v" * 42), 400, "invalid_request"),
    (_changed("code_verifier", "v" * 129), 400, "invalid_request"),
    (_changed("code_verifier", "v" * 43 + "+"), 400, "invalid_request"),
    (_changed("code_verifier", "w" * 43), 400, "invalid_grant"),
    (_changed("client_id", "mijn-basic"), 401, "invalid_client"),
    (_changed("client_assertion", "x.y.z"), 401, "invalid_client"),
]


@pytest.mark.parametrize(("make", "status", "error"), REFUSALS, ids=range(len(REFUSALS)))
def test_token_request_that_breaks_a_rule_is_refused(
    world: World, make: Callable[[World], TokenRequest], status: int, error: str
) -> None:
    """RFC 6749 5.2: JSON with the standard's code, never cached; 401 with a challenge for the client."""
    answer = ask(world, make(world))
    headers = dict(answer.headers)
    assert (answer.status, json.loads(answer.body)["error"]) == (status, error)
    assert headers["Cache-Control"] == "no-store"
    assert headers.get("WWW-Authenticate") == (
        f'Basic realm="{ISSUER}", charset="UTF-8"' if status == 401 else None
    )


def test_unknown_client_and_wrong_secret_get_the_same_answer(world: World) -> None:
    """Byte for byte, headers included (A08 for clients)."""
    sound = token_request(world, "mijn-basic", world.log_in("mijn-basic"))
    answers = {
        (answer.status, answer.headers, answer.body)
        for answer in (
            ask(world, replace(sound, authorization=basic_header(client_id, secret)))
            for client_id, secret in (("nobody", "x"), ("mijn-basic", "wrong"), ("mijn-cz", "x"))
        )
    }
    assert len(answers) == 1


def test_failed_client_authentication_does_not_spend_the_code(world: World) -> None:
    """A stranger who saw a code cannot destroy it without the client's key."""
    code = world.log_in("mijn-basic")
    request = token_request(world, "mijn-basic", code)
    assert ask(world, replace(request, authorization=basic_header(secret="wrong"))).status == 401
    assert ask(world, request).status == 200


def test_replayed_code_is_refused_and_its_access_token_dies(world: World) -> None:
    """A39: the second redemption is refused and the first access token is worthless from then on."""
    code = world.log_in()
    first = json.loads(ask(world, token_request(world, "mijn-cz", code)).body)["access_token"]
    assert userinfo_status(world, first) == 200
    answer = ask(world, token_request(world, "mijn-cz", code))
    assert (answer.status, json.loads(answer.body)["error"]) == (400, "invalid_grant")
    assert (answer.reason, answer.client_id) == ("code-replayed", "mijn-cz")
    assert userinfo_status(world, first) == 401


def test_code_of_an_ended_session_gives_nothing(world: World) -> None:
    """Logged out between the redirect and the token request."""
    code = world.log_in()
    world.sessions.ends.clear()
    answer = ask(world, token_request(world, "mijn-cz", code))
    assert json.loads(answer.body)["error"] == "invalid_grant"


def test_session_of_another_brand_does_not_count(world: World) -> None:
    """The same sid at another brand is another session."""
    code = world.log_in()
    world.sessions.ends = {("vgz", sid): ends for (_, sid), ends in world.sessions.ends.items()}
    assert ask(world, token_request(world, "mijn-cz", code)).status == 400


def test_code_raced_by_fifty_requests_gives_tokens_once(world: World) -> None:
    """B3-04: exactly one success, and after the replays its access token is dead."""
    code = world.log_in()
    requests = [token_request(world, "mijn-cz", code) for _ in range(50)]
    barrier = Barrier(50)

    def attempt(request: TokenRequest) -> TokenAnswer:
        barrier.wait()
        return ask(world, request)

    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(attempt, requests))
    won = [answer for answer in answers if answer.status == 200]
    assert len(won) == 1
    assert sum(answer.reason == "code-replayed" for answer in answers) == 49
    assert userinfo_status(world, json.loads(won[0].body)["access_token"]) == 401
