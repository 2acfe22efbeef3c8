"""Addresses and passwords judged: who gets in, and that nobody else learns why not (A08, B4-02)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from uuid import uuid4

import pytest
from sqlalchemy import event

from broker.abuse.login_guard import LoginGuard
from broker.accounts.passwords.hashing import Parameters, PasswordHashing
from broker.domain.accounts import Account, AccountId, AccountState
from broker.domain.assurance import AccountLevel, Assurance, Scheme
from broker.domain.bsn import Bsn
from broker.domain.identity import AccountIdentity, Authenticated, Failed, ProviderOutcome
from broker.errors import Busy
from broker.providers.base import KnownDevice, PasswordAnswer
from broker.providers.password.provider import Parts, PasswordProvider
from broker.storage.accounts import AccountRepository
from broker.storage.allowances import Allowances
from broker.storage.database import Database
from broker.storage.key_ring import KeyRing
from broker.storage.known_devices import KnownDevices
from broker.storage.lua_script import LuaScript
from broker.storage.passwords import PasswordRepository
from broker.storage.record_keys import RecordKeys
from broker.storage.redis_connection import RedisConnection
from tests.support.moments import MovableClock

EMAIL, PASSWORD = "ans@example.test", "paard fiets zon kleedje"
WRONG = "paard fiets zon kleedja"
BLOCK, ELSEWHERE = "192.0.2.0/24", "198.51.100.0/24"
CHEAP = Parameters(memory_kib=64, iterations=1, parallelism=1)
CHEAPER = Parameters(memory_kib=32, iterations=1, parallelism=1)
CROWD = 30


@dataclass
class Room:
    """Where hashing waits for its turn; counts the turns, and can be full."""

    turns: int = 0
    full: bool = False

    @contextmanager
    def passing(self) -> Iterator[None]:
        """Take a turn."""
        if self.full:
            raise Busy("full")
        self.turns += 1
        yield


@dataclass
class Way:
    """The provider with everything behind it, and what was asked of the stores."""

    provider: PasswordProvider
    accounts: AccountRepository
    passwords: PasswordRepository
    devices: KnownDevices
    room: Room
    clock: MovableClock
    asked: list[str] = field(default_factory=list)

    def add(
        self,
        email: str = EMAIL,
        *,
        brand: str = "cz",
        state: AccountState = AccountState.ACTIVE,
        hashing: PasswordHashing | None = None,
    ) -> AccountId:
        """An account with a password."""
        added = self.accounts.add_business(brand, "Ans", email, state=state, new_id=AccountId(str(uuid4())))
        assert isinstance(added, Account)
        maker = hashing or PasswordHashing(self.room.passing, parameters=CHEAP)
        self.passwords.put(added.id, maker.hash(PASSWORD), at=self.clock())
        return added.id

    def check(
        self,
        password: str = PASSWORD,
        *,
        email: str = EMAIL,
        brand: str = "cz",
        token: str | None = None,
        block: str = BLOCK,
    ) -> ProviderOutcome:
        """One try."""
        device = KnownDevice(token) if token is not None else None
        answer = PasswordAnswer(email, password, device, block)
        return self.provider.check(answer, brand=brand, now=self.clock())

    def reason(self, password: str = PASSWORD, **typed: str) -> str | None:
        """Why one try was refused; None when it was not."""
        outcome = self.check(password, **typed)
        return outcome.reason if isinstance(outcome, Failed) else None

    def work(self, act: Callable[[], object]) -> tuple[int, tuple[str, ...]]:
        """What `act` costs: turns of hashing, and what the stores were asked in which order."""
        before = self.room.turns
        self.asked.clear()
        act()
        return self.room.turns - before, tuple(self.asked)


@pytest.fixture
def way(
    database: Database,
    key_ring: KeyRing,
    redis_connection: RedisConnection,
    record_keys: RecordKeys,
    clock: MovableClock,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Way]:
    """The provider on real stores."""
    room = Room()
    accounts = AccountRepository(database, key_ring.columns, key_ring.blind_indexes, clock)
    passwords, devices = PasswordRepository(database), KnownDevices(database, key_ring.columns)
    guard = LoginGuard(Allowances(redis_connection, record_keys))
    hashing = PasswordHashing(room.passing, parameters=CHEAP)
    provider = PasswordProvider(Parts(accounts, passwords, devices, hashing, guard))
    made = Way(provider, accounts, passwords, devices, room, clock)
    run = redis_connection.run

    def note_statement(*arguments: object) -> None:
        made.asked.append(str(arguments[2]))

    def note_script(script: LuaScript, key: str, *arguments: bytes | str | int) -> bytes | int | None:
        made.asked.append(f"Redis {script.name}")
        return run(script, key, *arguments)

    event.listen(database._engine, "before_cursor_execute", note_statement)
    monkeypatch.setattr(redis_connection, "run", note_script)
    yield made
    event.remove(database._engine, "before_cursor_execute", note_statement)


def test_right_password_is_evidence_of_the_account(way: Way) -> None:
    """At the level of a password alone, as of now, however the address is written."""
    account_id = way.add()
    outcome = way.check(email=" ANS@Example.test")
    assert isinstance(outcome, Authenticated)
    evidence = outcome.evidence
    assert evidence.identity == AccountIdentity(account_id)
    assert evidence.assurance == Assurance(Scheme.PASSWORD, AccountLevel.PASSWORD)
    assert (evidence.brand, evidence.authenticated_at, evidence.bsn) == ("cz", way.clock(), None)
    assert way.provider.scheme is Scheme.PASSWORD


def test_reason_is_for_the_log(way: Way) -> None:
    """Unknown, wrong, without a password, and every state but active, each by its name."""
    way.add()
    assert way.reason(email="nobody@example.test") == "password.unknown"
    assert way.reason(WRONG) == "password.wrong"
    for state in (AccountState.INVITED, AccountState.HELD, AccountState.DISABLED):
        way.add(f"{state}@example.test", state=state)
        assert way.reason(email=f"{state}@example.test") == "password.not-active"
        assert way.reason(WRONG, email=f"{state}@example.test") == "password.wrong"
    without = way.add("without@example.test")
    way.passwords.remove(without)
    assert way.reason(email="without@example.test") == "password.wrong"


def test_account_of_another_brand_is_unknown(way: Way) -> None:
    """Same address, same password, other brand: another account, or none."""
    first = way.add()
    assert way.reason(brand="vgz") == "password.unknown"
    second = way.add(brand="vgz")
    outcome = way.check(brand="vgz")
    assert isinstance(outcome, Authenticated)
    assert outcome.evidence.identity == AccountIdentity(second)
    assert (outcome.evidence.brand, first != second) == ("vgz", True)


def test_consumer_never_logs_in_with_a_password(way: Way) -> None:
    """Also where a password got into the database."""
    consumer = way.accounts.add_consumer("cz", "Bas", "bas@example.test", Bsn("999990019"))
    way.passwords.put(
        consumer.id, PasswordHashing(way.room.passing, parameters=CHEAP).hash(PASSWORD), at=way.clock()
    )
    assert way.reason(email="bas@example.test") == "password.unknown"


def test_erased_account_is_unknown(way: Way) -> None:
    """Nothing is left to log in with."""
    account_id = way.add()
    way.accounts.erase(account_id)
    assert way.reason() == "password.unknown"


def test_every_refusal_is_the_same_work(way: Way) -> None:
    """One hash, and the same questions to database and Redis in the same order (A08, B4-03)."""
    way.add()
    for state in (AccountState.INVITED, AccountState.HELD, AccountState.DISABLED):
        way.add(f"{state}@example.test", state=state)
    without = way.add("without@example.test")
    way.passwords.remove(without)
    erased = way.add("erased@example.test")
    way.accounts.erase(erased)
    way.accounts.add_consumer("cz", "Bas", "bas@example.test", Bsn("999990019"))
    reference = way.work(lambda: way.check(WRONG))
    assert reference[0] == 1
    kinds = [line.split()[0] for line in reference[1]]
    assert kinds == ["SELECT", "SELECT", *["Redis"] * 4, "SELECT"]
    for email in (
        "nobody@example.test",
        "no address at all",
        "without@example.test",
        "bas@example.test",
        *(f"{state}@example.test" for state in AccountState),
    ):
        for password in (WRONG, PASSWORD, ""):
            assert way.work(partial(way.check, password, email=email)) == reference, email


def test_held_name_is_the_same_work_whether_it_exists_or_not(way: Way) -> None:
    """While it is held the right password is refused too, with the work of a wrong one (A09, B4-04)."""
    way.add()
    seen = {}
    for email in (EMAIL, "nobody@example.test"):
        reasons = [way.reason(WRONG, email=email) for _ in range(7)]
        assert reasons[5:] == ["password.held"] * 2
        seen[email] = way.work(partial(way.check, email=email))
        judged = way.work(partial(way.check, WRONG, email=f"other {email}"))
        assert seen[email] == judged
    assert seen[EMAIL] == seen["nobody@example.test"]
    assert seen[EMAIL][0] == 1
    assert way.reason() == "password.held"
    way.clock.advance(seconds=30)
    assert way.reason() is None


def test_too_large_password_is_no_work_at_all(way: Way) -> None:
    """A megabyte is refused without a question to anybody, known name or not (B4-19)."""
    way.add()
    for email in (EMAIL, "nobody@example.test"):
        assert way.work(partial(way.check, "x" * 1_000_000, email=email)) == (0, ())
    assert way.reason("x" * 1_000_000) == "password.too-large"
    assert way.reason(email="x" * 1_000_000) == "password.too-large"


@pytest.mark.parametrize("password", ["x" * 129, PASSWORD + "\0", "\0"])
def test_password_that_nobody_can_have_is_never_hashed(way: Way, password: str) -> None:
    """It counts as a try, with the same questions to the stores for every name (B4-19)."""
    way.add()
    ours, nobody_s = (
        way.work(partial(way.check, password, email=email)) for email in (EMAIL, "nobody@example.test")
    )
    assert ours == nobody_s
    assert ours[0] == 0
    assert way.reason(password) == "password.wrong"


def test_network_that_tries_lists_is_held_without_any_work(way: Way) -> None:
    """B4-01: after 300 names with a wrong password each; the owner's device there still gets in."""
    account_id = way.add()
    way.devices.seen(account_id, "token", label="Firefox", network_block=BLOCK, at=way.clock())
    for number in range(300):
        assert way.reason(WRONG, email=f"nobody{number}@example.test") == "password.unknown"
    for email in (EMAIL, "nobody0@example.test", "new@example.test"):
        turns, asked = way.work(partial(way.check, email=email))
        assert turns == 0
        assert way.reason(email=email) == "password.held"
        scripts = [what for what in asked if what.startswith("Redis")]
        assert scripts == ["Redis take_within", "Redis give_back"]
    assert way.reason(token="token") is None
    assert way.reason(block=ELSEWHERE) is None
    way.clock.advance(seconds=15 * 60)
    assert way.reason() is None


