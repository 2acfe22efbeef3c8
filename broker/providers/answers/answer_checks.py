"""The checks on the outer answer and on the Response inside it, in order, by name.

Is this the answer to our call and to our request, by the party that we asked, and is its form of success or
failure an honest one (SAML profiles 4.1.4.3)?
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from broker.providers.answers.expected import MAX_LIFE, MAX_SKEW, Expected, demand, is_during_login, is_issuer
from broker.providers.saml.names import STATUS_SUCCESS
from broker.providers.saml.values import VerifiedArtifactResponse, VerifiedResponse


def answers_our_resolve(answer: VerifiedArtifactResponse, expected: Expected) -> None:
    """InResponseTo is the ArtifactResolve just sent on this very call."""
    demand(
        "answer.in-response-to",
        "not an answer to our call",
        that=answer.in_response_to == expected.resolve_id,
    )


def answer_is_of_the_asked(answer: VerifiedArtifactResponse, expected: Expected) -> None:
    """The Issuer is the identity provider that the browser was sent to."""
    demand("answer.issuer", "the answer is of another issuer", that=is_issuer(answer.issuer, expected))


def answer_is_fresh(answer: VerifiedArtifactResponse, expected: Expected) -> None:
    """It was made just now, give or take the clocks."""
    age = expected.now - answer.issue_instant
    demand("answer.issue-instant", "the answer was not made just now", that=-MAX_SKEW <= age <= MAX_LIFE)


def answer_succeeded(answer: VerifiedArtifactResponse, _: Expected) -> None:
    """The outer status is Success: unknown and used artifacts come back as RequestDenied."""
    succeeded = answer.status.top == STATUS_SUCCESS and answer.status.nested is None
    demand("answer.status", "the artifact was not resolved", that=succeeded)


def answer_holds_a_response(answer: VerifiedArtifactResponse, _: Expected) -> None:
    """Success without a Response is how an expired artifact comes back."""
    demand("answer.no-response", "the artifact had expired", that=answer.response is not None)


ANSWER_CHECKS: Final[tuple[Callable[[VerifiedArtifactResponse, Expected], None], ...]] = (
    answers_our_resolve,
    answer_is_of_the_asked,
    answer_is_fresh,
    answer_succeeded,
    answer_holds_a_response,
)


def response_answers_our_request(response: VerifiedResponse, expected: Expected) -> None:
    """InResponseTo is the request that this browser was sent away with."""
    ours = response.in_response_to == expected.sent.request_id
    demand("response.in-response-to", "not an answer to this login", that=ours)


def response_is_of_the_asked(response: VerifiedResponse, expected: Expected) -> None:
    """The same Issuer as outside."""
    demand("response.issuer", "the response is of another issuer", that=is_issuer(response.issuer, expected))


def response_is_for_us(response: VerifiedResponse, expected: Expected) -> None:
    """A Destination, where there is one, is ours (DigiD states none; a scheme that must adds a check)."""
    ours = response.destination in {None, expected.acs_url}
    demand("response.destination", "the response is for another address", that=ours)


def response_is_newer_than_the_request(response: VerifiedResponse, expected: Expected) -> None:
    """Made after we asked and not in the future."""
    after = is_during_login(response.issue_instant, expected)
    demand("response.issue-instant", "the response is not from during this login", that=after)


def assertion_comes_with_success_only(response: VerifiedResponse, _: Expected) -> None:
    """A failed login with an Assertion, or a success without, is no honest answer."""
    if response.status.top == STATUS_SUCCESS:
        demand("response.status-nested", "success with a second status", that=response.status.nested is None)
        demand("response.no-assertion", "success without an assertion", that=response.assertion is not None)
    else:
        demand(
            "response.assertion-on-failure", "a failure with an assertion", that=response.assertion is None
        )


RESPONSE_CHECKS: Final[tuple[Callable[[VerifiedResponse, Expected], None], ...]] = (
    response_answers_our_request,
    response_is_of_the_asked,
    response_is_for_us,
    response_is_newer_than_the_request,
    assertion_comes_with_success_only,
)
