"""Refresh tokens: for clients that registered for them, once each, and never beyond the session."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest

from broker.oidc.answers import JsonAnswer
from broker.oidc.userinfo import UserinfoRequest
from tests.unit.oidc.oidc_support import START, World, decoded, form_request, token_request, tokens_of

KEEPERS = ["alive-key", "alive-secret"]


def refresh(world: World, client_id: str, token: str | None, **changes: str | None) -> JsonAnswer:
    """Ask for new tokens."""
    return world.provider.token.answer(
        form_request(world, client_id, grant_type="refresh_token", refresh_token=token, **changes)
    )


def content_of(answer: JsonAnswer) -> dict[str, Any]:
    """The JSON of an answer."""
    content: dict[str, Any] = json.loads(answer.body)
    return content


def refused(answer: JsonAnswer, error: str = "invalid_grant") -> bool:
    """Whether it is that refusal of RFC 6749 5.2."""
    return (answer.status, content_of(answer).get("error")) == (400, error)


def userinfo(world: World, access_token: str) -> JsonAnswer:
    """What userinfo says to that token."""
    return world.provider.userinfo.answer(UserinfoRequest(f"Bearer {access_token}"))


def test_refresh_token_is_given_only_to_a_client_that_registered_for_it(world: World) -> None:
    """Off unless the portal's file lists the grant."""
    assert "refresh_token" not in tokens_of(world, "mijn-cz")
    assert refused(refresh(world, "mijn-cz", "x" * 43 + "." + "x" * 43), "unauthorized_client")


@pytest.mark.parametrize("client_id", KEEPERS)
def test_refresh_gives_new_tokens_and_a_new_refresh_token(world: World, client_id: str) -> None:
    """Rotation: nothing of the old answer comes back."""
    first = tokens_of(world, client_id)
    answer = refresh(world, client_id, first["refresh_token"])
    second = content_of(answer)
    assert (answer.status, answer.reason, answer.client_id) == (200, "tokens-refreshed", client_id)
    assert not {first[name] for name in ("access_token", "id_token", "refresh_token")} & {
        second[name] for name in ("access_token", "id_token", "refresh_token")
    }
    assert userinfo(world, second["access_token"]).status == 200
    assert refresh(world, client_id, second["refresh_token"]).status == 200


def test_refreshed_id_token_speaks_of_the_same_login(world: World) -> None:
    """Core 12.2: same iss, sub, aud, auth_time and sid; a later iat; no nonce."""
    first = tokens_of(world, "alive-key")
    before = decoded(first["id_token"], world)[1]
    world.clock.advance(300)
    after = decoded(content_of(refresh(world, "alive-key", first["refresh_token"]))["id_token"], world)[1]
    for name in ("iss", "sub", "aud", "auth_time", "sid", "acr"):
        assert after[name] == before[name]
    assert after["iat"] == before["iat"] + 300
    assert "nonce" in before
    assert "nonce" not in after


def test_refresh_is_activity_and_keeps_the_session_alive(world: World) -> None:
    """Ten minutes apart it lives on past its first idle end; its new ends come with the tokens."""
    token = tokens_of(world, "alive-key")["refresh_token"]
    for _ in range(3):
        world.clock.advance(600)
        token = content_of(refresh(world, "alive-key", token))["refresh_token"]
    (ends,) = world.sessions.ends.values()
    assert ends.idle_at == START + timedelta(minutes=45)


def test_refresh_after_the_idle_end_is_refused(world: World) -> None:
    """DigiD: fifteen minutes without activity."""
    token = tokens_of(world, "alive-key")["refresh_token"]
    world.clock.advance(901)
    assert refused(refresh(world, "alive-key", token))


def test_refresh_never_goes_beyond_the_absolute_end(world: World) -> None:
    """A42: steady refreshing ends where the session ends."""
    token = tokens_of(world, "alive-key")["refresh_token"]
    for _ in range(11):
        world.clock.advance(600)
        token = content_of(refresh(world, "alive-key", token))["refresh_token"]
    world.clock.advance(600)
    assert refused(refresh(world, "alive-key", token))


def test_refresh_of_an_ended_session_is_refused(world: World) -> None:
    """Logged out: the refresh token is worth nothing."""
    token = tokens_of(world, "alive-key")["refresh_token"]
    world.sessions.ends.clear()
    assert refused(refresh(world, "alive-key", token))


@pytest.mark.parametrize(("client_id", "pause_seconds"), [("alive-key", 6), ("alive-secret", 0)])
def test_refresh_token_used_again_ends_the_family(world: World, client_id: str, pause_seconds: int) -> None:
    """RFC 9700 4.14.2: the thief and the owner cannot be told apart, so both lose."""
    old = tokens_of(world, client_id)["refresh_token"]
    newest = content_of(refresh(world, client_id, old))
    world.clock.advance(pause_seconds)
    answer = refresh(world, client_id, old)
    assert refused(answer)
    assert answer.reason == "refresh-token-replayed"
    assert userinfo(world, newest["access_token"]).status == 401
    assert refused(refresh(world, client_id, newest["refresh_token"]))


