"""What a portal does not believe: each fault alone, beside the honest answer of the other tests."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from joserfc import jws
from joserfc.jwk import ECKey, OctKey
from werkzeug.test import TestResponse

from tests.demo.portals.honest_provider import HonestProvider, unsecured, visit_provider

LogIn = Callable[[], TestResponse]
Claims = dict[str, Any]


def _without(name: str) -> Callable[[Claims], Claims]:
    return lambda claims: {key: claims[key] for key in claims if key != name}


def _with(**changes: object) -> Callable[[Claims], Claims]:
    return lambda claims: claims | changes


def _refused(answer: TestResponse, code: str, browser: FlaskClient) -> None:
    assert f"<code>{code}</code>" in answer.text
    _not_let_in(answer, browser)


def _told_to_begin_again(answer: TestResponse, browser: FlaskClient) -> None:
    """Nothing is wrong that anybody could report, so that no code is shown."""
    assert "Foutcode" not in answer.text
    _not_let_in(answer, browser)


def _not_let_in(answer: TestResponse, browser: FlaskClient) -> None:
    assert answer.status_code in {400, 403, 502, 503}
    assert "Opnieuw inloggen" in answer.text
    assert browser.get("/claims").status_code == 401


@pytest.mark.parametrize(
    ("alter", "code"),
    [
        (_with(nonce="of-another-attempt"), "wrong-nonce"),
        (_without("nonce"), "wrong-nonce"),
        (_with(aud="mijn-iza"), "wrong-audience"),
        (_with(aud=["mijn-cz", "mijn-iza"]), "wrong-audience"),
        (_without("aud"), "wrong-audience"),
        (_with(azp="mijn-iza"), "wrong-authorized-party"),
        (_with(iss="http://localhost:9"), "wrong-issuer"),
        (_without("iss"), "wrong-issuer"),
        (_without("sub"), "no-subject"),
        (lambda claims: claims | {"exp": claims["iat"] - 6}, "wrong-time"),
        (_without("exp"), "wrong-time"),
        (_without("iat"), "wrong-time"),
        (lambda claims: claims | {"iat": claims["iat"] + 60}, "wrong-time"),
    ],
)
def test_portal_refuses_an_id_token_with_a_wrong_claim(
    log_in: LogIn,
    browser: FlaskClient,
    provider: HonestProvider,
    alter: Callable[[Claims], Claims],
    code: str,
) -> None:
    """One wrong claim, no login (OpenID Connect Core 3.1.3.7)."""
    provider.alter = alter
    _refused(log_in(), code, browser)


def test_portal_refuses_an_unsigned_token(
    log_in: LogIn, browser: FlaskClient, provider: HonestProvider
) -> None:
    """``alg: none`` inside the encryption is no signature."""
    provider.sign = unsecured
    _refused(log_in(), "wrong-algorithm", browser)


def test_portal_refuses_a_token_signed_with_a_public_key_as_secret(
    log_in: LogIn, browser: FlaskClient, provider: HonestProvider
) -> None:
    """HMAC with what everybody can read is refused by its algorithm."""

    def with_hmac(claims: Claims) -> str:
        key = OctKey.import_key(json.dumps(provider.key.as_dict(private=False)))
        return jws.serialize_compact({"alg": "HS256"}, json.dumps(claims), key, algorithms=["HS256"])

    provider.sign = with_hmac
    _refused(log_in(), "wrong-algorithm", browser)


def test_portal_refuses_a_token_signed_by_another_key(
    log_in: LogIn, browser: FlaskClient, provider: HonestProvider
) -> None:
    """The same key id with another key proves nothing."""

    def with_another_key(claims: Claims) -> str:
        key = ECKey.generate_key("P-256", {"kid": str(provider.key.kid)})
        header = {"alg": "ES256", "kid": key.kid}
        return jws.serialize_compact(header, json.dumps(claims), key, algorithms=["ES256"])

    provider.sign = with_another_key
    _refused(log_in(), "wrong-signature", browser)


def test_portal_refuses_a_token_that_is_not_encrypted(
    log_in: LogIn, browser: FlaskClient, provider: HonestProvider
) -> None:
    """A token that could carry a citizen service number comes encrypted or not at all."""
    provider.encrypt = lambda signed: signed
    _refused(log_in(), "not-decrypted", browser)


def test_portal_refuses_userinfo_of_another_person(
    log_in: LogIn, browser: FlaskClient, provider: HonestProvider
) -> None:
    """Both must be about the same subject (OpenID Connect Core 5.3.2)."""
    provider.userinfo = {"sub": "pairwise-2", "name": "Iemand anders"}
    _refused(log_in(), "userinfo-of-another", browser)


@pytest.mark.parametrize("issuer", ["http://localhost:9", None])
def test_portal_refuses_an_answer_of_another_issuer_before_it_redeems(
    log_in: LogIn, browser: FlaskClient, provider: HonestProvider, issuer: str | None
) -> None:
    """RFC 9207: the code of an answer with a foreign or missing ``iss`` goes to no token endpoint."""
    provider.answer = lambda answer: (
        {name: value for name, value in answer.items() if name != "iss"} | ({"iss": issuer} if issuer else {})
    )
    _refused(log_in(), "wrong-issuer-in-answer", browser)
    assert provider.assertions == []


def test_portal_refuses_a_foreign_state(browser: FlaskClient, provider: HonestProvider) -> None:
    """An answer to a question this browser did not ask (login CSRF)."""
    browser.get("/login")
    answer = browser.get("/callback", query_string={"code": "c", "state": "é", "iss": provider.issuer})
    _told_to_begin_again(answer, browser)
    assert "unknown-state" not in answer.text
    assert provider.assertions == []


def test_portal_takes_an_answer_once(browser: FlaskClient) -> None:
    """The same answer a second time opens nothing new and ends nothing."""
    back = visit_provider(browser)
    assert browser.get(back).status_code == 303
    again = browser.get(back)
    assert again.status_code == 400
    assert "Naar mijn dossier" in again.text
    assert browser.get("/dossier").status_code == 200


@pytest.mark.parametrize(
    ("error", "status", "sentence"),
    [
        ("temporarily_unavailable", 503, "Inloggen lukt nu even niet"),
        ("something_new", 502, "Wij konden u niet veilig inloggen"),
    ],
)
def test_portal_explains_an_error_of_the_broker(
    log_in: LogIn,
    browser: FlaskClient,
    provider: HonestProvider,
    error: str,
    status: int,
    sentence: str,
) -> None:
    """Each error is a page in plain Dutch with a way to try again."""
    provider.answer = lambda answer: {"error": error, "state": answer["state"], "iss": answer["iss"]}
    answer = log_in()
    assert answer.status_code == status
    assert sentence in answer.text
    _refused(answer, error, browser)


def test_portal_shows_no_invented_error_code(
    log_in: LogIn, browser: FlaskClient, provider: HonestProvider, caplog: pytest.LogCaptureFixture
) -> None:
    """What is no error code reaches neither the page nor, with its line breaks, the log."""
    provider.answer = lambda answer: answer | {"error": "bel\n0900 <b>nu</b>"}
    with caplog.at_level(logging.WARNING):
        _refused(log_in(), "unknown-error", browser)
    assert "bel\n0900" not in caplog.text


def test_portal_says_that_a_code_is_no_longer_valid(browser: FlaskClient, provider: HonestProvider) -> None:
    """The token endpoint's refusal is told as what it is to a person."""
    back = visit_provider(browser)
    provider.requests[-1]["code_challenge"] = "of-another-attempt"
    _told_to_begin_again(browser.get(back), browser)


def test_portal_asks_to_log_in_again_where_the_session_is_over(
    log_in: LogIn, browser: FlaskClient, provider: HonestProvider
) -> None:
    """A session ends by itself; that is no fault with a code."""
    provider.answer = lambda answer: {
        "error": "login_required",
        "state": answer["state"],
        "iss": answer["iss"],
    }
    answer = log_in()
    assert answer.status_code == 403
    assert "Log opnieuw in" in answer.text
    _told_to_begin_again(answer, browser)


def test_person_who_turned_back_stands_on_the_home_page(
    log_in: LogIn, browser: FlaskClient, provider: HonestProvider
) -> None:
    """`Terug` on the broker's page is a choice: no error page, and no word that only programs know."""
    provider.answer = lambda answer: {
        "error": "access_denied",
        "state": answer["state"],
        "iss": answer["iss"],
    }
    answer = log_in()
    assert answer.status_code == 303
    home = browser.get(answer.location)
    assert home.status_code == 200
    assert "Het inloggen is afgebroken. U bent niet ingelogd." in home.text
    assert "access_denied" not in home.text
    assert "afgebroken" not in browser.get("/").text
    assert browser.get("/claims").status_code == 401
