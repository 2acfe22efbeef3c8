"""The login as a table. Reading it from top to bottom is the security review."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from broker.login.progress import Decision, Progress
from broker.login.steps.authenticate import authenticate
from broker.login.steps.check_age import check_age
from broker.login.steps.check_assurance import check_assurance
from broker.login.steps.check_max_age import check_max_age
from broker.login.steps.check_representation import check_representation
from broker.login.steps.choose_collectivity import choose_collectivity
from broker.login.steps.choose_provider import choose_provider
from broker.login.steps.grant import grant
from broker.login.steps.resolve_account import resolve_account
from broker.login.steps.second_factor import second_factor


@dataclass(frozen=True, slots=True)
class Step:
    """A named rule: gives a decision, or None to let the next step speak."""

    name: str
    decide: Callable[[Progress], Decision | None]


STEPS = (
    Step("choose provider", choose_provider),
    Step("authenticate", authenticate),
    Step("check age", check_age),
    Step("check assurance", check_assurance),
    Step("check representation", check_representation),
    Step("resolve account", resolve_account),
    Step("second factor", second_factor),
    Step("check max age", check_max_age),
    Step("choose collectivity", choose_collectivity),
    Step("grant", grant),
)


def advance(progress: Progress) -> Decision:
    """The first decision of the table; the last step always has one."""
    for step in STEPS:
        decision = step.decide(progress)
        if decision is not None:
            return decision
    raise AssertionError("the last step of the login pipeline always decides")
