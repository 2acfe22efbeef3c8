"""A portal round a relying party in Python, for tests to drive; it runs in an environment of its own.

usage: python -P python_portal.py RELYING_PARTY.py PORT     the relying party's arguments come as JSON on
standard input. The pages answer in JSON; what was refused answers 400 and says why.
"""

from __future__ import annotations

import json
import secrets
import sys
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, HTTPServer
from runpy import run_path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

COOKIE = "interop"


class Portal:
    """Visitors by the secret in their cookie: an attempt under way, or a login."""

    def __init__(self, relying_party: Any) -> None:
        self._relying_party = relying_party
        self._attempts: dict[str, Any] = {}
        self._logins: dict[str, Any] = {}

    def answer(self, path: str, query: dict[str, str], visitor: str) -> str | dict[str, Any]:
        """An address to go to, or what to show."""
        if path == "/login":
            url, self._attempts[visitor] = self._relying_party.begin()
            return str(url)
        if path == "/callback":
            self._logins[visitor] = self._relying_party.complete(query, self._attempts.pop(visitor))
            return "/"
        if path == "/refresh":
            self._logins[visitor] = self._relying_party.refresh(self._logins[visitor])
            return "/"
        if path == "/logout":
            return str(self._relying_party.logout_url(self._logins[visitor]))
        login = self._logins.get(visitor)
        return {"id_token": login.id_token, "userinfo": login.userinfo} if login else {}


class Handler(BaseHTTPRequestHandler):
    """HTTP round `portal`."""

    portal: Portal

    def do_GET(self) -> None:
        cookie = SimpleCookie(self.headers.get("Cookie", "")).get(COOKIE)
        visitor = cookie.value if cookie else secrets.token_urlsafe(16)
        parts = urlsplit(self.path)
        status, told = 200, None
        try:
            told = self.portal.answer(parts.path, dict(parse_qsl(parts.query)), visitor)
        except Exception as refusal:  # noqa: BLE001 (each library has errors of its own; the test reads them)
            status, told = 400, {"refused": f"{type(refusal).__name__}: {refusal}"}
        self.send_response(303 if isinstance(told, str) else status)
        self.send_header("Set-Cookie", f"{COOKIE}={visitor}; HttpOnly; SameSite=Lax; Path=/")
        if isinstance(told, str):
            self.send_header("Location", told)
        body = b"" if isinstance(told, str) else json.dumps(told).encode()
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


if __name__ == "__main__":
    found = run_path(sys.argv[1], run_name="relying_party")
    Handler.portal = Portal(found["RelyingParty"](**json.load(sys.stdin)))
    HTTPServer(("127.0.0.1", int(sys.argv[2])), Handler).serve_forever()
