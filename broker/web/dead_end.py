"""A request that ends on an error page, with the way on that fits it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from flask import render_template
from flask_babel import gettext

from broker.domain.assurance import Scheme
from broker.web.error_texts import explain
from broker.web.portals import BrandView, Portals, PortalView
from broker.web.support_code import support_code


@dataclass(frozen=True, slots=True)
class WayOn:
    """Where to go from an error page."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class TextList:
    """More than a sentence has room for, under a title of its own."""

    title: str
    items: tuple[str, ...]


NOT_FOUND: Final = "not-found"

# Beginning again would lead to the same page: these offer only the way back.
_NOT_AGAIN = frozenset({"no-account", "account-disabled", "no-role", "collectivity-not-reachable"})
# Nothing was begun, or something has to be done first, at one of these portals.
_FIRST = frozenset({NOT_FOUND, "second-factor-missing", "authenticator-missing"})
# Here everything is done already.
_FURTHER = frozenset({"already-logged-in", "link-used", "invitation-link-used", "address-link-used"})


class DeadEnd(Exception):
    """Ends the request on the error page of `code`; raised by views, shown by the rim.

    Name the portal when it is known for certain: the page then offers to begin again there. Otherwise
    `portals` are those where this can have begun. `ways_on` are other ways, which stand first.
    """

    def __init__(
        self,
        code: str,
        status: int,
        *,
        brand: BrandView | None = None,
        portal: PortalView | None = None,
        portals: tuple[PortalView, ...] = (),
        ways_on: tuple[WayOn, ...] = (),
    ) -> None:
        super().__init__(code)
        self.code = code
        self.status = status
        self.portals = (portal,) if portal else portals
        self.ways_on = ways_on
        self.lists: tuple[TextList, ...] = ()
        self.brand = brand or (portal.brand if portal else None)

    def telling(self, *lists: TextList) -> DeadEnd:
        """The same, with what there is to know besides."""
        self.lists = lists
        return self


def error_page(
    code: str,
    *,
    brand: BrandView | None = None,
    portals: tuple[PortalView, ...] = (),
    ways_on: tuple[WayOn, ...] = (),
    lists: tuple[TextList, ...] = (),
) -> str:
    """The page that tells what happened, what to do now, and the support code.

    `portals` are where the person may begin again; with one of them the words name it.
    """
    portal = portals[0] if len(portals) == 1 else None
    text = explain(code, portal=portal.name if portal else None)
    return render_template(
        "error.html",
        title=text.title,
        explanation=text.explanation,
        next_step=text.next_step,
        lists=lists,
        ways_on=[*ways_on, *(WayOn(_label(code, candidate), candidate.url) for candidate in portals)],
        # Where nothing is wrong there is nothing to report, so no code to give either.
        all_is_well=code in _FURTHER,
        support_code=None if code in _FURTHER else support_code(),
        brand=brand,
        portal=portal,
    )


def _label(code: str, portal: PortalView) -> str:
    if code in _FURTHER:
        label = gettext("Verder naar %(portal)s", portal=portal.name)
    elif code in _FIRST:
        label = gettext("Naar %(portal)s", portal=portal.name)
    elif code in _NOT_AGAIN:
        label = gettext("Terug naar %(portal)s", portal=portal.name)
    else:
        label = gettext("Opnieuw beginnen bij %(portal)s", portal=portal.name)
    return str(label)


def known_brand(portals: Portals, name: str, scheme: Scheme | None = None) -> BrandView:
    """The brand that an address names, with the desk for who logs in that way; else there is no such page."""
    brand = portals.brand(name) if scheme is None else portals.brand_by(name, scheme)
    if brand is None:
        raise DeadEnd("not-found", 404)
    return brand
