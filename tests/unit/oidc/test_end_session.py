"""Logging out at a portal's request, and hints that come back."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from broker.oidc.end_session import AskFirst, EndSessionDecision, LogoutNow, RefusedHint
from broker.oidc.errors import RedirectedError, ShownError
from broker.oidc.id_token_hint import Expected
from broker.oidc.keys import LOOK_EVERY_SECONDS, make_signing_key
from broker.oidc.subject import pairwise_subject
from broker.oidc.vocabulary import SigningAlgorithm
from broker.storage.records import RecordStore
from tests.unit.oidc.oidc_support import (
    ISSUER,
    LOGGED_OUT_URI,
    SEED,
    HeldKey,
    MovableClock,
    World,
    client_ec,
    client_encryption,
    decoded,
    decrypt,
    forge,
    make_world,
    our_keys,
    sign,
    sound_request,
    stranger_ec,
    tokens_of,
)


def decide(world: World, *, in_url: bool = True, **parameters: str) -> EndSessionDecision:
    """Ask to log out with these parameters."""
    return world.provider.end_session.decide(list(parameters.items()), in_url=in_url)


@pytest.fixture
def hint(world: World) -> str:
    """An ID token of a living session."""
    return str(tokens_of(world)["id_token"])


def test_logout_with_a_hint_happens_at_once_and_goes_back(world: World, hint: str) -> None:
    """The session of the hint, the registered address, the state as sent."""
    decision = decide(world, id_token_hint=hint, post_logout_redirect_uri=LOGGED_OUT_URI, state="a b&c")
    assert isinstance(decision, LogoutNow)
    assert decision.client.client_id == "mijn-cz"
    assert decision.sid == decoded(hint, world)[1]["sid"]
    assert (decision.redirect_to, decision.state) == (LOGGED_OUT_URI, "a b&c")


def test_logout_with_an_expired_hint_is_good(world: World, hint: str) -> None:
    """RP-Initiated Logout 2: ID tokens live five minutes, sessions longer."""
    world.clock.advance(86_400)
    assert isinstance(decide(world, id_token_hint=hint), LogoutNow)


def test_logout_with_a_hint_by_a_retired_key_is_good(records: RecordStore, clock: MovableClock) -> None:
    """Rotation does not lock people in; a destroyed key does end its hints."""
    held = our_keys()
    world = make_world(records, clock, held)
    hint = str(tokens_of(world)["id_token"])
    kid, pem = make_signing_key(SigningAlgorithm.ES256)
    new = HeldKey(kid, "ES256", "active", pem)
    held.hold([replace(key, state="retired") for key in held.keys] + [new])
    clock.advance(LOOK_EVERY_SECONDS)
    assert isinstance(decide(world, id_token_hint=hint), LogoutNow)
    held.hold([new])
    clock.advance(LOOK_EVERY_SECONDS)
    assert isinstance(decide(world, id_token_hint=hint), RefusedHint)


@pytest.mark.parametrize("extra", [[], [("state", "x")]])
def test_logout_without_an_address_tells_the_person_instead(
    world: World, hint: str, extra: list[tuple[str, str]]
) -> None:
    """No address, no redirect, and no state to send along."""
    decision = world.provider.end_session.decide([("id_token_hint", hint), *extra], in_url=True)
    assert isinstance(decision, LogoutNow)
    assert (decision.redirect_to, decision.state) == (None, None)


@pytest.mark.parametrize(
    "address",
    [
        LOGGED_OUT_URI + "/",
        LOGGED_OUT_URI + "?x=1",
        LOGGED_OUT_URI + "#x",
        LOGGED_OUT_URI.upper(),
        "https://evil.example/",
        "//portal.example/out",
        "https://portal.example/callback",
        "javascript:alert(1)",
    ],
)
def test_logout_to_an_unregistered_address_asks_and_never_goes_there(
    world: World, hint: str, address: str
) -> None:
    """B3-22: byte for byte or not at all."""
    decision = decide(world, id_token_hint=hint, post_logout_redirect_uri=address, state="x")
    assert isinstance(decision, AskFirst)
    assert (decision.redirect_to, decision.state) == (None, None)


def test_logout_without_a_hint_asks_first(world: World) -> None:
    """A49: anybody can make a browser come here, so nothing ends by itself."""
    assert decide(world) == AskFirst(None, None, None)
    assert decide(world, post_logout_redirect_uri=LOGGED_OUT_URI, state="x") == AskFirst(None, None, None)
    decision = decide(world, client_id="mijn-cz", post_logout_redirect_uri=LOGGED_OUT_URI, state="x")
    assert isinstance(decision, AskFirst)
    assert (decision.redirect_to, decision.state) == (LOGGED_OUT_URI, "x")
    decision = decide(world, client_id="mijn-cz", post_logout_redirect_uri="https://evil.example/")
    assert isinstance(decision, AskFirst)
    assert decision.redirect_to is None
    assert decide(world, client_id="nobody", post_logout_redirect_uri=LOGGED_OUT_URI) == AskFirst(
        None, None, None
    )


def test_logout_with_the_hint_of_another_client_is_refused(world: World, hint: str) -> None:
    """client_id must agree with the hint; the same client is the control."""
    assert isinstance(decide(world, id_token_hint=hint, client_id="mijn-cz"), LogoutNow)
    assert isinstance(decide(world, id_token_hint=hint, client_id="mijn-basic"), RefusedHint)


@pytest.mark.parametrize("name", ["id_token_hint", "state", "post_logout_redirect_uri", "client_id"])
def test_logout_with_a_repeated_parameter_is_shown(world: World, hint: str, name: str) -> None:
    """Nobody chooses which of the two counts."""
    listed = [("id_token_hint", hint), (name, "x"), (name, "y")]
    with pytest.raises(ShownError):
        world.provider.end_session.decide(listed, in_url=False)


def test_logout_hint_with_a_bsn_counts_in_a_post_only(world: World) -> None:
    """A65: such a token never works in a URL, where history and logs would keep it."""
    inner = decrypt(tokens_of(world, "mijn-bsn")["id_token"], client_encryption())[1]
    assert isinstance(decide(world, in_url=False, id_token_hint=inner), LogoutNow)
    decision = decide(world, id_token_hint=inner, post_logout_redirect_uri=LOGGED_OUT_URI)
    assert isinstance(decision, AskFirst)
    assert decision.redirect_to == LOGGED_OUT_URI


def _signed_by_us(world: World, hint: str, header: dict[str, Any], claims: dict[str, Any]) -> str:
    true_header, true_claims = decoded(hint, world)
    changed = {name: value for name, value in (true_claims | claims).items() if value is not None}
    return sign(true_header | header, changed, world.keys.active(SigningAlgorithm.ES256).key)


CHANGES: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"typ": "at+jwt"}, {}),
    ({"typ": "logout+jwt"}, {}),
    ({"kid": "unknown"}, {}),
    ({}, {"iss": "https://evil.example"}),
    ({}, {"iss": None}),
    ({}, {"aud": ["mijn-cz"]}),
    ({}, {"aud": "nobody"}),
    ({}, {"aud": "mijn-nlgov"}),
    ({}, {"aud": None}),
    ({}, {"sid": None}),
    ({}, {"sub": None}),
    ({}, {"exp": None}),
]


@pytest.mark.parametrize(
    ("header", "claims"), [({}, {}), *CHANGES], ids=[json.dumps(c) for c in [({}, {}), *CHANGES]]
)
def test_hint_with_a_wrong_part_is_refused_even_when_we_signed_it(
    world: World, hint: str, header: dict[str, Any], claims: dict[str, Any]
) -> None:
    """Each rule by itself; the unchanged copy is the control."""
    decision = decide(world, id_token_hint=_signed_by_us(world, hint, header, claims))
    assert isinstance(decision, RefusedHint if header or claims else LogoutNow)


def test_hint_that_is_forged_is_refused(world: World, hint: str) -> None:
    """Other keys, none, an empty or foreign signature, an access token, an encrypted token, rubbish."""
    header, claims = decoded(hint, world)
    parts = hint.split(".")
    rsa = world.keys.active(SigningAlgorithm.RS256)
    forged = [
        sign(header, claims, stranger_ec()),
        sign(header, claims, client_ec()),
        sign(header | {"alg": "RS256", "kid": rsa.kid}, claims, rsa.key),
        forge(header | {"alg": "none"}, claims, b""),
        forge(header | {"alg": "None"}, claims, b"x"),
        forge(header | {"alg": "HS256"}, claims, b"x" * 32),
        f"{parts[0]}.{parts[1]}.",
        f"{parts[0]}.{parts[1]}",
        f"{parts[0]}.{parts[1]}.{parts[2][:-4]}AAAA",
        str(tokens_of(world)["access_token"]),
        str(tokens_of(world, "mijn-bsn")["id_token"]),
        "x",
    ]
    for text in forged:
        assert isinstance(decide(world, id_token_hint=text), RefusedHint), text


def test_hint_at_authorize_names_the_only_person_who_may_answer(world: World, hint: str) -> None:
    """Core 3.1.2.2: the caller compares with the subject that is logged in."""
    subject = pairwise_subject(SEED, "cz-consumers")
    expected = world.provider.hints.expected
    assert expected(sound_request()) == Expected()
    assert expected(sound_request(id_token_hint=hint)).subject == subject
    wanted = json.dumps({"id_token": {"sub": {"value": subject}}})
    assert expected(sound_request(claims=wanted)).subject == subject
    assert expected(sound_request(claims=wanted, id_token_hint=hint)).subject == subject


def test_hint_at_authorize_that_is_not_this_clients_is_refused(world: World, hint: str) -> None:
    """Forged, of another client, or contradicting the claims parameter: the portal is told."""
    other = json.dumps({"id_token": {"sub": {"value": "other"}}})
    for request in (
        sound_request(id_token_hint=hint[:-4] + "AAAA"),
        sound_request(id_token_hint=hint, client_id="mijn-basic"),
        sound_request(id_token_hint=hint, claims=other),
    ):
        with pytest.raises(RedirectedError) as caught:
            world.provider.hints.expected(request)
        assert caught.value.error == "invalid_request"


def test_issuer_of_the_tests_is_the_one_in_the_hint(world: World, hint: str) -> None:
    """Guards the table above against testing nothing."""
    assert decoded(hint, world)[1]["iss"] == ISSUER
