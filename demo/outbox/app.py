"""Puts the outbox's web application together."""

from __future__ import annotations

from flask import Flask, render_template
from werkzeug.wrappers import Response

from demo.clock import DemoClock
from demo.outbox.authenticator import Authenticators
from demo.outbox.digid_app import DigidApp
from demo.outbox.gateway import create_gateway
from demo.outbox.messages import MessageStore
from demo.outbox.pages import create_pages
from demo.outbox.phone_pages import PhoneApps
from demo.serving import refuse_foreign_posts

LARGEST_REQUEST_BYTES = 256 * 1024
CONTENT_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self';"
    " base-uri 'none'; frame-ancestors 'none'"
)


def create_app(store: MessageStore, digid_app: DigidApp, clock: DemoClock) -> Flask:
    """The outbox: JSON under ``/api``, pages beside it."""
    app = Flask("demo.outbox")
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_REQUEST_BYTES
    app.before_request(refuse_foreign_posts)
    app.register_blueprint(create_gateway(store, clock))
    app.register_blueprint(create_pages(store, PhoneApps(digid_app, Authenticators()), clock))
    app.after_request(_add_headers)
    app.register_error_handler(404, _not_found)
    return app


def _add_headers(response: Response) -> Response:
    response.headers.setdefault("Content-Security-Policy", CONTENT_POLICY)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    if not response.headers.get("Content-Type", "").startswith("text/css"):
        response.headers["Cache-Control"] = "no-store"
    return response


def _not_found(_error: Exception) -> tuple[str, int]:
    return render_template("not_found.html"), 404
