"""Two tabs, two relations: what was opened for the one is never answered with, or done to, the other."""

from __future__ import annotations

from flask import render_template, request

from demo.portals.context import PortalContext
from demo.portals.relations import Relation, is_number, work_of

FIELD = "relatie"


def refuse_stale_tab(context: PortalContext) -> tuple[str, int] | None:
    """The page that says so when links or forms are of a relation that is not the active one any more."""
    meant = request.values.get(FIELD)
    if meant is None:
        return None
    login = context.login()
    work = work_of(login)
    if login is None or meant == work.number:
        return None
    named = next((one for one in work.known if one.number == meant), None)
    # Whoever has more relations than the token names may have this one; anybody else never had it.
    unnamed = Relation(meant, "", f"relatie {meant}") if is_number(meant) and not work.is_all_known else None
    earlier = named or unnamed
    return render_template("business/stale_tab.html", earlier=earlier), 409
