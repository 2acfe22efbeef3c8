"""What tests over the whole URL map share: a browser amid everything, and what every answer owes."""

from __future__ import annotations

import re
from http import HTTPStatus
from urllib.parse import urlsplit

from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import Client, TestResponse

from tests.support.browser import Browser
from tests.support.system import System

SHARED_WITH_EVERY_SITE = {
    "/.well-known/openid-configuration",
    "/.well-known/oauth-authorization-server",
    "/oauth2/jwks",
}
"""What any page's script may read (B3-25): documents that are the same for everybody, and no more."""
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
TELLTALES = (
    "Traceback", 'File "', ".py", "werkzeug", "flask", "jinja", "sqlalchemy", "sqlite", "psycopg", "redis",
    "lxml", "saml2", "authlib", "joserfc", "granian", "python", "Exception", "/usr/", "broker.",
)  # fmt: skip


class Everything:
    """A browser in the middle of everything: logged in, and with an attempt under way."""

    def __init__(self, system: System) -> None:
        self.system = system
        self.browser: Browser = system.browser()
        system.enter(self.browser)
        self.choice = self.browser.open(system.portal().begin(prompt="login").url)
        self.arguments = {
            "brand": "cz",
            "scheme": "digid",
            "provider": "digid",
            "attempt": self.choice.url.rpartition("/")[2],
            "filename": "base.css",
        }

    def url(self, rule: Rule, **other: str) -> str:
        """The address of a rule, its parts taken from this browser's own attempt."""
        path = rule.rule
        for name, value in (self.arguments | other).items():
            path = path.replace(f"<{name}>", value).replace(f"<path:{name}>", value)
        # The only value where there is one, else this browser's own.
        path = re.sub(r"<any\((\w+)\):\w+>", r"\1", path)
        for name, value in (self.arguments | other).items():
            path = re.sub(rf"<any\([^)]*\):{name}>", value, path)
        assert "<" not in path, f"say in this test what {rule.rule} wants"
        return self.system.issuer + path

    def send(self, method: str, url: str, **headers: str) -> TestResponse:
        """One request with this browser's cookies and exactly these other headers."""
        body = headers.pop("body", None)
        return Client(self.system.broker, use_cookies=False).open(
            urlsplit(url).path + (f"?{urlsplit(url).query}" if urlsplit(url).query else ""),
            base_url=self.system.issuer,
            method=method,
            buffered=True,
            data=body,
            content_type="application/x-www-form-urlencoded" if body is not None else None,
            headers={"Cookie": self.browser.cookie_header(url)} | headers,
        )


def rules(system: System) -> list[Rule]:
    """Every rule of the URL map, in an order that stays."""
    assert isinstance(system.broker, Flask)
    return sorted(system.broker.url_map.iter_rules(), key=lambda rule: (rule.endpoint, rule.rule))


def methods(rule: Rule) -> set[str]:
    """The methods of a rule."""
    return set(rule.methods or ())


def assert_guarded(answer: TestResponse, *, secure: bool = False) -> None:
    """The headers and cookies of every answer, whatever it says (A35, A36)."""
    for name, value in HEADERS.items():
        assert answer.headers.get(name) == value, (name, answer.request.path)
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; ")
    assert "frame-ancestors 'none'; base-uri 'none'" in policy
    assert "unsafe" not in policy
    assert "*" not in policy
    assert ("Strict-Transport-Security" in answer.headers) is secure
    assert "Server" not in answer.headers
    shared = answer.request.path in SHARED_WITH_EVERY_SITE and answer.is_json and answer.status_code == 200
    assert answer.headers.get("Access-Control-Allow-Origin") == ("*" if shared else None)
    for cookie in answer.headers.getlist("Set-Cookie"):
        name, *words = (part.strip() for part in cookie.split(";"))
        assert name.startswith("__Host-")
        assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(words)
        assert not any(word.startswith("Domain") for word in words)


def assert_tells_nothing(answer: TestResponse) -> None:
    """An error names no library, no file and no cause (A75)."""
    if answer.status_code < HTTPStatus.BAD_REQUEST:
        return
    body = answer.get_data(as_text=True).lower()
    for telltale in TELLTALES:
        assert telltale.lower() not in body, (telltale, answer.request.path)
