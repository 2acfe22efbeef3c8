"""The headers that every answer carries (ASVS 3.4, DIGID-N U/WA.04)."""

from __future__ import annotations

from functools import lru_cache
from http import HTTPStatus
from urllib.parse import urlsplit

from flask import Flask, g

from broker.web.trimmed_flask import HeaderLines, TrimmedResponse, kept_at_hand, request_at_hand

_ONE_YEAR_SECONDS = 31_536_000
_NOT_KEPT: HeaderLines = (("Cache-Control", "no-store"),)
_KEPT = frozenset({HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT, HTTPStatus.NOT_MODIFIED})


def allow_form_to(*urls: str) -> None:
    """Let forms on the page at hand lead to these sites; a redirect after a form POST counts as well."""
    g.form_origins = (*g.get("form_origins", ()), *map(_origin, urls))


def allow_own_calls() -> None:
    """Let the script of the page at hand ask this server, and no other."""
    g.own_calls = True


@lru_cache(maxsize=256)
def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def install_headers(app: Flask, *, secure: bool) -> None:
    """Set the security headers on every answer, errors included. `secure`: the base URL is https."""

    @app.after_request
    def set_headers(response: TrimmedResponse) -> TrimmedResponse:
        kept = kept_at_hand()
        calls, origins = kept.get("own_calls", False), kept.get("form_origins", ())
        response.fixed = _fixed_headers(origins, calls=calls, secure=secure)
        # A file that is not there may be there after the next release.
        if request_at_hand().endpoint == "static" and response.status_code in _KEPT:
            response.headers["Cache-Control"] = f"public, max-age={_ONE_YEAR_SECONDS}, immutable"
        response.default = _NOT_KEPT
        return response


@lru_cache(maxsize=256)
def _fixed_headers(form_origins: tuple[str, ...], *, calls: bool, secure: bool) -> HeaderLines:
    """What no answer can change; the same lines for every page whose forms lead to the same sites."""
    lines = (
        ("Content-Security-Policy", _content_security_policy(form_origins, calls=calls)),
        ("X-Content-Type-Options", "nosniff"),
        ("X-Frame-Options", "DENY"),
        # With no-referrer a page's own POST would carry `Origin: null`, which `csrf` refuses.
        ("Referrer-Policy", "same-origin"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()"),
    )
    https_only = ("Strict-Transport-Security", f"max-age={_ONE_YEAR_SECONDS}; includeSubDomains")
    return (*lines, https_only) if secure else lines


def _content_security_policy(form_origins: tuple[str, ...], *, calls: bool) -> str:
    form_action = " ".join(dict.fromkeys(("'self'", *form_origins)))
    connect = "connect-src 'self'; " if calls else ""
    return (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
        f"{connect}form-action {form_action}; frame-ancestors 'none'; base-uri 'none'"
    )
