"""From an outcome to the values of the answer: identifiers, attributes, and what the advice tells."""

from __future__ import annotations

import uuid
from datetime import datetime

from demo.eherkenning import names
from demo.eherkenning.advice import Told
from demo.eherkenning.encryption import Identifier
from demo.eherkenning.levels import Level
from demo.eherkenning.messages import Addressing, Answer, Attribute, Statement, Window
from demo.eherkenning.outcomes import Authenticated, Outcome
from demo.eherkenning.people import Organisation
from demo.eherkenning.pseudonyms import pseudonym


def answer_of(outcome: Outcome, resolve_to: str, now: datetime) -> Answer:
    """What the makelaar has to say at this moment."""
    back, somebody = outcome.back, outcome.authenticated
    return Answer(
        issuer=names.HM_ENTITY_ID,
        issued_at=now,
        status=outcome.status,
        status_message=outcome.status_message,
        addressing=Addressing(
            resolve_to=resolve_to,
            response_to=back.request_id,
            confirmation_to=back.request_id,
            audience=back.provider.entity_id,
            destination=back.consumer.url,
            recipient=back.consumer.url,
        ),
        window=Window.around(now),
        asked=somebody.asked.level if somebody else Level.EH2,
        statements=(_statement(somebody, outcome.back.provider.oin),) if somebody else (),
    )


def _statement(somebody: Authenticated, oin: str) -> Statement:
    name_id, service = str(uuid.uuid4()), somebody.asked.service
    told = Told(
        supplier=somebody.supplier,
        class_ref=somebody.level.class_ref,
        name_id=name_id,
        authn_instant=somebody.at,
        legal_subject=Identifier(names.KVK_NUMBER, somebody.mandate.organisation.kvk),
        service_id=service.id,
        branch=somebody.branch.number if somebody.branch else None,
    )
    return Statement(
        name_id=name_id,
        class_ref=somebody.level.class_ref,
        authn_instant=somebody.at,
        session_index=somebody.session_index,
        authority=somebody.supplier.authentication_service,
        attributes=(
            Attribute(names.SERVICE_ID, (service.id,)),
            Attribute(names.SERVICE_UUID, (service.uuid,)),
            *_about_mandate(somebody),
            Attribute(names.LEGAL_SUBJECT, _legal_subject(somebody)),
            Attribute(names.ACTING_SUBJECT, (_acting_subject(somebody, oin),)),
        ),
        told=(told,),
    )


def _about_mandate(somebody: Authenticated) -> tuple[Attribute, ...]:
    mandate, wanted = somebody.mandate, somebody.asked.service.requested
    found = []
    if somebody.branch:
        found.append(Attribute(names.BRANCH, (somebody.branch.number,)))
    if names.COMPANY_NAME in wanted:
        found.append(Attribute(names.COMPANY_NAME, (mandate.organisation.name,)))
    if mandate.intermediary:
        found += chain(mandate.intermediary)
    return tuple(found)


def chain(intermediary: Organisation) -> list[Attribute]:
    """What tells of the company between the person and the organisation."""
    return [
        Attribute(names.INTERMEDIARY, (Identifier(names.KVK_NUMBER, intermediary.kvk),)),
        Attribute(names.INTERMEDIARY_NAME, (intermediary.name,)),
    ]


def _legal_subject(somebody: Authenticated) -> tuple[Identifier, ...]:
    """The first set of identifiers that the service allows and the organisation has."""
    organisation = somebody.mandate.organisation
    has = {names.KVK_NUMBER: organisation.kvk, names.RSIN: organisation.rsin}
    for wanted in somebody.asked.service.concerned:
        values = {kind: has.get(kind) for kind in sorted(wanted)}
        if all(values.values()):
            return tuple(Identifier(kind, value) for kind, value in values.items() if value)
    return (Identifier(names.KVK_NUMBER, organisation.kvk),)


def _acting_subject(somebody: Authenticated, oin: str) -> Identifier:
    organisation = somebody.mandate.organisation
    return Identifier(names.PSEUDONYM, pseudonym(somebody.username, organisation.kvk, oin))
