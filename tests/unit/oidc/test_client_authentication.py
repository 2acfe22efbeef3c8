"""Which client is asking: private_key_jwt and client_secret_basic."""

from __future__ import annotations

import hmac
import json
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from threading import Barrier
from typing import Any

import pytest
from joserfc.jwk import RSAKey

from broker.oidc.client_assertion import ASSERTION_TYPE, AssertionVerifier
from broker.oidc.client_authentication import ClientAuthenticator, ClientUnproved
from broker.oidc.client_secret import secret_matches
from broker.oidc.clients import Client, ClientRegistry
from broker.oidc.errors import OAuthCode, Refusal
from broker.oidc.parameters import read_parameters
from broker.storage.records import RecordStore
from tests.unit.oidc.oidc_support import (
    ISSUER,
    SECRET,
    START,
    TOKEN_URL,
    MovableClock,
    basic_client,
    basic_header,
    client_ec,
    client_encryption,
    client_keys,
    client_rsa,
    encode_part,
    es256,
    forge,
    fresh_jti,
    make_client,
    sign,
    stranger_ec,
)

NOW = int(START.timestamp())


@pytest.fixture
def authenticator(records: RecordStore, clock: MovableClock) -> ClientAuthenticator:
    """Three clients: one with keys, another with the same keys, one with a secret."""
    clients = ClientRegistry([make_client(), make_client(client_id="other"), basic_client()])
    return ClientAuthenticator(clients, AssertionVerifier(frozenset({ISSUER, TOKEN_URL}), records, clock))


def claims(**changes: Any) -> dict[str, Any]:
    """The claims of a sound assertion; None leaves one out."""
    sound = {
        "iss": "mijn-cz",
        "sub": "mijn-cz",
        "aud": ISSUER,
        "jti": fresh_jti(),
        "exp": NOW + 60,
        "iat": NOW,
    }
    return {name: value for name, value in (sound | changes).items() if value is not None}


def header(**changes: Any) -> dict[str, Any]:
    """The header of a sound assertion; None leaves a member out."""
    sound = {"alg": "ES256", "kid": "sign-ec", "typ": "JWT"}
    return {name: value for name, value in (sound | changes).items() if value is not None}


def present(authenticator: ClientAuthenticator, assertion: str, **extra: str) -> Client:
    """Authenticate with that assertion."""
    body = {"client_assertion_type": ASSERTION_TYPE, "client_assertion": assertion} | extra
    return authenticator.authenticate(None, read_parameters(list(body.items())))


def refuse(authenticator: ClientAuthenticator, assertion: str, **extra: str) -> None:
    """Expect the one answer that tells nothing."""
    with pytest.raises(ClientUnproved) as caught:
        present(authenticator, assertion, **extra)
    assert caught.value.error is OAuthCode.INVALID_CLIENT
    assert caught.value.description == "client authentication failed"


@pytest.mark.parametrize(
    ("header_changes", "claim_changes"),
    [
        ({}, {}),
        ({}, {"aud": TOKEN_URL}),
        ({"typ": None}, {}),
        ({"typ": "client-authentication+jwt"}, {}),
        ({"typ": "application/JWT"}, {}),
        ({}, {"exp": NOW + 300}),
        ({}, {"exp": NOW + 1.5}),
        ({}, {"nbf": NOW + 60, "iat": NOW + 60}),
        ({}, {"iat": None}),
        ({}, {"jti": "x" * 255}),
    ],
)
def test_assertion_that_is_sound_proves_the_client(
    authenticator: ClientAuthenticator, header_changes: dict[str, Any], claim_changes: dict[str, Any]
) -> None:
    """The control, to the edge of each limit."""
    assertion = sign(header(**header_changes), claims(**claim_changes), client_ec())
    assert present(authenticator, assertion).client_id == "mijn-cz"


@pytest.mark.parametrize("alg", ["PS256", "RS256"])
def test_assertion_may_use_each_algorithm_of_its_key(authenticator: ClientAuthenticator, alg: str) -> None:
    """An RSA key without `alg` serves PS256 and RS256."""
    assertion = sign(header(alg=alg, kid="sign-rsa"), claims(), client_rsa())
    assert present(authenticator, assertion, client_id="mijn-cz").client_id == "mijn-cz"


