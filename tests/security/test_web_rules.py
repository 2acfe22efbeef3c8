"""Rules that hold for every route there is, taken from the application's own URL map (A35-A37, B4-18).

A route that is added comes under these tests by itself; what is exempt stands in a table here, with why.
"""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from werkzeug.routing import Rule

from tests.support.everything import (
    TELLTALES,
    Everything,
    assert_guarded,
    assert_tells_nothing,
    methods,
    rules,
)
from tests.support.system import System

pytestmark = pytest.mark.flow

PUBLIC_DOCUMENTS = {
    "static": "files with their fingerprint in the address",
    "oidc_machine.openid-configuration": "the same for everybody",
    "oidc_machine.oauth-authorization-server": "the same for everybody",
    "oidc_machine.jwks": "public keys",
}
LARGEST_BODY_BYTES = 64 * 1024
NASTY = (
    "%00", "..%2f..%2fetc%2fpasswd", "%0d%0aSet-Cookie:%20a=b", "%27%22%3E%3Cscript%3Ealert(1)%3C/script%3E",
    "%7B%7B7*7%7D%7D", "x" * 3000, "%F0%9D%84%9E", "%ff%fe", "-1", "%20", "__Host-x", "*", "${jndi:x}",
)  # fmt: skip


@pytest.fixture
def everything(system: System) -> Everything:
    """A browser with all that a request could need."""
    return Everything(system)


def test_every_route_carries_the_headers_whatever_it_answers(everything: Everything) -> None:
    """A36: pages, errors, redirects, documents, files, with and without a session, wrong methods included."""
    seen = set()
    for rule in rules(everything.system):
        for method in ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"):
            for other in ({}, {"attempt": "0" * 32, "brand": "vgz", "filename": "nothing.css"}):
                answer = everything.send(
                    method, everything.url(rule, **other), Origin="https://elsewhere.example"
                )
                assert_guarded(answer)
                assert_tells_nothing(answer)
                seen.add(answer.status_code)
    assert {200, 303, 400, 403, 404, 405} <= seen


def test_every_answer_but_public_documents_is_never_kept(everything: Everything) -> None:
    """A66: no-store, and what may be kept stands in a table."""
    for rule in rules(everything.system):
        for method in {"GET", "POST"} & methods(rule):
            answer = everything.send(method, everything.url(rule))
            kept = answer.headers["Cache-Control"]
            public = rule.endpoint in PUBLIC_DOCUMENTS and answer.status_code == 200
            assert ("no-store" in kept) is not public, (rule, kept)


def test_file_that_is_not_there_is_not_remembered_as_missing(everything: Everything) -> None:
    """Only files are kept for a year; an error page is not."""
    answer = everything.send("GET", f"{everything.system.issuer}/static/nothing.css")
    assert (answer.status_code, answer.headers["Cache-Control"]) == (404, "no-store")


def test_file_that_is_kept_for_everybody_sets_nobodys_language(everything: Everything) -> None:
    """A cache between us and people would hand one visitor's cookie to all of them."""
    answer = everything.send("GET", f"{everything.system.issuer}/static/base.css?lang=en")
    assert "public" in answer.headers["Cache-Control"]
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PROPFIND", "BREW"])
def test_methods_that_are_not_declared_do_nothing(everything: Everything, method: str) -> None:
    """A83: 405 with the methods that are, and nothing of the request repeated."""
    for rule in rules(everything.system):
        answer = everything.send(method, everything.url(rule), **{"X-Marker": "repeat-me"})
        assert answer.status_code == 405
        assert set(answer.allow) == methods(rule) | _also_at(everything.system, rule)
        assert "repeat-me" not in answer.get_data(as_text=True)


def _also_at(system: System, rule: Rule) -> set[str]:
    """The methods of the other rules at the same address."""
    return {method for other in rules(system) if other.rule == rule.rule for method in methods(other)}


@pytest.mark.parametrize("path", ["/oauth2/token", "/oauth2/jwks", "/oauth2/userinfo", "/health/live"])
def test_programs_get_errors_they_can_read(everything: Everything, path: str) -> None:
    """JSON at the addresses that programs call, whatever went wrong."""
    answer = everything.send("DELETE", everything.system.issuer + path)
    assert (answer.status_code, answer.json) == (405, {"error": "invalid_request"})


