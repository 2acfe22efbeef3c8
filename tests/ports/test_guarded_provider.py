"""A provider behind its switches, on real records: closed for all workers, tried by one, open again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from redis import Redis

from broker.domain.assurance import Assurance, DigidLevel, Scheme
from broker.domain.bsn import Bsn
from broker.domain.identity import (
    Authenticated,
    Cancelled,
    DigidIdentity,
    Evidence,
    Failed,
    ProviderOutcome,
    Unavailable,
)
from broker.domain.outages import Outage
from broker.errors import StorageUnavailable
from broker.login.breaker import (
    BARRED_FOR,
    BARS_AFTER_FAILURES,
    COUNTING_WINDOW_SECONDS,
    FIRST_TO_TRY,
    ONE_CALL,
    THEN_ONE_IN,
)
from broker.login.breaker_memory import BreakerMemory
from broker.login.guarded_provider import Closed, GuardedProvider
from broker.providers.base import Answer, ArtifactAnswer, Begun, SentRequest
from broker.storage.record_keys import RecordKeys
from broker.storage.records import RecordStore
from broker.storage.redis_connection import RedisConnection
from tests.support.moments import MovableClock
from tests.support.servers import running_redis

MIDDEN = Assurance(Scheme.DIGID, DigidLevel.MIDDEN)
SENT = SentRequest("digid", "cz", "_1", MIDDEN, MovableClock().now, "https://digid.sim.example")
DOWN = Unavailable("channel.broken", "nobody there")
BARRED = Closed("breaker-open")


@dataclass
class ProviderOf:
    """A provider whose next outcomes are given; counts its calls, and lets a test act `during` one."""

    outcome: ProviderOutcome = DOWN
    calls: int = 0
    during: Callable[[], None] | None = None

    @property
    def scheme(self) -> Scheme:
        """DigiD."""
        return Scheme.DIGID

    def begin(self, required: Assurance, *, relay_state: str, now: datetime) -> Begun:
        """Not asked for here."""
        raise NotImplementedError

    def complete(self, answer: Answer, sent: SentRequest, *, now: datetime) -> ProviderOutcome:
        """What the test wants."""
        self.calls += 1
        if self.during is not None:
            self.during()
        return self.outcome


@dataclass
class Workers:
    """Several processes in front of one provider: each knows only itself and the records."""

    records: RecordStore
    clock: MovableClock
    provider: ProviderOf = field(default_factory=ProviderOf)
    brand: str = "cz"
    outage: Outage | None = None

    def new(self) -> GuardedProvider:
        """One more worker, which believes what it knows for no time at all."""
        ticks: Iterator[float] = iter(float(second) for second in range(1_000_000))
        return GuardedProvider(
            self.provider,
            BreakerMemory(self.records, self.brand, Scheme.DIGID),
            lambda _: self.outage,
            monotonic=lambda: next(ticks),
        )

    def complete(self, times: int = 1) -> ProviderOutcome:
        """Answers that come in one after the other, each at another worker."""
        outcome: ProviderOutcome = DOWN
        for _ in range(times):
            outcome = self.new().complete(ArtifactAnswer("artifact"), SENT, now=self.clock())
        return outcome


@pytest.fixture
def workers(every_redis: RedisConnection, record_keys: RecordKeys, clock: MovableClock) -> Workers:
    """Workers over each kind of Redis."""
    return Workers(RecordStore(every_redis, record_keys, clock), clock)


def _evidence(clock: MovableClock) -> Authenticated:
    return Authenticated(Evidence("cz", DigidIdentity(Bsn("999990019")), MIDDEN, clock()))


def test_failures_in_a_row_close_the_provider_for_every_worker(workers: Workers) -> None:
    """The fifth failure closes it: nobody is sent there, and no call is made for an answer that comes in."""
    workers.complete(BARS_AFTER_FAILURES - 1)
    assert workers.new().closed(workers.clock()) is None
    workers.complete()
    assert workers.new().closed(workers.clock()) == BARRED
    assert workers.new().admit(workers.clock()) == BARRED
    assert workers.complete() == Unavailable(
        "breaker-open", "the provider is left alone after failures in a row"
    )
    assert workers.provider.calls == BARS_AFTER_FAILURES


@pytest.mark.parametrize("kind", ["authenticated", "cancelled"])
def test_answer_in_between_begins_the_count_anew(workers: Workers, kind: str) -> None:
    """In a row means in a row: a login or a cancel shows that the provider is there."""
    workers.complete(BARS_AFTER_FAILURES - 1)
    workers.provider.outcome = _evidence(workers.clock) if kind == "authenticated" else Cancelled()
    workers.complete()
    workers.provider.outcome = DOWN
    workers.complete(BARS_AFTER_FAILURES - 1)
    assert workers.new().closed(workers.clock()) is None


def test_refused_answer_in_between_changes_nothing(workers: Workers) -> None:
    """Made-up artifacts are refused before any call: they must not be able to keep a dead provider open."""
    workers.complete(BARS_AFTER_FAILURES - 1)
    workers.provider.outcome = Failed("artifact.form", "made up")
    workers.complete(3)
    assert workers.new().closed(workers.clock()) is None
    workers.provider.outcome = DOWN
    workers.complete()
    assert workers.new().closed(workers.clock()) == BARRED


def test_failures_far_apart_close_nothing(workers: Workers) -> None:
    """The window of a minute starts at the first failure."""
    for _ in range(2 * BARS_AFTER_FAILURES):
        workers.complete()
        workers.clock.advance(seconds=COUNTING_WINDOW_SECONDS / 3)
    assert workers.new().closed(workers.clock()) is None


def _admitted(workers: Workers, askers: int) -> int:
    """How many of so many people are let through, each by another worker."""
    return [workers.new().admit(workers.clock()) for _ in range(askers)].count(None)


def test_closed_provider_is_tried_by_a_few(workers: Workers) -> None:
    """After half a minute the first few are let through at once, and then few of many."""
    workers.complete(BARS_AFTER_FAILURES)
    workers.clock.advance(seconds=BARRED_FOR.total_seconds())
    assert workers.new().closed(workers.clock()) is None
    assert _admitted(workers, FIRST_TO_TRY) == FIRST_TO_TRY
    assert _admitted(workers, THEN_ONE_IN - 1) <= 1
    assert _admitted(workers, 10 * THEN_ONE_IN) == 10


def test_strangers_who_never_come_back_keep_no_turn(workers: Workers) -> None:
    """Whoever goes there and stays away decides nothing: others are let through without waiting for that."""
    workers.complete(BARS_AFTER_FAILURES)
    workers.clock.advance(seconds=BARRED_FOR.total_seconds())
    _admitted(workers, 1000)
    assert workers.new().closed(workers.clock()) is None
    assert _admitted(workers, THEN_ONE_IN) == 1
    workers.provider.outcome = Cancelled()
    assert workers.complete() == Cancelled()
    assert _admitted(workers, 1000) == 1000


def test_each_bar_has_its_own_few_who_try(workers: Workers) -> None:
    """A failure of one who tried bars the way again; after that the first few go once more."""
    workers.complete(BARS_AFTER_FAILURES)
    for _ in range(2):
        workers.clock.advance(seconds=BARRED_FOR.total_seconds())
        assert _admitted(workers, FIRST_TO_TRY) == FIRST_TO_TRY
        workers.complete()
        assert workers.new().closed(workers.clock()) == BARRED
        assert _admitted(workers, THEN_ONE_IN) == 0


def test_call_of_the_one_who_tries_decides(workers: Workers) -> None:
    """A failure closes it again for all; an answer opens it for all."""
    workers.complete(BARS_AFTER_FAILURES)
    workers.clock.advance(seconds=BARRED_FOR.total_seconds())
    calls = workers.provider.calls
    assert workers.complete(2) == Unavailable(
        "breaker-open", "the provider is left alone after failures in a row"
    )
    assert workers.provider.calls == calls + 1
    assert workers.new().admit(workers.clock()) == BARRED
    workers.clock.advance(seconds=BARRED_FOR.total_seconds())
    workers.provider.outcome = Cancelled()
    assert workers.complete() == Cancelled()
    assert [workers.new().admit(workers.clock()) for _ in range(3)] == [None, None, None]
    workers.provider.outcome = DOWN
    workers.complete(BARS_AFTER_FAILURES - 1)
    assert workers.new().closed(workers.clock()) is None


def test_two_calls_at_once_while_recovering_are_one(workers: Workers) -> None:
    """The turn is taken before the call, so the second answer is not resolved."""
    workers.complete(BARS_AFTER_FAILURES)
    workers.clock.advance(seconds=BARRED_FOR.total_seconds())
    calls = workers.provider.calls
    workers.provider.outcome = Cancelled()
    meanwhile: list[ProviderOutcome] = []
    workers.provider.during = lambda: meanwhile.append(workers.complete())
    assert isinstance(workers.complete(), Cancelled)
    assert [type(outcome) for outcome in meanwhile] == [Unavailable]
    assert workers.provider.calls == calls + 1


def test_trouble_at_one_brand_is_not_that_of_another(workers: Workers) -> None:
    """Each brand has its own connection: certificates and addresses of one may be broken alone."""
    workers.complete(BARS_AFTER_FAILURES)
    workers.brand = "vgz"
    assert workers.new().closed(workers.clock()) is None


def test_announced_outage_closes_the_choice_but_lets_answers_in(workers: Workers) -> None:
    """Whoever was at the provider already may finish."""
    workers.outage = Outage("digid", None, workers.clock())
    workers.provider.outcome = Cancelled()
    assert workers.new().closed(workers.clock()) == Closed("outage", workers.outage)
    assert workers.new().admit(workers.clock()) == Closed("outage", workers.outage)
    assert workers.complete() == Cancelled()


def test_provider_whose_word_would_not_count_is_closed(workers: Workers) -> None:
    """Nobody is sent to log in where the answer cannot be believed."""
    guarded = GuardedProvider(
        workers.provider,
        BreakerMemory(workers.records, "cz", Scheme.DIGID),
        lambda _: None,
        can_vouch=lambda now: now < workers.clock(),
    )
    before = workers.clock() - timedelta(seconds=1)
    assert (guarded.closed(before), guarded.admit(before)) == (None, None)
    not_trusted = Closed("not-trusted")
    assert (guarded.closed(workers.clock()), guarded.admit(workers.clock())) == (not_trusted, not_trusted)


def test_known_trouble_is_not_asked_for_again_within_a_second(workers: Workers) -> None:
    """In good times a login costs no round trip: one look serves the second after it."""
    looks = 0

    class Counting(BreakerMemory):
        def trouble(self) -> None:
            nonlocal looks
            looks += 1

    now = [0.0]
    guarded = GuardedProvider(
        ProviderOf(Cancelled()),
        Counting(workers.records, "cz", Scheme.DIGID),
        lambda _: None,
        monotonic=lambda: now[0],
    )
    for moment in (0.0, 0.4, 0.9, 1.1):
        now[0] = moment
        guarded.closed(workers.clock())
        guarded.admit(workers.clock())
        guarded.complete(ArtifactAnswer("artifact"), SENT, now=workers.clock())
    assert looks == 2


def test_records_away_is_said_and_nobody_is_let_through(record_keys: RecordKeys, clock: MovableClock) -> None:
    """Fail closed, as everywhere."""
    with running_redis("--appendonly", "no") as server:
        connection = RedisConnection(Redis.from_url(server.url))
        workers = Workers(RecordStore(connection, record_keys, clock), clock)
        server.stop()
        for ask in (workers.new().closed, workers.new().admit):
            with pytest.raises(StorageUnavailable):
                ask(clock())
        with pytest.raises(StorageUnavailable):
            workers.complete()
        assert workers.provider.calls == 0
        connection.close()


def test_turn_of_a_worker_that_died_in_its_call_ends(workers: Workers) -> None:
    """The turn to call is a lease, not a lock."""
    workers.complete(BARS_AFTER_FAILURES)
    workers.clock.advance(seconds=BARRED_FOR.total_seconds())
    assert BreakerMemory(workers.records, "cz", Scheme.DIGID).take_turn(workers.clock())
    calls = workers.provider.calls
    workers.provider.outcome = Cancelled()
    assert isinstance(workers.complete(), Unavailable)
    assert workers.provider.calls == calls
    workers.clock.advance(seconds=ONE_CALL.total_seconds())
    assert workers.complete() == Cancelled()


def test_made_up_answer_does_not_keep_the_turn_of_a_recovering_provider(workers: Workers) -> None:
    """A stranger's answer is refused without a call; the next person's is judged all the same."""
    workers.complete(BARS_AFTER_FAILURES)
    workers.clock.advance(seconds=BARRED_FOR.total_seconds())
    workers.provider.outcome = Failed("artifact.form", "made up")
    assert isinstance(workers.complete(), Failed)
    workers.provider.outcome = Cancelled()
    assert isinstance(workers.complete(), Cancelled)
    assert workers.new().closed(workers.clock()) is None
