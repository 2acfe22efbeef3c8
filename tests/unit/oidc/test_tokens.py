"""What stands in ID tokens and access tokens."""

from __future__ import annotations

from dataclasses import replace

import pytest
from joserfc.errors import JoseError

from broker.domain.assurance import EIDAS_LOW
from broker.oidc import id_token
from broker.oidc.claims import SessionEnds
from broker.oidc.client_keys import ClientKeys
from broker.oidc.keys import NoSigningKey, SigningKeys
from broker.oidc.subject import pairwise_subject
from broker.oidc.tokens import EncryptionMissing, TokenMinter
from broker.oidc.vocabulary import KeyEncryption
from tests.unit.oidc.oidc_support import (
    BSN,
    ISSUER,
    REDIRECT_URI,
    SEED,
    START,
    VERIFIER,
    HeldKeys,
    MovableClock,
    World,
    client_encryption,
    client_rsa,
    decoded,
    decrypt,
    tokens_of,
)

NOW = int(START.timestamp())


def test_id_token_states_what_the_profile_asks(world: World) -> None:
    """NL GOV OIDC 5.2.2: five minutes, jti, nbf, nonce, acr, auth_time, sid; no amr, no azp, no BSN."""
    header, claims = decoded(tokens_of(world)["id_token"], world)
    assert (header["alg"], header["typ"]) == ("ES256", "JWT")
    sub = pairwise_subject(SEED, "cz-consumers")
    assert {name: claims[name] for name in ("iss", "aud", "sub", "nonce")} == {
        "iss": ISSUER,
        "aud": "mijn-cz",
        "sub": sub,
        "nonce": "n0nce",
    }
    assert (claims["iat"], claims["nbf"], claims["exp"]) == (NOW, NOW, NOW + 300)
    assert (claims["acr"], claims["auth_time"]) == (EIDAS_LOW, NOW - 5)
    assert claims["sid"].startswith("sid-")
    assert (claims["name"], claims["email"]) == ("Fenna Bakker", "fenna@example.nl")
    assert claims["assurance"] == {"scheme": "digid", "level": "midden"}
    assert not {"amr", "azp", "bsn"} & claims.keys()


def test_id_token_without_nonce_has_none(world: World) -> None:
    """Nothing is made up for the portal to compare with."""
    assert "nonce" not in decoded(tokens_of(world, nonce=None)["id_token"], world)[1]


def test_tokens_never_share_an_id(world: World) -> None:
    """A jti is fresh for each token."""
    jtis = set()
    for _ in range(3):
        tokens = tokens_of(world)
        jtis |= {decoded(tokens[kind], world)[1]["jti"] for kind in ("id_token", "access_token")}
    assert len(jtis) == 6


def test_access_token_is_for_the_api_and_tells_nothing_personal(world: World) -> None:
    """RFC 9068 with azp; its audience is the resource, so that no ID token check accepts it."""
    header, claims = decoded(tokens_of(world, "mijn-bsn")["access_token"], world)
    assert header["typ"] == "at+jwt"
    assert set(claims) == {
        "iss", "sub", "aud", "client_id", "azp", "iat", "nbf", "exp", "jti", "scope", "sid", "grant_id",
    }  # fmt: skip
    assert (claims["aud"], claims["client_id"], claims["azp"]) == (
        "https://portal.example/api",
        "mijn-bsn",
        "mijn-bsn",
    )
    assert claims["exp"] == NOW + 600
    assert claims["scope"] == "openid profile email"


def test_id_token_with_the_bsn_is_signed_and_then_encrypted(world: World) -> None:
    """RFC 7519 5.2: only the portal's own key opens it, and inside stands our signature."""
    token = tokens_of(world, "mijn-bsn")["id_token"]
    assert token.count(".") == 4
    header, inner = decrypt(token, client_encryption())
    assert (header["alg"], header["enc"], header["cty"], header["kid"]) == (
        "RSA-OAEP-256",
        "A256GCM",
        "JWT",
        "enc",
    )
    assert decoded(inner, world)[1]["bsn"] == BSN
    with pytest.raises(JoseError):
        decrypt(token, client_rsa())