def test_refresh_token_used_twice_at_once_by_a_client_with_a_key_keeps_the_family(world: World) -> None:
    """Two tabs of one portal: the second is refused, the session goes on (profile section 4)."""
    old = tokens_of(world, "alive-key")["refresh_token"]
    newest = content_of(refresh(world, "alive-key", old))
    world.clock.advance(5)
    assert refused(refresh(world, "alive-key", old))
    assert refresh(world, "alive-key", newest["refresh_token"]).status == 200


@pytest.mark.parametrize("other", ["alive-secret", "mijn-cz"])
def test_refresh_token_of_another_client_does_not_exist(world: World, other: str) -> None:
    """B3-17: it is refused and stays good for its owner."""
    token = tokens_of(world, "alive-key")["refresh_token"]
    assert refresh(world, other, token).status == 400
    assert refresh(world, "alive-key", token).status == 200


@pytest.mark.parametrize("token", ["", "x", "x" * 43, f"{'x' * 43}.{'y' * 43}", "\0" * 87, "é" * 87])
def test_refresh_token_that_we_never_made_is_refused(world: World, token: str) -> None:
    """Whatever it looks like."""
    answer = refresh(world, "alive-key", token)
    assert refused(answer, "invalid_grant" if token else "invalid_request")


def test_refresh_may_narrow_the_scope_for_one_access_token(world: World) -> None:
    """RFC 6749 6: userinfo tells less with it, and the next refresh has everything again."""
    token = tokens_of(world, "alive-key")["refresh_token"]
    narrow = content_of(refresh(world, "alive-key", token, scope="openid"))
    told = content_of(userinfo(world, narrow["access_token"]))
    assert narrow["scope"] == "openid"
    assert "name" not in told
    assert "email" not in told
    wide = content_of(refresh(world, "alive-key", narrow["refresh_token"]))
    assert wide["scope"] == "openid profile email"
    assert content_of(userinfo(world, wide["access_token"]))["name"] == "Fenna Bakker"


@pytest.mark.parametrize("scope", ["openid phone", "openid profile email admin", "profile", " "])
def test_refresh_never_widens_the_scope(world: World, scope: str) -> None:
    """B3-17: refused, and the refresh token is not used up by it."""
    token = tokens_of(world, "alive-key", scope="openid profile")["refresh_token"]
    assert refused(refresh(world, "alive-key", token, scope=scope), "invalid_scope")
    assert refresh(world, "alive-key", token).status == 200


def test_replayed_code_ends_refresh_tokens_too_even_hours_later(world: World) -> None:
    """A39: what was issued from the code dies, however often it was refreshed meanwhile."""
    code = world.log_in("alive-key")
    token = content_of(world.provider.token.answer(token_request(world, "alive-key", code)))["refresh_token"]
    for _ in range(6):
        world.clock.advance(600)
        token = content_of(refresh(world, "alive-key", token))["refresh_token"]
    replay = world.provider.token.answer(token_request(world, "alive-key", code))
    assert replay.reason == "code-replayed"
    assert refused(refresh(world, "alive-key", token))


def _race(world: World, client_id: str, token: str) -> list[JsonAnswer]:
    """Fifty requests at once; the answers that gave tokens."""
    barrier = Barrier(50)

    def attempt(_: int) -> JsonAnswer:
        barrier.wait()
        return refresh(world, client_id, token)

    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(attempt, range(50)))
    won = [answer for answer in answers if answer.status == 200]
    assert all(refused(answer) for answer in answers if answer not in won)
    return won


def test_refresh_token_raced_by_a_client_with_a_key_has_one_winner_that_goes_on(world: World) -> None:
    """A42: one success, and the family lives on, for only the portal's own key could race."""
    (won,) = _race(world, "alive-key", tokens_of(world, "alive-key")["refresh_token"])
    assert refresh(world, "alive-key", content_of(won)["refresh_token"]).status == 200


def test_refresh_token_raced_by_a_client_with_a_secret_ends_the_family(world: World) -> None:
    """A42: one success at most (the losers may end the family before it is through), and then nothing."""
    token = tokens_of(world, "alive-secret")["refresh_token"]
    won = _race(world, "alive-secret", token)
    assert len(won) <= 1
    assert refused(refresh(world, "alive-secret", token))
    for answer in won:
        assert refused(refresh(world, "alive-secret", content_of(answer)["refresh_token"]))
        assert userinfo(world, content_of(answer)["access_token"]).status == 401


def test_refresh_token_is_hidden_when_printed(world: World) -> None:
    """Requests and answers may be logged without harm."""
    token = tokens_of(world, "alive-key")["refresh_token"]
    request = form_request(world, "alive-key", grant_type="refresh_token", refresh_token=token)
    assert token not in repr(request)
    assert token not in repr(world.provider.token.answer(request))
