"""The modules of oidcc-basic-certification-test-plan, each under its own name, over HTTP."""

from __future__ import annotations

import json

import pytest

from tests.conformance.op import REDIRECT_URI, Op

pytestmark = [pytest.mark.flow, pytest.mark.slow]


def test_oidcc_server(op: Op) -> None:
    """Complete happy flow, all responses checked."""
    entered = op.enter(op.browser())
    assert entered["token_type"].lower() == "bearer"
    assert op.userinfo(entered["access_token"]).json.get("sub") == entered["claims"]["sub"]


def test_oidcc_response_type_missing(op: Op) -> None:
    """Refused with invalid_request or unsupported_response_type."""
    browser, attempt = op.browser(), op.request(response_type="")
    op.open(browser, attempt)
    answer = op.arrives_with(browser)
    assert answer.get("error") in {"invalid_request", "unsupported_response_type"}
    assert answer.get("state") == attempt.fields["state"]


def test_oidcc_idtoken_signature(op: Op) -> None:
    """RS256 with a kid that the key set holds."""
    header = op.enter(op.browser())["header"]
    published = {key["kid"] for key in op.call("GET", op.metadata["jwks_uri"]).json["keys"]}
    assert header.get("alg") == "RS256"
    assert header.get("kid") in published


def test_oidcc_userinfo_get(op: Op) -> None:
    """JSON with sub."""
    entered = op.enter(op.browser())
    told = op.userinfo(entered["access_token"])
    assert (told.status, told.json.get("sub")) == (200, entered["claims"]["sub"])


def test_oidcc_userinfo_post_header(op: Op) -> None:
    """The same by POST."""
    entered = op.enter(op.browser())
    told = op.userinfo(entered["access_token"], "POST")
    assert (told.status, told.json.get("sub")) == (200, entered["claims"]["sub"])


def test_oidcc_userinfo_post_body(op: Op) -> None:
    """A token in the body may be refused; then in the standard's words."""
    entered = op.enter(op.browser())
    form = {"access_token": entered["access_token"]}
    told = op.call("POST", op.metadata["userinfo_endpoint"], form=form)
    assert (told.status, told.json.get("error")) == (400, "invalid_request")


def test_oidcc_ensure_request_without_nonce_succeeds_for_code_flow(op: Op) -> None:
    """The nonce is optional in the code flow."""
    assert "nonce" not in op.enter(op.browser(), nonce="")["claims"]


def test_oidcc_scope_profile(op: Op) -> None:
    """The claims of the scope come from userinfo."""
    told = op.userinfo(op.enter(op.browser(), scope="openid profile")["access_token"]).json
    assert told.get("name") == "Sanne de Vries"
    assert "email" not in told


def test_oidcc_scope_email(op: Op) -> None:
    """The claims of the scope come from userinfo."""
    told = op.userinfo(op.enter(op.browser(), scope="openid email")["access_token"]).json
    assert "@" in told.get("email", "")
    assert "name" not in told


@pytest.mark.parametrize("scope", ["openid address", "openid phone"])
def test_oidcc_scope_address_and_phone(op: Op, scope: str) -> None:
    """Scopes that we do not have break nothing."""
    assert op.userinfo(op.enter(op.browser(), scope=scope)["access_token"]).status == 200


def test_oidcc_scope_all(op: Op) -> None:
    """Everything at once."""
    entered = op.enter(op.browser(), scope="openid profile email address phone")
    assert {"name", "email"} <= set(op.userinfo(entered["access_token"]).json)


def test_oidcc_alternate_happy_flow(op: Op) -> None:
    """The order of scopes and parameters does not matter."""
    browser, attempt = op.browser(), op.request(scope="email openid profile")
    turned = dict(reversed(attempt.fields.items()))
    attempt = type(attempt)(turned, attempt.verifier)
    op.open(browser, attempt)
    op.log_in(browser)
    assert op.finish(browser, attempt)["claims"]["sub"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("display", "page"),
        ("display", "popup"),
        ("ui_locales", "se nl"),
        ("claims_locales", "se"),
        ("login_hint", "sanne@post.example"),
        ("an_unknown_parameter", "x"),
    ],
    ids=["display-page", "display-popup", "ui-locales", "claims-locales", "login-hint", "unknown-parameter"],
)
def test_oidcc_harmless_parameters(op: Op, name: str, value: str) -> None:
    """oidcc-display-page, -display-popup, -ui-locales, -claims-locales, -login-hint, -unknown-parameter."""
    assert op.enter(op.browser(), **{name: value})["claims"]["sub"]


def test_oidcc_prompt_login(op: Op) -> None:
    """A second login really happens, and auth_time is later."""
    browser = op.browser()
    first = op.enter(browser)["claims"]
    op.advance(2)
    attempt = op.request(prompt="login")
    op.open(browser, attempt)
    assert not browser.page.url.startswith(REDIRECT_URI)
    op.log_in(browser)
    second = op.finish(browser, attempt)["claims"]
    assert second["sub"] == first["sub"]
    assert second["auth_time"] > first["auth_time"]


def test_oidcc_prompt_none_not_logged_in(op: Op) -> None:
    """login_required by redirect."""
    assert op.silent(op.browser())["error"] == "login_required"


def test_oidcc_prompt_none_logged_in(op: Op) -> None:
    """Silent; same sub and auth_time."""
    browser = op.browser()
    first = op.enter(browser)["claims"]
    attempt = op.request(prompt="none")
    op.open(browser, attempt)
    second = op.finish(browser, attempt)["claims"]
    assert (second["sub"], second["auth_time"]) == (first["sub"], first["auth_time"])


