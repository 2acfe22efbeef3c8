"""The modules of oidcc-rp-initiated-logout-certification-test-plan."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from joserfc import jws
from joserfc.jwk import RSAKey

from tests.conformance.op import HOME, Op
from tests.support.browser import Browser

pytestmark = [pytest.mark.flow, pytest.mark.slow]


def _log_out(op: Op, browser: Browser, **parameters: str) -> None:
    browser.open(f"{op.metadata['end_session_endpoint']}?{urlencode(parameters)}")


def _is_back(browser: Browser) -> bool:
    return browser.page.url.startswith(HOME)


def _has_ended(op: Op, browser: Browser, entered: dict[str, Any]) -> bool:
    """Over at the provider too: the browser alone would seem logged out when only its cookie went."""
    return not _is_logged_in(op, browser) and op.userinfo(entered["access_token"]).status == 401


def _is_logged_in(op: Op, browser: Browser) -> bool:
    return "code" in op.silent(browser)


def test_oidcc_rp_initiated_logout_discovery_endpoint_verification(op: Op) -> None:
    """end_session_endpoint is there."""
    assert op.metadata["end_session_endpoint"].startswith(op.issuer)


def test_oidcc_rp_initiated_logout(op: Op) -> None:
    """Back at the registered address with state; then prompt=none fails."""
    browser = op.browser()
    entered = op.enter(browser)
    hint = entered["id_token"]
    _log_out(op, browser, id_token_hint=hint, post_logout_redirect_uri=HOME, state="s 1&2")
    assert _is_back(browser)
    assert parse_qs(urlsplit(browser.page.url).query) == {"state": ["s 1&2"]}
    assert _has_ended(op, browser, entered)


@pytest.mark.parametrize(
    "address",
    ["https://evil.example/", HOME + "other", HOME + "?added=query"],
    ids=["foreign", "bad-post-logout-redirect-uri", "query-added-to-post-logout-redirect-uri"],
)
def test_oidcc_rp_initiated_logout_bad_post_logout_redirect_uri(op: Op, address: str) -> None:
    """An error page or a confirmation, no redirect."""
    browser = op.browser()
    hint = op.enter(browser)["id_token"]
    _log_out(op, browser, id_token_hint=hint, post_logout_redirect_uri=address)
    assert browser.page.url.startswith(op.issuer)


def test_oidcc_rp_initiated_logout_modified_id_token_hint(op: Op) -> None:
    """Without a signature it is nobody's word: no redirect, nobody logged out."""
    browser = op.browser()
    _, claims, _ = op.enter(browser)["id_token"].split(".")
    header = urlsafe_b64encode(b'{"alg":"none","typ":"JWT"}').rstrip(b"=").decode()
    _log_out(op, browser, id_token_hint=f"{header}.{claims}.", post_logout_redirect_uri=HOME)
    assert browser.page.url.startswith(op.issuer)
    assert _is_logged_in(op, browser)


def test_oidcc_rp_initiated_logout_bad_id_token_hint(op: Op) -> None:
    """Signed by somebody else: no redirect, nobody logged out."""
    browser = op.browser()
    entered = op.enter(browser)
    header = {"alg": "RS256", "typ": "JWT", "kid": entered["header"]["kid"]}
    key = RSAKey.generate_key(2048)
    forged = jws.serialize_compact(header, json.dumps(entered["claims"]), key, algorithms=["RS256"])
    _log_out(op, browser, id_token_hint=forged, post_logout_redirect_uri=HOME)
    assert browser.page.url.startswith(op.issuer)
    assert _is_logged_in(op, browser)


def test_oidcc_rp_initiated_logout_no_id_token_hint(op: Op) -> None:
    """An address without a hint: the person is asked first."""
    browser = op.browser()
    op.enter(browser)
    _log_out(op, browser, post_logout_redirect_uri=HOME)
    assert browser.page.url.startswith(op.issuer)
    assert _is_logged_in(op, browser)


@pytest.mark.parametrize("parameters", [{}, {"state": "s"}], ids=["no-params", "only-state"])
def test_oidcc_rp_initiated_logout_no_params(op: Op, parameters: dict[str, str]) -> None:
    """The person is asked, says yes, is logged out and told so."""
    browser = op.browser()
    entered = op.enter(browser)
    _log_out(op, browser, **parameters)
    browser.press("Uitloggen")
    assert "uitgelogd" in browser.page.text.lower()
    assert _has_ended(op, browser, entered)


def test_oidcc_rp_initiated_logout_no_post_logout_redirect_uri(op: Op) -> None:
    """With the hint alone: logged out and told so."""
    browser = op.browser()
    entered = op.enter(browser)
    _log_out(op, browser, id_token_hint=entered["id_token"])
    assert "uitgelogd" in browser.page.text.lower()
    assert _has_ended(op, browser, entered)


def test_oidcc_rp_initiated_logout_no_state(op: Op) -> None:
    """The redirect carries no state."""
    browser = op.browser()
    _log_out(op, browser, id_token_hint=op.enter(browser)["id_token"], post_logout_redirect_uri=HOME)
    assert browser.page.url == HOME
