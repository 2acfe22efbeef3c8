"""Links to choose a password, and what is kept of them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from broker.accounts.reset.links import LIFETIMES, Errand, LinkFault, PasswordLink, PasswordLinks, Purpose
from broker.domain.accounts import AccountId
from broker.storage.records import RecordStore
from tests.support.moments import MovableClock

ACCOUNT, OTHER = AccountId("11111111-1111-4111-8111-111111111111"), AccountId("2" * 36)
ERRAND = Errand("mijn-iza", "a1b2")


@pytest.fixture
def links(record_store: RecordStore, clock: MovableClock) -> PasswordLinks:
    """On a real Redis."""
    return PasswordLinks(record_store, clock)


def _find(links: PasswordLinks, token: str, purpose: Purpose = Purpose.RESET) -> PasswordLink | LinkFault:
    return links.find("iza", purpose, token)


def test_link_leads_to_its_account_and_errand(links: PasswordLinks, clock: MovableClock) -> None:
    """128 bits and the moment of its end; nothing of the account."""
    token, expires_at = links.make("iza", Purpose.RESET, ACCOUNT, ERRAND)
    assert (expires_at - clock(), len(token)) == (timedelta(minutes=30), 22 + 8)
    found = _find(links, token)
    assert isinstance(found, PasswordLink)
    assert (found.account_id, found.errand, found.used) == (ACCOUNT, ERRAND, False)
    assert ACCOUNT not in repr(found)


def test_link_is_for_one_brand_and_purpose(links: PasswordLinks) -> None:
    """Elsewhere it is unknown."""
    token, _ = links.make("iza", Purpose.RESET, ACCOUNT, ERRAND)
    assert links.find("cz", Purpose.RESET, token) is LinkFault.UNKNOWN
    assert _find(links, token, Purpose.ACTIVATION) is LinkFault.UNKNOWN


def test_newer_link_of_any_purpose_replaces_the_older_of_its_account(links: PasswordLinks) -> None:
    """Another account's link stays, and so does one for nobody."""
    first, _ = links.make("iza", Purpose.ACTIVATION, ACCOUNT, ERRAND)
    other, _ = links.make("iza", Purpose.RESET, OTHER, ERRAND)
    links.make("iza", Purpose.RESET, None, ERRAND)
    assert isinstance(_find(links, first, Purpose.ACTIVATION), PasswordLink)
    links.make("iza", Purpose.RESET, ACCOUNT, ERRAND)
    assert _find(links, first, Purpose.ACTIVATION) is LinkFault.REPLACED
    assert isinstance(_find(links, other), PasswordLink)


@pytest.mark.parametrize("purpose", Purpose)
def test_link_expires_to_the_moment(links: PasswordLinks, clock: MovableClock, purpose: Purpose) -> None:
    """Afterwards its page can still say that it was one."""
    token, _ = links.make("iza", purpose, ACCOUNT, ERRAND)
    clock.advance(seconds=LIFETIMES[purpose].total_seconds() - 1)
    assert isinstance(_find(links, token, purpose), PasswordLink)
    clock.advance(seconds=1)
    assert _find(links, token, purpose) is LinkFault.EXPIRED


@pytest.mark.parametrize(
    "token", ["", "x", "A" * 22, "A" * 22 + "fffffffffff", "A" * 22 + "zz", "é" * 22 + "f", "A" * 500, "\0"]
)
def test_text_that_is_no_link_is_unknown(links: PasswordLinks, token: str) -> None:
    """Never an exception."""
    assert _find(links, token) is LinkFault.UNKNOWN


def test_made_up_link_may_name_any_year(links: PasswordLinks) -> None:
    """Beyond the calendar it is unknown, long ago it is too old; neither is believed."""
    assert _find(links, "A" * 22 + "ffffffffff") is LinkFault.UNKNOWN
    assert _find(links, "A" * 22 + "1") is LinkFault.EXPIRED


def test_used_link_says_so_until_its_end(links: PasswordLinks, clock: MovableClock) -> None:
    """For its page; what was never used has no such page."""
    token, _ = links.make("iza", Purpose.RESET, ACCOUNT, ERRAND)
    assert links.find_used("iza", Purpose.RESET, token) is None
    found = _find(links, token)
    assert isinstance(found, PasswordLink)
    links.mark_used("iza", token, found)
    assert _find(links, token) is LinkFault.USED
    used = links.find_used("iza", Purpose.RESET, token)
    assert used is not None
    assert used.errand == ERRAND
    assert links.find_used("iza", Purpose.ACTIVATION, token) is None
    clock.advance(seconds=1800)
    assert links.find_used("iza", Purpose.RESET, token) is None
