"""The two pages of a proof: the password, and a code besides."""

from __future__ import annotations

from typing import Final

from broker.domain.second_factors import FactorKind
from broker.web.account.area import AccountArea, Visitor, page_of
from broker.web.account.memory import Proof
from broker.web.second_factor_ways import Showing

HOME: Final = "details"

# A page that asks for a proof before it shows anything: who gives none goes back to where it was asked for.
_WITHOUT_PROOF: Final = {"address": HOME}


def way_back(goal: str) -> str:
    """The page to return to without a proof."""
    return _WITHOUT_PROOF.get(goal, goal)


def password_page(area: AccountArea, visitor: Visitor, goal: str, fault: str | None = None) -> str:
    """For whom nothing is proven yet; consumers read how they prove it."""
    return page_of(
        visitor,
        "account/confirm.html",
        "confirm",
        by_password=visitor.has_password,
        person_email=visitor.account.email,
        goal=goal,
        fault=fault,
        note=None if fault else area.memory.noted(visitor.session.sid, "confirm"),
        action=visitor.url("confirm_password") if visitor.has_password else None,
        cancel_url=visitor.url(way_back(goal)),
    )


def code_page(
    area: AccountArea,
    visitor: Visitor,
    proof: Proof,
    showing: Showing,
    fault: str | None = None,
    kind: FactorKind | None = None,
) -> str:
    """For whom the password was right, and who has a way to show a code."""
    state = area.factors.states.of(proof.attempt)
    return page_of(
        visitor,
        "second_factor/asking.html",
        "confirm",
        transaction_id=None,
        code_action=visitor.url("confirm_code"),
        way_action=visitor.url("confirm_way"),
        cancel_action=visitor.url("confirm_cancel"),
        **showing.view(state, area.pages.clock(), fault=fault, kind=kind),
    )
