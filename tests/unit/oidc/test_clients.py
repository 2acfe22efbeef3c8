"""Registrations: which are sound, and which keys we take."""

from __future__ import annotations

from typing import Any

import pytest
from joserfc.jwk import ECKey, OctKey, RSAKey

from broker.oidc.client_faults import client_faults
from broker.oidc.client_keys import ClientKeyFault, ClientKeys, parse_client_keys
from broker.oidc.clients import Client, ClientRegistry
from broker.oidc.vocabulary import AuthMethod, SigningAlgorithm
from tests.unit.oidc.oidc_support import (
    basic_client,
    bsn_client,
    client_ec,
    client_encryption,
    client_keys,
    client_rsa,
    encode_part,
    make_client,
    nlgov_client,
)


@pytest.mark.parametrize("make", [make_client, bsn_client, basic_client, nlgov_client])
def test_client_that_is_sound_has_no_faults(make: Any) -> None:
    """The control."""
    assert client_faults(make()) == []


FAULTY: list[tuple[Client, str]] = [
    (make_client(client_id=""), "client_id"),
    (make_client(sector=" "), "sector"),
    (make_client(resource=""), "resource"),
    (make_client(resource="mijn-cz"), "resource"),
    (make_client(redirect_uris=()), "redirect_uris"),
    (make_client(jwks=ClientKeys()), "jwks"),
    (make_client(client_secret_sha256="0" * 64), "client_secret_sha256"),
    (basic_client(client_secret_sha256=None), "client_secret_sha256"),
    (basic_client(client_secret_sha256="secret"), "client_secret_sha256"),
    (basic_client(client_secret_sha256="A" * 64), "client_secret_sha256"),
    (nlgov_client(token_endpoint_auth_method=AuthMethod.CLIENT_SECRET_BASIC), "token_endpoint_auth_method"),
    (nlgov_client(id_token_signed_response_alg=SigningAlgorithm.ES256), "id_token_signed_response_alg"),
    (bsn_client(jwks=ClientKeys(client_keys().signing)), "jwks"),
    (make_client(claims=frozenset({"roles"})), "claims"),
    (nlgov_client(claims=frozenset({"amr"})), "claims"),
    (make_client(claims=frozenset({"sub"})), "claims"),
    (bsn_client(bsn_legal_ground=None), "bsn_legal_ground"),
    (bsn_client(bsn_legal_ground="  "), "bsn_legal_ground"),
    (bsn_client(claims=frozenset({"name"})), "claims"),
    (bsn_client(id_token_encrypted_response_alg=None), "id_token_encrypted_response_alg"),
]


@pytest.mark.parametrize(("client", "key"), FAULTY, ids=range(len(FAULTY)))
def test_client_with_a_fault_is_told_which_key(client: Client, key: str) -> None:
    """Every rule gives a sentence that starts with the key of the portal's file."""
    assert key in {fault.partition(":")[0] for fault in client_faults(client)}


def test_client_with_many_faults_is_told_all_of_them() -> None:
    """Not only the first."""
    faulty = bsn_client(sector="", bsn_legal_ground=None, id_token_encrypted_response_alg=None)
    assert {fault.partition(":")[0] for fault in client_faults(faulty)} >= {
        "sector",
        "bsn_legal_ground",
        "id_token_encrypted_response_alg",
    }


BAD_ADDRESSES = [
    "http://portal.example/cb",
    "http://127.0.0.1/cb",
    "http://localhost/cb",
    "https://portal.example/cb#x",
    "https://portal.example/cb#",
    "https://user@portal.example/cb",
    "https://user:pw@portal.example/cb",
    "https://@portal.example/cb",
    "https://*.example/cb",
    "https://portal.example/*",
    "https://portal.example/a/../cb",
    "https://portal.example/%2E%2e/cb",
    "https://portal.example/./cb",
    "https://portal.example/c b",
    "https://portal.example/c\\b",
    "https://portal.example/cb\n",
    "https://p\u043ertal.example/cb",
    "https:///cb",
    "https://portal.example:0/cb",
    "https://portal.example:99999/cb",
    "https://[::1/cb",
    "https://portal.example/cb?code=1",
    "https://portal.example/cb?iss=x",
    "javascript:alert(1)",
    "myapp://callback",
    "/cb",
    "",
]


@pytest.mark.parametrize("key", ["redirect_uris", "post_logout_redirect_uris"])
@pytest.mark.parametrize("address", BAD_ADDRESSES)
def test_client_may_not_register_such_an_address(key: str, address: str) -> None:
    """What cannot be registered cannot be redirected to."""
    changes: dict[str, Any] = {key: (address,)}
    assert any(fault.startswith(f"{key}: ") for fault in client_faults(make_client(**changes)))


