"""What a provider's refusal means to a person, and which refusals somebody has to look at."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from broker.domain.assurance import Scheme
from broker.domain.identity import Cancelled, Failed, Unavailable
from broker.login.outcomes import FOR_OPERATIONS, notice_of, reason_of
from broker.web.notices import NOTICE_CODES

PROVIDERS = Path(__file__).parents[3] / "broker/providers"


@pytest.mark.parametrize(
    ("outcome", "notice", "reason"),
    [
        (Cancelled(), "digid-cancelled", "cancelled"),
        (Failed("audience.other", ""), "digid-failed", "audience.other"),
        (Failed("response.no-authn-context", ""), "digid-failed", "response.no-authn-context"),
        (Failed("authn.level-too-low", ""), "level-too-low", "authn.level-too-low"),
        (Unavailable("channel.timeout", ""), "digid-unavailable", "channel.timeout"),
    ],
)
def test_outcome_has_a_notice_for_people_and_a_reason_for_the_log(
    outcome: Cancelled | Failed | Unavailable, notice: str, reason: str
) -> None:
    """Only what a person can mend is told apart from the other refusals."""
    assert notice_of(Scheme.DIGID, outcome) == notice
    assert notice in NOTICE_CODES
    assert reason_of(outcome) == reason


def test_reasons_for_operations_are_reasons_that_providers_give() -> None:
    """A code that was renamed there would silently lose its advice here."""
    given = {
        code
        for file in PROVIDERS.rglob("*.py")
        for code in re.findall(r'"([a-z-]+\.[a-z0-9-]+)"', file.read_text(encoding="utf-8"))
    }
    assert FOR_OPERATIONS.keys() <= given
    assert all(advice.endswith("?") for advice in FOR_OPERATIONS.values())
