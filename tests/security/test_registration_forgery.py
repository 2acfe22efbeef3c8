"""The forms of registration obey our own pages only, like every other form (B4-18)."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from werkzeug.test import Client, TestResponse

from tests.support.registration import NAME, Newcomer, has_account
from tests.support.system import System

FORMS = ("cancel", "change", "confirm", "continue", "details", "resend")
FORGERIES: dict[str, tuple[bool, dict[str, str]]] = {
    "no token": (False, {"Sec-Fetch-Site": "same-origin"}),
    "from another site": (True, {"Sec-Fetch-Site": "cross-site"}),
    "older browser, origin null": (True, {"Origin": "null"}),
}


def _post(newcomer: Newcomer, url: str, fields: dict[str, str], headers: dict[str, str]) -> TestResponse:
    """One request with the newcomer's cookies and exactly these headers."""
    return Client(newcomer.system.broker, use_cookies=False).post(
        urlsplit(url).path,
        base_url=newcomer.system.issuer,
        data=fields,
        headers={"Cookie": newcomer.browser.cookie_header(url)} | headers,
    )


def _token(html: str) -> str:
    found = BeautifulSoup(html, "lxml").find("input", attrs={"name": "csrf_token"})
    assert found is not None
    return str(found["value"])


@pytest.mark.parametrize("forgery", FORGERIES)
@pytest.mark.parametrize("form", FORMS)
def test_form_of_registration_that_is_not_from_our_own_page_is_refused(
    newcomer: Newcomer, form: str, forgery: str
) -> None:
    """Cookies and address are right, and still nothing happens; the log knows."""
    page = newcomer.arrive()
    with_token, headers = FORGERIES[forgery]
    fields = {"name": NAME, "email": "stranger@example.org"}
    if with_token:
        fields["csrf_token"] = _token(page.html)
    story = newcomer.system.story()
    answer = _post(newcomer, f"{page.url}/{form}", fields, headers)
    assert answer.status_code == 403
    assert story.kinds() == ["request.forged"]
    assert newcomer.browser.open(page.url).heading == page.heading


@pytest.mark.parametrize("forgery", FORGERIES)
def test_link_that_is_confirmed_from_elsewhere_makes_no_account(newcomer: Newcomer, forgery: str) -> None:
    """Whoever knows the link still has to press the button on our own page."""
    link = newcomer.mailed().link
    page = newcomer.elsewhere().browser.follow_link_from_elsewhere(link)
    with_token, headers = FORGERIES[forgery]
    fields = {"link": parse_qs(urlsplit(link).query)["link"][0]}
    if with_token:
        fields["csrf_token"] = _token(page.html)
    answer = _post(newcomer, link, fields, headers)
    assert answer.status_code == 403
    assert not has_account(newcomer.system)


def test_every_form_of_registration_is_known_here(system: System) -> None:
    """A new form has to be declared, so that it cannot be forgotten."""
    assert isinstance(system.broker, Flask)
    posts = {
        rule.endpoint
        for rule in system.broker.url_map.iter_rules()
        if "POST" in (rule.methods or ()) and rule.endpoint.startswith(("registration.", "activation."))
    }
    assert len(posts) == len(FORMS) + 1
