"""Where somebody who came by eHerkenning and has no account asks for one; a desk decides (J32, J33)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from broker.accounts.requesting.service import AccountRequests, Applicant, Wanted
from broker.domain.email_address import EmailAddress, EmailFault, InvalidEmailAddress, parse_email_address
from broker.domain.person_name import InvalidName, NameFault, parse_person_name
from broker.domain.roles import Role, RoleCatalogue
from broker.web import csrf
from broker.web.binding_visit import Visitor, acting_visitor, visitor_of
from broker.web.dead_end import DeadEnd
from broker.web.language import Language, current_language
from broker.web.login_pages import LoginPages
from broker.web.newcomers import asks_for_accounts
from broker.web.ways_in import LEVEL_NAMES

_ENTRANCE: Final = "/<brand>/request-account"
_PATH: Final = f"{_ENTRANCE}/<attempt>"
_UNPROCESSABLE: Final = 422
_TOO_MANY: Final = 429
_LONGEST_ECHO: Final = 300


@dataclass(frozen=True, slots=True)
class AccountRequestPages:
    """What these pages need; `roles` are the catalogues of the brands."""

    pages: LoginPages
    requests: AccountRequests
    roles: Mapping[str, RoleCatalogue]


@dataclass(frozen=True, slots=True)
class RequestForm:
    """What stands in the fields, and what is wrong with it."""

    name: str = field(default="", repr=False)
    email: str = field(default="", repr=False)
    roles: tuple[str, ...] = ()
    name_fault: NameFault | None = None
    email_fault: EmailFault | None = None
    roles_fault: str | None = None


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
        read = _read_form(parts.roles.get(brand, RoleCatalogue()))
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


def _read_form(catalogue: RoleCatalogue) -> Wanted | RequestForm:
    """The posted fields, judged; or the form to show again."""
    name, typed = request.form.get("name", ""), request.form.get("email", "")
    chosen = catalogue.known(request.form.getlist("roles"))
    roles_fault = _roles_fault(catalogue, chosen)
    email: EmailAddress | None = None
    name_fault, email_fault = None, None
    try:
        name = parse_person_name(name)
    except InvalidName as invalid:
        name_fault = invalid.fault
    try:
        email = parse_email_address(typed)
    except InvalidEmailAddress as invalid:
        email_fault = invalid.fault
    ids = tuple(role.id for role in chosen)
    if email is None or name_fault is not None or roles_fault is not None:
        shown = name[:_LONGEST_ECHO], typed[:_LONGEST_ECHO], tuple(ids)
        return RequestForm(*shown, name_fault, email_fault, roles_fault)
    return Wanted(name, email, ids)


def _roles_fault(catalogue: RoleCatalogue, chosen: tuple[Role, ...]) -> str | None:
    if catalogue.roles and not chosen:
        return str(gettext("Kies wat u wilt kunnen doen."))
    clash = catalogue.exclude_each_other(role.id for role in chosen)
    if not clash:
        return None
    labels = ", ".join(_label(role) for role in clash)
    return str(gettext("Hiervan kunt u er maar één kiezen: %(roles)s.", roles=labels))


def _label(role: Role) -> str:
    return role.label_nl if current_language() is Language.DUTCH else role.label_en


def _form(parts: AccountRequestPages, visitor: Visitor, form: RequestForm, *, too_many: bool = False) -> str:
    catalogue = parts.roles.get(visitor.transaction.brand, RoleCatalogue())
    level = visitor.judged.evidence.assurance.level
    return render_template(
        "binding/request.html",
        brand=visitor.portal.brand,
        portal=visitor.portal,
        represents=visitor.represents,
        level=LEVEL_NAMES.get(level, level.label),
        roles=[(role.id, _label(role)) for role in catalogue.roles.values()],
        form=form,
        too_many=too_many,
        action=visitor.url("account_request.ask"),
        back=visitor.url("binding.show"),
        csrf_token=csrf.token_for(visitor.secret),
    )
