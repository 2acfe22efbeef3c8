"""How passwords are kept and judged: argon2id, equal work, and a bound on how much at once."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import unicodedata
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from datetime import timedelta
from pathlib import Path

import argon2
import pytest

from broker.accounts.passwords.characters import TooLarge
from broker.accounts.passwords.hashing import CURRENT, Parameters, PasswordHashing
from broker.accounts.passwords.modest_thread import NICENESS, ModestThread
from broker.accounts.passwords.turnstile import Room, Turnstile
from broker.errors import Busy, ConfigurationError

PASSWORD = "paard fiets zon kleedje"
CHEAP = Parameters(memory_kib=64, iterations=1, parallelism=1)
SLOWER = Parameters(memory_kib=128, iterations=1, parallelism=1)


@pytest.fixture
def hashing() -> PasswordHashing:
    """Hashing that costs little and never waits."""
    return PasswordHashing(nullcontext, parameters=CHEAP)


def test_hash_is_argon2id_with_the_cost_that_we_promise() -> None:
    """What stands in the database begins with scheme and parameters, and has a salt of its own (A06)."""
    hashing = PasswordHashing(nullcontext)
    first, second = hashing.hash(PASSWORD), hashing.hash(PASSWORD)
    assert first.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert first != second
    assert argon2.PasswordHasher().verify(first, PASSWORD)
    assert Parameters(19 * 1024, 2, 1) == CURRENT


def test_right_password_is_right_and_any_other_is_wrong(hashing: PasswordHashing) -> None:
    """Neither case nor a space nor the last character is lost."""
    stored = hashing.hash(PASSWORD)
    assert hashing.verify(stored, PASSWORD).right
    for other in (PASSWORD[:-1], PASSWORD + " ", " " + PASSWORD, PASSWORD.upper(), ""):
        assert not hashing.verify(stored, other).right


def test_every_character_of_the_longest_counts(hashing: PasswordHashing) -> None:
    """Also the last of 128, of four bytes each (B4-19)."""
    for longest in ("🦊" * 128, "a\x01" * 64):
        stored = hashing.hash(longest)
        assert hashing.verify(stored, longest).right
        assert not hashing.verify(stored, longest[:-1] + "x").right


def test_password_is_the_same_however_it_was_composed(hashing: PasswordHashing) -> None:
    """A telephone sends a letter and its accent apart where a keyboard sends one character."""
    stored = hashing.hash("één crème brûlée")
    assert hashing.verify(stored, unicodedata.normalize("NFD", "één crème brûlée")).right


def test_password_of_any_text_is_judged(hashing: PasswordHashing) -> None:
    """Half a surrogate pair, which no form sends and a program may, is a wrong password and no fault."""
    assert not hashing.verify(hashing.hash(PASSWORD), "\ud83e kapot teken").right


def test_nobody_has_a_password(hashing: PasswordHashing) -> None:
    """Without a hash nothing is right; a broken one is as if there were none."""
    assert not hashing.verify(None, PASSWORD).right
    for broken in ("", "$argon2id$", "geen hash", "$2b$12$abcdefghijklmnopqrstuv"):
        assert not hashing.verify(broken, PASSWORD).right


def test_hash_of_older_parameters_is_renewed(hashing: PasswordHashing) -> None:
    """After the right password there is a hash under today's parameters, and only then (A06)."""
    later = PasswordHashing(nullcontext, parameters=SLOWER)
    stored = hashing.hash(PASSWORD)
    assert later.verify(stored, "iets anders dan dat").rehashed is None
    verified = later.verify(stored, PASSWORD)
    assert verified.right
    assert verified.rehashed is not None
    assert "m=128," in verified.rehashed
    assert later.verify(verified.rehashed, PASSWORD).rehashed is None
    assert verified.rehashed not in repr(verified)


class Counted:
    """Counts the turns that were taken."""

    def __init__(self) -> None:
        self.turns = 0

    @contextmanager
    def __call__(self) -> Iterator[None]:
        """Take one."""
        self.turns += 1
        yield


def test_too_large_password_costs_no_turn() -> None:
    """A megabyte is wrong before anything is computed, with an account and without one (B4-19)."""
    turn = Counted()
    hashing = PasswordHashing(turn, parameters=CHEAP)
    stored, before = hashing.hash(PASSWORD), turn.turns
    for large in ("x" * 1_000_000, "x" * 129):
        assert not hashing.verify(stored, large).right
        assert not hashing.verify(None, large).right
        with pytest.raises(TooLarge):
            hashing.hash(large)
    assert turn.turns == before
    hashing.verify(None, PASSWORD)
    assert turn.turns == before + 1


