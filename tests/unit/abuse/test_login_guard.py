"""Who may try a password, and who cannot be kept from it (security A09, A10, B4-01, B4-04)."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from broker.abuse.login_guard import LoginGuard, LoginPace
from broker.domain.login_place import Admission, LoginPlace
from broker.storage.allowances import Allowances, Limit
from broker.storage.record_keys import RecordKeys
from broker.storage.redis_connection import RedisConnection, connect_redis
from tests.support.moments import MovableClock

NAME = "ans@example.test"
HOME, CAFE = LoginPlace("192.0.2.0/24"), LoginPlace("198.51.100.0/24")
OWN_DEVICE = LoginPlace(CAFE.network_block, known_device="token")
MINUTE = 60
CROWD = 50


class Tries:
    """Tries to log in at CZ, one after another."""

    def __init__(self, guard: LoginGuard, clock: MovableClock) -> None:
        self._guard = guard
        self._clock = clock

    def one(self, place: LoginPlace = HOME, name: str = NAME, brand: str = "cz") -> Admission:
        """One try; what became of it."""
        return self._guard.admits(brand, name, place, now=self._clock())

    def judged(self, number: int, place: LoginPlace = HOME, name: str = NAME) -> int:
        """How many of so many are judged."""
        return [self.one(place, name) for _ in range(number)].count(Admission.ADMITTED)

    def by_strangers(self, number: int) -> int:
        """How many are judged of so many that come from a block each."""
        return sum(self.judged(1, LoginPlace(f"10.{index}.0.0/24")) for index in range(number))


@pytest.fixture
def guard(redis_connection: RedisConnection, record_keys: RecordKeys) -> LoginGuard:
    """The guard on a real Redis."""
    return LoginGuard(Allowances(redis_connection, record_keys))


@pytest.fixture
def tries(guard: LoginGuard, clock: MovableClock) -> Tries:
    """Tries on the clock of the test."""
    return Tries(guard, clock)


def test_five_tries_then_a_delay_and_after_ten_half_an_hour(tries: Tries, clock: MovableClock) -> None:
    """Each wait lets one try pass; the eleventh waits half an hour, whatever it would have said (A09)."""
    assert tries.judged(9) == 5
    for seconds in (30, MINUTE, 2 * MINUTE, 4 * MINUTE, 8 * MINUTE, 30 * MINUTE):
        clock.advance(seconds=seconds - 1)
        assert tries.one() is Admission.HELD
        clock.advance(seconds=1)
        assert tries.judged(3) == 1


def test_two_workers_count_together(
    redis_url: str, guard: LoginGuard, record_keys: RecordKeys, clock: MovableClock
) -> None:
    """What one admitted the other knows of."""
    connection = connect_redis(redis_url)
    other = Tries(LoginGuard(Allowances(connection, record_keys)), clock)
    assert Tries(guard, clock).judged(3) + other.judged(3) == 5
    connection.close()


def test_crowd_of_tries_is_judged_no_more_often(guard: LoginGuard, clock: MovableClock) -> None:
    """Of fifty at the same moment five are judged, because each counts before it is (B4-08)."""
    start = threading.Barrier(CROWD)

    def contend(_: int) -> Admission:
        start.wait()
        return guard.admits("cz", NAME, HOME, now=clock())

    with ThreadPoolExecutor(CROWD) as pool:
        seen = list(pool.map(contend, range(CROWD)))
    assert (seen.count(Admission.ADMITTED), seen.count(Admission.HELD)) == (5, CROWD - 5)


def test_name_is_the_same_however_it_is_written(tries: Tries) -> None:
    """Nobody gets more tries by changing the case of an address (B4-16)."""
    spellings = (NAME, NAME.upper(), " Ans@Example.test ", NAME, NAME.title(), NAME, NAME)
    assert [tries.one(name=name) for name in spellings].count(Admission.ADMITTED) == 5


def test_other_names_places_and_brands_are_not_held(tries: Tries) -> None:
    """What is held is one name at one place."""
    tries.judged(9)
    assert tries.one() is Admission.HELD
    assert tries.one(CAFE) is Admission.ADMITTED
    assert tries.one(name="bas@example.test") is Admission.ADMITTED
    assert tries.one(brand="vgz") is Admission.ADMITTED


def test_stranger_cannot_hold_the_owner_on_a_known_device(tries: Tries) -> None:
    """Not from the same block, and not from everywhere at once (A10)."""
    tries.judged(20, CAFE)
    tries.by_strangers(200)
    assert tries.one(CAFE) is Admission.HELD
    assert tries.one(HOME) is Admission.KNOWN_DEVICES_ONLY
    assert tries.one(OWN_DEVICE) is Admission.ADMITTED


def test_known_device_is_held_for_its_own_failures(tries: Tries) -> None:
    """Whoever stole a device has as few tries on it; they take none from the owner elsewhere."""
    assert tries.judged(20, OWN_DEVICE) == 5
    assert tries.one(LoginPlace(CAFE.network_block, known_device="other token")) is Admission.ADMITTED
    assert tries.one(CAFE) is Admission.ADMITTED


def test_known_device_has_sixty_hashes_in_a_quarter_for_each_name(
    guard: LoginGuard, tries: Tries, clock: MovableClock
) -> None:
    """Right, wrong or held, each costs one; what could not be judged costs none. Nobody else is held."""
    for _ in range(100):
        assert tries.one(OWN_DEVICE) is Admission.ADMITTED
        guard.not_judged("cz", NAME, OWN_DEVICE, now=clock())
    for _ in range(40):
        assert tries.one(OWN_DEVICE) is Admission.ADMITTED
        guard.succeeded("cz", NAME, OWN_DEVICE, now=clock())
    seen = [tries.one(OWN_DEVICE) for _ in range(25)]
    assert seen == [Admission.ADMITTED] * 5 + [Admission.HELD] * 15 + [Admission.DEVICE_HELD] * 5
    assert tries.one(OWN_DEVICE, name="bas@example.test") is Admission.ADMITTED
    assert tries.one(LoginPlace(CAFE.network_block, known_device="other token")) is Admission.ADMITTED
    assert tries.one(CAFE) is Admission.ADMITTED
    clock.advance(seconds=15 * MINUTE)
    assert tries.one(OWN_DEVICE) is Admission.ADMITTED


def test_after_a_hundred_failures_from_everywhere_only_known_devices_are_judged(
    tries: Tries, clock: MovableClock
) -> None:
    """A hundred within a day for one name, by whomever; a day later it is over (A09, B4-01)."""
    assert tries.by_strangers(150) == 100
    assert tries.one(name="bas@example.test") is Admission.ADMITTED
    clock.advance(seconds=24 * 60 * MINUTE)
    assert tries.one() is Admission.ADMITTED


def test_owner_who_confirmed_by_mail_is_judged_where_they_are(
    guard: LoginGuard, tries: Tries, clock: MovableClock
) -> None:
    """A few tries from that block within half an hour; other blocks stay held."""
    tries.by_strangers(150)
    tries.judged(9)
    guard.let_in("cz", NAME, HOME, now=clock())
    assert tries.one(CAFE) is Admission.KNOWN_DEVICES_ONLY
    assert tries.judged(9) == 5
    clock.advance(seconds=29 * MINUTE)
    guard.let_in("cz", NAME, HOME, now=clock())
    clock.advance(seconds=30 * MINUTE)
    assert tries.one() is Admission.KNOWN_DEVICES_ONLY


def test_network_has_so_many_wrong_ones_whatever_the_names(
    guard: LoginGuard, tries: Tries, clock: MovableClock
) -> None:
    """B4-01: 300 in a quarter; what was right, or could not be judged, does not count, and others go on."""
    for number in range(50):
        assert tries.one(name=f"right{number}@example.test") is Admission.ADMITTED
        guard.succeeded("cz", f"right{number}@example.test", HOME, now=clock())
        assert tries.one(name=f"full{number}@example.test") is Admission.ADMITTED
        guard.not_judged("cz", f"full{number}@example.test", HOME, now=clock())
    assert [tries.one(name=f"a{number}@example.test") for number in range(300)] == [Admission.ADMITTED] * 300
    for brand in ("cz", "vgz"):
        assert tries.one(brand=brand) is Admission.NETWORK_HELD
    assert tries.one(CAFE) is Admission.ADMITTED
    assert tries.one(LoginPlace(HOME.network_block, known_device="token")) is Admission.ADMITTED
    guard.let_in("cz", NAME, HOME, now=clock())
    assert tries.judged(7) == 5
    clock.advance(seconds=15 * MINUTE)
    assert tries.one() is Admission.ADMITTED


def test_lists_from_many_networks_are_an_alarm_once(
    redis_connection: RedisConnection, record_keys: RecordKeys, clock: MovableClock
) -> None:
    """B4-01: a thousand pairs from two hundred addresses: one alarm an hour for the brand; nobody is held."""
    heard: list[tuple[str, int]] = []
    pace = LoginPace(alarm=Limit(500, timedelta(hours=1)))
    guard = LoginGuard(
        Allowances(redis_connection, record_keys),
        pace,
        alarm=lambda brand, number: heard.append((brand, number)),
    )
    tries = Tries(guard, clock)
    for number in range(1000):
        place = LoginPlace(f"10.{number % 200}.0.0/24")
        assert tries.one(place, name=f"name{number}@example.test") is Admission.ADMITTED
        assert len(heard) == (number >= 500)
    assert heard == [("cz", 500)]
    tries.one(CAFE, brand="vgz")
    assert len(heard) == 1
    clock.advance(seconds=60 * MINUTE)
    tries.judged(501, CAFE)
    assert len(heard) == 1
    assert tries.by_strangers(501) == 100 - 5
    assert heard == [("cz", 500)] * 2


def test_success_forgets_the_failures_of_its_place(
    guard: LoginGuard, tries: Tries, clock: MovableClock
) -> None:
    """The owner who mistyped begins anew, also when the right try was the one before the delay."""
    assert tries.judged(5) == 5
    guard.succeeded("cz", NAME, HOME, now=clock())
    assert tries.judged(9) == 5


def test_success_gives_strangers_no_new_guesses(guard: LoginGuard, tries: Tries, clock: MovableClock) -> None:
    """What failed elsewhere still counts; what failed at the place of the success does not (63B 3.2.2)."""
    assert tries.by_strangers(90) == 90
    tries.judged(4)
    guard.succeeded("cz", NAME, HOME, now=clock())
    guard.succeeded("cz", NAME, OWN_DEVICE, now=clock())
    judged = sum(tries.judged(1, LoginPlace(f"10.200.{index}.0/24")) for index in range(50))
    assert judged == 10


def test_try_that_could_not_be_judged_does_not_count(
    guard: LoginGuard, tries: Tries, clock: MovableClock
) -> None:
    """When there is no room to hash nobody comes nearer to a delay."""
    for _ in range(200):
        assert tries.one() is Admission.ADMITTED
        guard.not_judged("cz", NAME, HOME, now=clock())
    assert tries.judged(9) == 5
