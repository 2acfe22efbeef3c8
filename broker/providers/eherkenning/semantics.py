"""Whether a verified answer says what this login needs, and what evidence it gives.

The gate has established who speaks; the checks of every scheme stand in `broker.providers.answers`, those of
eHerkenning in `attributes` and `identifiers`; this is the order in which they are asked. Identifiers are
decrypted last: only of an answer that is right in everything else.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from broker.domain.assurance import Assurance, Scheme
from broker.domain.identity import Authenticated, Cancelled, Evidence, UpstreamSession
from broker.domain.representation import Representation
from broker.providers.answers.answer_checks import ANSWER_CHECKS, RESPONSE_CHECKS
from broker.providers.answers.assertion_checks import ASSERTION_CHECKS, statement_of
from broker.providers.answers.expected import Expected, demand, present
from broker.providers.eherkenning.attributes import (
    branch_of,
    by_name,
    company_name_of,
    has_no_foreign_restriction,
    is_for_service,
)
from broker.providers.eherkenning.connection import EherkenningConnection
from broker.providers.eherkenning.identifiers import parties_of
from broker.providers.eherkenning.levels import level_of
from broker.providers.eherkenning.service import Service
from broker.providers.saml.names import (
    STATUS_AUTHN_FAILED,
    STATUS_REQUEST_UNSUPPORTED,
    STATUS_RESPONDER,
)
from broker.providers.saml.refusal import MeaningRefused
from broker.providers.saml.values import (
    AuthnStatement,
    VerifiedArtifactResponse,
    VerifiedAssertion,
    VerifiedResponse,
)


def strong_enough(assertion: VerifiedAssertion, expected: Expected) -> None:
    """The level is one of eHerkenning's and at least what was asked; it is that of the whole login."""
    reached = reached_assurance(assertion)
    demand("authn.level-too-low", "a lower level than was asked", that=reached.meets(expected.sent.required))


EHERKENNING_ASSERTION_CHECKS: Final[tuple[Callable[[VerifiedAssertion, Expected], None], ...]] = (
    *ASSERTION_CHECKS,
    strong_enough,
)


def judge_artifact_response(
    answer: VerifiedArtifactResponse, expected: Expected, connection: EherkenningConnection, service: Service
) -> Authenticated | Cancelled:
    """Apply every check to what came behind an artifact; `MeaningRefused` with the first code that fails."""
    for check_answer in ANSWER_CHECKS:
        check_answer(answer, expected)
    response = present(answer.response, "answer.no-response", "the artifact had expired")
    return judge_response(response, expected, connection, service)


def judge_response(
    response: VerifiedResponse, expected: Expected, connection: EherkenningConnection, service: Service
) -> Authenticated | Cancelled:
    """The same for a Response by itself."""
    for check_response in RESPONSE_CHECKS:
        check_response(response, expected)
    present(response.destination, "response.no-destination", "the response names no address")
    if response.assertion is None:
        return _without_assertion(response)
    for check_assertion in EHERKENNING_ASSERTION_CHECKS:
        check_assertion(response.assertion, expected)
    return Authenticated(_evidence(response.assertion, expected, connection, service))


def reached_assurance(assertion: VerifiedAssertion) -> Assurance:
    """The level that the person logged in with; refuses a class that eHerkenning does not have."""
    class_ref = statement_of(assertion).class_ref
    level = present(level_of(class_ref), "authn.level-unknown", "no level of eHerkenning")
    return Assurance(Scheme.EHERKENNING, level)


def _without_assertion(response: VerifiedResponse) -> Cancelled:
    """Responder with AuthnFailed is the person turning back; anything else is a fault (error handling)."""
    if response.status.top == STATUS_RESPONDER and response.status.nested == STATUS_AUTHN_FAILED:
        return Cancelled()
    if response.status.nested == STATUS_REQUEST_UNSUPPORTED:
        raise MeaningRefused("response.request-unsupported", "our request was refused: look at the service")
    raise MeaningRefused("response.status", "the login failed at eHerkenning")


def _evidence(
    assertion: VerifiedAssertion, expected: Expected, connection: EherkenningConnection, service: Service
) -> Evidence:
    attributes = by_name(assertion.attributes)
    is_for_service(attributes, service)
    has_no_foreign_restriction(attributes)
    branch = branch_of(attributes)
    parties = parties_of(attributes, connection, service)
    statement = statement_of(assertion)
    return Evidence(
        brand=expected.sent.brand,
        identity=parties.identity,
        assurance=reached_assurance(assertion),
        authenticated_at=statement.instant,
        upstream_session=_upstream_session(assertion, statement),
        represents=Representation(
            subject=parties.identity.organisation,
            service=service.uuid,
            mandate=assertion.id,
            branch=branch,
            name=company_name_of(attributes),
            intermediary=parties.intermediary,
        ),
    )


def _upstream_session(assertion: VerifiedAssertion, statement: AuthnStatement) -> UpstreamSession | None:
    """What to name when the login is to be ended there; one without a name cannot be (SAML core 3.7.1)."""
    name = assertion.name_id
    if name is None or not name.text:
        return None
    index = statement.session_index or ""
    return UpstreamSession(Scheme.EHERKENNING, index, name.text, name.format or "", name.qualifier or "")
