"""Puts one portal's web application together."""

from __future__ import annotations

from flask import Flask, g, render_template
from werkzeug.wrappers import Response

from demo.clock import Clock
from demo.portals.backchannel_views import create_backchannel
from demo.portals.bank_account_views import create_bank_account_pages
from demo.portals.business_views import create_business_pages
from demo.portals.content_views import create_content_pages
from demo.portals.context import PortalContext
from demo.portals.definitions import PortalDefinition
from demo.portals.keys import PortalKeys
from demo.portals.login_views import create_login_pages
from demo.portals.policy import content_policy
from demo.portals.provider import Provider
from demo.portals.relation_views import create_relation_pages
from demo.portals.relying_party import RelyingParty
from demo.portals.session_views import create_session_pages
from demo.portals.sessions import VisitStore
from demo.portals.settings_views import create_settings_pages


def create_app(portal: PortalDefinition, keys: PortalKeys, now: Clock) -> Flask:
    """One sample portal; the broker is first spoken to when somebody logs in."""
    party = RelyingParty(portal, keys, Provider(portal.issuer), now)
    context = PortalContext(portal, keys, party, VisitStore(now), now)
    app = Flask("demo.portals")
    # Browsers and people read the claims in the order in which the broker put them.
    app.json.sort_keys = False  # type: ignore[attr-defined]  # of Flask's default JSON provider
    app.register_blueprint(create_content_pages(context))
    if portal.business is not None:
        app.register_blueprint(create_business_pages(context, portal.business))
        app.register_blueprint(create_relation_pages(context))
        app.register_blueprint(create_settings_pages(context, portal.business))
    app.register_blueprint(create_bank_account_pages(context))
    app.register_blueprint(create_login_pages(context))
    app.register_blueprint(create_session_pages(context))
    app.register_blueprint(create_backchannel(context))
    app.after_request(_add_headers)
    app.register_error_handler(404, _not_found)
    return app


def _add_headers(response: Response) -> Response:
    policy = content_policy(script=g.get("has_script", False))
    response.headers.setdefault("Content-Security-Policy", policy)
    response.headers["X-Content-Type-Options"] = "nosniff"
    # The answer's code and state stand in an address; no other site gets to see it.
    response.headers["Referrer-Policy"] = "same-origin"
    if response.mimetype in {"text/html", "application/json"}:
        response.headers["Cache-Control"] = "no-store"
    return response


def _not_found(_error: Exception) -> tuple[str, int]:
    return render_template("not_found.html"), 404
