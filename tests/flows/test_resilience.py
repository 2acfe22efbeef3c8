"""Redis, the database or DigiD goes away, before a login and in the middle of one, and comes back.

Whatever is away: a clear page, no session, nothing half written; and when it is back all works by itself.
"""

from __future__ import annotations

import json
import resource
import shutil
import signal
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Event

import psycopg
import pytest
from redis import Redis

from broker.settings import Settings
from broker.storage import engine
from broker.wiring.stores import Stores, open_stores
from tests.support.back_channel_between import asking_digid, broker_calling, http, like_digid, listening
from tests.support.browser import Browser, Page
from tests.support.servers import new_postgres, running_redis, serving_postgres
from tests.support.system import Plan, System, digid_of, running_system

pytestmark = [pytest.mark.flow, pytest.mark.slow]

SESSION_COOKIE = "__Host-voordeur-session-cz"
UNAVAILABLE = "Inloggen kan nu even niet"
_PATIENCE_SECONDS = 10.0


@dataclass
class Switch:
    """Something that runs and may be stopped and started again."""

    start: Callable[[ExitStack], None]
    _running: ExitStack = field(default_factory=ExitStack)

    def on(self) -> None:
        """Start it where it was."""
        self.start(self._running)

    def off(self) -> None:
        """Stop it."""
        self._running.close()


@contextmanager
def _switched(start: Callable[[ExitStack], None]) -> Iterator[Switch]:
    switch = Switch(start)
    switch.on()
    try:
        yield switch
    finally:
        switch.off()


def _assert_ready_tells(system: System, **states: str) -> None:
    """An answer of readiness stands for a second, so it is asked until it is a new one."""
    deadline, rest, told = time.monotonic() + _PATIENCE_SECONDS, Event(), {}
    while time.monotonic() < deadline:
        answer = system.browser().open(f"{system.issuer}/health/ready")
        told = json.loads(answer.html)
        if {name: told[name] for name in states} == states:
            assert answer.status == (200 if set(told.values()) == {"ok"} else 503)
            return
        rest.wait(0.1)
    raise AssertionError(f"readiness goes on telling {told}")


def _go_as_far_as_the_code(system: System) -> Browser:
    browser = system.browser()
    browser.open(system.portal().begin().url)
    browser.press("Inloggen met DigiD")
    system.reach_sms_code(browser)
    return browser


def _assert_clear(system: System, page: Page, browser: Browser) -> None:
    assert (page.status, page.heading) == (503, UNAVAILABLE)
    assert page.support_code
    assert SESSION_COOKIE not in browser.cookies(system.issuer)
    for word in ("redis", "psycopg", "sqlite", "Error", "Traceback"):
        assert word not in page.html


def _assert_all_is_well(system: System) -> None:
    assert system.enter(system.browser()).claims["bsn"] == digid_of("sanne").bsn
    _assert_ready_tells(system, database="ok", redis="ok", status="ok")


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[tuple[str, Switch]]:
    """A Redis that remembers on disk, as in production, and can be stopped."""
    folder = Path(tempfile.mkdtemp(prefix="voordeur-switch-"))
    options = ("--dir", str(folder), "--appendonly", "yes", "--appendfsync", "always")

    def start(stack: ExitStack) -> None:
        stack.enter_context(running_redis(*options, socket_file=folder / "redis.sock"))

    with _switched(start) as switch:
        yield f"unix://{folder / 'redis.sock'}", switch
    shutil.rmtree(folder)


@pytest.fixture
def on_redis(tmp_path: Path, plan: Plan, own_redis: tuple[str, Switch]) -> Iterator[System]:
    """A system on that Redis."""
    with running_system(tmp_path, replace(plan, redis_url=own_redis[0])) as system:
        yield system


