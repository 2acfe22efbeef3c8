"""The module of oidcc-config-certification-test-plan."""

from __future__ import annotations

import pytest

from tests.conformance.op import Op

pytestmark = [pytest.mark.flow, pytest.mark.slow]

REQUIRED = {
    "issuer",
    "authorization_endpoint",
    "token_endpoint",
    "userinfo_endpoint",
    "jwks_uri",
    "scopes_supported",
    "response_types_supported",
    "subject_types_supported",
    "id_token_signing_alg_values_supported",
    "claims_supported",
}


def test_oidcc_discovery_endpoint_verification(op: Op) -> None:
    """Complete, of this issuer, with addresses that answer and keys without secrets."""
    metadata = op.metadata
    assert set(metadata) >= REQUIRED
    assert metadata["issuer"] == op.issuer
    assert "RS256" in metadata["id_token_signing_alg_values_supported"]
    assert metadata["response_types_supported"] == ["code"]
    assert "openid" in metadata["scopes_supported"]
    keys = op.call("GET", metadata["jwks_uri"]).json["keys"]
    assert {key["alg"] for key in keys} == set(metadata["id_token_signing_alg_values_supported"])
    for key in keys:
        assert not {"d", "p", "q", "dp", "dq", "qi", "k"} & set(key)
    assert len({key["kid"] for key in keys}) == len(keys)
    other = op.call("GET", f"{op.issuer}/.well-known/oauth-authorization-server")
    assert other.json == metadata