CLAIM_FAULTS: list[dict[str, Any]] = [
    {"iss": "other"},
    {"iss": None},
    {"sub": None},
    {"sub": "nobody", "iss": "nobody"},
    {"sub": ["mijn-cz"]},
    {"aud": None},
    {"aud": [ISSUER]},
    {"aud": [ISSUER, "https://evil.example"]},
    {"aud": "https://evil.example"},
    {"aud": ISSUER + "/"},
    {"aud": TOKEN_URL + "?x"},
    {"aud": ISSUER.upper()},
    {"exp": None},
    {"exp": NOW},
    {"exp": NOW - 300},
    {"exp": NOW + 301},
    {"exp": NOW + 86_400},
    {"exp": str(NOW + 60)},
    {"exp": True},
    {"exp": 10**400},
    {"exp": -1},
    {"exp": [NOW + 60]},
    {"nbf": NOW + 61},
    {"iat": NOW + 61},
    {"iat": "now"},
    {"jti": None},
    {"jti": ""},
    {"jti": 7},
    {"jti": "x" * 256},
    {"jti": "\ud800"},
]


@pytest.mark.parametrize("changes", CLAIM_FAULTS, ids=range(len(CLAIM_FAULTS)))
def test_assertion_with_a_wrong_claim_is_refused(
    authenticator: ClientAuthenticator, changes: dict[str, Any]
) -> None:
    """One rule, one refusal; the signature is right in all of them."""
    refuse(authenticator, sign(header(), claims(**changes), client_ec()))


HEADER_FAULTS: list[dict[str, Any]] = [
    {"kid": "unknown"},
    {"kid": None},
    {"kid": ""},
    {"kid": "../../etc/passwd"},
    {"kid": "' OR 1=1 --"},
    {"kid": "k" * 65},
    {"kid": "sign-rsa"},
    {"kid": "enc"},
    {"typ": "at+jwt"},
    {"typ": "logout+jwt"},
    {"typ": "dpop+jwt"},
    {"crit": ["exp"], "exp": 1},
    {"b64": False, "crit": ["b64"]},
    {"zip": "DEF"},
    {"cty": "JWT"},
    {"jku": "http://127.0.0.1:9/keys"},
    {"x5u": "http://127.0.0.1:9/cert"},
    {"jwk": stranger_ec().as_dict(private=False)},
    {"x5c": ["AAAA"]},
]


@pytest.mark.parametrize("changes", HEADER_FAULTS, ids=range(len(HEADER_FAULTS)))
def test_assertion_with_a_wrong_header_is_refused(
    authenticator: ClientAuthenticator, changes: dict[str, Any]
) -> None:
    """Key injection, foreign kinds and extensions; signed by the client's own key all the same."""
    content = encode_part(header(**changes)) + "." + encode_part(claims())
    signature = es256(content.encode(), client_ec())
    refuse(authenticator, f"{content}.{encode_part(signature)}")


def test_assertion_built_by_hand_passes_when_nothing_is_wrong(authenticator: ClientAuthenticator) -> None:
    """The control for the table above: the hand-made signature itself is good."""
    content = encode_part(header()) + "." + encode_part(claims())
    assertion = f"{content}.{encode_part(es256(content.encode(), client_ec()))}"
    assert present(authenticator, assertion).client_id == "mijn-cz"


@pytest.mark.parametrize(
    "alg", ["none", "None", "NONE", "nOnE", "", "HS256", "HS384", "es256", "ES384", "EdDSA"]
)
@pytest.mark.parametrize("signature", [b"", b"\0" * 64])
def test_assertion_with_another_algorithm_is_refused(
    authenticator: ClientAuthenticator, alg: str, signature: bytes
) -> None:
    """Every spelling of none, symmetric ones, and those not on the list (B3-10)."""
    refuse(authenticator, forge(header(alg=alg), claims(), signature))


@pytest.mark.parametrize("as_pem", [True, False])
@pytest.mark.parametrize("alg", ["HS256", "RS256", "ES256"])
def test_assertion_hmacked_with_the_public_key_is_refused(
    authenticator: ClientAuthenticator, alg: str, as_pem: bool
) -> None:
    """Confusion of RSA and HMAC: the public key is nobody's secret."""
    public = client_rsa().as_pem(private=False) if as_pem else json.dumps(client_rsa().as_dict()).encode()
    content = f"{encode_part(header(alg=alg, kid='sign-rsa'))}.{encode_part(claims())}"
    refuse(authenticator, f"{content}.{encode_part(hmac.digest(public, content.encode(), sha256))}")


