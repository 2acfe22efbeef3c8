"""From an outcome to the SOAP answer: compose, sign, and let a fault strike where it belongs."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from lxml import etree

from demo.clock import Clock
from demo.digid.faults.kinds import Fault, InAnswer, InBytes, InMessage, InSignature
from demo.digid.messages import (
    BSN_SECTOR,
    Addressing,
    Answer,
    Status,
    Subject,
    Window,
    artifact_response,
    response,
)
from demo.digid.outcomes import Outcome
from demo.digid.signing import sign
from demo.idp.artifacts import NoOutcome
from demo.idp.forms import SAML
from demo.idp.signing import Signer
from demo.idp.soap import envelope


@dataclass(frozen=True, slots=True)
class Answering:
    """Writes DigiD's answers under its own name and key."""

    entity_id: str
    signer: Signer
    clock: Clock

    def without_response(self, resolve_id: str, why: NoOutcome) -> bytes:
        """An answer with nothing inside: Requester/RequestDenied, or Success for an expired artifact."""
        outer = Status.SUCCESS if why is NoOutcome.EXPIRED else Status.REQUEST_DENIED
        message = artifact_response(self.entity_id, self.clock(), resolve_id, outer)
        sign(message, self.signer)
        return envelope(message)

    def with_outcome(self, resolve_id: str, outcome: Outcome) -> bytes:
        """The answer that belongs to an artifact."""
        fault = outcome.fault
        full = self._answer(resolve_id, outcome)
        answer = _changed_answer(full, outcome, fault)
        signer = (
            fault.where.change(self.signer) if fault and isinstance(fault.where, InSignature) else self.signer
        )
        inner = None if answer is None else response(answer)
        if inner is not None and signer and outcome.request.provider.wants_assertions_signed:
            for assertion in inner.findall(f"{{{SAML}}}Assertion"):
                sign(assertion, signer)
        outer = answer or full
        message = artifact_response(
            self.entity_id, outer.issued_at, outer.addressing.resolve_to, Status.SUCCESS, inner
        )
        if signer:
            sign(message, signer)
        return _sent(message, fault)

    def _answer(self, resolve_id: str, outcome: Outcome) -> Answer:
        now, request = self.clock(), outcome.request
        return Answer(
            issuer=self.entity_id,
            issued_at=now,
            status=outcome.status,
            addressing=Addressing(
                resolve_to=resolve_id,
                response_to=request.request_id,
                confirmation_to=request.request_id,
                audience=request.provider.entity_id,
                recipient=request.consumer_url,
            ),
            window=Window.around(now),
            subjects=_subjects(outcome),
        )


def _subjects(outcome: Outcome) -> tuple[Subject, ...]:
    person = outcome.authenticated
    if person is None:
        return ()
    return (
        Subject(
            name_id=f"{BSN_SECTOR}:{person.bsn}",
            class_ref=person.level.class_ref,
            authn_instant=person.at,
            session_index=secrets.token_hex(16),
            address=person.address,
        ),
    )


def _changed_answer(answer: Answer, outcome: Outcome, fault: Fault | None) -> Answer | None:
    if fault is None or not isinstance(fault.where, InAnswer):
        return answer
    return fault.where.change(answer, outcome.request.level)


def _sent(message: etree._Element, fault: Fault | None) -> bytes:
    if fault and isinstance(fault.where, InMessage):
        message = fault.where.change(message)
    sent = envelope(message)
    return fault.where.change(sent) if fault and isinstance(fault.where, InBytes) else sent
