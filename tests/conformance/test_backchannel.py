"""The modules of oidcc-backchannel-rp-initiated-logout-certification-test-plan."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest

from tests.conformance.op import CLIENT_ID, HOME, Op

pytestmark = [pytest.mark.flow, pytest.mark.slow]

EVENT = "http://schemas.openid.net/event/backchannel-logout"


def test_oidcc_backchannel_logout_discovery_endpoint_verification(op: Op) -> None:
    """Support and session support are stated."""
    assert op.metadata["backchannel_logout_supported"] is True
    assert op.metadata["backchannel_logout_session_supported"] is True


def test_oidcc_backchannel_rp_initiated_logout(op: Op) -> None:
    """The logout token arrives and is valid, the browser comes back, and prompt=none fails."""
    browser = op.browser()
    entered = op.enter(browser)
    asked = {"id_token_hint": entered["id_token"], "post_logout_redirect_uri": HOME, "state": "s"}
    header: dict[str, Any] = {}
    claims: dict[str, Any] = {}
    with op.hearing() as heard:
        browser.open(f"{op.metadata['end_session_endpoint']}?{urlencode(asked)}")
        # The same listener may hear of sessions that other tests left behind.
        for _ in range(20):
            header, claims = op.verified(heard.get(timeout=20))
            if claims["sid"] == entered["claims"]["sid"]:
                break
    assert header.get("typ") == "logout+jwt"
    assert header.get("alg") == "RS256"
    assert (claims["iss"], claims["aud"]) == (op.issuer, CLIENT_ID)
    assert (claims["sid"], claims["sub"]) == (entered["claims"]["sid"], entered["claims"]["sub"])
    assert claims["events"] == {EVENT: {}}
    assert 0 < claims["exp"] - claims["iat"] <= 120
    assert claims["jti"]
    assert "nonce" not in claims
    assert browser.page.url.startswith(HOME)
    assert op.silent(browser).get("error") == "login_required"
