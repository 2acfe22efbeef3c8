"""Where the link in a mail leads: a look changes nothing, the form with the new password uses it up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from broker.accounts.reset.choosing import Found, NewPassword, NotTaken, PasswordChoice
from broker.accounts.reset.links import LinkFault, PasswordLink, Purpose
from broker.domain.assurance import Scheme
from broker.web import csrf
from broker.web.dead_end import DeadEnd, WayOn, known_brand
from broker.web.login_pages import LoginPages
from broker.web.parameters import LINK_PARAMETER, link_token, once
from broker.web.password_hints import hints_for
from broker.web.portals import BrandView
from broker.web.reset_pages import ATTEMPT_PARAMETER, Waiting, waiting_attempt, ways_to_log_in
from broker.web.source_address import source_block

_GONE = 410
_UNKNOWN = 404
_UNPROCESSABLE = 422
_PLACES: Final = {Purpose.RESET: "reset", Purpose.ACTIVATION: "activate"}
_FAULTS: Final = {
    (Purpose.RESET, LinkFault.EXPIRED): "reset-link-expired",
    (Purpose.RESET, LinkFault.USED): "reset-link-used",
    (Purpose.ACTIVATION, LinkFault.EXPIRED): "invitation-link-expired",
    (Purpose.ACTIVATION, LinkFault.USED): "invitation-link-used",
}
_FAULTS_OF_ANY: Final = {
    LinkFault.UNKNOWN: "password-link-unknown",
    LinkFault.REPLACED: "password-link-replaced",
}


@dataclass(frozen=True, slots=True)
class NewPasswordPages:
    """What these pages need."""

    pages: LoginPages
    choice: PasswordChoice


def new_password_blueprint(parts: NewPasswordPages) -> Blueprint:
    """``/<brand>/reset/password`` and ``/<brand>/activate/password``, by the link of either mail.

    The link's secret stands in the query, which proxies are told not to log. It needs no cookie (J20).
    """
    blueprint = Blueprint("new_password", __name__)
    for purpose, place in _PLACES.items():
        _add(blueprint, parts, purpose, place)
    return blueprint


def _add(blueprint: Blueprint, parts: NewPasswordPages, purpose: Purpose, place: str) -> None:
    pages, choice = parts.pages, parts.choice

    @blueprint.get(f"/<brand>/{place}/password", endpoint=f"look_{place}")
    def look(brand: str) -> ResponseReturnValue:
        view, token = known_brand(pages.portals, brand, Scheme.PASSWORD), link_token(request.args)
        found = choice.look(brand, purpose, token)
        if isinstance(found, LinkFault):
            raise _dead_end(pages, view, purpose, found)
        return _form(view, found, token)

    @blueprint.post(f"/<brand>/{place}/password", endpoint=f"choose_{place}")
    def choose(brand: str) -> ResponseReturnValue:
        view, token = known_brand(pages.portals, brand, Scheme.PASSWORD), link_token(request.form)
        # The link may be opened in a browser without a cookie of ours; its secret proves our own page.
        pages.answers.require_own_page(brand, token)
        typed = once(request.form, "password")
        words = (view.id, view.name, view.legal_name)
        outcome = choice.choose(brand, purpose, token, NewPassword(typed, words, source_block()))
        if isinstance(outcome, LinkFault):
            raise _dead_end(pages, view, purpose, outcome)
        return _outcome_page(view, token, outcome, typed)

    @blueprint.get(f"/<brand>/{place}/done", endpoint=f"done_{place}")
    def done(brand: str) -> ResponseReturnValue:
        view, token = known_brand(pages.portals, brand, Scheme.PASSWORD), link_token(request.args)
        link = choice.used(brand, purpose, token)
        if link is None:
            raise _dead_end(pages, view, purpose, LinkFault.UNKNOWN)
        return render_template(
            "reset/done.html",
            brand=view,
            activated=purpose is Purpose.ACTIVATION,
            ways_on=ways_to_log_in(pages, view, _waiting(pages, brand, link)),
        )


def _outcome_page(brand: BrandView, token: str, outcome: Found | NotTaken, typed: str) -> ResponseReturnValue:
    if isinstance(outcome, NotTaken):
        return _form(brand, outcome.found, token, outcome.faults, _advice(outcome, typed)), _UNPROCESSABLE
    done = f"new_password.done_{_PLACES[outcome.link.purpose]}"
    return redirect(url_for(done, brand=brand.id, link=token), 303)


def _waiting(pages: LoginPages, brand: str, link: PasswordLink) -> Waiting:
    """Where the person was when they asked; in another browser than then, only the portal is left of it."""
    errand = link.errand
    waiting = waiting_attempt(pages, brand, {ATTEMPT_PARAMETER: errand.attempt or ""})
    return waiting if waiting.portal else Waiting(portal=pages.portals.get(errand.portal or ""))


def _form(
    brand: BrandView, found: Found, token: str, faults: tuple[str, ...] = (), advice: tuple[str, ...] = ()
) -> str:
    place = _PLACES[found.link.purpose]
    return render_template(
        "reset/choose.html",
        brand=brand,
        account=found.account,
        activating=found.link.purpose is Purpose.ACTIVATION,
        action=url_for(f"new_password.choose_{place}", brand=brand.id),
        csrf_token=csrf.token_for(token),
        fields={LINK_PARAMETER: token},
        faults=faults,
        advice=advice,
    )


def _advice(outcome: NotTaken, typed: str) -> tuple[str, ...]:
    account = outcome.found.account
    return hints_for(typed, outcome.faults, (account.name, account.email))


def _dead_end(pages: LoginPages, brand: BrandView, purpose: Purpose, fault: LinkFault) -> DeadEnd:
    """What happened, and on: where it was used before by logging in, else by asking for a new mail."""
    code = _FAULTS.get((purpose, fault)) or _FAULTS_OF_ANY[fault]
    again = WayOn(str(gettext("Nieuwe e-mail aanvragen")), url_for("reset.ask", brand=brand.id))
    ways = [
        WayOn(str(gettext("Inloggen bij %(portal)s", portal=way.label)), way.url)
        for way in ways_to_log_in(pages, brand, Waiting())
    ]
    status = _UNKNOWN if fault is LinkFault.UNKNOWN else _GONE
    ways_on = ways if fault is LinkFault.USED else [again]
    return DeadEnd(code, status, brand=brand, ways_on=tuple(ways_on))
