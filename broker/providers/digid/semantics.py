"""Whether a verified answer says what this login needs.

The gate has established who speaks; here we decide whether it is the answer to our question. The checks
stand in `answer_checks` and `assertion_checks`; this is the order in which they are asked.
"""

from __future__ import annotations

from broker.domain.identity import Authenticated, Cancelled, DigidIdentity, Evidence
from broker.providers.answers.answer_checks import ANSWER_CHECKS, RESPONSE_CHECKS
from broker.providers.answers.expected import Expected, present
from broker.providers.digid.citizen_checks import DIGID_ASSERTION_CHECKS, citizen_of, reached_assurance
from broker.providers.saml.names import (
    STATUS_AUTHN_FAILED,
    STATUS_NO_AUTHN_CONTEXT,
    STATUS_REQUEST_DENIED,
    STATUS_RESPONDER,
)
from broker.providers.saml.refusal import MeaningRefused
from broker.providers.saml.values import VerifiedArtifactResponse, VerifiedAssertion, VerifiedResponse


def judge(answer: VerifiedArtifactResponse, expected: Expected) -> Authenticated | Cancelled:
    """Apply every check; raises `MeaningRefused` with the code of the first that fails."""
    for check_answer in ANSWER_CHECKS:
        check_answer(answer, expected)
    response = present(answer.response, "answer.no-response", "the artifact had expired")
    for check_response in RESPONSE_CHECKS:
        check_response(response, expected)
    if response.assertion is None:
        return _without_assertion(response)
    for check_assertion in DIGID_ASSERTION_CHECKS:
        check_assertion(response.assertion, expected)
    return Authenticated(_evidence(response.assertion, expected))


def _without_assertion(response: VerifiedResponse) -> Cancelled:
    """Responder with AuthnFailed is the person turning back; anything else is a fault (KVS 3.7)."""
    if response.status.top == STATUS_RESPONDER and response.status.nested == STATUS_AUTHN_FAILED:
        return Cancelled()
    if response.status.nested == STATUS_NO_AUTHN_CONTEXT:
        raise MeaningRefused("response.no-authn-context", "DigiD cannot offer the level that was asked")
    if response.status.nested == STATUS_REQUEST_DENIED:
        raise MeaningRefused("response.request-denied", "DigiD refused our request: look at the connection")
    raise MeaningRefused("response.status", "the login failed at DigiD")


def _evidence(assertion: VerifiedAssertion, expected: Expected) -> Evidence:
    statement = present(assertion.authn_statement, "authn.missing", "no statement of a login")
    return Evidence(
        brand=expected.sent.brand,
        identity=DigidIdentity(citizen_of(assertion)),
        assurance=reached_assurance(assertion),
        authenticated_at=statement.instant,
    )