def test_oidcc_max_age_1(op: Op) -> None:
    """After more than a second the person logs in again, and auth_time says so."""
    browser = op.browser()
    first = op.enter(browser)["claims"]
    op.advance(3)
    attempt = op.request(max_age="1")
    op.open(browser, attempt)
    assert not browser.page.url.startswith(REDIRECT_URI)
    op.log_in(browser)
    assert op.finish(browser, attempt)["claims"]["auth_time"] > first["auth_time"]


def test_oidcc_max_age_10000(op: Op) -> None:
    """No login within 10000 seconds; the same auth_time, which is there."""
    browser = op.browser()
    first = op.enter(browser)["claims"]
    op.advance(2)
    attempt = op.request(max_age="10000")
    op.open(browser, attempt)
    assert op.finish(browser, attempt)["claims"]["auth_time"] == first["auth_time"]


def test_oidcc_id_token_hint(op: Op) -> None:
    """prompt=none with the hint succeeds."""
    browser = op.browser()
    entered = op.enter(browser)
    assert "code" in op.silent(browser, id_token_hint=entered["id_token"])


def test_oidcc_ensure_request_with_acr_values_succeeds(op: Op) -> None:
    """It succeeds, and the acr is one of those asked."""
    asked = op.metadata["acr_values_supported"][1]
    assert op.enter(op.browser(), acr_values=asked)["claims"]["acr"] == asked


def test_oidcc_codereuse(op: Op) -> None:
    """invalid_grant, and the tokens of the code are revoked."""
    entered = op.enter(op.browser())
    again = op.redeem(entered["code"], entered["attempt"])
    assert (again.status, again.json.get("error")) == (400, "invalid_grant")
    assert op.userinfo(entered["access_token"]).status == 401


def test_oidcc_codereuse_30seconds(op: Op) -> None:
    """The same half a minute later."""
    entered = op.enter(op.browser())
    op.advance(30)
    again = op.redeem(entered["code"], entered["attempt"])
    assert (again.status, again.json.get("error")) == (400, "invalid_grant")
    assert op.userinfo(entered["access_token"]).status == 401


def test_oidcc_ensure_registered_redirect_uri(op: Op) -> None:
    """An address that is not registered: an error page, no redirect."""
    browser = op.browser()
    op.open(browser, op.request(redirect_uri=REDIRECT_URI + "/other"))
    assert browser.page.status == 400
    assert browser.page.url.startswith(op.issuer)


def test_oidcc_ensure_post_request_succeeds(op: Op) -> None:
    """The authorization request by POST."""
    browser, attempt = op.browser(), op.request()
    browser.post_from_elsewhere(op.metadata["authorization_endpoint"], attempt.fields)
    op.log_in(browser)
    assert op.finish(browser, attempt)["claims"]["sub"]


def test_oidcc_unsigned_request_object_supported_correctly_or_rejected_as_unsupported(op: Op) -> None:
    """Refused with the right code."""
    browser = op.browser()
    op.open(browser, op.request(request="eyJhbGciOiJub25lIn0.e30."))
    assert op.arrives_with(browser).get("error") == "request_not_supported"


def test_oidcc_request_uri_unsigned_supported_correctly_or_rejected_as_unsupported(op: Op) -> None:
    """Refused with the right code, and nothing is fetched."""
    browser = op.browser()
    with op.hearing() as heard:
        op.open(browser, op.request(request_uri=f"http://127.0.0.1:{op.backchannel_port}/request"))
        assert op.arrives_with(browser).get("error") == "request_uri_not_supported"
        assert heard.empty()


def test_oidcc_claims_essential(op: Op) -> None:
    """An essential `name` in userinfo is there."""
    claims = json.dumps({"userinfo": {"name": {"essential": True}}})
    entered = op.enter(op.browser(), claims=claims)
    assert op.userinfo(entered["access_token"]).json.get("name") == "Sanne de Vries"


def test_oidcc_ensure_request_object_with_redirect_uri(op: Op) -> None:
    """A redirect URI in an unsigned object never counts."""
    browser = op.browser()
    op.open(browser, op.request(request="eyJhbGciOiJub25lIn0.e30.", redirect_uri="https://evil.example/"))
    assert browser.page.status == 400
    assert browser.page.url.startswith(op.issuer)


def test_oidcc_refresh_token(op: Op) -> None:
    """It works, once; the old one is worth nothing, and neither is another client's."""
    entered = op.enter(op.browser())
    form = {"grant_type": "refresh_token", "refresh_token": entered["refresh_token"]}
    answer = op.token(form)
    assert answer.status == 200
    _, claims = op.verified(answer.json["id_token"])
    for name in ("iss", "sub", "aud", "auth_time"):
        assert claims[name] == entered["claims"][name]
    assert answer.json["refresh_token"] != entered["refresh_token"]
    again = op.token(form)
    assert (again.status, again.json.get("error")) == (400, "invalid_grant")
    newest = {**form, "refresh_token": answer.json["refresh_token"]}
    assert op.token(newest).json.get("error") == "invalid_grant"


def test_oidcc_ensure_request_with_valid_pkce_succeeds(op: Op) -> None:
    """PKCE works, and a wrong verifier does not."""
    browser, attempt = op.browser(), op.request()
    op.open(browser, attempt)
    op.log_in(browser)
    wrong = type(attempt)(attempt.fields, "w" * 43)
    refused = op.redeem(op.arrives_with(browser).get("code", ""), wrong)
    assert (refused.status, refused.json.get("error")) == (400, "invalid_grant")
    assert op.enter(op.browser())["claims"]["sub"]