@pytest.mark.parametrize("alg", ["PS256", "RS256"])
def test_assertion_by_the_encryption_key_is_refused(authenticator: ClientAuthenticator, alg: str) -> None:
    """A key for encryption proves nothing."""
    unmarked = RSAKey.import_key(client_encryption().as_pem(private=True), {"kid": "enc"})
    refuse(authenticator, sign(header(alg=alg, kid="enc"), claims(), unmarked))


def test_assertion_by_a_stranger_is_refused(authenticator: ClientAuthenticator) -> None:
    """The right kid does not make the right key."""
    refuse(authenticator, sign(header(), claims(), stranger_ec()))


def test_assertion_that_was_changed_is_refused(authenticator: ClientAuthenticator) -> None:
    """Claims of one token with the signature of another."""
    mine, later = (sign(header(), claims(exp=NOW + exp), client_ec()) for exp in (60, 61))
    changed = ".".join([mine.split(".")[0], later.split(".")[1], mine.split(".")[2]])
    refuse(authenticator, changed)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "a.b",
        "a.b.c",
        "a.b.c.d.e",
        "..",
        "a..c",
        "=.=.=",
        "é.é.é",
        "e30.e30.e30",
        "A" * 9000,
        "[" * 4000,
    ],
)
def test_assertion_that_is_no_token_is_refused(authenticator: ClientAuthenticator, text: str) -> None:
    """Any text is answered calmly."""
    refuse(authenticator, text)


def test_assertion_above_eight_kilobytes_is_refused(authenticator: ClientAuthenticator) -> None:
    """Size is judged before anything is decoded (B3-13)."""
    refuse(authenticator, sign(header(), claims(padding="x" * 8192), client_ec()))


def test_assertion_with_ambiguous_json_is_refused(authenticator: ClientAuthenticator) -> None:
    """A member that stands twice, and numbers that JSON does not have."""
    body = json.dumps(claims())
    for raw in (
        body[:-1] + ', "sub": "mijn-cz"}',
        body[:-1] + ', "x": NaN}',
        "[" * 3000,
        "[]",
        '"x"',
        "null",
    ):
        content = f"{encode_part(header())}.{encode_part(raw.encode())}"
        refuse(authenticator, f"{content}.{encode_part(es256(content.encode(), client_ec()))}")


def test_assertion_is_good_once(authenticator: ClientAuthenticator, clock: MovableClock) -> None:
    """The same jti again is refused for as long as the assertion lives."""
    assertion = sign(header(), claims(exp=NOW + 300), client_ec())
    assert present(authenticator, assertion).client_id == "mijn-cz"
    refuse(authenticator, assertion)
    clock.advance(299)
    refuse(authenticator, assertion)


def test_jti_is_remembered_per_client(authenticator: ClientAuthenticator) -> None:
    """One client cannot use up the ids of another."""
    assert present(authenticator, sign(header(), claims(jti="same"), client_ec())).client_id == "mijn-cz"
    other = claims(jti="same", iss="other", sub="other")
    assert present(authenticator, sign(header(), other, client_ec())).client_id == "other"


def test_refused_assertion_does_not_use_up_its_jti(authenticator: ClientAuthenticator) -> None:
    """Only a sound assertion counts, so that a stranger cannot spoil ids."""
    refuse(authenticator, sign(header(), claims(jti="mine"), stranger_ec()))
    refuse(authenticator, sign(header(), claims(jti="mine", aud="https://evil.example"), client_ec()))
    assert present(authenticator, sign(header(), claims(jti="mine"), client_ec())).client_id == "mijn-cz"


def test_assertion_raced_by_fifty_is_taken_once(authenticator: ClientAuthenticator) -> None:
    """The memory of ids is one atomic step."""
    assertion = sign(header(), claims(), client_ec())
    barrier = Barrier(50)

    def attempt(_: int) -> bool:
        barrier.wait()
        try:
            return present(authenticator, assertion).client_id == "mijn-cz"
        except ClientUnproved:
            return False

    with ThreadPoolExecutor(50) as pool:
        assert sum(pool.map(attempt, range(50))) == 1


@pytest.mark.parametrize("scheme", ["Basic", "basic", "BASIC"])
def test_secret_proves_the_client(authenticator: ClientAuthenticator, scheme: str) -> None:
    """Form-urlencoded, so that plus, space, percent and slash survive; the scheme has no case."""
    body = read_parameters([("client_id", "mijn-basic")])
    header_value = scheme + basic_header().removeprefix("Basic")
    assert authenticator.authenticate(header_value, body).client_id == "mijn-basic"


