"""The userinfo endpoint."""

from __future__ import annotations

import hmac
import json
from hashlib import sha256
from typing import Any

import pytest
from joserfc.jwk import ECKey, RSAKey

from broker.oidc.answers import UserinfoAnswer
from broker.oidc.claims import SessionEnds
from broker.oidc.clients import ClientRegistry
from broker.oidc.jose import TokenRefused
from broker.oidc.keys import SigningKey
from broker.oidc.subject import pairwise_subject
from broker.oidc.userinfo import UserinfoRequest
from broker.oidc.vocabulary import KeyEncryption, SigningAlgorithm
from broker.storage.records import RecordStore
from tests.unit.oidc.oidc_support import (
    ISSUER,
    SEED,
    START,
    MovableClock,
    World,
    client_ec,
    client_encryption,
    decoded,
    decrypt,
    encode_part,
    es256,
    make_client,
    make_world,
    sign,
    stranger_ec,
    tokens_of,
)


def ask(world: World, token: str) -> UserinfoAnswer:
    """Come with a bearer token in the header."""
    return world.provider.userinfo.answer(UserinfoRequest(f"Bearer {token}"))


def ours(world: World, algorithm: SigningAlgorithm = SigningAlgorithm.ES256) -> SigningKey:
    """The broker's own signing key."""
    return world.keys.active(algorithm)


def refuse(world: World, token: str) -> None:
    """Expect RFC 6750 3.1."""
    answer = ask(world, token)
    assert answer.status == 401
    assert json.loads(answer.body)["error"] == "invalid_token"
    assert 'error="invalid_token"' in dict(answer.headers)["WWW-Authenticate"]


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_userinfo_tells_the_contract_to_a_living_token(world: World, scheme: str) -> None:
    """The pairwise subject and the claims of the contract, never cached; the scheme has no case."""
    token = tokens_of(world)["access_token"]
    answer = world.provider.userinfo.answer(UserinfoRequest(f"{scheme} {token}"))
    assert answer.status == 200
    assert json.loads(answer.body) == {
        "sub": pairwise_subject(SEED, "cz-consumers"),
        "name": "Fenna Bakker",
        "email": "fenna@example.nl",
        "assurance": {"scheme": "digid", "level": "midden"},
        "idp": "digid",
        "session_expires_at": int(START.replace(hour=14).timestamp()),
    }
    assert dict(answer.headers)["Cache-Control"] == "no-store"


def test_userinfo_never_tells_the_bsn(world: World) -> None:
    """Not even to a client that gets it in its encrypted ID token, and not when asked by name."""
    asked = json.dumps({"userinfo": {"bsn": {"essential": True}}})
    token = tokens_of(world, "mijn-bsn", claims=asked)["access_token"]
    assert "bsn" not in json.loads(ask(world, token).body)


def test_userinfo_tells_the_ends_of_the_session_as_they_are_now(world: World) -> None:
    """Activity elsewhere has moved them."""
    token = tokens_of(world)["access_token"]
    place = next(iter(world.sessions.ends))
    world.sessions.ends[place] = SessionEnds(START.replace(hour=15), START.replace(hour=16))
    assert json.loads(ask(world, token).body)["session_expires_at"] == int(START.replace(hour=16).timestamp())


@pytest.mark.parametrize("authorization", [None, "", "Basic abc", "Digest x", "Bearerx"])
def test_userinfo_without_a_token_only_challenges(world: World, authorization: str | None) -> None:
    """RFC 6750 3.1: no error code for somebody who brought nothing."""
    answer = world.provider.userinfo.answer(UserinfoRequest(authorization))
    assert answer.status == 401
    assert dict(answer.headers)["WWW-Authenticate"] == f'Bearer realm="{ISSUER}"'
    assert b"error" not in answer.body


@pytest.mark.parametrize("with_header", [True, False])
@pytest.mark.parametrize("where", ["query", "body"])
def test_userinfo_takes_no_token_outside_the_header(world: World, where: str, with_header: bool) -> None:
    """URLs end up in logs; even beside a good header it is refused."""
    token = tokens_of(world)["access_token"]
    given: Any = {where: (("access_token", token),)}
    request = UserinfoRequest(f"Bearer {token}" if with_header else None, **given)
    answer = world.provider.userinfo.answer(request)
    assert (answer.status, json.loads(answer.body)["error"]) == (400, "invalid_request")


@pytest.mark.parametrize(("age_seconds", "status"), [(599, 200), (600, 401), (100_000, 401)])
def test_access_token_lives_ten_minutes(world: World, age_seconds: int, status: int) -> None:
    """By our clock."""
    token = tokens_of(world)["access_token"]
    world.clock.advance(age_seconds)
    assert ask(world, token).status == status


def test_access_token_dies_with_its_session(world: World) -> None:
    """Logged out, idle or disabled: the lookup finds nothing (A29, A30)."""
    token = tokens_of(world)["access_token"]
    world.sessions.ends.clear()
    refuse(world, token)


def test_access_token_dies_with_its_grant(world: World) -> None:
    """Ended grants take their tokens along."""
    token = tokens_of(world)["access_token"]
    world.provider.grants.end("mijn-cz", decoded(token, world)[1]["grant_id"])
    refuse(world, token)


def test_id_token_is_no_access_token(world: World) -> None:
    """A48: kinds are not exchangeable."""
    refuse(world, tokens_of(world)["id_token"])


