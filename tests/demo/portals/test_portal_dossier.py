"""The made-up file: the same for the same subject, different for another, and sums that are right."""

from __future__ import annotations

from datetime import date

import pytest

from demo.portals.dossier import OWN_RISK_CENTS, Status, dossier_of
from demo.portals.fiction import euros

TODAY = date(2026, 11, 20)


def test_dossier_is_the_same_each_time_and_differs_between_people() -> None:
    """It follows from the subject and from nothing else."""
    assert dossier_of("a", TODAY) == dossier_of("a", TODAY)
    assert dossier_of("a", TODAY) != dossier_of("b", TODAY)


@pytest.mark.parametrize("subject", [f"subject-{number}" for number in range(25)])
def test_dossier_adds_up(subject: str) -> None:
    """Bills lie in the past, newest first; the own risk used is what was not paid back, up to its maximum."""
    dossier = dossier_of(subject, TODAY)
    days = [bill.day for bill in dossier.declarations]
    unpaid = sum(bill.amount_cents for bill in dossier.declarations if bill.status is Status.PROCESSED)
    assert days == sorted(days, reverse=True)
    assert days[0] < TODAY
    assert dossier.own_risk_used_cents == min(unpaid, OWN_RISK_CENTS)
    assert all(0 <= bill.reimbursed_cents <= bill.amount_cents for bill in dossier.declarations)


@pytest.mark.parametrize(("cents", "written"), [(5, "€ 0,05"), (123_450, "€ 1.234,50"), (38_500, "€ 385,00")])
def test_euros_are_written_as_in_dutch(cents: int, written: str) -> None:
    """Comma for cents, point for thousands."""
    assert euros(cents) == written