def test_redis_away_before_a_login_and_back(on_redis: System, own_redis: tuple[str, Switch]) -> None:
    """The first page says so, readiness tells which store it is, and nothing needs a restart."""
    system, switch = on_redis, own_redis[1]
    _assert_all_is_well(system)
    switch.off()
    browser = system.browser()
    _assert_clear(system, browser.open(system.portal().begin().url), browser)
    _assert_ready_tells(system, database="ok", redis="unavailable")
    switch.on()
    _assert_all_is_well(system)


def test_redis_away_in_the_middle_of_a_login_and_back(
    on_redis: System, own_redis: tuple[str, Switch]
) -> None:
    """The answer was not taken while Redis was away, so reloading the page finishes the login."""
    system, switch = on_redis, own_redis[1]
    browser = _go_as_far_as_the_code(system)
    switch.off()
    page = browser.press("Inloggen", code=system.phone.last_code())
    _assert_clear(system, page, browser)
    assert page.soup.find("a", href="http://127.0.0.1:8401/")
    switch.on()
    assert "code" in system.portal().answer(browser.open(page.url).url)


@dataclass
class OnPostgres:
    """A system on a PostgreSQL that can be stopped, and the way into that database."""

    system: System
    switch: Switch
    connect: Callable[[], psycopg.Connection]
    redis_url: str


@pytest.fixture
def on_postgres(tmp_path: Path, plan: Plan, monkeypatch: pytest.MonkeyPatch) -> Iterator[OnPostgres]:
    """With short patience over locks, so that no test has to wait long."""
    server = new_postgres()
    opened: list[Stores] = []

    def open_and_note(settings: Settings) -> Stores:
        opened.append(open_stores(settings))
        return opened[-1]

    monkeypatch.setattr("broker.app.open_stores", open_and_note)

    def start(stack: ExitStack) -> None:
        stack.enter_context(serving_postgres(server))

    with _switched(start) as switch:
        server.run(b"CREATE DATABASE voordeur")
        url = server.url("voordeur") + "&options=-c%20lock_timeout%3D300ms%20-c%20timezone%3DUTC"
        with running_system(tmp_path, replace(plan, database_url=url)) as system:
            yield OnPostgres(
                system,
                switch,
                lambda: psycopg.connect(host=str(server.folder), user=server.user, dbname="voordeur"),
                plan.redis_url,
            )
            for stores in opened:
                stores.database.close()
    shutil.rmtree(server.folder, ignore_errors=True)


def test_postgresql_away_before_a_login_and_back(on_postgres: OnPostgres) -> None:
    """Nobody is sent to DigiD in vain; the first visit after it is back is served."""
    system, switch = on_postgres.system, on_postgres.switch
    _assert_all_is_well(system)
    switch.off()
    browser = system.browser()
    _assert_clear(system, browser.open(system.portal().begin().url), browser)
    _assert_ready_tells(system, database="unavailable", redis="ok")
    switch.on()
    _assert_all_is_well(system)


def test_postgresql_restarted_between_two_logins_is_not_noticed(on_postgres: OnPostgres) -> None:
    """The connections that the pool kept are dead; that is seen without asking, so nobody meets an error."""
    _assert_all_is_well(on_postgres.system)
    on_postgres.switch.off()
    on_postgres.switch.on()
    _assert_all_is_well(on_postgres.system)


def test_postgresql_away_in_the_middle_of_a_login_and_back(on_postgres: OnPostgres) -> None:
    """The answer is lost and the page says so; whoever begins again gets in. Nothing was half written."""
    system = on_postgres.system
    browser = _go_as_far_as_the_code(system)
    on_postgres.switch.off()
    page = browser.press("Inloggen", code=system.phone.last_code())
    _assert_clear(system, page, browser)
    on_postgres.switch.on()
    story = system.story()
    assert browser.open(page.url).heading == "Deze inlogpoging is al voorbij"
    assert story.kinds() == ["login.provider-answered"]
    _assert_all_is_well(system)


