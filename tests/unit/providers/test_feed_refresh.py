"""The copy of a feed is kept fresh, and what cannot be believed changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from broker.errors import ConfigurationError
from broker.providers.saml.bounded_answer import ChannelUnavailable
from broker.providers.saml.feed_copy import FeedCopy, FollowedCopy
from broker.providers.saml.feed_refresh import Feed, FeedRefresh
from broker.providers.saml.keys import fingerprint_of
from broker.providers.saml.metadata import IdentityProvider
from broker.providers.saml.metadata_feed import FeedRefused, read_feed
from broker.providers.saml.refusal import AnswerRefused
from tests.support.moments import MovableClock
from tests.support.saml.answers import IDP
from tests.support.saml.feed import signed_feed
from tests.support.saml.keys import pair
from tests.unit.providers.test_metadata import REDIRECT, RESOLUTION, key_descriptor, metadata_text, plain

HOUR = 3600
READ = partial(read_feed, entity_id=IDP, signers=[pair("feed").certificate])


@dataclass
class Published:
    """What stands at the address of the feed, and what was heard of it."""

    folder: Path
    clock: MovableClock = field(default_factory=MovableClock)
    document: bytes | Exception = b""
    fetched: int = 0
    heard: list[str] = field(default_factory=list)

    def says(self, *keys: str, days: float = 7, attributes: str = "", signer: str = "feed") -> None:
        """From now on, the provider with these keys."""
        inside = plain(metadata_text(*map(key_descriptor, keys), RESOLUTION, REDIRECT))
        until = (self.clock() + timedelta(days=days)).replace(microsecond=0)
        self.document = signed_feed(inside, until, key=pair(signer), attributes=attributes)

    def fetch(self) -> bytes:
        """As over the network."""
        self.fetched += 1
        if isinstance(self.document, Exception):
            raise self.document
        return self.document

    @property
    def copy(self) -> FeedCopy:
        """On disk."""
        return FeedCopy(self.folder / "copies/feed.xml")

    def worker(self) -> FeedRefresh:
        """A new process."""
        return FeedRefresh(
            Feed("eherkenning", self.fetch, READ, self.copy, timedelta(seconds=HOUR)), self, self.clock
        )

    def changed(self, before: IdentityProvider | None, after: IdentityProvider) -> None:
        """Noted with the keys."""
        told = (len(before.certificates) if before else 0, *map(fingerprint_of, after.certificates))
        self.heard.append(" ".join(map(str, told)))

    def refused(self, reason_code: str) -> None:
        """Noted."""
        self.heard.append(reason_code)

    def known(self) -> tuple[str, ...]:
        """The keys that a server goes by that starts now."""
        return tuple(map(fingerprint_of, FollowedCopy(self.copy, READ).current().certificates))


@pytest.fixture
def published(tmp_path: Path) -> Published:
    """A feed with one key."""
    made = Published(tmp_path)
    made.says("idp")
    return made


def named(*keys: str) -> tuple[str, ...]:
    """The fingerprints of pairs."""
    return tuple(fingerprint_of(pair(key).certificate) for key in keys)


def test_feed_is_fetched_when_it_is_due(published: Published) -> None:
    """At first, and an hour after it was last found as it is; by whichever worker comes first."""
    worker, other = published.worker(), published.worker()
    assert [worker.run(), worker.run(), other.run()] == [1, 0, 0]
    published.clock.advance(seconds=HOUR - 1)
    assert [worker.run(), other.run(), published.fetched] == [0, 0, 1]
    published.clock.advance(seconds=1)
    assert [other.run(), worker.run(), published.fetched] == [0, 0, 2]
    assert published.copy.confirmed_at() == published.clock()


def test_feed_is_fetched_sooner_where_it_asks_for_that(published: Published) -> None:
    """Its cacheDuration is shorter than our interval."""
    published.says("idp", attributes='cacheDuration="PT10M"')
    worker = published.worker()
    worker.run()
    published.clock.advance(seconds=600)
    worker.run()
    assert published.fetched == 2


def test_feed_cannot_make_us_ask_all_the_time(published: Published) -> None:
    """A minute is the least, whatever its cacheDuration says."""
    published.says("idp", attributes='cacheDuration="PT0S"')
    worker = published.worker()
    worker.run()
    published.clock.advance(seconds=59)
    worker.run()
    assert published.fetched == 1
    published.clock.advance(seconds=1)
    worker.run()
    assert published.fetched == 2


def test_copy_that_cannot_be_written_is_a_refusal_of_its_own(published: Published) -> None:
    """Nothing is told as changed that did not change."""
    (published.folder / "copies").write_text("a file where the folder should be")
    assert published.worker().run() == 0
    assert published.heard == ["feed.copy-not-written"]


def test_copy_that_cannot_be_replaced_is_not_tried_all_the_time(published: Published) -> None:
    """The change is told once, nothing is left beside, and it counts when the place is free."""
    place = published.folder / "copies/feed.xml"
    place.mkdir(parents=True)
    worker = published.worker()
    assert [worker.run(), worker.run(), published.fetched] == [0, 0, 1]
    published.clock.advance(seconds=HOUR / 10)
    assert [worker.run(), published.fetched] == [0, 2]
    (first,) = named("idp")
    assert published.heard == [f"0 {first}", "feed.copy-not-written"]
    assert list(place.parent.iterdir()) == [place]
    place.rmdir()
    published.clock.advance(seconds=HOUR / 10)
    assert worker.run() == 1
    assert published.known() == (first,)


def test_copies_of_two_workers_do_not_meet(published: Published) -> None:
    """Each writes beside in a file of its own, which every server can read."""
    copy, now = published.copy, published.clock()
    with copy.beside(b"one", now) as mine, published.copy.beside(b"other", now) as theirs:
        assert (mine.read_bytes(), theirs.read_bytes()) == (b"one", b"other")
        assert mine.stat().st_mode & 0o777 == 0o644
        copy.replace_by(mine)
    assert copy.read() == b"one"
    assert [file.name for file in (published.folder / "copies").iterdir()] == ["feed.xml"]


def test_change_of_keys_is_told_and_followed(published: Published) -> None:
    """Written down before it counts; a server that runs takes it in, one that starts as well."""
    worker = published.worker()
    worker.run()
    running = FollowedCopy(published.copy, READ)
    published.says("idp", "idp-next", days=8)
    published.clock.advance(seconds=HOUR)
    assert worker.run() == 1
    (first, second) = named("idp", "idp-next")
    assert published.heard == [f"0 {first}", f"1 {first} {second}"]
    assert tuple(map(fingerprint_of, running.current().certificates)) == (first, second)
    assert published.known() == (first, second)


def test_feed_that_is_only_signed_anew_is_no_news(published: Published) -> None:
    """The end moves on, and nobody is told."""
    worker = published.worker()
    worker.run()
    published.says("idp", days=9)
    published.clock.advance(seconds=HOUR)
    assert worker.run() == 0
    assert len(published.heard) == 1
    assert FollowedCopy(published.copy, READ).current().valid_until == READ(published.fetch()).valid_until


def _unsigned(published: Published) -> None:
    published.says("idp-next", days=9, signer="attacker")


def _older(published: Published) -> None:
    published.says("idp-next", days=1)


def _ended(published: Published) -> None:
    published.says("idp-next", days=-1)


def _same_end(published: Published) -> None:
    published.clock.advance(seconds=-HOUR)
    published.says("idp-next")
    published.clock.advance(seconds=HOUR)


def _endless(published: Published) -> None:
    published.says("idp-next", days=401)


def _noise(published: Published) -> None:
    published.document = b"<html>Maintenance</html>"


def _away(published: Published) -> None:
    published.document = ChannelUnavailable("channel.timeout", "late")


BAD: dict[str, tuple[Callable[[Published], None], str]] = {
    "signed-by-another": (_unsigned, "signature.invalid"),
    "older": (_older, "feed.older"),
    "ended": (_ended, "feed.ended"),
    "same-end": (_same_end, "feed.not-newer"),
    "hardly-ends": (_endless, "feed.too-long"),
    "noise": (_noise, "signature.missing"),
    "away": (_away, "channel.timeout"),
}


@pytest.mark.parametrize("case", BAD)
def test_last_good_copy_stays_when_the_feed_is_bad(case: str, published: Published) -> None:
    """Told once, tried again after a while, and forgotten when it is well again."""
    worker = published.worker()
    worker.run()
    spoil, reason = BAD[case]
    published.clock.advance(seconds=HOUR)
    spoil(published)
    assert [worker.run(), worker.run(), published.fetched] == [0, 0, 2]
    published.clock.advance(seconds=HOUR / 10)
    assert [worker.run(), published.fetched] == [0, 3]
    assert published.heard[1:] == [reason]
    assert published.known() == named("idp")
    published.says("idp-next", days=9)
    published.clock.advance(seconds=HOUR / 10)
    assert worker.run() == 1
    assert published.known() == named("idp-next")


def test_first_document_must_be_good_too(published: Published) -> None:
    """Without a copy nothing is believed just because there is nothing else."""
    _unsigned(published)
    assert published.worker().run() == 0
    assert published.copy.read() is None
    with pytest.raises(ConfigurationError, match="broker metadata fetch"):
        published.known()


def test_operator_may_take_a_step_back(published: Published) -> None:
    """When the feed's own people shortened its life."""
    worker = published.worker()
    worker.run()
    _older(published)
    with pytest.raises(FeedRefused, match=r"feed\.older"):
        worker.fetch_now(published.clock())
    assert worker.fetch_now(published.clock(), step_back=True)
    assert published.known() == named("idp-next")