def test_turnstile_lets_one_of_a_process_in(tmp_path: Path) -> None:
    """Of eight threads at once never two are within, and all get their turn."""
    turnstile = Turnstile(Room(places=2, waiting=8, patience=timedelta(minutes=1)), tmp_path / "places")
    start, guard = threading.Barrier(8), threading.Lock()
    within, most = 0, 0

    def pass_through(_: int) -> bool:
        nonlocal within, most
        start.wait()
        for _ in range(5):
            with turnstile.passing():
                with guard:
                    within += 1
                    most = max(most, within)
                with guard:
                    within -= 1
        return True

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(pass_through, range(8)))
    assert most == 1


def test_turnstile_has_no_room_for_a_crowd(tmp_path: Path) -> None:
    """Who comes when the waiting room is full is told at once, so that no thread is held up."""
    turnstile = Turnstile(Room(places=1, waiting=0), tmp_path / "places")
    with turnstile.passing(), pytest.raises(Busy), turnstile.passing():
        pass
    with turnstile.passing():
        pass


def test_turnstile_is_one_for_all_processes(tmp_path: Path) -> None:
    """While another process holds the only place nobody gets one here; when it dies, its place is free."""
    folder = tmp_path / "places"
    turnstile = Turnstile(Room(places=1, patience=timedelta(0)), folder)
    program = (
        "import sys; from pathlib import Path; from datetime import timedelta\n"
        "from broker.accounts.passwords.turnstile import Room, Turnstile\n"
        "with Turnstile(Room(places=1), Path(sys.argv[1])).passing():\n"
        "    print('within', flush=True); sys.stdin.read()\n"
    )
    command = [sys.executable, "-c", program, str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"within\n"
        with pytest.raises(Busy), turnstile.passing():
            pass
        other.kill()
        other.wait()
    with turnstile.passing():
        pass


def test_busy_leaves_the_turnstile_usable(tmp_path: Path) -> None:
    """Who fails within, or waits in vain, gives up what they held."""
    turnstile = Turnstile(Room(places=1, waiting=0), tmp_path / "places")
    for _ in range(3):
        with pytest.raises(ValueError, match="within"), turnstile.passing():
            raise ValueError("within")


def test_places_are_not_left_to_others(tmp_path: Path) -> None:
    """A folder that others write to, or a link to somewhere, is refused: they could hold every place."""
    (tmp_path / "open").mkdir()
    (tmp_path / "open").chmod(0o777)
    (tmp_path / "link").symlink_to(tmp_path)
    (tmp_path / "file").touch()
    for name in ("open", "link", "file"):
        with pytest.raises(ConfigurationError):
            Turnstile(Room(places=1), tmp_path / name)


@pytest.mark.parametrize(("cores", "places"), [(1, 1), (2, 1), (3, 1), (8, 4)])
def test_share_of_the_cores_is_half(cores: int, places: int) -> None:
    """The other half is for everybody who needs no hash."""
    assert Room.for_cores(cores).places == places


def test_hashing_stands_back_for_everything_else() -> None:
    """Its thread is nicer than the one that asks; what it finds and what it raises come back."""
    thread = ModestThread()
    hashing = PasswordHashing(nullcontext, parameters=CHEAP, thread=thread)
    assert hashing.verify(hashing.hash(PASSWORD), PASSWORD).right

    def niceness() -> int:
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    assert thread.run(niceness) == niceness() + NICENESS
    assert thread.run(threading.get_ident) != threading.get_ident()
    with pytest.raises(Busy):
        thread.run(_refuse)


def _refuse() -> None:
    raise Busy("full")


def test_process_that_is_forked_hashes_in_a_thread_of_its_own() -> None:
    """Workers are forked from a server that has made the hashing and not used it."""
    program = (
        "import os; from contextlib import nullcontext;"
        "from broker.accounts.passwords.hashing import PasswordHashing;"
        "from broker.accounts.passwords.modest_thread import ModestThread;"
        "hashing = PasswordHashing(nullcontext, thread=ModestThread());"
        "child = os.fork();"
        "hashing.verify(None, 'x');"
        "child and os._exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