@pytest.mark.parametrize(
    ("address", "loopback", "sound"),
    [
        ("https://portal.example/cb?tenant=a%2Fb", False, True),
        ("https://[2001:db8::1]:8443/cb", False, True),
        ("http://127.0.0.1:8401/callback", True, True),
        ("http://localhost:8401/", True, True),
        ("http://[::1]:8401/", True, True),
        ("http://127.0.0.1.evil.example/", True, False),
        ("http://portal.example/", True, False),
    ],
)
def test_address_on_loopback_is_for_the_demo_only(address: str, loopback: bool, sound: bool) -> None:
    """Plain http is for 127.0.0.1 and its likes, and only where the environment allows it."""
    faults = client_faults(make_client(redirect_uris=(address,)), allow_loopback_http=loopback)
    assert (faults == []) is sound


def test_registry_finds_by_the_exact_id() -> None:
    """No case folding, no spaces; two of a name are refused."""
    registry = ClientRegistry([make_client(), basic_client()])
    assert registry.find("mijn-cz") == make_client()
    assert [registry.find(name) for name in (None, "", "Mijn-CZ", "mijn-cz ")] == [None] * 4
    assert len(registry.all()) == 2
    with pytest.raises(ValueError, match="same client_id"):
        ClientRegistry([make_client(), make_client()])


def test_client_hides_its_secret_when_printed() -> None:
    """The hash alone would let somebody test guesses."""
    client = basic_client()
    assert str(client.client_secret_sha256) not in repr(client)


def test_client_keys_are_sorted_by_their_use() -> None:
    """Two for signatures with their algorithms, one for encryption."""
    keys = client_keys()
    assert {kid: set(key.algorithms) for kid, key in keys.signing.items()} == {
        "sign-ec": {"ES256"},
        "sign-rsa": {"PS256", "RS256"},
    }
    assert keys.encryption is not None
    assert keys.encryption.kid == "enc"


def test_client_key_without_a_name_serves_when_it_is_the_only_one() -> None:
    """Its thumbprint becomes its name; among several, a name is needed."""
    jwk = {name: value for name, value in client_ec().as_dict(private=False).items() if name != "kid"}
    keys = parse_client_keys({"keys": [jwk]})
    assert keys.verification_key(None) is keys.verification_key(client_ec().thumbprint()) is not None
    assert client_keys().verification_key(None) is None


def test_client_key_with_alg_serves_that_algorithm_only() -> None:
    """`alg` narrows what an RSA key may do."""
    jwk = dict(client_rsa().as_dict(private=False, alg="PS256"))
    assert parse_client_keys({"keys": [jwk]}).signing["sign-rsa"].algorithms == {SigningAlgorithm.PS256}


def _public(key: ECKey | RSAKey, **changes: Any) -> dict[str, Any]:
    return dict(key.as_dict(private=False)) | changes


@pytest.mark.parametrize(
    "jwks",
    [
        {},
        {"keys": []},
        {"keys": {}},
        {"keys": ["x"]},
        {"keys": [{}]},
        {"keys": [{"kty": "EC", "crv": "P-256"}]},
        {"keys": [dict(OctKey.generate_key(256).as_dict())]},
        {"keys": [dict(client_ec().as_dict(private=True))]},
        {"keys": [dict(client_rsa().as_dict(private=True))]},
        {"keys": [_public(ECKey.generate_key("P-384"))]},
        {"keys": [_public(client_ec(), crv="P-384")]},
        {"keys": [_public(client_ec(), x="AAAA")]},
        {"keys": [_public(client_ec(), alg="RS256")]},
        {"keys": [_public(client_ec(), alg="HS256")]},
        {"keys": [_public(client_rsa(), alg="none")]},
        {"keys": [_public(client_rsa(), alg="RSA1_5")]},
        {"keys": [_public(client_ec(), use="enc")]},
        {"keys": [_public(client_ec(), kid="k" * 65)]},
        {"keys": [_public(client_ec()), _public(client_ec())]},
        {"keys": [_public(client_encryption()), _public(client_encryption(), kid="enc2")]},
    ],
    ids=range(20),
)
def test_client_keys_that_are_weak_or_odd_are_refused(jwks: dict[str, Any]) -> None:
    """Private, symmetric, short, foreign curves, contradictions, doubles: the whole set is refused."""
    with pytest.raises(ClientKeyFault):
        parse_client_keys(jwks)


def test_client_key_of_rsa_needs_2048_bits() -> None:
    """A shorter modulus is refused by its length alone; the floor itself is taken."""
    for modulus in ((1 << 2047) - 1, 3):
        text = encode_part(modulus.to_bytes(256).lstrip(b"\0"))
        with pytest.raises(ClientKeyFault, match="2048"):
            parse_client_keys({"keys": [_public(client_rsa(), n=text)]})
    assert parse_client_keys({"keys": [_public(client_rsa())]}).signing
