"""The headers that every answer carries (ASVS 3.4, DIGID-N U/WA.04)."""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import urlsplit

from flask import Flask, Response, g, request

_ONE_YEAR_SECONDS = 31_536_000
_KEPT = frozenset({HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT, HTTPStatus.NOT_MODIFIED})


def allow_form_to(*urls: str) -> None:
    """Let forms on the page at hand lead to these sites; a redirect after a form POST counts as well."""
    origins = [f"{parts.scheme}://{parts.netloc}" for parts in map(urlsplit, urls)]
    g.form_origins = (*g.get("form_origins", ()), *origins)


def install_headers(app: Flask, *, secure: bool) -> None:
    """Set the security headers on every answer, errors included. `secure`: the base URL is https."""

    @app.after_request
    def set_headers(response: Response) -> Response:
        headers = response.headers
        headers["Content-Security-Policy"] = _content_security_policy()
        headers["X-Content-Type-Options"] = "nosniff"
        headers["X-Frame-Options"] = "DENY"
        # With no-referrer a page's own POST would carry `Origin: null`, which `csrf` refuses.
        headers["Referrer-Policy"] = "same-origin"
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(), payment=()"
        if secure:
            headers["Strict-Transport-Security"] = f"max-age={_ONE_YEAR_SECONDS}; includeSubDomains"
        # A file that is not there may be there after the next release.
        if request.endpoint == "static" and response.status_code in _KEPT:
            headers["Cache-Control"] = f"public, max-age={_ONE_YEAR_SECONDS}, immutable"
        headers.setdefault("Cache-Control", "no-store")
        return response


def _content_security_policy() -> str:
    form_action = " ".join(dict.fromkeys(("'self'", *g.get("form_origins", ()))))
    return (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
        f"form-action {form_action}; frame-ancestors 'none'; base-uri 'none'"
    )
