"""An outcome that waits for its browser: given out once, as it was, to nobody with another handle."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from broker.domain.assurance import Assurance, EherkenningLevel, Scheme
from broker.domain.identity import (
    Authenticated,
    Cancelled,
    EherkenningIdentity,
    Evidence,
    Failed,
    ProviderOutcome,
    Unavailable,
    UpstreamSession,
)
from broker.domain.organisation import BranchNumber, KvkNumber, Rsin
from broker.domain.representation import LegalSubject, Representation
from broker.login.parked_outcomes import ParkedOutcome, ParkedOutcomes
from broker.storage.records import RecordStore
from tests.support.moments import MovableClock

SUBJECT = LegalSubject(KvkNumber("90001354"), Rsin("999990019"))
EVIDENCE = Evidence(
    "zz",
    EherkenningIdentity("a1b2@c3d4", SUBJECT),
    Assurance(Scheme.EHERKENNING, EherkenningLevel.EH3),
    datetime(2026, 3, 4, 9, 21, tzinfo=UTC),
    UpstreamSession(Scheme.EHERKENNING, "session", "name", "transient", "AD"),
    represents=Representation(
        SUBJECT,
        service="uuid",
        mandate="_assertion",
        branch=BranchNumber("000012345678"),
        name="Bakkerij",
        intermediary=KvkNumber("90009999"),
    ),
)
OUTCOMES: dict[str, ProviderOutcome] = {
    "authenticated": Authenticated(EVIDENCE),
    "cancelled": Cancelled(),
    "failed": Failed("signature.invalid", "no trusted key"),
    "unavailable": Unavailable("channel.timeout", "no answer"),
}


@pytest.mark.parametrize("name", OUTCOMES)
def test_outcome_comes_back_as_it_was(record_store: RecordStore, clock: MovableClock, name: str) -> None:
    """Every kind, with all that was said of who acts for whom."""
    parked = ParkedOutcomes(record_store)
    waiting = ParkedOutcome("attempt", OUTCOMES[name])
    handle = parked.park("zz", Scheme.EHERKENNING, waiting, now=clock())
    assert parked.take("zz", Scheme.EHERKENNING, handle) == waiting


def test_outcome_is_given_out_once(record_store: RecordStore, clock: MovableClock) -> None:
    """A second visit, with the right handle too, finds nothing."""
    parked = ParkedOutcomes(record_store)
    handle = parked.park("zz", Scheme.EHERKENNING, ParkedOutcome("attempt", Cancelled()), now=clock())
    assert parked.take("zz", Scheme.EHERKENNING, handle) is not None
    assert parked.take("zz", Scheme.EHERKENNING, handle) is None


def test_outcome_is_not_there_for_another_brand_or_scheme(
    record_store: RecordStore, clock: MovableClock
) -> None:
    """A handle is worth nothing elsewhere, and is not used up there."""
    parked = ParkedOutcomes(record_store)
    handle = parked.park("zz", Scheme.EHERKENNING, ParkedOutcome("attempt", Cancelled()), now=clock())
    assert parked.take("cz", Scheme.EHERKENNING, handle) is None
    assert parked.take("zz", Scheme.DIGID, handle) is None
    assert parked.take("zz", Scheme.EHERKENNING, f"{handle}x") is None
    assert parked.take("zz", Scheme.EHERKENNING, handle) is not None


def test_outcome_waits_for_a_minute(record_store: RecordStore, clock: MovableClock) -> None:
    """The browser comes back at once or not at all."""
    parked = ParkedOutcomes(record_store)
    handle = parked.park("zz", Scheme.EHERKENNING, ParkedOutcome("attempt", Cancelled()), now=clock())
    clock.advance(seconds=61)
    assert parked.take("zz", Scheme.EHERKENNING, handle) is None
