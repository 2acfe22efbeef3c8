"""Every route that takes a POST refuses one that is not from our own page (A37, B4-18).

The routes come from the application's own URL map: one that is added comes under these tests by itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from werkzeug.routing import Rule

from tests.support.browser import filled
from tests.support.everything import Everything, methods, rules
from tests.support.system import System

pytestmark = pytest.mark.flow

PROTOCOL_POSTS = {
    "authorize.by_post": "portals may post (OpenID Connect Core 3.1.2.1); it reads no cookie and parks it",
    "saml.posted": "the herkenningsmakelaar's signature is the proof; it reads no cookie and parks it",
    "upstream_logout.by_post": "the herkenningsmakelaar's signature is the proof; it ends nothing",
    "oidc_machine.token": "portals prove themselves with a key; no cookie is read",
    "oidc_machine.introspect": "portals prove themselves with a key; no cookie is read",
    "oidc_machine.revoke": "portals prove themselves with a key; no cookie is read",
    "oidc_machine.userinfo": "the access token is the proof; no cookie is read",
    "logout.end_session": "a hint that we signed is the proof; without one the person is asked on our page",
}

ELSEWHERE = (
    "account.",
    "account_request.",
    "activation.",
    "address.",
    "binding.",
    "collectivity.",
    "new_password.",
    "registration.",
    "second_factor.",
    "upstream_logout.",
)
"""Forms for a person without an account, a link, half a login, settings, or after logging out: their own
tests, which are `test_eherkenning_login`, `test_registration_forgery`, `test_password_reset`,
`test_second_factor_forgery`, `test_account_area`, `test_account_address`, `test_relations` and
`test_logging_out_upstream`."""


@pytest.fixture
def everything(system: System) -> Everything:
    """A browser with all that a request could need."""
    return Everything(system)


def _own_posts(system: System) -> list[Rule]:
    return [
        rule
        for rule in rules(system)
        if "POST" in methods(rule)
        and rule.endpoint not in PROTOCOL_POSTS
        and not rule.endpoint.startswith(ELSEWHERE)
    ]


def _choice_form(world: Everything, button: str) -> dict[str, str]:
    return filled(world.choice.form(button), button)


def _logout_form(world: Everything) -> dict[str, str]:
    return filled(world.browser.open(f"{world.system.issuer}/oauth2/logout").form("Uitloggen"), "Uitloggen")


def _password_form(world: Everything) -> dict[str, str]:
    """The login page of a portal for organisations, which becomes this browser's attempt."""
    registered = world.system.settings.portals["mijn-cz-zakelijk"].client
    portal = replace(
        world.system.portal(),
        client_id=registered.client_id,
        redirect_uri=registered.redirect_uris[0],
    )
    page = world.browser.open(portal.begin().url)
    world.arguments["attempt"] = page.url.rpartition("/")[2]
    return filled(page.form("Inloggen"), "Inloggen")


def _reset_form(world: Everything) -> dict[str, str]:
    page = world.browser.open(f"{world.system.issuer}/cz/reset")
    return filled(page.form("Stuur mij een e-mail"), "Stuur mij een e-mail") | {"email": "a@example.org"}


def _entrance_form(world: Everything) -> dict[str, str]:
    page = world.browser.open(f"{world.system.issuer}/cz/staff")
    return filled(page.form("Inloggen"), "Inloggen")


OWN_FORMS: dict[str, Callable[[Everything], dict[str, str]]] = {
    "login.go": lambda world: _choice_form(world, "Inloggen met DigiD"),
    "login.cancel": lambda world: _choice_form(world, "Terug naar Mijn CZ"),
    "password.answer": _password_form,
    "logout.confirmed": _logout_form,
    "reset.mail": _reset_form,
    "staff.begin": _entrance_form,
}
"""Where the genuine form of each of our own POST routes stands."""

OF_NO_BROWSER = {
    "reset.mail": "needs no cookie, so that none is in the way (J20); anybody may ask, and is told nothing",
    "staff.begin": "begins a login, as any portal's link does; this browser gets the cookie by it",
}
"""Forms whose token cannot fit a browser, and why; where a request comes from counts there as well."""

FORGERIES: dict[str, tuple[bool, dict[str, str]]] = {
    "no token": (False, {"Sec-Fetch-Site": "same-origin"}),
    "from another site": (True, {"Sec-Fetch-Site": "cross-site"}),
    "from a sibling site": (True, {"Sec-Fetch-Site": "same-site"}),
    "from nowhere": (True, {"Sec-Fetch-Site": "none"}),
    "older browser, origin null": (True, {"Origin": "null"}),
    "older browser, other origin": (True, {"Origin": "https://elsewhere.example"}),
    "older browser, prefix of our origin": (True, {"Origin": "http://localhost:80001"}),
    "older browser, no origin": (True, {}),
    "lying origin": (True, {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost:8000"}),
}


def _form_body(fields: dict[str, str]) -> str:
    return "&".join(f"{name}={value}" for name, value in fields.items())


def test_every_post_route_is_known_here(system: System) -> None:
    """A new POST route is either a protocol endpoint with a reason, or has a form of ours."""
    assert {rule.endpoint for rule in _own_posts(system)} == set(OWN_FORMS)
    posts = {rule.endpoint for rule in rules(system) if "POST" in methods(rule)}
    assert set(PROTOCOL_POSTS) <= posts


@pytest.mark.parametrize("forgery", FORGERIES)
@pytest.mark.parametrize("endpoint", OWN_FORMS)
def test_post_that_is_not_from_our_own_page_is_refused(
    everything: Everything, endpoint: str, forgery: str
) -> None:
    """B4-18: the cookies are right and the address is right, and still nothing happens; the log knows."""
    with_token, headers = FORGERIES[forgery]
    fields = OWN_FORMS[endpoint](everything)
    if not with_token:
        fields.pop("csrf_token")
    (rule,) = (rule for rule in _own_posts(everything.system) if rule.endpoint == endpoint)
    story = everything.system.story()
    answer = everything.send("POST", everything.url(rule), body=_form_body(fields), **headers)
    assert answer.status_code == 403
    assert story.kinds() == ["request.forged"]


@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "same-origin"}, {"Origin": "http://localhost:8000"}], ids=["new", "old"]
)
@pytest.mark.parametrize("endpoint", OWN_FORMS)
def test_post_from_our_own_page_is_obeyed(
    everything: Everything, endpoint: str, headers: dict[str, str]
) -> None:
    """The control of the test above: the same request with the right words goes through."""
    fields = OWN_FORMS[endpoint](everything)
    (rule,) = (rule for rule in _own_posts(everything.system) if rule.endpoint == endpoint)
    answer = everything.send("POST", everything.url(rule), body=_form_body(fields), **headers)
    assert answer.status_code in {200, 303}


@pytest.mark.parametrize("endpoint", sorted(OWN_FORMS.keys() - OF_NO_BROWSER))
def test_token_of_another_browser_is_refused(everything: Everything, endpoint: str) -> None:
    """A token fits the browser that it was made for."""
    foreign = OWN_FORMS[endpoint](Everything(everything.system))
    (rule,) = (rule for rule in _own_posts(everything.system) if rule.endpoint == endpoint)
    headers = {"Sec-Fetch-Site": "same-origin"}
    answer = everything.send("POST", everything.url(rule), body=_form_body(foreign), **headers)
    assert answer.status_code == 403