def test_database_that_fails_at_the_last_moment_leaves_no_session(on_postgres: OnPostgres) -> None:
    """Everything was right, only the last row could not be written: the session is taken back."""
    system = on_postgres.system
    browser = _go_as_far_as_the_code(system)
    with on_postgres.connect() as other, Redis.from_url(on_postgres.redis_url) as redis:
        other.execute("SELECT 1 FROM accounts FOR UPDATE")
        page = browser.press("Inloggen", code=system.phone.last_code())
        _assert_clear(system, page, browser)
        assert redis.keys("voordeur:{session:*") == []
        other.rollback()
    _assert_all_is_well(system)


@pytest.fixture
def on_sqlite(tmp_path: Path, plan: Plan, monkeypatch: pytest.MonkeyPatch) -> Iterator[System]:
    """A system on SQLite whose patience over a lock is short."""
    monkeypatch.setattr(engine, "_BUSY_SECONDS", 0.2)
    with running_system(tmp_path, plan) as system:
        yield system


def _sqlite_file(plan: Plan) -> Path:
    return Path(plan.database_url.removeprefix("sqlite:///"))


def test_locked_sqlite_gives_a_clear_page_and_recovers(on_sqlite: System, plan: Plan) -> None:
    """Somebody holds the writer's lock: before a login and in the middle of one."""
    system = on_sqlite
    browser = _go_as_far_as_the_code(system)
    holder = sqlite3.connect(_sqlite_file(plan), isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    newcomer = system.browser()
    _assert_clear(system, newcomer.open(system.portal().begin().url), newcomer)
    _assert_clear(system, browser.press("Inloggen", code=system.phone.last_code()), browser)
    holder.execute("ROLLBACK")
    holder.close()
    _assert_all_is_well(system)


@contextmanager
def _full_disk(file: Path) -> Iterator[None]:
    """No file of this process may grow beyond 8 MiB, and the write-ahead log is made to be larger."""
    reader, writer = (sqlite3.connect(file, isolation_level=None) for _ in range(2))
    # A reader keeps the write-ahead log from being emptied, so that it has to grow.
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM used_messages").fetchone()
    writer.execute("CREATE TABLE ballast (bytes BLOB)")
    writer.execute("INSERT INTO ballast VALUES (zeroblob(16777216))")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    heard = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (8 * 1024 * 1024, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, heard)
        with suppress(sqlite3.Error):
            reader.execute("COMMIT")
        reader.close()
        writer.close()


def test_full_disk_gives_a_clear_page_and_recovers(on_sqlite: System, plan: Plan) -> None:
    """Reading works and writing does not: nothing is granted that could not be written down."""
    system = on_sqlite
    browser = _go_as_far_as_the_code(system)
    with _full_disk(_sqlite_file(plan)):
        newcomer = system.browser()
        _assert_clear(system, newcomer.open(system.portal().begin().url), newcomer)
        _assert_clear(system, browser.press("Inloggen", code=system.phone.last_code()), browser)
    _assert_all_is_well(system)


def test_digid_away_in_the_middle_of_a_login_and_back(own_system: System) -> None:
    """The notice and not an error page; the same attempt succeeds when DigiD is back at its address."""
    ask = asking_digid(own_system)

    def answer(call: bytes) -> Iterator[bytes]:
        yield http(ask(call))

    with listening(answer, like_digid(own_system)) as between:
        system = broker_calling(own_system, between.base_url)
        _assert_all_is_well(system)
        browser = _go_as_far_as_the_code(system)
    page = browser.press("Inloggen", code=system.phone.last_code())
    assert (page.status, page.heading) == (200, "Inloggen bij Mijn CZ")
    assert "Wij kunnen DigiD nu niet bereiken." in page.text
    assert SESSION_COOKIE not in browser.cookies(system.issuer)
    _assert_ready_tells(system, database="ok", redis="ok", status="ok")
    with listening(answer, like_digid(own_system), port=between.port):
        browser.press("Inloggen met DigiD")
        assert "code" in system.portal().answer(system.pass_digid(browser))
