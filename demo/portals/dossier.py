"""The fictional file of an insured person; all of it follows from the subject."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from demo.portals.fiction import Draw

OWN_RISK_CENTS = 38_500
CARE = (
    ("Huisartsenpraktijk De Linde", False),
    ("Apotheek Het Kompas", True),
    ("Tandheelkunde Noorderlicht", False),
    ("Fysiotherapie In Beweging", False),
    ("Streekziekenhuis De Vaart", True),
    ("Laboratorium Midden", True),
    ("Optiek Helder", False),
)
BASIC_PLANS = ("Zorg-op-maatpolis", "Zorgbewustpolis", "Zorgkeuzepolis")
EXTRA_PLANS = ("Aanvullend Start", "Aanvullend Plus", "Aanvullend Compleet")


class Status(StrEnum):
    """How far a declaration is."""

    PAID = "Uitbetaald"
    PROCESSED = "Verwerkt"
    PENDING = "In behandeling"


@dataclass(frozen=True, slots=True)
class Declaration:
    """One bill; amounts are whole euro cents."""

    day: date
    care_provider: str
    amount_cents: int
    reimbursed_cents: int
    status: Status


@dataclass(frozen=True, slots=True)
class Dossier:
    """What the portal shows of somebody's insurance; amounts are whole euro cents."""

    customer_number: str
    basic_plan: str
    extra_plan: str
    premium_cents: int
    own_risk_used_cents: int
    declarations: tuple[Declaration, ...]

    @property
    def own_risk_cents(self) -> int:
        """The whole compulsory own risk of a year."""
        return OWN_RISK_CENTS


def dossier_of(subject: str, today: date) -> Dossier:
    """Make up the file of this subject, with its bills in the weeks before `today`."""
    draw = Draw(subject)
    declarations = _declarations(draw, today)
    used = sum(bill.amount_cents - bill.reimbursed_cents for bill in declarations)
    return Dossier(
        customer_number=f"{7_000_000 + draw.below(1_000_000, 'number')}",
        basic_plan=BASIC_PLANS[draw.below(len(BASIC_PLANS), "basic")],
        extra_plan=EXTRA_PLANS[draw.below(len(EXTRA_PLANS), "extra")],
        premium_cents=14_500 + 25 * draw.below(120, "premium"),
        own_risk_used_cents=min(used, OWN_RISK_CENTS),
        declarations=declarations,
    )


def _declarations(draw: Draw, today: date) -> tuple[Declaration, ...]:
    bills, day = [], today - timedelta(days=2 + draw.below(5, "first"))
    for index in range(5):
        care_provider, under_own_risk = CARE[(draw.below(len(CARE), "care") + index * 3) % len(CARE)]
        amount = 1_500 + 5 * draw.below(1_700, f"amount {index}")
        # The newest bill still waits; what falls under the own risk is not paid back.
        status = Status.PENDING if index == 0 else Status.PROCESSED if under_own_risk else Status.PAID
        reimbursed = 0 if status is Status.PROCESSED else amount
        bills.append(Declaration(day, care_provider, amount, reimbursed, status))
        day -= timedelta(days=9 + draw.below(25, f"gap {index}"))
    return tuple(bills)
