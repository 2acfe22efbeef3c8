"""Where the link in the mail to a new address leads: a look changes nothing, the button confirms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from broker.accounts.address.changing import AddressChanges
from broker.accounts.address.links import AddressLinkFault
from broker.web import csrf
from broker.web.dead_end import DeadEnd, WayOn
from broker.web.letters import LINK_PARAMETER
from broker.web.login_pages import LoginPages
from broker.web.portals import BrandView

_GONE: Final = 410
_UNKNOWN: Final = 404
_LONGEST_LINK: Final = 200


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
        view, token = _brand(pages, brand), _one(request.args.getlist(LINK_PARAMETER))
        found = changes.look(brand, token)
        if isinstance(found, AddressLinkFault):
            raise _dead_end(view, found)
        return render_template(
            "address/confirm.html",
            brand=view,
            address=found.wish.after,
            action=url_for("address.confirm", brand=brand),
            csrf_token=csrf.token_for(token),
            fields={LINK_PARAMETER: token},
        )

    @blueprint.post("/<brand>/address/confirm")
    def confirm(brand: str) -> ResponseReturnValue:
        view, token = _brand(pages, brand), _one(request.form.getlist(LINK_PARAMETER))
        # The link may be opened in a browser without a cookie of ours; its secret proves our own page.
        pages.answers.require_own_page(brand, token)
        found = changes.confirm(brand, token)
        if isinstance(found, AddressLinkFault):
            raise _dead_end(view, found)
        return redirect(url_for("address.done", brand=brand, link=token), 303)

    @blueprint.get("/<brand>/address/done")
    def done(brand: str) -> ResponseReturnValue:
        view, token = _brand(pages, brand), _one(request.args.getlist(LINK_PARAMETER))
        link = changes.used(brand, token)
        if link is None:
            raise _dead_end(view, AddressLinkFault.UNKNOWN)
        return render_template(
            "address/done.html",
            brand=view,
            address=link.wish.after,
            by_password=link.wish.password_since is not None,
            settings_url=_settings_url(brand),
        )

    return blueprint


def _brand(pages: LoginPages, brand: str) -> BrandView:
    view = pages.portals.brand(brand)
    if view is None:
        raise DeadEnd("not-found", _UNKNOWN)
    return view


def _settings_url(brand: str) -> str:
    """Who is not logged in reads there where to do that."""
    return url_for("account.details", brand=brand)


def _dead_end(brand: BrandView, fault: AddressLinkFault) -> DeadEnd:
    on = WayOn(str(gettext("Naar uw instellingen")), _settings_url(brand.id))
    status = _UNKNOWN if fault is AddressLinkFault.UNKNOWN else _GONE
    return DeadEnd(f"address-link-{fault.value}", status, brand=brand, ways_on=(on,))


def _one(values: list[str]) -> str:
    """A parameter that occurs once and is not too long; otherwise a value that leads nowhere."""
    return values[0] if len(values) == 1 and len(values[0]) <= _LONGEST_LINK else ""
