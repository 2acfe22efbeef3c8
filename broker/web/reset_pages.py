"""Where somebody asks for a link to choose a password; what they read says nothing of who has the address."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from broker.accounts.reset.asking import PasswordLinkRequests, Wish
from broker.accounts.reset.links import Errand
from broker.domain.assurance import Scheme
from broker.domain.email_address import EmailFault, InvalidEmailAddress, parse_email_address
from broker.login.transaction import LoginTransaction
from broker.web import cookies, csrf
from broker.web.dead_end import DeadEnd, WayOn
from broker.web.login_pages import LoginPages
from broker.web.parameters import once
from broker.web.portals import BrandView, PortalView
from broker.web.source_address import source_block

_UNPROCESSABLE = 422
_LONGEST_ECHO = 300
_LONGEST_ATTEMPT = 100
ATTEMPT_PARAMETER: Final = "attempt"


@dataclass(frozen=True, slots=True)
class ResetPages:
    """What these pages need."""

    pages: LoginPages
    requests: PasswordLinkRequests


@dataclass(frozen=True, slots=True)
class Waiting:
    """The login attempt that somebody came from, if this browser holds it, and its portal."""

    attempt: str | None = None
    portal: PortalView | None = None


def reset_blueprint(reset: ResetPages) -> Blueprint:
    """``/<brand>/reset``: needs no cookie, so that none can be in the way (J20)."""
    blueprint = Blueprint("reset", __name__)
    pages = reset.pages

    @blueprint.get("/<brand>/reset")
    def ask(brand: str) -> ResponseReturnValue:
        return _form(pages, _brand_with_passwords(pages, brand), waiting_attempt(pages, brand, request.args))

    @blueprint.post("/<brand>/reset")
    def mail(brand: str) -> ResponseReturnValue:
        view = _brand_with_passwords(pages, brand)
        pages.answers.require_own_page(brand, _form_secret(brand))
        waiting = waiting_attempt(pages, brand, request.form)
        typed = once(request.form, "email")
        try:
            address = parse_email_address(typed)
        except InvalidEmailAddress as invalid:
            page = _form(pages, view, waiting, email=typed[:_LONGEST_ECHO], fault=invalid.fault)
            return page, _UNPROCESSABLE
        errand = Errand(waiting.portal.id if waiting.portal else None, waiting.attempt)
        reset.requests.ask(Wish(brand, address, source_block(), errand))
        return redirect(url_for("reset.mailed", brand=brand, attempt=waiting.attempt), 303)

    @blueprint.get("/<brand>/reset/mailed")
    def mailed(brand: str) -> ResponseReturnValue:
        view, waiting = (
            _brand_with_passwords(pages, brand),
            waiting_attempt(pages, brand, request.args),
        )
        return render_template(
            "reset/mailed.html",
            brand=waiting.portal.brand if waiting.portal else view,
            again=url_for("reset.ask", brand=brand, attempt=waiting.attempt),
            ways_on=ways_to_log_in(pages, view, waiting),
        )

    return blueprint


def portals_with_passwords(pages: LoginPages, brand: str) -> tuple[PortalView, ...]:
    """The portals of a brand to which people log in with a password."""
    return tuple(portal for portal in pages.portals.of_brand(brand) if portal.is_entered_by(Scheme.PASSWORD))


def _with_passwords(pages: LoginPages, brand: str) -> tuple[PortalView, ...]:
    """Those portals; for a brand that has none, the entrance of its staff."""
    entrance = pages.portals.entrance(brand)
    return portals_with_passwords(pages, brand) or ((entrance,) if entrance else ())


def waiting_attempt(pages: LoginPages, brand: str, sent: dict[str, str]) -> Waiting:
    """The attempt that `sent` names, if it lives and this browser holds it; a broken cookie holds nothing."""
    named = sent.get(ATTEMPT_PARAMETER, "")[:_LONGEST_ATTEMPT]
    transaction = _transaction(pages, brand, named)
    portal = pages.portals.get(transaction.portal) if transaction else None
    return Waiting(named, portal) if portal is not None else Waiting()


def ways_to_log_in(pages: LoginPages, brand: BrandView, waiting: Waiting) -> list[WayOn]:
    """Back to the attempt that waits here; else to the portal, or to each portal with passwords."""
    if waiting.attempt is not None and waiting.portal is not None:
        here = url_for("login.choose", brand=brand.id, attempt=waiting.attempt)
        return [WayOn(waiting.portal.name, here)]
    there = (waiting.portal,) if waiting.portal else _with_passwords(pages, brand.id)
    return [WayOn(portal.name, portal.url) for portal in there]


def _transaction(pages: LoginPages, brand: str, attempt: str) -> LoginTransaction | None:
    secret = cookies.attempt_secret(request, attempt) if attempt else None
    return pages.login.transactions.find(brand, attempt, secret) if secret else None


def _brand_with_passwords(pages: LoginPages, brand: str) -> BrandView:
    view = pages.portals.brand_by(brand, Scheme.PASSWORD)
    if view is None or not _with_passwords(pages, brand):
        raise DeadEnd("not-found", 404)
    return view


def _form(
    pages: LoginPages, brand: BrandView, waiting: Waiting, *, email: str = "", fault: EmailFault | None = None
) -> str:
    return render_template(
        "reset/ask.html",
        brand=waiting.portal.brand if waiting.portal else brand,
        action=url_for("reset.mail", brand=brand.id),
        csrf_token=csrf.token_for(_form_secret(brand.id)),
        kept=_kept(waiting),
        email=email,
        email_fault=fault,
        ways_on=ways_to_log_in(pages, brand, waiting),
    )


def _kept(waiting: Waiting) -> dict[str, str]:
    return {ATTEMPT_PARAMETER: waiting.attempt} if waiting.attempt else {}


def _form_secret(brand: str) -> str:
    """What the token of the form is made of. There is no cookie to bind it to, and it is no secret.

    What counts here is where the browser says that the request comes from; and a stranger's page could only
    have a browser ask what the stranger can ask as well.
    """
    return f"reset {brand}"
