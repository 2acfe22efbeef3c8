"""Calls that steer a simulator: JSON, from this machine only."""

from __future__ import annotations

from ipaddress import ip_address

from flask import abort, request

FORBIDDEN = 403


def only_this_machine() -> None:
    """Refuses callers from elsewhere with 403: these calls steer the simulator."""
    if not ip_address(request.remote_addr or "0.0.0.0").is_loopback:
        abort(FORBIDDEN)


def json_body() -> dict[str, object]:
    """The body, which must be a JSON object sent as JSON; another site's form cannot send that."""
    body = request.get_json()
    return body if isinstance(body, dict) else abort(400)


def text(body: dict[str, object], name: str) -> str:
    """The string of that name; anything else is as good as none."""
    value = body.get(name)
    return value if isinstance(value, str) else ""
