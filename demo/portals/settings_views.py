"""`Instellingen` of a portal for organisations: details of the collectivity, and the way to one's account."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from demo.portals.business import BusinessSite
from demo.portals.contact_details import FIELDS, ContactBook, Judged, judge
from demo.portals.context import PortalContext
from demo.portals.relations import Work, work_of
from demo.portals.stale_tab import refuse_stale_tab
from demo.serving import refuse_foreign_posts


def create_settings_pages(context: PortalContext, site: BusinessSite) -> Blueprint:
    """Reading is for everybody at the collectivity, changing for the roles that the site names."""
    pages = Blueprint("settings", __name__)
    pages.before_request(refuse_foreign_posts)
    pages.before_request(context.keep_alive)
    pages.before_request(lambda: refuse_stale_tab(context))
    book = ContactBook(context.portal.brand)

    @pages.get("/instellingen")
    def show() -> Response | str:
        if context.login() is None:
            return redirect(context.way_in, 303)
        work = work_of(context.login())
        changed = request.args.get("gewijzigd") == "ja"
        return render_template(
            "business/settings.html",
            details=book.of(work.number),
            labels=FIELDS,
            may_change=_may_change(site, work),
            changed=changed,
        )

    @pages.route("/instellingen/gegevens-collectiviteit", methods=["GET", "POST"])
    def change() -> Response | str | tuple[str, int]:
        if context.login() is None:
            return redirect(context.way_in, 303)
        work = work_of(context.login())
        if not _may_change(site, work):
            return render_template("business/ask_somebody.html"), 403
        if request.method == "GET":
            return _form(Judged(book.of(work.number), {}))
        return _take(book, work)

    return pages


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