BAD_BASIC = [
    basic_header("mijn-basic", "wrong"),
    basic_header("mijn-basic", SECRET + "x"),
    basic_header("mijn-basic", ""),
    basic_header("", SECRET),
    basic_header("nobody", SECRET),
    basic_header("mijn-cz", SECRET),
    "Basic " + b64encode(f"mijn-basic:{SECRET}".encode()).decode(),  # Not form-urlencoded: another secret.
    "Basic " + b64encode(b"mijn-basic").decode(),
    "Basic " + b64encode(b"\xff\xfe:\xff").decode(),
    "Basic " + b64encode(b"mijn-basic:%ff").decode(),
    "Basic ????",
    "Basic",
    "Basic " + "A" * 5000,
    "Bearer abc",
    "é",
]


@pytest.mark.parametrize("value", BAD_BASIC, ids=range(len(BAD_BASIC)))
def test_secret_that_is_wrong_is_refused_alike(authenticator: ClientAuthenticator, value: str) -> None:
    """Wrong secret, unknown client, other method, broken header: one and the same answer."""
    with pytest.raises(ClientUnproved) as caught:
        authenticator.authenticate(value, read_parameters([]))
    assert caught.value.description == "client authentication failed"


def test_two_methods_at_once_are_refused(authenticator: ClientAuthenticator) -> None:
    """RFC 6749 2.3: one per request, even when both are right."""
    assertion = {
        "client_assertion_type": ASSERTION_TYPE,
        "client_assertion": sign(header(), claims(), client_ec()),
    }
    right = basic_header("mijn-basic", SECRET)
    for authorization, body in (
        (right, assertion),
        (right, {"client_secret": SECRET}),
        (None, assertion | {"client_secret": "x"}),
    ):
        with pytest.raises(Refusal) as caught:
            authenticator.authenticate(authorization, read_parameters(list(body.items())))
        assert caught.value.error is OAuthCode.INVALID_REQUEST


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"client_id": "mijn-cz"},
        {"client_id": "mijn-basic", "client_secret": SECRET},
        {"client_assertion": "a.b.c"},
        {"client_assertion_type": ASSERTION_TYPE},
        {"client_assertion_type": "urn:x", "client_assertion": "a.b.c"},
    ],
)
def test_no_registered_method_is_refused(authenticator: ClientAuthenticator, body: dict[str, str]) -> None:
    """No method, half a method, or client_secret_post, which nobody registers."""
    with pytest.raises(ClientUnproved):
        authenticator.authenticate(None, read_parameters(list(body.items())))


def test_method_is_fixed_per_client(authenticator: ClientAuthenticator) -> None:
    """A client with a secret cannot come with an assertion, whoever signed it."""
    refuse(authenticator, sign(header(), claims(iss="mijn-basic", sub="mijn-basic"), client_ec()))


def test_client_id_in_the_body_must_be_the_same_client(authenticator: ClientAuthenticator) -> None:
    """RFC 6749 3.2.1."""
    refuse(authenticator, sign(header(), claims(), client_ec()), client_id="other")
    with pytest.raises(ClientUnproved):
        authenticator.authenticate(
            basic_header("mijn-basic", SECRET), read_parameters([("client_id", "mijn-cz")])
        )


def test_method_is_fixed_even_for_a_client_with_means_for_both(
    records: RecordStore, clock: MovableClock
) -> None:
    """Keys beside a secret, or a secret beside keys, open no second door."""
    secret_sha256 = basic_client().client_secret_sha256
    clients = ClientRegistry(
        [basic_client(jwks=client_keys()), make_client(client_secret_sha256=secret_sha256)]
    )
    strict = ClientAuthenticator(clients, AssertionVerifier(frozenset({ISSUER}), records, clock))
    refuse(strict, sign(header(), claims(iss="mijn-basic", sub="mijn-basic"), client_ec()))
    with pytest.raises(ClientUnproved):
        strict.authenticate(basic_header("mijn-cz"), read_parameters([]))


@pytest.mark.parametrize("registered", [None, ""])
def test_secret_matches_nothing_when_none_is_registered(registered: str | None) -> None:
    """Not even the empty secret, whose hash stands in for the missing one."""
    assert not secret_matches("", registered)
    assert not secret_matches("x", registered)
