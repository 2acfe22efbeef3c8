"""Where the link in the mail to a new address leads: a look changes nothing, the button confirms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from broker.accounts.address.changing import AddressChanges
from broker.accounts.address.links import AddressLink, AddressLinkFault
from broker.domain.accounts import AccountType
from broker.web import csrf
from broker.web.dead_end import DeadEnd, WayOn, known_brand
from broker.web.login_pages import LoginPages
from broker.web.parameters import LINK_PARAMETER, link_token
from broker.web.portals import BrandView

_GONE: Final = 410
_UNKNOWN: Final = 404


@dataclass(frozen=True, slots=True)
class AddressPages:
    """What these pages need."""

    pages: LoginPages
    changes: AddressChanges


def address_blueprint(parts: AddressPages) -> Blueprint:
    """``/<brand>/address/…``, in any browser: it is the mailbox that has to be proved, not who is logged in.

    The link's secret stands in the query, which proxies are told not to log.
    """
    blueprint = Blueprint("address", __name__)
    pages, changes = parts.pages, parts.changes

    @blueprint.get("/<brand>/address/confirm")
    def look(brand: str) -> ResponseReturnValue:
        view, token = known_brand(pages.portals, brand), link_token(request.args)
        found = changes.look(brand, token)
        if isinstance(found, AddressLinkFault):
            raise _dead_end(view, found)
        return render_template(
            "address/confirm.html",
            brand=_their_brand(pages, view, found),
            address=found.wish.after,
            action=url_for("address.confirm", brand=brand),
            csrf_token=csrf.token_for(token),
            fields={LINK_PARAMETER: token},
        )

    @blueprint.post("/<brand>/address/confirm")
    def confirm(brand: str) -> ResponseReturnValue:
        view, token = known_brand(pages.portals, brand), link_token(request.form)
        # The link may be opened in a browser without a cookie of ours; its secret proves our own page.
        pages.answers.require_own_page(brand, token)
        found = changes.confirm(brand, token)
        if isinstance(found, AddressLinkFault):
            raise _dead_end(view, found)
        return redirect(url_for("address.done", brand=brand, link=token), 303)

    @blueprint.get("/<brand>/address/done")
    def done(brand: str) -> ResponseReturnValue:
        view, token = known_brand(pages.portals, brand), link_token(request.args)
        link = changes.used(brand, token)
        if link is None:
            raise _dead_end(view, AddressLinkFault.UNKNOWN)
        return render_template(
            "address/done.html",
            brand=_their_brand(pages, view, link),
            address=link.wish.after,
            by_password=_is_by_password(link),
            settings_url=_settings_url(brand),
        )

    return blueprint


def _is_by_password(link: AddressLink) -> bool:
    return link.wish.password_since is not None


def _their_brand(pages: LoginPages, brand: BrandView, link: AddressLink) -> BrandView:
    """The brand with the desk for whoever has this account, which is one with a password or of a consumer."""
    account_type = AccountType.BUSINESS if _is_by_password(link) else AccountType.CONSUMER
    return pages.portals.brand_for(brand.id, account_type) or brand


def _settings_url(brand: str) -> str:
    """Who is not logged in reads there where to do that."""
    return url_for("account.details", brand=brand)


def _dead_end(brand: BrandView, fault: AddressLinkFault) -> DeadEnd:
    on = WayOn(str(gettext("Naar uw instellingen")), _settings_url(brand.id))
    status = _UNKNOWN if fault is AddressLinkFault.UNKNOWN else _GONE
    return DeadEnd(f"address-link-{fault.value}", status, brand=brand, ways_on=(on,))
