"""``/backchannel-logout``: the broker tells that a session ended, and the portal's own ends with it."""

from __future__ import annotations

import logging

from flask import Blueprint, Response, jsonify, request

from demo.portals.context import PortalContext
from demo.portals.logout_tokens import LogoutTokenJudge
from demo.portals.provider import ProviderUnavailable
from demo.portals.tokens import TokenRefused

_log = logging.getLogger("demo.portals")


def create_backchannel(context: PortalContext) -> Blueprint:
    """The one endpoint of a portal that programs call."""
    pages = Blueprint("backchannel", __name__)
    judge = LogoutTokenJudge(
        context.party.provider, context.portal.id, context.portal.registration.id_token_alg
    )

    @pages.post("/backchannel-logout")
    def backchannel_logout() -> tuple[Response, int] | Response:
        try:
            order = judge.judge(request.form.get("logout_token", ""), context.now())
        except TokenRefused as refusal:
            _log.warning("logout token refused: %s", refusal.code)
            return jsonify(error="invalid_request", error_description=refusal.code), 400
        except ProviderUnavailable:
            return jsonify(error="temporarily_unavailable"), 503
        ended = context.visits.end_of(sid=order.sid, subject=order.subject)
        _log.info("logged out by the broker: %d sessions", ended)
        # Back-Channel Logout 2.8: 200 also when there was nothing left to end, and never kept by a cache.
        return Response(headers={"Cache-Control": "no-store"})

    return pages
