"""The pages with content: the public home, the person's own file, contact, and what the portal received."""

from __future__ import annotations

from flask import Blueprint, Response, abort, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from demo.portals.business import BusinessSite
from demo.portals.context import AMSTERDAM, PortalContext
from demo.portals.dossier import dossier_of, euros
from demo.portals.login_views import logout_completed
from demo.portals.relying_party import Login

LONGEST_SEARCH = 100
# By the level's name in the claim `assurance`.
PROVEN_BY = {
    "password": "met uw wachtwoord",
    "sms": "met uw wachtwoord en een code op uw telefoon",
    "totp": "met uw wachtwoord en een code uit uw app",
    "passkey": "met een passkey",
}


def create_content_pages(context: PortalContext) -> Blueprint:
    """Everything but logging in and out."""
    pages = Blueprint("content", __name__)
    pages.add_app_template_filter(euros, "euros")
    pages.app_context_processor(context.for_page)
    pages.before_request(context.keep_alive)
    _add_public_pages(pages, context)
    _add_claims(pages, context)
    if context.portal.business is None:
        _add_consumer_pages(pages, context)
    else:
        _add_business_pages(pages, context, context.portal.business)
    return pages


def _add_public_pages(pages: Blueprint, context: PortalContext) -> None:
    @pages.get("/")
    def home() -> str:
        page = "business/start.html" if context.portal.business else "home.html"
        return render_template(page, logged_out=logout_completed(context))

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
        today = context.now().astimezone(AMSTERDAM).date()
        return render_template(
            "dossier.html", dossier=dossier_of(login.subject, today), level=_level_of(login)
        )


def _add_business_pages(pages: Blueprint, context: PortalContext, site: BusinessSite) -> None:
    @pages.get("/overzicht")
    def overview() -> AnyResponse | str:
        login = context.login()
        if login is None:
            return redirect(context.way_in, 303)
        return render_template("business/overview.html", proven_by=PROVEN_BY.get(_level_of(login), ""))

    @pages.get("/onderdeel/<slug>")
    def section(slug: str) -> AnyResponse | str:
        found = site.section(slug)
        if found is None:
            abort(404)
        if context.login() is None:
            return redirect(context.way_in, 303)
        words = request.args.get("zoek", "")[:LONGEST_SEARCH]
        rows = found.table.holding(words) if found.table else ()
        return render_template("business/section.html", section=found, rows=rows, words=words)


def _level_of(login: Login) -> str:
    assurance = login.claim("assurance")
    return str(assurance.get("level", "")) if isinstance(assurance, dict) else ""