@pytest.mark.parametrize(
    "host", ["elsewhere.example", "localhost", "localhost:80001", "localhost:8000.elsewhere.example",
             "elsewhere.example:8000", "localhost:8000@elsewhere.example", "127.0.0.1:8000", ""]
)  # fmt: skip
def test_host_that_is_not_ours_is_refused_everywhere(everything: Everything, host: str) -> None:
    """B3-29: 400 on every route but the probes, and no address of the stranger anywhere."""
    for rule in rules(everything.system):
        if rule.endpoint.startswith("health."):
            continue
        method = "GET" if "GET" in methods(rule) else "POST"
        answer = everything.send(method, everything.url(rule), Host=host)
        assert answer.status_code == 400, rule
        assert "elsewhere" not in str(answer.headers) + answer.get_data(as_text=True)
        assert_guarded(answer)


def test_forwarded_headers_change_no_address(everything: Everything) -> None:
    """B4-13, A82: nobody but a declared proxy says where we are."""
    lies = {
        "X-Forwarded-Host": "elsewhere.example",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Prefix": "/elsewhere",
        "Forwarded": "host=elsewhere.example;proto=https",
        "X-Original-URL": "/elsewhere",
    }
    path = everything.system.issuer + "/.well-known/openid-configuration"
    assert everything.send("GET", path, **lies).json == everything.send("GET", path).json
    answer = everything.send("GET", everything.choice.url, **lies)
    assert "elsewhere.example" not in answer.get_data(as_text=True)


def test_body_beyond_the_limit_is_refused_before_it_is_read(everything: Everything) -> None:
    """413 on every route that takes a form, and a page or JSON that says so."""
    for rule in rules(everything.system):
        if "POST" not in methods(rule):
            continue
        body = "a=" + "b" * LARGEST_BODY_BYTES
        answer = everything.send("POST", everything.url(rule), body=body, **{"Sec-Fetch-Site": "same-origin"})
        assert answer.status_code == 413, rule
        assert_guarded(answer)
        assert_tells_nothing(answer)


@pytest.mark.parametrize("nasty", NASTY, ids=[str(number) for number in range(len(NASTY))])
def test_nasty_values_never_break_a_route_and_come_back_harmless(everything: Everything, nasty: str) -> None:
    """A86: in every part of every path and in every parameter we know; never a 5xx, never markup."""
    names = ("SAMLart", "RelayState", "handle", "lang", "client_id", "redirect_uri", "state", "id_token_hint",
             "post_logout_redirect_uri", "error", "ui_locales", "v")  # fmt: skip
    query = "&".join(f"{name}={nasty}" for name in names)
    for rule in rules(everything.system):
        method = "GET" if "GET" in methods(rule) else "POST"
        for url in (
            f"{everything.url(rule)}?{query}",
            *(everything.url(rule, **{name: nasty}) for name in sorted(rule.arguments)),
        ):
            answer = everything.send(method, url)
            assert answer.status_code < 500, url
            assert "<script>alert" not in answer.get_data(as_text=True)
            assert "49" not in (answer.headers.get("Location") or "")
            assert "a=b" not in str(answer.headers.getlist("Set-Cookie"))
            assert_guarded(answer)
            assert_tells_nothing(answer)


@pytest.mark.parametrize(
    "path", ["//elsewhere.example", "///elsewhere.example/x", "/\\elsewhere.example", "/.//x"]
)
def test_odd_slashes_lead_nowhere_else(everything: Everything, path: str) -> None:
    """B6-10: an address of ours never becomes a redirect to somebody else's."""
    answer = everything.send("GET", everything.system.issuer + path)
    location = answer.headers.get("Location", "")
    assert urlsplit(location).netloc in {"", "localhost:8000"}
    assert not location.startswith(("//", "/\\"))


def test_fault_of_ours_shows_a_page_and_no_cause(own_system: System) -> None:
    """A75: when we break, the person reads a sentence and a code; nothing of what broke."""
    browser = own_system.browser()
    browser.open(own_system.portal().begin().url)
    browser.press("Inloggen met DigiD")
    own_system.reach_sms_code(browser)
    with own_system.stores.database.writing() as connection:
        connection.exec_driver_sql("UPDATE accounts SET name_sealed = x'00'")
    page = browser.press("Inloggen", code=own_system.phone.last_code())
    assert (page.status, page.heading) == (500, "Er ging iets mis bij ons")
    assert page.support_code
    for telltale in TELLTALES:
        assert telltale.lower() not in page.html.lower()
