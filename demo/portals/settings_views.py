"""`Instellingen` of a portal for organisations: details of the collectivity, and the way to one's account."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from demo.portals.business import BusinessSite
from demo.portals.contact_details import FIELDS, ContactBook, Judged, details_of, judge
from demo.portals.context import PortalContext
from demo.portals.logins import Login
from demo.portals.provider import ProviderUnavailable
from demo.portals.relations import Work, work_of
from demo.portals.relying_party import LoginRefused
from demo.portals.stale_tab import refuse_stale_tab
from demo.portals.tokens import TokenRefused
from demo.serving import refuse_foreign_posts


def create_settings_pages(context: PortalContext, site: BusinessSite) -> Blueprint:
    """Reading is for everybody at the collectivity, changing for the roles that the site names."""
    pages = Blueprint("settings", __name__)
    pages.before_request(refuse_foreign_posts)
    pages.before_request(context.keep_alive)
    pages.before_request(lambda: refuse_stale_tab(context))
    book = ContactBook()

    @pages.get("/instellingen")
    def show() -> Response | str | tuple[str, int]:
        login = context.login()
        if login is None:
            return redirect(context.way_in, 303)
        details = _details(context, book, login)
        page = render_template(
            "business/settings.html",
            details=details,
            labels=FIELDS,
            may_change=_may_change(site, work_of(login)),
            changed=request.args.get("gewijzigd") == "ja",
        )
        return page if details is not None else (page, 503)

    @pages.route("/instellingen/gegevens-collectiviteit", methods=["GET", "POST"])
    def change() -> Response | str | tuple[str, int]:
        login = context.login()
        if login is None:
            return redirect(context.way_in, 303)
        work = work_of(login)
        if not _may_change(site, work):
            return render_template("business/ask_somebody.html"), 403
        if request.method == "POST":
            return _take(book, work)
        details = _details(context, book, login)
        # A form that begins empty would wipe what is known.
        return _form(Judged(details, {})) if details is not None else redirect(url_for("settings.show"), 303)

    return pages


def _details(context: PortalContext, book: ContactBook, login: Login) -> Mapping[str, str] | None:
    """How the active collectivity is reached, as it is now; None when that cannot be had."""
    changed = book.of(work_of(login).number)
    if changed is not None:
        return changed
    try:
        return details_of(context.party.told_now(login).get("collectivity_details"))
    except (LoginRefused, TokenRefused, ProviderUnavailable):
        return None


def _may_change(site: BusinessSite, work: Work) -> bool:
    return work.relation is not None and bool(site.contact.changed_by & work.roles)


def _take(book: ContactBook, work: Work) -> Response | tuple[str, int]:
    judged = judge(request.form)
    # A form that does not say for which collectivity it was filled in changes nothing.
    if judged.faults or request.form.get("relatie") != work.number:
        return _form(judged), 422
    book.change(work.number, judged.typed)
    return redirect(url_for("settings.show", relatie=work.number, gewijzigd="ja"), 303)


def _form(judged: Judged) -> str:
    return render_template("business/change_details.html", judged=judged, labels=FIELDS)
