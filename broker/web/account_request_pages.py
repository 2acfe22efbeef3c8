"""Where somebody who came by eHerkenning and has no account asks for one; a desk decides (J32, J33)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from broker.accounts.requesting.service import AccountRequests, Applicant
from broker.domain.roles import RoleCatalogue
from broker.domain.work_address import WorkAddressRules
from broker.web import csrf
from broker.web.account_request_form import RequestForm, read_request_form, role_label
from broker.web.binding_visit import Visitor, acting_visitor, visitor_of
from broker.web.dead_end import DeadEnd
from broker.web.login_pages import LoginPages
from broker.web.newcomers import asks_for_accounts
from broker.web.ways_in import LEVEL_NAMES

_ENTRANCE: Final = "/<brand>/request-account"
_PATH: Final = f"{_ENTRANCE}/<attempt>"
_UNPROCESSABLE: Final = 422
_TOO_MANY: Final = 429


@dataclass(frozen=True, slots=True)
class AccountRequestPages:
    """What these pages need: the catalogue of each brand, and its rules for addresses where it has any."""

    pages: LoginPages
    requests: AccountRequests
    roles: Mapping[str, RoleCatalogue]
    addresses: Mapping[str, WorkAddressRules]


def account_request_blueprint(parts: AccountRequestPages) -> Blueprint:
    """``/<brand>/request-account/<attempt>``, within the attempt in which eHerkenning vouched for them.

    Whoever has only the address of the brand reads where that begins.
    """
    blueprint = Blueprint("account_request", __name__)

    @blueprint.get(_ENTRANCE)
    def entrance(brand: str) -> str:
        portals = tuple(portal for portal in parts.pages.portals.of_brand(brand) if asks_for_accounts(portal))
        if not portals:
            raise DeadEnd("not-found", 404)
        return render_template("binding/entrance.html", brand=portals[0].brand, portals=portals)

    @blueprint.get(_PATH)
    def show(brand: str, attempt: str) -> ResponseReturnValue:
        return _form(parts, visitor_of(parts.pages, brand, attempt), RequestForm())

    @blueprint.post(_PATH)
    def ask(brand: str, attempt: str) -> ResponseReturnValue:
        visitor = acting_visitor(parts.pages, brand, attempt)
        read = read_request_form(parts.roles.get(brand, RoleCatalogue()), parts.addresses.get(brand))
        if isinstance(read, RequestForm):
            return _form(parts, visitor, read), _UNPROCESSABLE
        if not parts.requests.ask(_applicant(visitor), read):
            return _form(parts, visitor, RequestForm(read.name, read.email.text), too_many=True), _TOO_MANY
        return redirect(url_for("account_request.received", brand=brand, attempt=attempt), 303)

    @blueprint.get(f"{_PATH}/received")
    def received(brand: str, attempt: str) -> ResponseReturnValue:
        visitor = visitor_of(parts.pages, brand, attempt)
        return render_template("binding/received.html", brand=visitor.portal.brand, portal=visitor.portal)

    return blueprint


def _applicant(visitor: Visitor) -> Applicant:
    return Applicant(
        brand=visitor.transaction.brand,
        portal=visitor.portal.id,
        client_id=visitor.portal.client_id,
        identity=visitor.identity,
        represents=visitor.represents,
        assurance=visitor.judged.evidence.assurance,
    )


def _form(parts: AccountRequestPages, visitor: Visitor, form: RequestForm, *, too_many: bool = False) -> str:
    catalogue = parts.roles.get(visitor.transaction.brand, RoleCatalogue())
    level = visitor.judged.evidence.assurance.level
    return render_template(
        "binding/request.html",
        brand=visitor.portal.brand,
        portal=visitor.portal,
        represents=visitor.represents,
        level=LEVEL_NAMES.get(level, level.label),
        roles=[(role.id, role_label(role)) for role in catalogue.roles.values()],
        with_rules=visitor.transaction.brand in parts.addresses,
        form=form,
        too_many=too_many,
        action=visitor.url("account_request.ask"),
        back=visitor.url("binding.show"),
        csrf_token=csrf.token_for(visitor.secret),
    )