def test_known_device_is_not_held_by_strangers(way: Way) -> None:
    """A stranger in the same block, who has no token or makes one up, is; the owner gets in (A10)."""
    account_id = way.add()
    way.devices.seen(account_id, "token", label="Firefox", network_block=BLOCK, at=way.clock())
    other = way.add("bas@example.test")
    way.devices.seen(other, "token of bas", label="Firefox", network_block=BLOCK, at=way.clock())
    for _ in range(10):
        way.check(WRONG)
    for token in ("made up", "token of bas", "", "x" * 100_000, "\ud800"):
        assert way.reason(token=token) == "password.held", token
    assert way.reason(token="token") is None


def test_known_device_that_floods_is_held_without_a_hash(way: Way) -> None:
    """After sixty in a quarter of an hour, right ones too; elsewhere the owner still gets in."""
    account_id = way.add()
    way.devices.seen(account_id, "token", label="Firefox", network_block=BLOCK, at=way.clock())
    turns, _ = way.work(lambda: [way.check(token="token") for _ in range(60)])
    assert turns == 60
    turns, asked = way.work(lambda: way.check(token="token"))
    assert turns == 0
    assert [what for what in asked if what.startswith("Redis")] == ["Redis take_within"]
    assert way.reason(token="token") == "password.held"
    assert way.reason(block=ELSEWHERE) is None
    way.clock.advance(seconds=15 * 60)
    assert way.reason(token="token") is None