@pytest.mark.parametrize("jwks", [ClientKeys()])
def test_id_token_that_must_be_encrypted_never_leaves_open(world: World, jwks: ClientKeys) -> None:
    """Should the configuration ever let such a client through, the answer fails."""
    client = world.client("mijn-bsn")
    code = world.log_in("mijn-bsn")
    grant = world.provider.codes.redeem(client, code=code, redirect_uri=REDIRECT_URI, code_verifier=VERIFIER)
    minter = TokenMinter(ISSUER, world.keys, world.clock)
    with pytest.raises(EncryptionMissing):
        minter.mint(replace(client, jwks=jwks), grant, grant.source)


def test_client_without_registered_encryption_gets_no_bsn(world: World) -> None:
    """Contract and legal ground are not enough; the claim is left out."""
    client = replace(world.client("mijn-bsn"), id_token_encrypted_response_alg=None)
    code = world.log_in("mijn-bsn")
    grant = world.provider.codes.redeem(client, code=code, redirect_uri=REDIRECT_URI, code_verifier=VERIFIER)
    pair = TokenMinter(ISSUER, world.keys, world.clock).mint(client, grant, grant.source)
    assert "bsn" not in decoded(pair.id_token, world)[1]


def test_encryption_by_oaep_is_there_for_who_registered_it(world: World) -> None:
    """NL GOV OIDC 7.2.1 supports RSA-OAEP and prefers RSA-OAEP-256."""
    assert KeyEncryption("RSA-OAEP") is KeyEncryption.RSA_OAEP
    with pytest.raises(ValueError, match="RSA1_5"):
        KeyEncryption("RSA1_5")


@pytest.mark.parametrize(("client_id", "alg"), [("mijn-cz", "ES256"), ("mijn-nlgov", "PS256")])
def test_tokens_are_signed_with_the_registered_algorithm(world: World, client_id: str, alg: str) -> None:
    """Per client, for both tokens."""
    tokens = tokens_of(world, client_id)
    assert {decoded(tokens[kind], world)[0]["alg"] for kind in ("id_token", "access_token")} == {alg}


def test_id_token_tells_the_ends_of_the_session_as_they_are_now(world: World) -> None:
    """Not those of the moment of login."""
    code_session = world.sessions
    tokens_of(world)
    later = SessionEnds(START.replace(hour=13), START.replace(hour=14))
    code = world.log_in()
    sid = list(code_session.ends)[-1]
    code_session.ends[sid] = later
    client = world.client("mijn-cz")
    grant = world.provider.codes.redeem(client, code=code, redirect_uri=REDIRECT_URI, code_verifier=VERIFIER)
    source = replace(grant.source, session=later)
    pair = TokenMinter(ISSUER, world.keys, world.clock).mint(client, grant, source)
    assert decoded(pair.id_token, world)[1]["session_expires_at"] == int(later.absolute_at.timestamp())


def test_signing_without_an_active_key_is_an_error_of_ours(world: World) -> None:
    """There is no falling back to another algorithm."""
    with pytest.raises(NoSigningKey):
        SigningKeys(HeldKeys(), MovableClock()).active(world.client("mijn-cz").id_token_signed_response_alg)


def test_protocol_claims_win_whatever_is_released(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Should the table ever hold a name of the protocol, the token still states the truth."""
    evil = {"sub": "evil", "aud": "evil", "acr": "evil", "iss": "evil", "nonce": "evil", "exp": 2**40}
    monkeypatch.setattr(id_token, "released_claims", lambda *_, **__: dict(evil))
    claims = decoded(tokens_of(world)["id_token"], world)[1]
    assert not [name for name, value in evil.items() if claims[name] == value]
