"""The form with which somebody asks for an account: read, judged field by field, shown again as typed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from flask import request
from flask_babel import gettext

from broker.accounts.requesting.service import Wanted
from broker.domain.email_address import EmailAddress, EmailFault, InvalidEmailAddress, parse_email_address
from broker.domain.person_name import InvalidName, NameFault, parse_person_name
from broker.domain.roles import Role, RoleCatalogue, RoleId
from broker.domain.work_address import WorkAddressFault, WorkAddressRules
from broker.web.language import Language, current_language

_LONGEST_ECHO: Final = 300
SURE: Final = "sure"
"""The box with which somebody says that an address that was asked about is right."""


@dataclass(frozen=True, slots=True)
class RequestForm:
    """What stands in the fields, and what is wrong with it.

    `asked_about` is why the address may not be the one that is meant: no fault, and whoever is sure goes on.
    """

    name: str = field(default="", repr=False)
    email: str = field(default="", repr=False)
    roles: tuple[RoleId, ...] = ()
    name_fault: NameFault | None = None
    email_fault: EmailFault | WorkAddressFault | None = None
    roles_fault: str | None = None
    asked_about: WorkAddressFault | None = None
    is_sure: bool = False

    @property
    def is_faulty(self) -> bool:
        """Whether any field has to be mended."""
        return any((self.name_fault, self.email_fault, self.roles_fault))


def read_request_form(catalogue: RoleCatalogue, rules: WorkAddressRules | None) -> Wanted | RequestForm:
    """The posted fields, judged; or the form to show again."""
    typed_name, typed_email = request.form.get("name", ""), request.form.get("email", "")
    name, name_fault = _name(typed_name)
    email, email_fault = _address(typed_email)
    chosen = catalogue.known(request.form.getlist("roles"))
    roles_fault, is_sure = _roles_fault(catalogue, chosen), SURE in request.form
    about = rules.fault_of(email) if rules is not None and email is not None else None
    must_change = about is not None and rules is not None and rules.is_strict
    form = RequestForm(
        typed_name[:_LONGEST_ECHO],
        typed_email[:_LONGEST_ECHO],
        tuple(role.id for role in chosen),
        name_fault,
        about if must_change else email_fault,
        roles_fault,
        asked_about=None if must_change else about,
        is_sure=is_sure,
    )
    if name is None or email is None or form.is_faulty or (form.asked_about is not None and not is_sure):
        return form
    return Wanted(name, email, form.roles)


def role_label(role: Role) -> str:
    """What the role is called, in the language of this request."""
    return role.label_nl if current_language() is Language.DUTCH else role.label_en


def _name(typed: str) -> tuple[str | None, NameFault | None]:
    try:
        return parse_person_name(typed), None
    except InvalidName as invalid:
        return None, invalid.fault


def _address(typed: str) -> tuple[EmailAddress | None, EmailFault | None]:
    try:
        return parse_email_address(typed), None
    except InvalidEmailAddress as invalid:
        return None, invalid.fault


def _roles_fault(catalogue: RoleCatalogue, chosen: tuple[Role, ...]) -> str | None:
    if catalogue.roles and not chosen:
        return str(gettext("Kies wat u wilt kunnen doen."))
    clash = catalogue.exclude_each_other(role.id for role in chosen)
    if not clash:
        return None
    labels = ", ".join(role_label(role) for role in clash)
    return str(gettext("Hiervan kunt u er maar één kiezen: %(roles)s.", roles=labels))
