"""How often a password may be tried (NIST SP 800-63B section 3.2.2); strangers can lock nobody out.

A name is held back for the place that fails: a device on which it was used before, else a block of addresses.
A name that nobody has is counted like any other, under a keyed hash, so that being held says nothing. Whoever
tries one password each on many names is held back for their block, and brings an alarm for the brand.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from broker.domain.email_address import comparable
from broker.domain.login_place import Admission, LoginPlace
from broker.storage.allowances import Allowances, Limit, Pace
from broker.storage.record_keys import RecordKey, RecordKind

_EVERY = 2**31
_ANYWHERE = "anywhere"


_OF_PLACE = Pace(
    free=5,
    waits=(
        timedelta(seconds=30),
        timedelta(minutes=1),
        timedelta(minutes=2),
        timedelta(minutes=4),
        timedelta(minutes=8),
        timedelta(minutes=30),
    ),
    memory=timedelta(hours=24),
)
_OF_STRANGERS = Limit(most=100, window=timedelta(hours=24))
_CONFIRMED = Limit(most=5, window=timedelta(minutes=30))
_OF_NETWORK = Limit(most=300, window=timedelta(minutes=15))
_HASHES_OF_DEVICE = Limit(most=60, window=timedelta(minutes=15))
_ALARM = Limit(most=2000, window=timedelta(hours=1))


@dataclass(frozen=True, slots=True)
class LoginPace:
    """The figures: five tries from a place, then a delay that grows, from the tenth on half an hour each.

    A hundred a day from all unknown devices together; five after a mailed confirmation. For all names
    together three hundred wrong ones in a quarter from a block; two thousand an hour at a brand are an alarm.
    Sixty in a quarter for one name on a known device cost a hash, whether they are right, wrong or held.
    """

    of_place: Pace = _OF_PLACE
    of_strangers: Limit = _OF_STRANGERS
    confirmed: Limit = _CONFIRMED
    of_network: Limit = _OF_NETWORK
    hashes_of_device: Limit = _HASHES_OF_DEVICE
    alarm: Limit = _ALARM


def _silent(_brand: str, _in_an_hour: int) -> None:
    """Nobody listens."""


class LoginGuard:
    """Admits tries to log in with a password; each counts as a failure until it turns out to be none."""

    def __init__(
        self,
        allowances: Allowances,
        pace: LoginPace = LoginPace(),
        *,
        alarm: Callable[[str, int], None] = _silent,
    ) -> None:
        """`alarm` hears of a brand, and of how many wrong passwords, at most once in the alarm's window."""
        self._allowances = allowances
        self._pace = pace
        self._alarm = alarm

    def admits(self, brand: str, name: str, place: LoginPlace, *, now: datetime) -> Admission:
        """Whether this try for the account called `name` (an address as it was typed) may be judged.

        Asked before the password is looked at, it counts in the same step, so that of many tries at once
        no more are judged than of as many in a row.
        """
        if place.known_device is not None:
            return self._on_known_device(brand, name, place, now)
        if self._allowances.take(_network(place), self._pace.of_network, now=now) is not None:
            is_let_in = self._was_let_in(brand, name, place, now)
            return Admission.ADMITTED if is_let_in else Admission.NETWORK_HELD
        self._count_for_alarm(brand, now)
        wait = self._allowances.attempt(_at_place(brand, name, place), self._pace.of_place, now=now)
        # Who is held is not counted among the strangers, and takes as many steps as who is not.
        counted = 1 if wait is None else 0
        over = self._allowances.take(_anywhere(brand, name), self._pace.of_strangers, now=now, number=counted)
        if wait is not None:
            return Admission.HELD
        if over is None or self._was_let_in(brand, name, place, now):
            return Admission.ADMITTED
        return Admission.KNOWN_DEVICES_ONLY

    def succeeded(self, brand: str, name: str, place: LoginPlace, *, now: datetime) -> None:
        """The try was right: what failed from the same place before it is forgotten, and nothing else is.

        Else each login of its owner would give strangers another hundred guesses.
        """
        here = _at_place(brand, name, place)
        tried = self._allowances.give_back(here, now=now, number=_EVERY)
        self._allowances.forget(here, now=now)
        if place.known_device is None:
            self._allowances.give_back(_anywhere(brand, name), now=now, number=tried)
            self._was_no_guess(brand, place, now)

    def not_judged(self, brand: str, name: str, place: LoginPlace, *, now: datetime) -> None:
        """The try was admitted and could not be judged; it does not count."""
        self._allowances.give_back(_at_place(brand, name, place), now=now)
        if place.known_device is not None:
            self._allowances.give_back(_hashes(brand, name, place), now=now)
        else:
            self._allowances.give_back(_anywhere(brand, name), now=now)
            self._was_no_guess(brand, place, now)

    def let_in(self, brand: str, name: str, place: LoginPlace, *, now: datetime) -> None:
        """The owner confirmed by mail that it is they who log in from this block: a few tries are judged."""
        limit = self._pace.confirmed
        self._allowances.forget(_at_place(brand, name, place), now=now)
        self._allowances.forget(_confirmed(brand, name, place), now=now)
        self._allowances.take(_confirmed(brand, name, place), limit, now=now, number=limit.most)

    def _on_known_device(self, brand: str, name: str, place: LoginPlace, now: datetime) -> Admission:
        """A known device skips the count of its block, so it has one of its own for what hashing costs."""
        hashes = self._pace.hashes_of_device
        if self._allowances.take(_hashes(brand, name, place), hashes, now=now) is not None:
            return Admission.DEVICE_HELD
        wait = self._allowances.attempt(_at_place(brand, name, place), self._pace.of_place, now=now)
        return Admission.ADMITTED if wait is None else Admission.HELD

    def _count_for_alarm(self, brand: str, now: datetime) -> None:
        limit = self._pace.alarm
        if self._allowances.take(_whole(brand, "guesses"), limit, now=now) is None:
            return
        if self._allowances.take(_whole(brand, "alarm"), Limit(1, limit.window), now=now) is None:
            self._alarm(brand, limit.most)

    def _was_no_guess(self, brand: str, place: LoginPlace, now: datetime) -> None:
        self._allowances.give_back(_network(place), now=now)
        self._allowances.give_back(_whole(brand, "guesses"), now=now)

    def _was_let_in(self, brand: str, name: str, place: LoginPlace, now: datetime) -> bool:
        return self._allowances.give_back(_confirmed(brand, name, place), now=now) > 0


def _at_place(brand: str, name: str, place: LoginPlace) -> RecordKey:
    device = place.known_device
    where = f"block {place.network_block}" if device is None else f"device {device}"
    return _key(brand, name, where)


def _anywhere(brand: str, name: str) -> RecordKey:
    return _key(brand, name, _ANYWHERE)


def _confirmed(brand: str, name: str, place: LoginPlace) -> RecordKey:
    return _key(brand, name, f"confirmed {place.network_block}")


def _hashes(brand: str, name: str, place: LoginPlace) -> RecordKey:
    return _key(brand, name, f"hashes of device {place.known_device}")


def _network(place: LoginPlace) -> RecordKey:
    return RecordKey(RecordKind.LOGIN_TRIES, "-", f"network {place.network_block}")


def _whole(brand: str, what: str) -> RecordKey:
    return RecordKey(RecordKind.LOGIN_TRIES, brand, what)


def _key(brand: str, name: str, where: str) -> RecordKey:
    return RecordKey(RecordKind.LOGIN_TRIES, brand, f"{where}\n{comparable(name)}")
