"""From an outcome to the bytes that are sent: compose, encrypt, sign, and let a fault strike in its place."""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from demo.clock import Clock
from demo.eherkenning.advice import AdviceSigners, advice
from demo.eherkenning.encryption import Sealing
from demo.eherkenning.faults.kinds import (
    Fault,
    InAnswer,
    InBytes,
    InMessage,
    InSealing,
    InSignatures,
    NoResponse,
)
from demo.eherkenning.messages import Answer, Status, artifact_response, assertion, response
from demo.eherkenning.names import HM_ENTITY_ID
from demo.eherkenning.outcomes import Outcome
from demo.eherkenning.signatures import Signatures
from demo.eherkenning.telling import answer_of
from demo.idp.artifacts import NoOutcome
from demo.idp.signing import Signer
from demo.idp.soap import envelope


@dataclass(frozen=True, slots=True)
class Answering:
    """Writes the makelaar's answers."""

    signer: Signer
    advisers: AdviceSigners
    clock: Clock

    def without_response(self, resolve_id: str, _why: NoOutcome) -> bytes:
        """Success around nothing: SAML core 3.5.2 for an artifact that gives nothing, whatever the reason."""
        message = artifact_response((HM_ENTITY_ID, resolve_id, self.clock()), Status.SUCCESS)
        Signatures.by_artifact(self.signer).sign_message(message)
        return envelope(message)

    def with_outcome(self, resolve_id: str, outcome: Outcome) -> bytes:
        """The answer that belongs to an artifact, in its SOAP envelope."""
        fault = outcome.fault
        answer = _changed_answer(answer_of(outcome, resolve_id, self.clock()), fault)
        signatures = _changed_signatures(Signatures.by_artifact(self.signer), fault)
        inner = None
        if not (fault and isinstance(fault.where, NoResponse)):
            inner = self._response(answer, outcome, signatures)
        to = (HM_ENTITY_ID, answer.addressing.resolve_to, answer.issued_at)
        message = artifact_response(to, Status.SUCCESS, inner)
        signatures.sign_message(message)
        return _changed_bytes(envelope(_changed_message(message, fault)), fault)

    def posted(self, outcome: Outcome) -> bytes:
        """The Response that the browser posts."""
        fault = outcome.fault
        answer = _changed_answer(answer_of(outcome, "", self.clock()), fault)
        signatures = _changed_signatures(Signatures.by_post(self.signer), fault)
        message = _changed_message(self._response(answer, outcome, signatures), fault)
        return _changed_bytes(etree.tostring(message, xml_declaration=True, encoding="UTF-8"), fault)

    def _response(self, answer: Answer, outcome: Outcome, signatures: Signatures) -> etree._Element:
        sealing = _sealing(outcome)
        assertions = [
            assertion(
                answer,
                statement,
                sealing,
                [
                    part
                    for told in statement.told
                    for part in advice(told, answer.issued_at, self.advisers, sealing)
                ],
            )
            for statement in answer.statements
        ]
        message = response(answer, assertions)
        signatures.sign_response(message)
        return message


def _sealing(outcome: Outcome) -> Sealing:
    somebody = outcome.authenticated
    recipients = outcome.back.provider.recipients(somebody.asked.service) if somebody else ()
    sealing = Sealing(recipients)
    fault = outcome.fault
    return fault.where.change(sealing) if fault and isinstance(fault.where, InSealing) else sealing


def _changed_answer(answer: Answer, fault: Fault | None) -> Answer:
    return fault.where.change(answer) if fault and isinstance(fault.where, InAnswer) else answer


def _changed_signatures(signatures: Signatures, fault: Fault | None) -> Signatures:
    return fault.where.change(signatures) if fault and isinstance(fault.where, InSignatures) else signatures


def _changed_message(message: etree._Element, fault: Fault | None) -> etree._Element:
    return fault.where.change(message) if fault and isinstance(fault.where, InMessage) else message


def _changed_bytes(sent: bytes, fault: Fault | None) -> bytes:
    return fault.where.change(sent) if fault and isinstance(fault.where, InBytes) else sent
