"""Who acts, for whom, and through whom: the encrypted identifiers of an answer, read by their kinds."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from broker.domain.identity import EherkenningIdentity
from broker.domain.organisation import InvalidOrganisationNumber, KvkNumber, Rsin
from broker.domain.representation import LegalSubject
from broker.providers.answers.expected import demand
from broker.providers.eherkenning.attributes import (
    ACTING_SUBJECT,
    INTERMEDIARY,
    LEGAL_SUBJECT,
    ByName,
    identifiers_of,
    text_of,
)
from broker.providers.eherkenning.connection import EherkenningConnection
from broker.providers.eherkenning.service import QUALIFIER_OF, EntityType, Service
from broker.providers.saml.attributes import EncryptedIdentifier
from broker.providers.saml.decrypt import Identifier, decrypt_all
from broker.providers.saml.names import FORMAT_PERSISTENT
from broker.providers.saml.refusal import MeaningRefused

# Older herkenningsmakelaars still write the version in which their pseudonym came up.
PSEUDONYM_QUALIFIERS: Final = frozenset(
    f"urn:etoegang:{version}:EntityConcernedID:Pseudo" for version in ("1.9", "1.11", "1.13")
)
_TYPE_OF: Final = {qualifier: kind for kind, qualifier in QUALIFIER_OF.items()}
_PSEUDONYM = re.compile(r"[!-~]{16,255}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Parties:
    """The person with the organisation, and the intermediary where the mandate goes by a chain."""

    identity: EherkenningIdentity
    intermediary: KvkNumber | None = None


def parties_of(attributes: ByName, connection: EherkenningConnection, service: Service) -> Parties:
    """Decrypt what is named and read it; every identifier is decrypted before any of them is looked at."""
    acting = identifiers_of(attributes, ACTING_SUBJECT)
    legal = identifiers_of(attributes, LEGAL_SUBJECT)
    demand("legal-subject.missing", "no organisation is named", that=bool(legal))
    demand("acting-subject.missing", "not one acting person is named", that=len(acting) == 1)
    chain = _encrypted_intermediary(attributes)
    found = decrypt_all(
        (*acting, *legal, *chain), recipient=connection.entity_id, keys=connection.decryption_keys
    )
    organisation = _legal_subject(found[1 : 1 + len(legal)], service)
    intermediary = _intermediary(attributes, found[1 + len(legal) :])
    return Parties(EherkenningIdentity(_pseudonym(found[0]), organisation), intermediary)


def _pseudonym(identifier: Identifier) -> str:
    demand(
        "acting-subject.kind",
        "the acting person is not named by a pseudonym",
        that=identifier.qualifier in PSEUDONYM_QUALIFIERS and identifier.format in {None, FORMAT_PERSISTENT},
    )
    is_plain = _PSEUDONYM.fullmatch(identifier.text) is not None
    demand("acting-subject.form", "the pseudonym is not of the agreed form", that=is_plain)
    return identifier.text


def _legal_subject(identifiers: Sequence[Identifier], service: Service) -> LegalSubject:
    numbers: dict[EntityType, str] = {}
    for identifier in identifiers:
        kind = _TYPE_OF.get(identifier.qualifier or "")
        if kind is None:
            raise MeaningRefused("legal-subject.kind", "the organisation is named in a way not known here")
        demand(
            "legal-subject.repeated", "the organisation is named twice in one way", that=kind not in numbers
        )
        numbers[kind] = identifier.text
    allowed = any(kinds <= numbers.keys() for kinds in service.entity_types)
    demand("legal-subject.not-allowed", "the service names organisations in another way", that=allowed)
    return _numbered(numbers)


def _numbered(numbers: Mapping[EntityType, str]) -> LegalSubject:
    kvk, rsin = numbers.get(EntityType.KVK), numbers.get(EntityType.RSIN)
    try:
        return LegalSubject(
            kvk=None if kvk is None else KvkNumber(kvk), rsin=None if rsin is None else Rsin(rsin)
        )
    except InvalidOrganisationNumber:
        raise MeaningRefused("legal-subject.form", "a number of the organisation is malformed") from None


def _encrypted_intermediary(attributes: ByName) -> tuple[EncryptedIdentifier, ...]:
    """The intermediary where it is encrypted; the scheme leaves open whether it is."""
    values = attributes.get(INTERMEDIARY, ())
    demand("intermediary.repeated", "two intermediaries are named", that=len(values) <= 1)
    return tuple(value for value in values if not isinstance(value, str))


def _intermediary(attributes: ByName, decrypted: Sequence[Identifier]) -> KvkNumber | None:
    for identifier in decrypted:
        known = identifier.qualifier in {INTERMEDIARY, QUALIFIER_OF[EntityType.KVK]}
        demand("intermediary.kind", "the intermediary is not named by its KvK number", that=known)
    number = decrypted[0].text if decrypted else text_of(attributes, INTERMEDIARY)
    try:
        return None if number is None else KvkNumber(number)
    except InvalidOrganisationNumber:
        raise MeaningRefused("intermediary.form", "the intermediary's number is malformed") from None
