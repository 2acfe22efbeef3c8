"""The checks on the Assertion that DigiD adds to those of every scheme: strong enough, and about a citizen.

Koppelvlakspecificatie 3.7.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from broker.domain.assurance import Assurance, Scheme
from broker.domain.bsn import Bsn
from broker.providers.answers.assertion_checks import ASSERTION_CHECKS, statement_of
from broker.providers.answers.expected import Expected, demand, present
from broker.providers.digid.levels import level_of
from broker.providers.digid.name_id import read_bsn
from broker.providers.saml.values import VerifiedAssertion


def strong_enough(assertion: VerifiedAssertion, expected: Expected) -> None:
    """The level is one of DigiD's and at least what was asked."""
    reached = reached_assurance(assertion)
    demand("authn.level-too-low", "a lower level than was asked", that=reached.meets(expected.sent.required))


def names_a_citizen(assertion: VerifiedAssertion, _: Expected) -> None:
    """The NameID is the BSN sector with a valid BSN."""
    citizen_of(assertion)


DIGID_ASSERTION_CHECKS: Final[tuple[Callable[[VerifiedAssertion, Expected], None], ...]] = (
    *ASSERTION_CHECKS,
    strong_enough,
    names_a_citizen,
)


def reached_assurance(assertion: VerifiedAssertion) -> Assurance:
    """The level that the person logged in with; refuses a class that DigiD does not have."""
    level = present(level_of(statement_of(assertion).class_ref), "authn.level-unknown", "no level of DigiD")
    return Assurance(Scheme.DIGID, level)


def citizen_of(assertion: VerifiedAssertion) -> Bsn:
    """The person; refuses everything but the BSN sector with a valid number."""
    return read_bsn(present(assertion.name_id, "name-id.missing", "nobody is named"))
