"""The whole login on an https base URL, as in production (design 9)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.support.system import Plan, System, digid_of
from tests.support.system_fixtures import SystemMaker

pytestmark = pytest.mark.flow

ISSUER = "https://login.example"


@pytest.fixture
def secure(plan: Plan, make_system: SystemMaker) -> Iterator[System]:
    """The broker behind a proxy that speaks TLS."""
    with make_system(replace(plan, issuer=ISSUER)) as system:
        yield system


def test_login_and_logout_over_https(secure: System) -> None:
    """Cookies, origins, addresses and the SAML messages all speak of the https address."""
    browser = secure.browser()
    tokens = secure.enter(browser)
    assert tokens.claims["iss"] == ISSUER
    assert tokens.claims["bsn"] == digid_of("sanne").bsn
    browser.open(f"{ISSUER}/oauth2/logout")
    assert browser.press("Uitloggen").heading == "U bent uitgelogd"
    assert secure.portal().userinfo(tokens.access_token).status_code == 401


def test_missing_slash_leads_to_https_behind_a_proxy_that_ends_tls(secure: System) -> None:
    """The last hop speaks http, and no address that we write says so."""
    answer = secure.broker_answer(f"{ISSUER.replace('https', 'http')}/cz/account")
    assert answer.status_code == 308
    assert answer.headers["Location"] == f"{ISSUER}/cz/account/"


def test_every_answer_over_https_carries_hsts_for_a_year(secure: System) -> None:
    """A36: pages, redirects and errors alike; and cookies keep their form."""
    browser = secure.browser()
    secure.enter(browser)
    browser.open(f"{ISSUER}/nowhere")
    answers = [page for page in browser.history if page.url.startswith(ISSUER)]
    assert len(answers) >= 5
    for page in answers:
        assert page.header("Strict-Transport-Security") == "max-age=31536000; includeSubDomains"
        for name, value in page.headers:
            if name == "Set-Cookie":
                assert value.startswith("__Host-")
                assert "; Secure; HttpOnly; Path=/; SameSite=Lax" in value


def test_pages_of_the_http_address_are_not_served_over_https(secure: System) -> None:
    """The host is one, and http is not it."""
    assert secure.broker_answer("http://localhost:8000/").status_code == 400


def test_form_from_the_http_twin_of_our_origin_is_refused(secure: System) -> None:
    """An origin is scheme, host and port."""
    browser = secure.browser()
    page = browser.open(secure.portal().begin().url)
    action, token = page.form("Inloggen")["action"], page.soup.select_one("input[name=csrf_token]")
    assert token is not None
    answer = secure.broker_answer(
        ISSUER + str(action),
        method="POST",
        data={"csrf_token": str(token["value"])},
        headers={"Cookie": browser.cookie_header(ISSUER), "Origin": "http://login.example"},
    )
    assert answer.status_code == 403
