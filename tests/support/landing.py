"""Where a provider's answer lands: its address taken apart and put together, and how a refusal looks."""

from __future__ import annotations

import base64
import hashlib
import secrets
from urllib.parse import parse_qs, urlencode, urlsplit

from demo.digid.addresses import Addresses
from tests.support.browser import Browser
from tests.support.system import DIGID, System


def landing_of(browser: Browser) -> str:
    """The address that brought the last answer."""
    return next(page.url for page in reversed(browser.history) if urlsplit(page.url).path.endswith("/acs"))


def parameter_of(url: str, name: str) -> str:
    """The first value of a parameter in the query."""
    return parse_qs(urlsplit(url).query)[name][0]


def relay_state_of(browser: Browser) -> str:
    """That of the request with which this browser was sent away last."""
    sent = next(page.url for page in reversed(browser.history) if "SAMLRequest=" in page.url)
    return parameter_of(sent, "RelayState")


def new_artifact() -> str:
    """One in the right form that DigiD never gave out."""
    source = hashlib.sha1(Addresses(front=DIGID).entity_id.encode(), usedforsecurity=False).digest()
    return base64.b64encode(b"\x00\x04\x00\x00" + source + secrets.token_bytes(20)).decode()


def landing_with(system: System, artifact: str, relay_state: str, brand: str = "cz") -> str:
    """The address that brings this artifact with this relay state to a brand."""
    query = urlencode({"SAMLart": artifact, "RelayState": relay_state})
    return f"{system.issuer}/saml/{brand}/digid/acs?{query}"


def assert_refused(system: System, browser: Browser, reason: str, story_reason: str) -> None:
    """Back at the choice with the sentence that never tells why, the reason in the log, nobody logged in."""
    assert browser.page.heading == "Inloggen bij Mijn CZ"
    assert "Inloggen bij deze organisatie is niet gelukt." in browser.page.text
    assert story_reason == reason
    silent = browser.open(system.portal().begin(prompt="none").url)
    assert system.portal().answer(silent.url)["error"] == "login_required"
