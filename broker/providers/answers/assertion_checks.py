"""The checks on the Assertion that every scheme has, in order, by name: of the asked, for us, now.

SAML core 2.4.1 and 2.5, profiles 4.1.4.3.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Final

from broker.providers.answers.expected import (
    MAX_LIFE,
    MAX_SKEW,
    Expected,
    demand,
    is_during_login,
    is_issuer,
    present,
)
from broker.providers.saml.names import BEARER
from broker.providers.saml.values import AuthnStatement, Conditions, Confirmation, VerifiedAssertion


def assertion_is_of_the_asked(assertion: VerifiedAssertion, expected: Expected) -> None:
    """The Issuer is the same on every level."""
    demand(
        "assertion.issuer", "the assertion is of another issuer", that=is_issuer(assertion.issuer, expected)
    )


def assertion_is_newer_than_the_request(assertion: VerifiedAssertion, expected: Expected) -> None:
    """Made after we asked and not in the future."""
    after = is_during_login(assertion.issue_instant, expected)
    demand("assertion.issue-instant", "the assertion is not from during this login", that=after)


def confirmed_by_bearer(assertion: VerifiedAssertion, _: Expected) -> None:
    """The only method of the web browser profile."""
    demand("confirmation.method", "not a bearer confirmation", that=_confirmation(assertion).method == BEARER)


def confirmed_for_our_request(assertion: VerifiedAssertion, expected: Expected) -> None:
    """The confirmation names our request: no unsolicited login."""
    ours = _confirmation(assertion).in_response_to == expected.sent.request_id
    demand("confirmation.in-response-to", "confirmed for another login", that=ours)


def confirmed_for_our_address(assertion: VerifiedAssertion, expected: Expected) -> None:
    """Recipient is our own endpoint, letter for letter."""
    ours = _confirmation(assertion).recipient == expected.acs_url
    demand("confirmation.recipient", "confirmed for another address", that=ours)


def confirmed_until_later(assertion: VerifiedAssertion, expected: Expected) -> None:
    """NotOnOrAfter is present, has not passed, and does not promise a long life.

    The skew is added to our own clock: a moment of the message may lie at the end of time, and adding to it
    would overflow.
    """
    end = present(
        _confirmation(assertion).not_on_or_after, "confirmation.no-end", "no end of the confirmation"
    )
    demand("confirmation.expired", "the confirmation has expired", that=expected.now - MAX_SKEW < end)
    life = end - assertion.issue_instant
    demand(
        "confirmation.life",
        "the confirmation's life is not a short one",
        that=timedelta(0) < life <= MAX_LIFE,
    )


def valid_now(assertion: VerifiedAssertion, expected: Expected) -> None:
    """Both ends are present, in order, close together, and we are between them."""
    conditions = _conditions(assertion)
    start = present(conditions.not_before, "conditions.no-start", "no start of validity")
    end = present(conditions.not_on_or_after, "conditions.no-end", "no end of validity")
    demand("conditions.reversed", "validity ends before it starts", that=start < end)
    demand("conditions.life", "validity is longer than ten minutes", that=end - start <= MAX_LIFE)
    demand("conditions.too-early", "not valid yet", that=expected.now + MAX_SKEW >= start)
    demand("conditions.expired", "not valid any more", that=expected.now - MAX_SKEW < end)


def meant_for_us(assertion: VerifiedAssertion, expected: Expected) -> None:
    """There is an AudienceRestriction, and each of them names us (SAML core 2.5.1.4: all must hold)."""
    restrictions = _conditions(assertion).audience_restrictions
    demand("audience.missing", "no audience is named", that=bool(restrictions))
    for_us = all(expected.entity_id in audiences for audiences in restrictions)
    demand("audience.other", "meant for another service", that=for_us)


def logged_in_for_this_request(assertion: VerifiedAssertion, expected: Expected) -> None:
    """We ask for a fresh login, so the person logged in after we asked, not in the future."""
    instant = statement_of(assertion).instant
    during = is_during_login(instant, expected)
    demand("authn.instant", "the person did not log in during this login", that=during)


ASSERTION_CHECKS: Final[tuple[Callable[[VerifiedAssertion, Expected], None], ...]] = (
    assertion_is_of_the_asked,
    assertion_is_newer_than_the_request,
    confirmed_by_bearer,
    confirmed_for_our_request,
    confirmed_for_our_address,
    confirmed_until_later,
    valid_now,
    meant_for_us,
    logged_in_for_this_request,
)


def _confirmation(assertion: VerifiedAssertion) -> Confirmation:
    return present(assertion.confirmation, "confirmation.missing", "no subject confirmation")


def _conditions(assertion: VerifiedAssertion) -> Conditions:
    return present(assertion.conditions, "conditions.missing", "no conditions")


def statement_of(assertion: VerifiedAssertion) -> AuthnStatement:
    """The one statement of a login; refuses an assertion without."""
    return present(assertion.authn_statement, "authn.missing", "no statement of a login")
