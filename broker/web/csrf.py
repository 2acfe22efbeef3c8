"""A request that changes something must come from our own page: a token, and the browser's own word."""

from __future__ import annotations

import hashlib
import hmac
from typing import ClassVar

from flask import request

from broker.errors import BrokerError

FIELD = "csrf_token"
_PURPOSE = b"voordeur csrf token v1"


class ForgedRequest(BrokerError):
    """The request did not come from our own page, or its page is too old."""

    code: ClassVar[str] = "csrf"
    status: ClassVar[int] = 403


def token_for(browser_secret: str) -> str:
    """The token of the browser that holds this secret; the secret itself never stands on a page."""
    return hmac.new(browser_secret.encode("utf-8", "surrogatepass"), _PURPOSE, hashlib.sha256).hexdigest()


def require_own_page(browser_secret: str, base_url: str) -> None:
    """Raise `ForgedRequest` unless token and origin are ours (ASVS 3.5.1 and 3.5.3)."""
    require_own_origin(base_url)
    sent = request.form.get(FIELD, "")
    if not hmac.compare_digest(sent.encode("utf-8", "surrogatepass"), token_for(browser_secret).encode()):
        raise ForgedRequest("the token is missing or belongs to another browser")


def require_own_origin(base_url: str) -> None:
    """Sec-Fetch-Site must be same-origin; a browser without that header must send our Origin, never null."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        if site != "same-origin":
            raise ForgedRequest("Sec-Fetch-Site is not same-origin")
    elif request.headers.get("Origin") != base_url:
        raise ForgedRequest("Origin is not the base URL")
