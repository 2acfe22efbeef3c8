"""What an answer says in its attributes, by name: each at most once, each of the kind that was agreed.

Afsprakenstelsel, interface DV-HM 1.13, attributes of the assertion.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from broker.domain.organisation import BranchNumber, InvalidOrganisationNumber
from broker.providers.answers.expected import demand, present
from broker.providers.eherkenning.service import BRANCH_RESTRICTION, Service
from broker.providers.saml.attributes import Attribute, AttributeValue, EncryptedIdentifier
from broker.providers.saml.refusal import MeaningRefused

LEGAL_SUBJECT: Final = "urn:etoegang:core:LegalSubjectID"
ACTING_SUBJECT: Final = "urn:etoegang:core:ActingSubjectID"
SERVICE_UUID: Final = "urn:etoegang:core:ServiceUUID"
SERVICE_ID: Final = "urn:etoegang:core:ServiceID"
COMPANY_NAME: Final = "urn:etoegang:1.11:attribute-represented:CompanyName"
INTERMEDIARY: Final = "urn:etoegang:1.9:IntermediateEntityID:KvKnr"

# However it is written, and whatever version of the scheme it is of.
_RESTRICTION: Final = "servicerestriction"
_LONGEST_NAME: Final = 200

ByName = Mapping[str, tuple[AttributeValue, ...]]


def by_name(attributes: tuple[Attribute, ...]) -> ByName:
    """The values of each attribute; refuses a name that is there twice, whatever it is."""
    found = {attribute.name: attribute.values for attribute in attributes}
    demand("attribute.repeated", "an attribute is there twice", that=len(found) == len(attributes))
    return found


def is_for_service(attributes: ByName, service: Service) -> None:
    """The service is the one that was asked for: by its UUID always, by its ID where that is told too."""
    uuid = present(text_of(attributes, SERVICE_UUID), "service.missing", "no service is named")
    demand("service.other", "the answer is for another service", that=uuid == service.uuid)
    service_id = text_of(attributes, SERVICE_ID)
    demand(
        "service.other-id", "the answer is for another service", that=service_id in {None, service.service_id}
    )


def has_no_foreign_restriction(attributes: ByName) -> None:
    """A restriction that we cannot keep to may not be ignored: only that to a branch is known here."""
    foreign = [name for name in attributes if _RESTRICTION in name.lower() and name != BRANCH_RESTRICTION]
    demand("restriction.unknown", "the mandate has a restriction that is not known here", that=not foreign)


def branch_of(attributes: ByName) -> BranchNumber | None:
    """The branch that the mandate is restricted to; None when it is for the whole organisation."""
    number = text_of(attributes, BRANCH_RESTRICTION)
    if number is None:
        return None
    try:
        return BranchNumber(number)
    except InvalidOrganisationNumber:
        raise MeaningRefused("branch.form", "the branch is not twelve digits") from None


def company_name_of(attributes: ByName) -> str | None:
    """The organisation's name, as an extra for people; one that is no plain line is left out."""
    values = attributes.get(COMPANY_NAME, ())
    name = values[0].strip() if len(values) == 1 and isinstance(values[0], str) else ""
    return name if name.isprintable() and 0 < len(name) <= _LONGEST_NAME else None


def text_of(attributes: ByName, name: str) -> str | None:
    """The one plain text of an attribute; None when it is not there."""
    values = attributes.get(name)
    if values is None:
        return None
    if len(values) != 1 or not isinstance(values[0], str):
        raise MeaningRefused("attribute.form", "an attribute is not one text")
    return values[0]


def identifiers_of(attributes: ByName, name: str) -> tuple[EncryptedIdentifier, ...]:
    """The encrypted identifiers of an attribute; refuses one in the clear (none when it is not there)."""
    encrypted = []
    for value in attributes.get(name, ()):
        if isinstance(value, str):
            raise MeaningRefused("identifier.in-the-clear", "an identifier is not encrypted")
        encrypted.append(value)
    return tuple(encrypted)
