"""The ways in which a portal may ask and be answered: GET, POST from its own site, query, form post."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from broker.app import create_app
from tests.support.system import System, digid_of

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

pytestmark = pytest.mark.flow

PORTAL_ORIGIN = "http://127.0.0.1:8401"


def test_authorize_by_post_from_the_portal_is_parked_and_goes_on(system: System) -> None:
    """The cross-site POST reads no cookie; the browser comes back by itself and logs in as ever."""
    portal, browser = system.portal(), system.browser()
    attempt = portal.begin()
    browser.post_from_elsewhere(f"{system.issuer}/oauth2/authorize", attempt.fields, origin=PORTAL_ORIGIN)
    parked = browser.history[-3]
    assert parked.status == 303
    assert parked.header("Set-Cookie") is None
    assert browser.page.heading == "Inloggen bij Mijn CZ"
    browser.press("Inloggen met DigiD")
    tokens = portal.tokens(system.pass_digid(browser), attempt)
    assert tokens.claims["bsn"] == digid_of("sanne").bsn


def test_authorize_by_post_puts_nothing_of_the_request_into_a_url(system: System) -> None:
    """The handle says nothing."""
    browser, attempt = system.browser(), system.portal().begin()
    browser.post_from_elsewhere(f"{system.issuer}/oauth2/authorize", attempt.fields, origin=PORTAL_ORIGIN)
    visited = " ".join(page.url for page in browser.history)
    assert attempt.state not in visited
    assert attempt.nonce not in visited


def test_authorize_by_post_uses_the_running_session(system: System) -> None:
    """After the detour the session cookie is there, so that nobody logs in twice."""
    browser = system.browser()
    first = system.enter(browser)
    portal = system.portal()
    attempt = portal.begin()
    page = browser.post_from_elsewhere(
        f"{system.issuer}/oauth2/authorize", attempt.fields, origin=PORTAL_ORIGIN
    )
    assert portal.tokens(page.url, attempt).claims["sid"] == first.claims["sid"]


def test_authorize_handle_works_once(system: System) -> None:
    """A parked request is taken by the first who comes."""
    browser, attempt = system.browser(), system.portal().begin()
    browser.post_from_elsewhere(f"{system.issuer}/oauth2/authorize", attempt.fields, origin=PORTAL_ORIGIN)
    again = browser.open(browser.history[-2].url)
    assert again.status == 400
    assert again.heading == "De link naar deze inlogpagina klopt niet"


@pytest.mark.parametrize("gone", ["the portal", "the address"])
def test_authorize_parked_before_the_registration_changed_is_shown_and_not_sent(
    own_system: System, gone: str
) -> None:
    """Whoever was parked meets what is registered now, also with a session that could answer at once."""
    system = own_system
    browser, portals = system.browser(), dict(system.settings.portals)
    system.enter(browser)
    attempt, story = system.portal().begin(), system.story()
    portal = portals.pop("mijn-cz")
    if gone == "the address":
        elsewhere = {"redirect_uris": ("https://elsewhere.example/callback",)}
        changed = {"client": portal.client.model_copy(update=elsewhere)}
        portals["mijn-cz"] = portal.model_copy(update=changed)
    now = create_app(replace(system.settings, portals=portals))

    def changes_meanwhile(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        app = now if environ["PATH_INFO"].endswith("/continue") else before
        return app(environ, start_response)

    before, browser.sites[system.issuer] = browser.sites[system.issuer], changes_meanwhile
    page = browser.post_from_elsewhere(
        f"{system.issuer}/oauth2/authorize", attempt.fields, origin=PORTAL_ORIGIN
    )
    assert (page.status, page.heading) == (400, "De link naar deze inlogpagina klopt niet")
    assert story.kinds() == ["authorization.refused"]


@pytest.mark.parametrize("handle", ["", "made-up", "x" * 5000])
def test_authorize_handle_that_is_made_up_leads_to_a_page(system: System, handle: str) -> None:
    """Nothing is parked under it."""
    page = system.browser().open(f"{system.issuer}/oauth2/authorize/continue?handle={handle}")
    assert page.status == 400
    assert page.support_code


def test_authorize_by_post_tells_the_portal_what_is_wrong(system: System) -> None:
    """A fault of the request goes back to the portal with state and iss, as it does by GET."""
    browser, portal = system.browser(), system.portal()
    attempt = portal.begin(code_challenge="")
    page = browser.post_from_elsewhere(f"{system.issuer}/oauth2/authorize", attempt.fields)
    answer = portal.answer(page.url)
    assert answer["error"] == "invalid_request"
    assert (answer["state"], answer["iss"]) == (attempt.state, system.issuer)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_authorize_with_a_forged_hint_goes_back_to_the_portal(system: System, method: str) -> None:
    """By GET and by POST alike the portal hears that its id_token_hint is not valid, and the log too."""
    browser, portal = system.browser(), system.portal()
    attempt = portal.begin(id_token_hint="a.forged.hint")
    story = system.story()
    if method == "GET":
        page = browser.open(attempt.url)
    else:
        page = browser.post_from_elsewhere(f"{system.issuer}/oauth2/authorize", attempt.fields)
    answer = portal.answer(page.url)
    assert answer["error"] == "invalid_request"
    assert (answer["state"], answer["iss"]) == (attempt.state, system.issuer)
    assert story.kinds() == ["authorization.refused"]


def test_authorize_answers_by_form_post_when_asked(system: System) -> None:
    """The code travels in a form that sends itself, to the registered address and nowhere else."""
    browser, portal = system.browser(), system.portal()
    attempt = portal.begin(response_mode="form_post")
    url = system.log_in(browser, attempt.url)
    assert url.startswith(f"{system.issuer}/saml/cz/digid/acs")
    policy = browser.page.header("Content-Security-Policy") or ""
    assert f"form-action 'self' {PORTAL_ORIGIN};" in policy
    assert browser.page.soup.select_one("script[src][defer]")
    browser.press("Doorgaan")
    sent = browser.page.fields
    assert browser.page.url == portal.redirect_uri
    assert (sent["state"], sent["iss"]) == (attempt.state, system.issuer)
    assert portal.redeem(sent["code"], attempt).status_code == 200


def test_authorize_refusal_goes_by_form_post_too(system: System) -> None:
    """An error takes the way that was asked for."""
    browser, portal = system.browser(), system.portal()
    attempt = portal.begin(response_mode="form_post", prompt="none")
    browser.open(attempt.url)
    browser.press("Doorgaan")
    assert browser.page.fields["error"] == "login_required"
    assert browser.page.fields["iss"] == system.issuer


def test_authorize_echoes_a_strange_state_byte_for_byte(system: System) -> None:
    """B3-08: what looks like markup, parameters or another alphabet comes back as it was sent."""
    browser, portal = system.browser(), system.portal()
    strange = "a b&c=d#e%20\"'<script>ü/?;é—𝄞"
    attempt = portal.begin(state=strange)
    assert portal.answer(system.log_in(browser, attempt.url))["state"] == strange


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": ""}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"scope": "profile"}, "invalid_scope"),
        ({"request": "e30.e30."}, "request_not_supported"),
        ({"request_uri": "http://127.0.0.1:9/"}, "request_uri_not_supported"),
        ({"prompt": "none login"}, "invalid_request"),
        ({"max_age": "-1"}, "invalid_request"),
    ],
)
def test_authorize_request_with_a_fault_is_told_to_the_portal(
    system: System, changes: dict[str, str], error: str
) -> None:
    """Every refusal carries state and iss (RFC 9207), stands in the log, and begins no attempt."""
    browser, portal, story = system.browser(), system.portal(), system.story()
    attempt = portal.begin(**changes)
    answer = portal.answer(browser.open(attempt.url).url)
    assert answer["error"] == error
    assert (answer["state"], answer["iss"]) == (attempt.state, system.issuer)
    assert "code" not in answer
    assert browser.cookies(system.issuer) == {}
    assert [(event.kind, event.client_id, event.detail["reason"]) for event in story.events()] == [
        ("authorization.refused", "mijn-cz", error)
    ]


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "another"},
        {"client_id": ""},
        {"redirect_uri": "http://127.0.0.1:8401/callback/"},
        {"redirect_uri": "https://elsewhere.example/"},
        {"redirect_uri": "", "response_type": "token"},
        {"redirect_uri": "https://elsewhere.example/", "scope": "none"},
    ],
)
def test_authorize_never_redirects_before_client_and_address_are_proved(
    system: System, changes: dict[str, str]
) -> None:
    """B3-06: the page stays here, and its code leads to the line in the audit log."""
    browser, story = system.browser(), system.story()
    page = browser.open(system.portal().begin(**changes).url)
    assert page.status == 400
    assert page.header("Location") is None
    assert "elsewhere" not in page.html
    assert [(event.kind, event.support_code) for event in story.events()] == [
        ("authorization.refused", page.support_code)
    ]