def test_copy_is_not_believed_beyond_its_end(published: Published) -> None:
    """However long the feed is away: the last good copy is good until then."""
    published.worker().run()
    known = FollowedCopy(published.copy, READ).current()
    assert known.can_vouch(published.clock() + timedelta(days=6))
    assert not known.can_vouch(published.clock() + timedelta(days=7))


def test_copy_that_somebody_changed_on_disk_changes_nothing(published: Published) -> None:
    """A server that runs keeps what it knows; one that starts says no; the worker fetches a good one."""
    worker = published.worker()
    worker.run()
    running = FollowedCopy(published.copy, READ)
    _unsigned(published)
    assert isinstance(published.document, bytes)
    with published.copy.beside(published.document, published.clock()) as beside:
        published.copy.replace_by(beside)
    assert tuple(map(fingerprint_of, running.current().certificates)) == named("idp")
    with pytest.raises(AnswerRefused):
        published.known()
    published.says("idp")
    assert worker.run() == 1
    assert published.known() == named("idp")


def test_copy_of_tomorrow_is_fetched_today(published: Published) -> None:
    """It was written by a clock that was wrong, and nobody waits for that."""
    worker = published.worker()
    worker.run()
    published.clock.advance(seconds=-HOUR)
    worker.run()
    assert published.fetched == 2
    assert published.copy.confirmed_at() == published.clock()


def test_copy_that_vanished_is_fetched_and_missed_by_nobody(published: Published) -> None:
    """What runs goes on."""
    worker = published.worker()
    worker.run()
    running = FollowedCopy(published.copy, READ)
    (published.folder / "copies/feed.xml").unlink()
    assert running.current().entity_id == IDP
    assert worker.run() == 1
    assert running.current().entity_id == IDP
