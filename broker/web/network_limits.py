"""Holds back a block of addresses that sends more than a crowd of people would, before anything is read.

Probes and the endpoints for programs stay out of it: a portal's server is one address for all its visitors.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from http import HTTPStatus

from flask import Flask, g, make_response, request
from flask.typing import ResponseReturnValue

from broker.abuse.address_limits import AddressGuard, HeldBack
from broker.audit.recorder import Auditor
from broker.domain.clock import Clock
from broker.domain.events import RequestsHeldBack, Result
from broker.web.dead_end import error_page
from broker.web.portals import Portals
from broker.web.rim import MACHINE_BLUEPRINTS
from broker.web.source_address import source_block
from broker.web.trimmed_flask import request_at_hand

TOO_MANY = "too-many-requests"

_BEGINNINGS = frozenset({"authorize.by_get", "authorize.by_post"})
# A browser brings it by GET; each costs what a form does, and a row in the audit log.
_ANSWERS = frozenset({"saml.artifact", "saml.after_post", "upstream_logout.by_redirect"})


@dataclass(frozen=True, slots=True)
class NetworkLimits:
    """What holding back needs."""

    guard: AddressGuard
    portals: Portals
    auditor: Auditor
    clock: Clock


def install_network_limits(app: Flask, limits: NetworkLimits) -> None:
    """Count every request that begins a login or posts a form. To be installed after the rim."""

    @app.before_request
    def hold_back() -> ResponseReturnValue | None:
        held = _counted(limits)
        return None if held is None else _refused(limits, held)


def _counted(limits: NetworkLimits) -> HeldBack | None:
    """Only what has a view is counted: the rest costs nothing but its error page."""
    asked = request_at_hand()
    endpoint = asked.endpoint
    if endpoint in _BEGINNINGS:
        size_bytes = len(asked.query_string) + (asked.content_length or 0)
        return limits.guard.may_begin(source_block(), now=limits.clock(), size_bytes=size_bytes)
    is_form = asked.method == "POST" and endpoint is not None
    if endpoint in _ANSWERS or (is_form and asked.blueprint not in MACHINE_BLUEPRINTS):
        return limits.guard.may_post(source_block(), now=limits.clock())
    return None


def _refused(limits: NetworkLimits, held: HeldBack) -> ResponseReturnValue:
    g.error_code = TOO_MANY
    if held.is_first:
        event = RequestsHeldBack(brand=None, result=Result.REFUSED, limit=held.limit)
        limits.auditor.record(event)
    brand = (request.view_args or {}).get("brand")
    view = limits.portals.brand(brand) if isinstance(brand, str) else None
    response = make_response(error_page(TOO_MANY, brand=view), HTTPStatus.TOO_MANY_REQUESTS)
    response.headers["Retry-After"] = str(math.ceil(held.wait.total_seconds()))
    return response