def test_success_forgets_what_failed_before(way: Way) -> None:
    """Five wrong, one right, and five more are judged."""
    way.add()
    for _ in range(2):
        assert [way.reason(WRONG) for _ in range(4)] == ["password.wrong"] * 4
        assert way.reason() is None


def test_right_password_of_an_account_that_is_not_active_counts_as_a_try(way: Way) -> None:
    """Else whoever knows it could keep a name from ever being held."""
    way.add(state=AccountState.DISABLED)
    assert [way.reason() for _ in range(6)] == ["password.not-active"] * 5 + ["password.held"]


def test_hash_of_older_parameters_is_renewed_by_the_right_password_alone(way: Way) -> None:
    """After the login the row has today's (A06)."""
    older = PasswordHashing(way.room.passing, parameters=CHEAPER)
    account_id = way.add(hashing=older)
    before = way.passwords.get(account_id)
    assert way.reason(WRONG) == "password.wrong"
    assert way.passwords.get(account_id) == before
    assert way.reason() is None
    after = way.passwords.get(account_id)
    assert after is not None
    assert "m=64," in after
    assert way.reason() is None
    assert way.passwords.get(account_id) == after


def test_evidence_names_the_password_that_is_stored(way: Way) -> None:
    """Also after its hash was renewed by this login, so that the login is not taken for an old one's."""
    account_id = way.add(hashing=PasswordHashing(way.room.passing, parameters=CHEAPER))
    before = way.passwords.mark(account_id)
    for _ in range(2):
        outcome = way.check()
        assert isinstance(outcome, Authenticated)
        assert outcome.evidence.password_mark == way.passwords.mark(account_id) != before
        assert str(outcome.evidence.password_mark) not in repr(outcome)


