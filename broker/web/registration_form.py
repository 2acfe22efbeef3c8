"""The form with a name and an address: read, judged field by field, and shown again with what was typed."""

from __future__ import annotations

from dataclasses import dataclass, field

from flask import request

from broker.accounts.registration.pending import Details
from broker.domain.email_address import EmailFault, InvalidEmailAddress, parse_email_address
from broker.domain.person_name import InvalidName, NameFault, parse_person_name

_LONGEST_ECHO = 300


@dataclass(frozen=True, slots=True)
class DetailsForm:
    """What stands in the fields, and what is wrong with it."""

    name: str = field(default="", repr=False)
    email: str = field(default="", repr=False)
    name_fault: NameFault | None = None
    email_fault: EmailFault | None = None

    @property
    def is_faulty(self) -> bool:
        """Whether any field has to be mended."""
        return self.name_fault is not None or self.email_fault is not None


def form_of(details: Details | None) -> DetailsForm:
    """The form with what was filled in before."""
    return DetailsForm(details.name, details.email) if details else DetailsForm()


def read_form() -> Details | DetailsForm:
    """The posted fields as details, or the form to show again."""
    name, email = request.form.get("name", ""), request.form.get("email", "")
    name_fault: NameFault | None = None
    email_fault: EmailFault | None = None
    try:
        name = parse_person_name(name)
    except InvalidName as invalid:
        name_fault = invalid.fault
    try:
        email = parse_email_address(email).text
    except InvalidEmailAddress as invalid:
        email_fault = invalid.fault
    if name_fault is None and email_fault is None:
        return Details(name, email)
    return DetailsForm(name[:_LONGEST_ECHO], email[:_LONGEST_ECHO], name_fault, email_fault)
