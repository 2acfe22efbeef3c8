"""The forms of the second step obey our own pages only, like every other form (B4-18)."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.support.browser import filled
from tests.support.business import Business, Colleague, new_mobile

pytestmark = pytest.mark.flow

FORMS = ("way", "code", "choose", "scanned", "number", "resend", "confirm", "cancel", "go-on")
FORGERIES: dict[str, tuple[bool, dict[str, str]]] = {
    "no token": (False, {"Sec-Fetch-Site": "same-origin"}),
    "from another site": (True, {"Sec-Fetch-Site": "cross-site"}),
    "older browser, origin null": (True, {"Origin": "null"}),
}


def _post(person: Colleague, url: str, fields: dict[str, str], headers: dict[str, str]) -> int:
    """One request with this person's cookies and exactly these headers; the status."""
    cookie = {"Cookie": person.browser.cookie_header(url)}
    return person.system.broker_answer(url, method="POST", data=fields, headers=cookie | headers).status_code


@pytest.mark.parametrize("forgery", FORGERIES)
@pytest.mark.parametrize("form", FORMS)
def test_form_of_the_second_step_that_is_not_from_our_own_page_is_refused(
    business: Business, form: str, forgery: str
) -> None:
    """Cookies, address and code are right, and still nothing happens; the log knows."""
    asked = form in {"way", "code"}
    person = business.colleague().with_app() if asked else business.colleague()
    page = person.log_in()
    with_token, headers = FORGERIES[forgery]
    fields = filled(page.soup.select("form")[0], "") | {
        "way": "totp",
        "kind": "totp",
        "number": new_mobile(),
        "code": person.app_code(),
    }
    if not with_token:
        fields.pop("csrf_token")
    story = person.system.story()
    assert _post(person, f"{page.url}/{form}", fields, headers) == 403
    assert story.kinds() == ["request.forged"]
    assert person.browser.open(page.url).heading == page.heading
    # The control: the same from our own page is obeyed.
    fields["csrf_token"] = filled(page.soup.select("form")[0], "")["csrf_token"]
    assert _post(person, f"{page.url}/{form}", fields, {"Sec-Fetch-Site": "same-origin"}) in {200, 303}


@pytest.mark.parametrize("form", FORMS)
def test_token_of_another_browser_is_refused(business: Business, form: str) -> None:
    """A token fits the browser that it was made for."""
    person, other = business.colleague().with_app(), business.colleague().with_app()
    page, foreign = person.log_in(), other.log_in()
    fields = filled(foreign.soup.select("form")[0], "")
    assert _post(person, f"{page.url}/{form}", fields, {"Sec-Fetch-Site": "same-origin"}) == 403


def test_every_form_of_the_second_step_is_known_here(business: Business) -> None:
    """A new form has to be declared, so that it cannot be forgotten."""
    assert isinstance(business.system.broker, Flask)
    posts = {
        rule.rule.rpartition("/")[2]
        for rule in business.system.broker.url_map.iter_rules()
        if "POST" in (rule.methods or ()) and rule.endpoint.startswith("second_factor.")
    }
    assert posts == set(FORMS)
