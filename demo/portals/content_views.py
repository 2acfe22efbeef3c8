"""The pages with content: the public home, the person's own file, contact, and what the portal received."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from demo.portals.context import PortalContext
from demo.portals.dossier import dossier_of
from demo.portals.fiction import dutch_number, euros
from demo.portals.login_views import logout_completed


def create_content_pages(context: PortalContext) -> Blueprint:
    """Everything but logging in and out."""
    pages = Blueprint("content", __name__)
    pages.add_app_template_filter(euros, "euros")
    pages.add_app_template_filter(dutch_number, "dutch_number")
    pages.app_context_processor(context.for_page)
    pages.before_request(context.keep_alive)
    _add_public_pages(pages, context)
    _add_claims(pages, context)
    if context.portal.business is None:
        _add_consumer_pages(pages, context)
    return pages


def _add_public_pages(pages: Blueprint, context: PortalContext) -> None:
    @pages.get("/")
    def home() -> str:
        page = "business/start.html" if context.portal.business else "home.html"
        turned_back = request.args.get("inloggen") == "afgebroken"
        return render_template(page, logged_out=logout_completed(context), turned_back=turned_back)

    @pages.get("/contact")
    def contact() -> str:
        return render_template("contact.html")

    @pages.get("/favicon.ico")
    def icon() -> AnyResponse:
        # Browsers ask here for answers without a head of their own, such as /claims.
        return redirect(url_for("static", filename=f"{context.portal.id}.svg"), 302)

    @pages.get("/jwks")
    def jwks() -> Response:
        return jsonify(context.keys.public_jwks())


def _add_claims(pages: Blueprint, context: PortalContext) -> None:
    @pages.get("/claims")
    def claims() -> Response | tuple[Response, int]:
        login = context.login()
        if login is None:
            message = "Log in first; this page shows the claims this portal received."
            return jsonify(error={"code": "not-logged-in", "message": message}), 401
        return jsonify(id_token=dict(login.id_token.claims), userinfo=dict(login.userinfo))


def _add_consumer_pages(pages: Blueprint, context: PortalContext) -> None:
    @pages.get("/inloggen")
    def before_login() -> AnyResponse | str:
        if context.login():
            return redirect(context.own_home, 303)
        return render_template("before_login.html")

    @pages.get("/dossier")
    def dossier() -> AnyResponse | str:
        login = context.login()
        if login is None:
            return redirect(context.way_in, 303)
        dossier = dossier_of(login.subject, context.today)
        return render_template("dossier.html", dossier=dossier, level=login.level)
