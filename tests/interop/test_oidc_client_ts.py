"""oidc-client-ts in a real Chromium: a page needs a backend, and with one it logs in and out."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.interop.expectations import PERSON
from tests.interop.journey import changed
from tests.interop.portals import OIDC_CLIENT_TS as PORTAL
from tests.interop.processes import node_portal
from tests.support.running_demo import Demo
from tests.support.visitor import CHROMIUM, PATIENCE_MS, Visitor, new_visitor

pytestmark = pytest.mark.interop

_HOME = f"{PORTAL.origin}/"
_AUTHORIZE = re.compile("/oauth2/authorize")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium without a screen."""
    with sync_playwright() as driver:
        expect.set_options(timeout=PATIENCE_MS)
        browser = driver.chromium.launch(executable_path="/usr/bin/chromium", args=list(CHROMIUM))
        yield browser
        browser.close()


@pytest.fixture
def visitor(demo: Demo, chromium: Browser) -> Iterator[Visitor]:
    """Somebody at a desk."""
    made = new_visitor(chromium, "oidc-client-ts", "desk")
    yield made
    made.context.close()


def test_oidc_client_ts_logs_in_refreshes_and_logs_out(demo: Demo, visitor: Visitor, folder: Path) -> None:
    """Discovery, PKCE and logout from the page; code, refresh token and userinfo by its backend."""
    with node_portal(PORTAL, folder, "backend.mjs"):
        _log_in(visitor, demo)
        first = _shown(visitor.page)
        assert first["profile"]["name"] == PERSON
        assert first["profile"]["account_type"] == "consumer"
        visitor.page.get_by_role("button", name="Refresh").click()
        expect(visitor.page.locator("output")).not_to_contain_text(first["id_token"])
        assert _shown(visitor.page)["profile"]["sub"] == first["profile"]["sub"]
        visitor.page.get_by_role("button", name="Log out").click()
        visitor.page.wait_for_url(re.compile(r"/\?state="))
        assert _shown(visitor.page) == {}
        visitor.page.get_by_role("button", name="Log in").click()
        expect(visitor.page.get_by_role("button", name="Inloggen met DigiD")).to_be_visible()
        assert visitor.complaints == []


def test_oidc_client_ts_refuses_what_was_changed_on_the_way(
    demo: Demo, visitor: Visitor, folder: Path
) -> None:
    """State and issuer are judged in the page, the code challenge by the broker."""
    with node_portal(PORTAL, folder, "backend.mjs"):
        _log_in(visitor, demo)
        # The page's own requests go no further from here; the test sends them on, as it wants them.
        # After a 204 the browser stays where it is.
        visitor.page.route(_AUTHORIZE, lambda route: route.fulfill(status=204))
        for asked, answered, complaint in (
            ({}, {"state": "of-another-visitor"}, "No matching state found in storage"),
            ({}, {"iss": "https://elsewhere.example"}, "another issuer"),
            ({"code_challenge": "a" * 43}, {}, "invalid_grant"),
        ):
            visitor.page.goto(changed(_answer_to(visitor, asked), answered))
            expect(visitor.page.locator("output")).to_contain_text(complaint)


def test_oidc_client_ts_with_another_secret_is_told_invalid_client(
    demo: Demo, visitor: Visitor, folder: Path
) -> None:
    """RFC 6749 5.2, passed on to the page."""
    with node_portal(PORTAL, folder, "backend.mjs", secret="of-another-portal"):
        _log_in(visitor, demo)
        assert "invalid_client" in _shown(visitor.page)["refused"]


def test_page_without_a_backend_cannot_redeem_its_code(demo: Demo, visitor: Visitor, folder: Path) -> None:
    """The token endpoint answers no page of another site (CORS), whatever the page would send."""
    with node_portal(PORTAL, folder, "backend.mjs", direct=True):
        _log_in(visitor, demo)
        assert "Failed to fetch" in _shown(visitor.page)["refused"]
        assert any("blocked by CORS policy" in line for line in visitor.complaints)


def _log_in(visitor: Visitor, demo: Demo) -> None:
    page = visitor.page
    page.goto(_HOME)
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("button", name="Inloggen met DigiD").click()
    visitor.log_in_by_sms(demo, "sanne")
    page.wait_for_url(f"{PORTAL.origin}/**")
    expect(page.locator("output")).to_contain_text("{")


def _shown(page: Page) -> dict[str, Any]:
    """What the page says of the login; it says nothing before it knows."""
    output = page.locator("output")
    expect(output).to_contain_text("{")
    return dict(json.loads(output.inner_text()))


def _answer_to(visitor: Visitor, asked: dict[str, str]) -> str:
    """The broker's answer to a request of the page, with `asked` changed; the broker knows the person."""
    page = visitor.page
    page.goto(_HOME)
    with page.expect_request(_AUTHORIZE) as request:
        page.get_by_role("button", name="Log in").click()
    answer = visitor.context.request.get(changed(request.value.url, asked), max_redirects=0)
    return answer.headers["location"]
