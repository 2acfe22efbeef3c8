"""The pages of a portal for organisations: the overview, and what is behind its menu, by role."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, render_template, request
from werkzeug.wrappers import Response

from demo.portals.business import BusinessSite, Section
from demo.portals.context import PortalContext
from demo.portals.relations import Work, work_of
from demo.portals.stale_tab import refuse_stale_tab

LONGEST_SEARCH = 100
# By the level's name in the claim `assurance`.
PROVEN_BY = {
    "password": "met uw wachtwoord",
    "sms": "met uw wachtwoord en een code op uw telefoon",
    "totp": "met uw wachtwoord en een code uit uw app",
    "passkey": "met een passkey",
    "eh2plus": "met eHerkenning, niveau eH2+",
    "eh3": "met eHerkenning, niveau eH3",
    "eh4": "met eHerkenning, niveau eH4",
}


def create_business_pages(context: PortalContext, site: BusinessSite) -> Blueprint:
    """Everything here is about the one relation that the person works for."""
    pages = Blueprint("business", __name__)
    pages.before_request(context.keep_alive)
    pages.before_request(lambda: refuse_stale_tab(context))

    @pages.get("/overzicht")
    def overview() -> Response | str:
        login = context.login()
        if login is None:
            return redirect(context.way_in, 303)
        return render_template("business/overview.html", proven_by=PROVEN_BY.get(login.level, ""))

    @pages.get("/onderdeel/<slug>")
    def section(slug: str) -> Response | str | tuple[str, int]:
        found = site.section(slug)
        if found is None:
            abort(404)
        login = context.login()
        if login is None:
            return redirect(context.way_in, 303)
        work = work_of(login)
        if not found.is_for(work.roles):
            return _refuse(site, found, work), 403
        return _page(context, found, work)

    return pages


def _refuse(site: BusinessSite, section: Section, work: Work) -> str:
    """Which role it takes, and whom to ask; or how to get further with a role that one has."""
    needed = site.roles.of(section.roles)
    waits = bool(section.roles & work.withheld)
    return render_template("business/not_for_you.html", wanted=section, needed=needed, waits=waits)


def _page(context: PortalContext, section: Section, work: Work) -> str:
    words = request.args.get("zoek", "")[:LONGEST_SEARCH]
    table = section.table(work.relation, context.today) if section.table and work.relation else None
    rows = table.holding(words) if table else ()
    return render_template("business/section.html", section=section, table=table, rows=rows, words=words)