@pytest.mark.parametrize("chosen", [PASSWORD, WRONG], ids=["renewed", "changed"])
def test_hash_that_another_replaced_meanwhile_is_looked_at_again(
    way: Way, monkeypatch: pytest.MonkeyPatch, chosen: str
) -> None:
    """The same password, renewed by another login, is still that; another password is never taken for it."""
    account_id = way.add(hashing=PasswordHashing(way.room.passing, parameters=CHEAPER))
    replace_hash = way.passwords.replace_hash

    def late(of: AccountId, old: str, new: str) -> bool:
        hashed = PasswordHashing(way.room.passing, parameters=CHEAP).hash(chosen)
        way.passwords.put(of, hashed, at=way.clock())
        return replace_hash(of, old, new)

    monkeypatch.setattr(way.passwords, "replace_hash", late)
    outcome = way.check()
    assert isinstance(outcome, Authenticated)
    is_same = outcome.evidence.password_mark == way.passwords.mark(account_id)
    assert is_same is (chosen == PASSWORD)


def test_try_for_which_there_is_no_room_does_not_count(way: Way) -> None:
    """A crowd that fills the room cannot hold anybody; each is told to come back (503)."""
    way.add()
    way.room.full = True
    for _ in range(20):
        with pytest.raises(Busy):
            way.check()
    way.room.full = False
    assert [way.reason(WRONG) for _ in range(6)] == ["password.wrong"] * 5 + ["password.held"]


def test_crowd_of_guesses_is_judged_five_times(way: Way) -> None:
    """Of thirty at the same moment, from one place, five are judged; counting comes first (B4-08)."""
    way.add()
    start = threading.Barrier(CROWD)

    def guess(_: int) -> str | None:
        start.wait()
        return way.reason(WRONG)

    with ThreadPoolExecutor(CROWD) as pool:
        reasons = list(pool.map(guess, range(CROWD)))
    assert (reasons.count("password.wrong"), reasons.count("password.held")) == (5, CROWD - 5)


def test_answer_is_not_printed() -> None:
    """Neither the address nor the password nor where it came from."""
    answer = PasswordAnswer(EMAIL, PASSWORD, KnownDevice("token"), BLOCK)
    assert not [part for part in (EMAIL, PASSWORD, "token'", BLOCK) if part in repr(answer)]
