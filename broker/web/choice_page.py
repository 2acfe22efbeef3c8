"""The page on which somebody picks how to log in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask import current_app, render_template, url_for

from broker.domain.assurance import Scheme
from broker.domain.outages import Outage
from broker.login.guarded_provider import Closed
from broker.login.service import LoginService
from broker.login.transaction import LoginTransaction
from broker.web import csrf
from broker.web.attempt_addresses import cancel_address, way_address
from broker.web.headers import allow_form_to
from broker.web.portals import PortalView
from broker.web.ways_in import LEVEL_NAMES, WAYS_IN, WayKind

FORGOTTEN_PAGE = "reset.ask"
"""The endpoint where somebody asks for a new password; the login page links to it when it is served."""


@dataclass(frozen=True, slots=True)
class OptionView:
    """One way of logging in on the page: which one, where it leads, and whether it works.

    `forgotten` is where somebody goes who forgot a password, if there is such a page. `level` is the least
    level in the scheme's own spelling, where people have to know it before they go there.
    """

    provider: str
    action: str
    closed: bool = False
    forgotten: str | None = None
    level: str | None = None


def choice_page(
    login: LoginService,
    provider_url: Callable[[str, Scheme], str | None],
    transaction: LoginTransaction,
    portal: PortalView,
    secret: str,
) -> str:
    """The page with every way that the portal allows; `provider_url` tells where a button leads."""
    brand, attempt = transaction.brand, transaction.id
    schemes = transaction.wish.schemes
    closed = {scheme: login.closed(brand, scheme) for scheme in schemes}
    allow_form_to(
        *portal.redirect_uris,
        *(url for scheme in schemes if (url := provider_url(brand, scheme))),
    )
    return render_template(
        "login/choose.html",
        brand=portal.brand,
        portal=portal,
        options=[_option(transaction, scheme, closed=closed[scheme] is not None) for scheme in schemes],
        csrf_token=csrf.token_for(secret),
        transaction_id=attempt,
        notice=transaction.notice or _notice_of(closed),
        support_code=transaction.support_code,
        outages=_outages(closed),
        cancel_action=cancel_address(brand, attempt),
    )


def _notice_of(closed: Mapping[Scheme, Closed | None]) -> str | None:
    """The notice that a way is closed because it failed; an announced outage has words of its own."""
    failing = [scheme for scheme, why in closed.items() if why is not None and why.outage is None]
    return f"{failing[0].value}-unavailable" if failing else None


def _outages(closed: Mapping[Scheme, Closed | None]) -> list[Outage]:
    return [why.outage for why in closed.values() if why is not None and why.outage is not None]


def _option(transaction: LoginTransaction, scheme: Scheme, *, closed: bool) -> OptionView:
    way, brand, attempt = WAYS_IN[scheme], transaction.brand, transaction.id
    match way.kind:
        case WayKind.JOURNEY:
            address = way_address(brand, attempt, scheme.value)
            return OptionView(way.part, address, closed, level=_level_of(transaction, scheme))
        case WayKind.FORM:
            here = way_address(brand, attempt, scheme.value)
            return OptionView(way.part, here, closed, _forgotten(brand, attempt))


def _level_of(transaction: LoginTransaction, scheme: Scheme) -> str | None:
    required = transaction.wish.requirement_for(scheme)
    return LEVEL_NAMES.get(required.level) if required else None


def _forgotten(brand: str, attempt: str) -> str | None:
    """Where one goes without a password; None while there is no such page."""
    served = FORGOTTEN_PAGE in current_app.view_functions
    return url_for(FORGOTTEN_PAGE, brand=brand, attempt=attempt) if served else None