CLAIM_CHANGES: list[dict[str, Any]] = [
    {"iss": "https://evil.example"},
    {"iss": None},
    {"aud": "mijn-cz"},
    {"aud": ["https://portal.example/api"]},
    {"aud": "https://basic.example/api"},
    {"client_id": "nobody"},
    {"client_id": "mijn-basic"},
    {"client_id": None},
    {"exp": None},
    {"exp": "9999999999"},
    {"nbf": 2**50},
    {"grant_id": "other"},
    {"grant_id": None},
    {"sid": "other"},
    {"sub": "other"},
]


@pytest.mark.parametrize("changes", [{}, *CLAIM_CHANGES], ids=[json.dumps(c) for c in [{}, *CLAIM_CHANGES]])
def test_access_token_with_a_wrong_claim_is_refused_even_when_we_signed_it(
    world: World, changes: dict[str, Any]
) -> None:
    """Each claim is checked by itself; the unchanged copy is the control."""
    token = tokens_of(world)["access_token"]
    header, claims = decoded(token, world)
    changed = {name: value for name, value in (claims | changes).items() if value is not None}
    forged = sign(header, changed, ours(world).key)
    if changes:
        refuse(world, forged)
    else:
        assert ask(world, forged).status == 200


@pytest.mark.parametrize(
    "changes",
    [
        {"typ": "JWT"},
        {"typ": None},
        {"typ": "logout+jwt"},
        {"kid": None},
        {"kid": "../../../dev/null"},
        {"kid": "x' UNION SELECT"},
        {"kid": "k" * 100},
        {"jku": "http://127.0.0.1:9/"},
        {"jwk": {"kty": "EC"}},
        {"x5u": "http://127.0.0.1:9/"},
        {"crit": ["x"]},
        {"zip": "DEF"},
        {"alg": "none"},
        {"alg": "HS256"},
        {"alg": "RS256"},
    ],
    ids=json.dumps,
)
def test_access_token_with_a_wrong_header_is_refused(world: World, changes: dict[str, Any]) -> None:
    """Types, names and sources of keys, extensions, algorithms."""
    token = tokens_of(world)["access_token"]
    header, claims = decoded(token, world)
    changed = {name: value for name, value in (header | changes).items() if value is not None}
    key = ours(world).key
    assert isinstance(key, ECKey)
    content = f"{encode_part(changed)}.{encode_part(claims)}"
    refuse(world, f"{content}.{encode_part(es256(content.encode(), key))}")


@pytest.mark.parametrize("algorithm", ["PS256", "RS256"])
def test_access_token_by_another_key_of_ours_is_refused(world: World, algorithm: str) -> None:
    """A client's tokens are signed with its own algorithm, and by nothing else that we hold."""
    token = tokens_of(world)["access_token"]
    header, claims = decoded(token, world)
    key = ours(world, SigningAlgorithm(algorithm))
    refuse(world, sign(header | {"alg": algorithm, "kid": key.kid}, claims, key.key))


@pytest.mark.parametrize("key", [client_ec, stranger_ec])
def test_access_token_by_a_stranger_is_refused(world: World, key: Any) -> None:
    """Not by the portal itself either."""
    token = tokens_of(world)["access_token"]
    header, claims = decoded(token, world)
    refuse(world, sign(header, claims, key()))


@pytest.mark.parametrize("algorithm", list(SigningAlgorithm))
def test_access_token_hmacked_with_our_public_key_is_refused(
    world: World, algorithm: SigningAlgorithm
) -> None:
    """Published keys are nobody's secret (B3-10)."""
    header, claims = decoded(tokens_of(world)["access_token"], world)
    key = ours(world, algorithm)
    assert isinstance(key.key, ECKey | RSAKey)
    for alg in ("HS256", algorithm.value):
        content = f"{encode_part(header | {'alg': alg, 'kid': key.kid})}.{encode_part(claims)}"
        signature = hmac.digest(key.key.as_pem(private=False), content.encode(), sha256)
        refuse(world, f"{content}.{encode_part(signature)}")


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "..", "é", "A" * 10_000, "a.b.c.d.e", "a b"])
def test_access_token_that_is_none_is_refused(world: World, token: str) -> None:
    """Any text gets a calm answer."""
    refuse(world, token)


def test_userinfo_is_signed_and_sealed_for_a_client_that_registered_so(
    records: RecordStore, clock: MovableClock
) -> None:
    """Core 5.3.2: iss and aud in it; no exp or sid, so that it never passes for an ID token."""
    signing = {"userinfo_signed_response_alg": SigningAlgorithm.PS256}
    clients = ClientRegistry(
        [
            make_client(client_id="signed", **signing),
            make_client(
                client_id="sealed", userinfo_encrypted_response_alg=KeyEncryption.RSA_OAEP_256, **signing
            ),
        ]
    )
    world = make_world(records, clock, clients=clients)
    for client_id in ("signed", "sealed"):
        answer = ask(world, tokens_of(world, client_id)["access_token"])
        token = answer.body.decode()
        assert dict(answer.headers)["Content-Type"] == "application/jwt"
        assert dict(answer.headers)["Cache-Control"] == "no-store"
        if client_id == "sealed":
            header, token = decrypt(token, client_encryption())
            assert header["cty"] == "JWT"
        header, claims = decoded(token, world)
        assert header["alg"] == "PS256"
        assert (claims["iss"], claims["aud"], claims["name"]) == (ISSUER, client_id, "Fenna Bakker")
        assert not {"exp", "sid"} & claims.keys()
        with pytest.raises(TokenRefused):
            world.provider.hints.read(token)
