"""The cookies of the broker: all `__Host-`, Secure, HttpOnly and SameSite=Lax, without exception.

One a login attempt (at most eight), one a brand for the session, one a brand for the device that a business
account was used on. Reading never fails: a cookie that is
old, broken or made up is worth nothing and stands in nobody's way.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from flask import Request, Response

from broker.login.transaction import LIFETIME

MOST_ATTEMPTS = 8
_ATTEMPT_PREFIX = "__Host-voordeur-login-"
_SESSION_PREFIX = "__Host-voordeur-session-"
_DEVICE_PREFIX = "__Host-voordeur-device-"
_DEVICE_LIFETIME = timedelta(days=365)
_DEVICE_VALUE = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)
_ATTEMPT_VALUE = re.compile(r"(?P<began>[0-9]{1,12})\.(?P<secret>[A-Za-z0-9_-]{43})", re.ASCII)


def set_attempt(
    response: Response, request: Request, transaction_id: str, secret: str, now: datetime
) -> None:
    """Give the browser the cookie of a new attempt, and forget its oldest ones beyond the limit."""
    others = sorted(
        (name for name in request.cookies if name.startswith(_ATTEMPT_PREFIX)),
        key=lambda name: _began(request.cookies[name]),
    )
    for name in others[: max(0, len(others) - MOST_ATTEMPTS + 1)]:
        _delete(response, name)
    value = f"{int(now.timestamp())}.{secret}"
    _set(response, _ATTEMPT_PREFIX + transaction_id, value, max_age=LIFETIME)


def attempt_secret(request: Request, transaction_id: str) -> str | None:
    """The secret that this browser holds for an attempt."""
    found = _ATTEMPT_VALUE.fullmatch(request.cookies.get(_ATTEMPT_PREFIX + transaction_id, ""))
    return found["secret"] if found else None


def forget_attempt(response: Response, transaction_id: str) -> None:
    """The attempt is over."""
    _delete(response, _ATTEMPT_PREFIX + transaction_id)


def set_session(response: Response, brand: str, value: str) -> None:
    """Give the browser the session of a brand; it ends with the browser at the latest."""
    _set(response, _SESSION_PREFIX + brand, value, max_age=None)


def session_value(request: Request, brand: str) -> str | None:
    """What this browser holds as its session at a brand."""
    return request.cookies.get(_SESSION_PREFIX + brand)


def forget_session(response: Response, brand: str) -> None:
    """The session is over."""
    _delete(response, _SESSION_PREFIX + brand)


def set_device(response: Response, brand: str, token: str) -> None:
    """Let the browser be recognised as a device; it is no login and opens nothing."""
    _set(response, _DEVICE_PREFIX + brand, token, max_age=_DEVICE_LIFETIME)


def device_token(request: Request, brand: str) -> str | None:
    """What this browser holds as its device at a brand."""
    found = _DEVICE_VALUE.fullmatch(request.cookies.get(_DEVICE_PREFIX + brand, ""))
    return found[0] if found else None


def has_any(request: Request) -> bool:
    """Whether the browser sent any cookie of ours: if not, it may not keep cookies at all."""
    ours = (_ATTEMPT_PREFIX, _SESSION_PREFIX, _DEVICE_PREFIX)
    return any(name.startswith(ours) for name in request.cookies)


def _began(value: str) -> int:
    found = _ATTEMPT_VALUE.fullmatch(value)
    return int(found["began"]) if found else 0


def _set(response: Response, name: str, value: str, *, max_age: timedelta | None) -> None:
    response.set_cookie(name, value, max_age=max_age, path="/", secure=True, httponly=True, samesite="Lax")


def _delete(response: Response, name: str) -> None:
    response.delete_cookie(name, path="/", secure=True, httponly=True, samesite="Lax")
