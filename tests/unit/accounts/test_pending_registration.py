"""A registration on its way: what each step does to it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from broker.accounts.registration.links import ConfirmationLinks, LinkFault, digest_of, new_token
from broker.accounts.registration.pending import LIFETIME, Attempt, Details, PendingRegistration, Stage
from broker.accounts.registration.store import PendingRegistrations
from broker.domain.accounts import AccountId
from broker.domain.bsn import Bsn
from broker.storage.records import RecordStore
from tests.support.moments import MovableClock

BSN = Bsn("999990019")


@pytest.fixture
def pending(clock: MovableClock) -> PendingRegistration:
    """Filled in and mailed once."""
    details = Details("Ans", "ans@post.example")
    return PendingRegistration(
        brand="cz",
        bsn=BSN,
        account_id=AccountId("00000000-0000-4000-8000-000000000001"),
        attempt=Attempt("a1", "mijn-cz", "mijn-cz"),
        details=details,
        stage=Stage.MAILED,
        expires_at=clock.now + LIFETIME,
        link="digest",
    )


def test_registration_survives_the_store(pending: PendingRegistration) -> None:
    """What is written is what is read."""
    assert PendingRegistration.decode(pending.encode()) == pending
    assert [word for word in ("Ans", "ans@", BSN.number, "digest") if word in repr(pending)] == []


def test_new_details_and_changing_kill_the_link(pending: PendingRegistration, clock: MovableClock) -> None:
    """A link belongs to the details that it was mailed for."""
    filled = pending.filled_in(Details("Ans", "new@post.example"), clock.now)
    assert (filled.stage, filled.link, filled.resends) == (Stage.CHECKING, None, 0)
    changing = replace(pending, resends=2).changing(clock.now)
    assert (changing.stage, changing.link, changing.resends) == (Stage.ASKING, None, 0)
    assert changing.details == pending.details


def test_mails_after_the_first_are_counted_and_every_one_gives_a_day(
    pending: PendingRegistration, clock: MovableClock
) -> None:
    """The first mail is no resend; the last link lives as long as the first one did."""
    first = replace(pending, stage=Stage.CHECKING).mailed("one", clock.now)
    clock.advance(seconds=3600)
    second = first.mailed("two", clock.now)
    assert (first.resends, second.resends) == (0, 1)
    assert second.expires_at == clock.now + timedelta(hours=24)
    assert second.link == "two"


def test_one_of_two_changes_at_once_wins(
    record_store: RecordStore, pending: PendingRegistration, clock: MovableClock
) -> None:
    """Two tabs: the slower one changes nothing."""
    store = PendingRegistrations(record_store)
    assert store.begin(pending)
    assert not store.begin(pending)
    held = store.find("cz", BSN)
    assert held is not None
    assert store.change(held, pending.mailed("one", clock.now))
    assert not store.change(held, pending.mailed("two", clock.now))
    assert store.find("vgz", BSN) is None
    clock.advance(seconds=24 * 3600 + 1)
    assert store.find("cz", BSN) is None


def test_link_is_used_by_one_and_known_as_used(record_store: RecordStore, clock: MovableClock) -> None:
    """One caller wins; afterwards it is told from one that never was, and from one that is too old."""
    links, until = ConfirmationLinks(record_store, clock), clock.after(seconds=3600)
    token = new_token(until)
    assert len(token) >= 43 + 8
    assert digest_of(token) != digest_of(new_token(until))
    assert links.find("cz", token) is LinkFault.UNKNOWN
    links.keep("cz", token, BSN, expires_at=until)
    link = links.find("cz", token)
    assert not isinstance(link, LinkFault)
    assert links.find("vgz", token) is LinkFault.UNKNOWN
    assert [links.use_up("cz", token, link, until=until) for _ in range(2)] == [True, False]
    assert links.find("cz", token) is LinkFault.USED
    clock.advance(seconds=3601)
    assert links.find("cz", token) is LinkFault.EXPIRED
