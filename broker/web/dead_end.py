"""A request that ends on an error page, with the way on that fits it."""

from __future__ import annotations

from dataclasses import dataclass

from flask import render_template
from flask_babel import gettext

from broker.web.error_texts import explain
from broker.web.portals import BrandView, PortalView
from broker.web.support_code import support_code


@dataclass(frozen=True, slots=True)
class WayOn:
    """Where to go from an error page."""

    label: str
    url: str


# Beginning again would lead to the same page: these offer only the way back.
_NOT_AGAIN = frozenset({"no-account", "account-disabled"})
# Here everything is done already.
_FURTHER = frozenset({"already-logged-in", "link-used"})


class DeadEnd(Exception):
    """Ends the request on the error page of `code`; raised by views, shown by the rim.

    Name the portal when it is known for certain: the page then offers to begin again there.
    """

    def __init__(
        self, code: str, status: int, *, brand: BrandView | None = None, portal: PortalView | None = None
    ) -> None:
        super().__init__(code)
        self.code = code
        self.status = status
        self.portal = portal
        self.brand = brand or (portal.brand if portal else None)


def error_page(code: str, *, brand: BrandView | None = None, portal: PortalView | None = None) -> str:
    """The page that tells what happened, what to do now, and the support code."""
    text = explain(code, portal=portal.name if portal else None)
    way_on = WayOn(_label(code, portal), portal.url) if portal else None
    return render_template(
        "error.html",
        title=text.title,
        explanation=text.explanation,
        next_step=text.next_step,
        way_on=way_on,
        # Where nothing is wrong there is nothing to report, so no code to give either.
        all_is_well=code in _FURTHER,
        support_code=None if code in _FURTHER else support_code(),
        brand=brand,
        portal=portal,
    )


def _label(code: str, portal: PortalView) -> str:
    if code in _FURTHER:
        label = gettext("Verder naar %(portal)s", portal=portal.name)
    elif code in _NOT_AGAIN:
        label = gettext("Terug naar %(portal)s", portal=portal.name)
    else:
        label = gettext("Opnieuw beginnen bij %(portal)s", portal=portal.name)
    return str(label)
