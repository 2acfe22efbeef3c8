"""Sessions on a real Redis: who proves what, when they end, and what stays the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from broker.domain.accounts import AccountId, AccountType
from broker.domain.assurance import Assurance, DigidLevel, Scheme
from broker.domain.bsn import Bsn
from broker.domain.identity import Authentication
from broker.sessions.endings import SessionEndings
from broker.sessions.session import Limits
from broker.sessions.store import NewLogin, SessionStore
from broker.storage.due_index import DueIndex
from broker.storage.record_keys import RecordKeys
from broker.storage.records import RecordStore
from broker.storage.redis_connection import RedisConnection
from tests.support.moments import MovableClock

IDLE, ABSOLUTE = timedelta(minutes=15), timedelta(hours=2)


@pytest.fixture
def sessions(
    record_store: RecordStore, redis_connection: RedisConnection, record_keys: RecordKeys, clock: MovableClock
) -> SessionStore:
    """The store under test."""
    return SessionStore(record_store, SessionEndings(DueIndex(redis_connection, record_keys, clock)))


def _login(clock: MovableClock, person: str = "ans", portal: str = "mijn-cz") -> NewLogin:
    return NewLogin(
        authentication=Authentication(
            AccountId(person), "cz", Assurance(Scheme.DIGID, DigidLevel.MIDDEN), clock()
        ),
        account_type=AccountType.CONSUMER,
        portal=portal,
        limits=Limits(IDLE, ABSOLUTE),
        bsn=Bsn("999990019"),
    )


def test_session_is_found_by_its_whole_cookie_only(sessions: SessionStore, clock: MovableClock) -> None:
    """The sid is known to portals; the secret is what proves the browser."""
    session, cookie = sessions.open(_login(clock), replaces=None, now=clock())
    found = sessions.find("cz", cookie, now=clock())
    assert found == session
    for wrong in (
        None,
        "",
        session.sid,
        f"{session.sid}.",
        f"{session.sid}.{'A' * 43}",
        cookie + "x",
        "." * 300,
    ):
        assert sessions.find("cz", wrong, now=clock()) is None


def test_session_of_one_brand_is_unknown_at_another(sessions: SessionStore, clock: MovableClock) -> None:
    """Nothing leaks from one brand to another."""
    session, cookie = sessions.open(_login(clock), replaces=None, now=clock())
    assert sessions.find("vgz", cookie, now=clock()) is None
    assert sessions.find_by_sid("vgz", session.sid, now=clock()) is None


def test_session_ends_without_activity(sessions: SessionStore, clock: MovableClock) -> None:
    """Fifteen minutes, to the second."""
    _, cookie = sessions.open(_login(clock), replaces=None, now=clock())
    clock.advance(seconds=IDLE.total_seconds() - 1)
    assert sessions.find("cz", cookie, now=clock()) is not None
    clock.advance(seconds=1)
    assert sessions.find("cz", cookie, now=clock()) is None


def test_session_ends_in_the_end_however_busy(sessions: SessionStore, clock: MovableClock) -> None:
    """Activity moves the idle end and never the absolute one."""
    session, cookie = sessions.open(_login(clock), replaces=None, now=clock())
    for _ in range(11):
        clock.advance(seconds=600)
        sessions.touch(session, now=clock())
        assert sessions.find("cz", cookie, now=clock()) is not None
    clock.advance(seconds=600)
    assert sessions.find("cz", cookie, now=clock()) is None


def test_login_again_keeps_the_sid_and_changes_the_secret(
    sessions: SessionStore, clock: MovableClock
) -> None:
    """Portals keep recognising the session; a cookie from before the login is worth nothing."""
    first, old_cookie = sessions.open(_login(clock), replaces=None, now=clock())
    second, new_cookie = sessions.open(_login(clock), replaces=first, now=clock())
    assert second.sid == first.sid
    assert sessions.find("cz", old_cookie, now=clock()) is None
    assert sessions.find("cz", new_cookie, now=clock()) == second


@pytest.mark.parametrize("change", [{"person": "bea"}, {"portal": "other"}])
def test_login_of_another_kind_ends_the_session_that_ran(
    sessions: SessionStore, clock: MovableClock, change: dict[str, str]
) -> None:
    """Another person or another portal never inherits a sid."""
    first, old_cookie = sessions.open(_login(clock), replaces=None, now=clock())
    second, _ = sessions.open(_login(clock, **change), replaces=first, now=clock())
    assert second.sid != first.sid
    assert sessions.find("cz", old_cookie, now=clock()) is None
    assert sessions.find_by_sid("cz", first.sid, now=clock()) is None


def test_ended_session_is_gone_for_browser_and_tokens(sessions: SessionStore, clock: MovableClock) -> None:
    """Ending is once; the second time there is nothing to end."""
    session, cookie = sessions.open(_login(clock), replaces=None, now=clock())
    assert sessions.end(session, now=clock())
    assert not sessions.end(session, now=clock())
    assert sessions.find("cz", cookie, now=clock()) is None
    assert sessions.find_by_sid("cz", session.sid, now=clock()) is None


def test_index_gives_an_account_its_live_sessions_and_heals(
    sessions: SessionStore, clock: MovableClock
) -> None:
    """An entry whose session is gone is taken out on the way."""
    first, _ = sessions.open(_login(clock), replaces=None, now=clock())
    second, _ = sessions.open(_login(clock), replaces=None, now=clock())
    other, _ = sessions.open(_login(clock, person="bea"), replaces=None, now=clock())
    assert {found.sid for found in sessions.of_account("cz", AccountId("ans"), now=clock())} == {
        first.sid,
        second.sid,
    }
    sessions.end(first, now=clock())
    assert [found.sid for found in sessions.of_account("cz", AccountId("ans"), now=clock())] == [second.sid]
    assert [found.sid for found in sessions.of_account("cz", AccountId("bea"), now=clock())] == [other.sid]


def test_session_hides_its_secret_and_its_person(sessions: SessionStore, clock: MovableClock) -> None:
    """Printing a session shows neither the digest of its secret nor the BSN."""
    session, cookie = sessions.open(_login(clock), replaces=None, now=clock())
    shown = repr(session)
    assert session.secret_sha256 not in shown
    assert "999990019" not in shown
    assert cookie.partition(".")[2] not in shown
    assert replace(session, bsn=None).encode() != session.encode()
