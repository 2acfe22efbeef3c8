"""Links that confirm an address, and what is kept of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from broker.accounts.address.links import LIFETIME, AddressLink, AddressLinkFault, AddressLinks, AddressWish
from broker.domain.accounts import AccountId
from broker.storage.records import RecordStore
from tests.support.moments import MovableClock

ACCOUNT, OTHER = AccountId("11111111-1111-4111-8111-111111111111"), AccountId("2" * 36)
SINCE = datetime(2026, 11, 1, 12, 30, 15, 123456, tzinfo=UTC)
WISH = AddressWish(ACCOUNT, "old@example.test", "new@example.test", "sid-of-a-session", SINCE)


@pytest.fixture
def links(record_store: RecordStore, clock: MovableClock) -> AddressLinks:
    """On a real Redis."""
    return AddressLinks(record_store, clock)


def test_link_leads_to_what_was_asked(links: AddressLinks, clock: MovableClock) -> None:
    """128 bits and the moment of its end; nothing personal in what may be printed."""
    token, expires_at = links.make("iza", WISH)
    assert (expires_at - clock(), len(token)) == (timedelta(hours=1), 22 + 8)
    found = links.find("iza", token)
    assert isinstance(found, AddressLink)
    assert (found.wish, found.used) == (WISH, False)
    assert not any(secret in repr(found) for secret in (WISH.before, WISH.after, WISH.sid))


def test_link_of_who_has_no_password_is_read_as_it_was_written(links: AddressLinks) -> None:
    """Consumers."""
    wish = AddressWish(ACCOUNT, "old@example.test", "new@example.test", "sid", None)
    found = links.find("cz", links.make("cz", wish)[0])
    assert isinstance(found, AddressLink)
    assert found.wish == wish


def test_link_is_for_one_brand(links: AddressLinks) -> None:
    """Elsewhere it is unknown."""
    assert links.find("cz", links.make("iza", WISH)[0]) is AddressLinkFault.UNKNOWN


def test_newer_link_replaces_the_older_of_its_account(links: AddressLinks) -> None:
    """Another account's link stays."""
    first, _ = links.make("iza", WISH)
    other, _ = links.make("iza", AddressWish(OTHER, "a@example.test", "b@example.test", "sid", None))
    second, _ = links.make("iza", WISH)
    assert links.find("iza", first) is AddressLinkFault.REPLACED
    assert isinstance(links.find("iza", other), AddressLink)
    assert isinstance(links.find("iza", second), AddressLink)


def test_link_expires_to_the_moment(links: AddressLinks, clock: MovableClock) -> None:
    """Afterwards its page can still say that it was one."""
    token, _ = links.make("iza", WISH)
    clock.advance(seconds=LIFETIME.total_seconds() - 1)
    assert isinstance(links.find("iza", token), AddressLink)
    clock.advance(seconds=1)
    assert links.find("iza", token) is AddressLinkFault.EXPIRED


def test_used_link_is_found_by_its_own_page_only(links: AddressLinks) -> None:
    """It says that it was used, and changes nothing."""
    token, _ = links.make("iza", WISH)
    assert links.find_used("iza", token) is None
    link = links.find("iza", token)
    assert isinstance(link, AddressLink)
    links.mark_used("iza", token, link)
    assert links.find("iza", token) is AddressLinkFault.USED
    found = links.find_used("iza", token)
    assert found is not None
    assert found.wish == WISH


@pytest.mark.parametrize("token", ["", "x", "é" * 30, "A" * 22, "A" * 22 + "g", "A" * 22 + "f" * 11])
def test_what_is_no_token_is_unknown(links: AddressLinks, token: str) -> None:
    """Whatever stands in a URL; nothing of it reaches the store."""
    assert links.find("iza", token) is AddressLinkFault.UNKNOWN
    assert links.find_used("iza", token) is None
