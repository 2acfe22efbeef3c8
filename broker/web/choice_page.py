"""The page on which somebody picks how to log in.

It is the dearest page of a login. Who is told nothing besides sees what all others see, but for the attempt
in its addresses and the token in its forms: so it is rendered once, with gaps for those two.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from flask import current_app, render_template, url_for
from flask_babel import get_locale

from broker.domain.assurance import Scheme
from broker.domain.outages import Outage
from broker.login.guarded_provider import Closed
from broker.login.service import LoginService
from broker.login.transaction import LoginTransaction
from broker.web import csrf
from broker.web.attempt_addresses import cancel_address, way_address
from broker.web.headers import allow_form_to
from broker.web.language import LanguageLink, language_links
from broker.web.portals import PortalView
from broker.web.shared_parts import Same
from broker.web.ways_in import LEVEL_NAMES, WAYS_IN, WayKind

FORGOTTEN_PAGE = "reset.ask"
"""The endpoint where somebody asks for a new password; the login page links to it when it is served."""

_MOST_PAGES: Final = 128


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


@dataclass(frozen=True, slots=True)
class _Way:
    """One way of logging in, whoever wants to take it."""

    scheme: Scheme
    level: str | None
    closed: bool


@dataclass(frozen=True, slots=True)
class _Own:
    """What a page has for itself; neither needs quoting in an address or on a page."""

    attempt: str
    token: str = field(repr=False)

    def put_into(self, page: str) -> str:
        """The page with its gaps filled."""
        return page.replace(_GAPS.attempt, self.attempt).replace(_GAPS.token, self.token)


# Drawn at random, so that nothing that somebody asks with can name a gap.
_GAPS: Final = _Own(secrets.token_hex(), secrets.token_hex())


def choice_page(
    login: LoginService,
    provider_url: Callable[[str, Scheme], str | None],
    transaction: LoginTransaction,
    portal: PortalView,
    secret: str,
) -> str:
    """The page with every way that the portal allows; `provider_url` tells where a button leads."""
    brand, schemes = transaction.brand, transaction.wish.schemes
    closed = {scheme: login.closed(brand, scheme) for scheme in schemes}
    allow_form_to(
        *portal.redirect_uris,
        *(url for scheme in schemes if (url := provider_url(brand, scheme))),
    )
    ways = tuple(
        _Way(scheme, _level_of(transaction, scheme), closed=closed[scheme] is not None) for scheme in schemes
    )
    own = _Own(transaction.id, csrf.token_for(secret))
    if transaction.notice is None and not any(closed.values()):
        return own.put_into(_for_anybody(Same(portal), ways, str(get_locale()), language_links()))
    return _rendered(
        portal,
        ways,
        own,
        notice=transaction.notice or _notice_of(closed),
        support_code=transaction.support_code,
        outages=_outages(closed),
    )


@lru_cache(maxsize=_MOST_PAGES)
def _for_anybody(
    portal: Same[PortalView], ways: tuple[_Way, ...], locale: str, links: tuple[LanguageLink, ...]
) -> str:
    """The page with its gaps, where every way is open and there is nothing to tell."""
    del locale, links  # They are parts of the key: the page finds them by itself.
    return _rendered(portal.it, ways, _GAPS)


def _rendered(
    portal: PortalView,
    ways: Sequence[_Way],
    own: _Own,
    *,
    notice: str | None = None,
    support_code: str | None = None,
    outages: Sequence[Outage] = (),
) -> str:
    return render_template(
        "login/choose.html",
        brand=portal.brand,
        portal=portal,
        options=[_option(portal.brand.id, own.attempt, way) for way in ways],
        csrf_token=own.token,
        transaction_id=own.attempt,
        notice=notice,
        support_code=support_code,
        outages=outages,
        cancel_action=cancel_address(portal.brand.id, own.attempt),
    )


def _notice_of(closed: Mapping[Scheme, Closed | None]) -> str | None:
    """The notice that a way is closed because it failed; an announced outage has words of its own."""
    failing = [scheme for scheme, why in closed.items() if why is not None and why.outage is None]
    return f"{failing[0].value}-unavailable" if failing else None


def _outages(closed: Mapping[Scheme, Closed | None]) -> list[Outage]:
    return [why.outage for why in closed.values() if why is not None and why.outage is not None]


def _option(brand: str, attempt: str, way: _Way) -> OptionView:
    shown, address = WAYS_IN[way.scheme], way_address(brand, attempt, way.scheme.value)
    match shown.kind:
        case WayKind.JOURNEY:
            return OptionView(shown.part, address, way.closed, level=way.level)
        case WayKind.FORM:
            return OptionView(shown.part, address, way.closed, _forgotten(brand, attempt))


def _level_of(transaction: LoginTransaction, scheme: Scheme) -> str | None:
    required = transaction.wish.requirement_for(scheme)
    return LEVEL_NAMES.get(required.level) if required else None


def _forgotten(brand: str, attempt: str) -> str | None:
    """Where one goes without a password; None while there is no such page."""
    served = FORGOTTEN_PAGE in current_app.view_functions
    return url_for(FORGOTTEN_PAGE, brand=brand, attempt=attempt) if served else None
