"""Sessions on a real Redis: who proves what, when they end, and what stays the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from broker.domain.accounts import AccountId, AccountType
from broker.domain.assurance import AccountLevel, Assurance, DigidLevel, Scheme
from broker.domain.bsn import Bsn
from broker.domain.identity import Authentication, UpstreamSession
from broker.sessions.endings import SessionEndings
from broker.sessions.new_login import NewLogin, SessionOver
from broker.sessions.session import KnownAt, Limits
from broker.sessions.store import SessionStore
from broker.storage.due_index import DueIndex
from broker.storage.record_keys import RecordKeys
from broker.storage.records import RecordKey, RecordStore, Versioned
from broker.storage.redis_connection import RedisConnection
from tests.support.moments import MovableClock

IDLE, ABSOLUTE = timedelta(minutes=15), timedelta(hours=2)


@pytest.fixture
def endings(
    redis_connection: RedisConnection, record_keys: RecordKeys, clock: MovableClock
) -> SessionEndings:
    """What portals are to be told."""
    return SessionEndings(DueIndex(redis_connection, record_keys, clock))


@pytest.fixture
def sessions(record_store: RecordStore, endings: SessionEndings) -> SessionStore:
    """The store under test."""
    return SessionStore(record_store, endings)


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
    session, cookie, _ = sessions.open(_login(clock), replaces=None, now=clock())
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


def test_session_keeps_what_the_provider_calls_the_login(sessions: SessionStore, clock: MovableClock) -> None:
    """For logging out there: that of the newest login, and what adds to a session leaves it; it is hidden."""
    first = UpstreamSession(Scheme.EHERKENNING, "1", "somebody", "transient", "AD")
    second = UpstreamSession(Scheme.EHERKENNING, "2", "somebody else")
    opened = sessions.open(replace(_login(clock), upstream=first), replaces=None, now=clock())
    found = sessions.find("cz", opened.cookie, now=clock())
    assert found is not None
    assert found.upstream == first
    assert "somebody" not in repr(found)
    added = replace(_login(clock), adds_to=found.sid)
    opened = sessions.open(added, replaces=found, now=clock())
    assert opened.session.upstream == first
    opened = sessions.open(replace(_login(clock), upstream=second), replaces=opened.session, now=clock())
    assert opened.session.upstream == second


def test_session_of_one_brand_is_unknown_at_another(sessions: SessionStore, clock: MovableClock) -> None:
    """Nothing leaks from one brand to another."""
    session, cookie, _ = sessions.open(_login(clock), replaces=None, now=clock())
    assert sessions.find("vgz", cookie, now=clock()) is None
    assert sessions.find_by_sid("vgz", session.sid, now=clock()) is None


def test_session_ends_without_activity(sessions: SessionStore, clock: MovableClock) -> None:
    """Fifteen minutes, to the second."""
    _, cookie, _ = sessions.open(_login(clock), replaces=None, now=clock())
    clock.advance(seconds=IDLE.total_seconds() - 1)
    assert sessions.find("cz", cookie, now=clock()) is not None
    clock.advance(seconds=1)
    assert sessions.find("cz", cookie, now=clock()) is None


def test_session_ends_in_the_end_however_busy(sessions: SessionStore, clock: MovableClock) -> None:
    """Activity moves the idle end and never the absolute one."""
    session, cookie, _ = sessions.open(_login(clock), replaces=None, now=clock())
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
    first, old_cookie, _ = sessions.open(_login(clock), replaces=None, now=clock())
    second, new_cookie, _ = sessions.open(_login(clock), replaces=first, now=clock())
    assert second.sid == first.sid
    assert sessions.find("cz", old_cookie, now=clock()) is None
    assert sessions.find("cz", new_cookie, now=clock()) == second


@pytest.mark.parametrize("change", [{"person": "bea"}, {"portal": "other"}])
def test_login_of_another_kind_ends_the_session_that_ran(
    sessions: SessionStore, clock: MovableClock, change: dict[str, str]
) -> None:
    """Another person or another portal never inherits a sid."""
    first, old_cookie, _ = sessions.open(_login(clock), replaces=None, now=clock())
    second, _, _ = sessions.open(_login(clock, **change), replaces=first, now=clock())
    assert second.sid != first.sid
    assert sessions.find("cz", old_cookie, now=clock()) is None
    assert sessions.find_by_sid("cz", first.sid, now=clock()) is None


def _business(clock: MovableClock, level: AccountLevel, portal: str, adds_to: str | None = None) -> NewLogin:
    plain = _login(clock, portal=portal)
    assurance = Assurance(Scheme.PASSWORD, level)
    authentication = replace(plain.authentication, assurance=assurance)
    return replace(
        plain,
        authentication=authentication,
        account_type=AccountType.BUSINESS,
        bsn=None,
        adds_to=adds_to,
    )


def test_business_session_goes_on_at_another_portal_of_its_brand(
    sessions: SessionStore, clock: MovableClock
) -> None:
    """The same person keeps the sid and the portals to tell, with a new secret and the new level."""
    first, old_cookie, _ = sessions.open(
        _business(clock, AccountLevel.PASSWORD, "one"), replaces=None, now=clock()
    )
    sessions.tell_at_end(first, KnownAt("one", "subject"), now=clock())
    known = sessions.find("cz", old_cookie, now=clock())
    assert known is not None
    second, cookie, _ = sessions.open(_business(clock, AccountLevel.TOTP, "two"), replaces=known, now=clock())
    assert (second.sid, second.portals) == (first.sid, (KnownAt("one", "subject"),))
    assert second.assurance.level is AccountLevel.TOTP
    assert sessions.find("cz", old_cookie, now=clock()) is None
    assert sessions.find("cz", cookie, now=clock()) == second


def test_portal_is_noted_with_a_session_that_was_opened_just_now(
    sessions: SessionStore, clock: MovableClock
) -> None:
    """Without reading its record again: the version of the one that was written is known."""
    portal = KnownAt("one", "subject")
    opened = sessions.open(_login(clock), replaces=None, now=clock())
    sessions.tell_at_end(opened.session, portal, now=clock(), version=opened.version)
    known = sessions.find("cz", opened.cookie, now=clock())
    assert known is not None
    assert known.portals == (portal,)


def test_noting_a_portal_does_not_bring_back_a_session_that_ended_meanwhile(
    sessions: SessionStore, endings: SessionEndings, clock: MovableClock
) -> None:
    """Whoever ended all sessions of the account came between; the portal hears of it in the end."""
    opened = sessions.open(_login(clock), replaces=None, now=clock())
    sessions.end(opened.session, now=clock())
    sessions.tell_at_end(opened.session, KnownAt("one", "subject"), now=clock(), version=opened.version)
    assert sessions.find("cz", opened.cookie, now=clock()) is None
    clock.advance(seconds=IDLE.total_seconds())
    told: list[str] = []
    endings.sweep(lambda _brand, _sid: None, lambda portal: told.append(portal.client_id))
    assert told == ["one"]


def test_business_login_never_goes_on_with_a_consumers_session(
    sessions: SessionStore, clock: MovableClock
) -> None:
    """Not even of the same account id at the same portal."""
    first, _, _ = sessions.open(_login(clock), replaces=None, now=clock())
    login = _business(clock, AccountLevel.TOTP, "mijn-cz")
    second, _, _ = sessions.open(login, replaces=first, now=clock())
    assert second.sid != first.sid
    assert sessions.find_by_sid("cz", first.sid, now=clock()) is None


def test_second_factor_does_not_make_a_session_last_longer(
    sessions: SessionStore, clock: MovableClock
) -> None:
    """The absolute end is that of the password; a whole new login has an end of its own."""
    first, _, _ = sessions.open(_business(clock, AccountLevel.PASSWORD, "one"), replaces=None, now=clock())
    clock.advance(seconds=600)
    stepped_up = _business(clock, AccountLevel.TOTP, "one", adds_to=first.sid)
    second, _, _ = sessions.open(stepped_up, replaces=first, now=clock())
    assert second.absolute_expires_at == first.absolute_expires_at
    third, _, _ = sessions.open(_business(clock, AccountLevel.TOTP, "one"), replaces=second, now=clock())
    assert third.absolute_expires_at == clock() + ABSOLUTE


@pytest.mark.parametrize("gone", ["ended", "another browser's", "somebody else's", "none"])
def test_second_factor_for_a_session_that_is_not_there_opens_no_other_one(
    sessions: SessionStore, clock: MovableClock, gone: str
) -> None:
    """What a session lent to a login goes with it."""
    first, _, _ = sessions.open(_business(clock, AccountLevel.PASSWORD, "one"), replaces=None, now=clock())
    other, _, _ = sessions.open(_business(clock, AccountLevel.PASSWORD, "one"), replaces=None, now=clock())
    running = {"ended": first, "another browser's": other, "somebody else's": None, "none": None}[gone]
    if gone == "ended":
        sessions.end(first, now=clock())
    if gone == "somebody else's":
        running, _, _ = sessions.open(_login(clock), replaces=None, now=clock())
    stepped_up = _business(clock, AccountLevel.TOTP, "one", adds_to=first.sid)
    with pytest.raises(SessionOver):
        sessions.open(stepped_up, replaces=running, now=clock())
    if running is not None and gone != "ended":
        assert sessions.find_by_sid("cz", running.sid, now=clock()) == running


def test_login_does_not_bring_an_ended_session_back(sessions: SessionStore, clock: MovableClock) -> None:
    """It was found, and ended before the login was over: there is a new one then, and not that one again."""
    first, _, _ = sessions.open(_business(clock, AccountLevel.TOTP, "one"), replaces=None, now=clock())
    sessions.end(first, now=clock())
    second, _, _ = sessions.open(_business(clock, AccountLevel.TOTP, "one"), replaces=first, now=clock())
    assert second.sid != first.sid
    assert sessions.find_by_sid("cz", first.sid, now=clock()) is None


def test_login_forgets_no_portal_that_joined_meanwhile(sessions: SessionStore, clock: MovableClock) -> None:
    """The session is renewed as it is, and not as it was when the login found it."""
    found, _, _ = sessions.open(_business(clock, AccountLevel.TOTP, "one"), replaces=None, now=clock())
    sessions.tell_at_end(found, KnownAt("two", "subject"), now=clock())
    renewed, _, _ = sessions.open(_business(clock, AccountLevel.TOTP, "one"), replaces=found, now=clock())
    assert renewed.portals == (KnownAt("two", "subject"),)


def test_new_login_at_a_loose_portal_keeps_the_limits_of_the_strict_one(
    sessions: SessionStore, clock: MovableClock
) -> None:
    """The strict portal's tokens live as long as the session does."""
    opened, _, _ = sessions.open(_business(clock, AccountLevel.TOTP, "one"), replaces=None, now=clock())
    tight = Limits(timedelta(minutes=5), timedelta(minutes=30))
    told = sessions.touch(opened, now=clock(), limits=tight)
    clock.advance(seconds=60)
    anew, _, _ = sessions.open(_business(clock, AccountLevel.TOTP, "one"), replaces=told, now=clock())
    assert (anew.idle_expires_at, anew.absolute_expires_at) == (
        clock() + tight.idle,
        clock() + tight.absolute,
    )


@pytest.mark.parametrize("joins", ["by its session", "by a login"])
def test_portal_hears_in_time_when_a_stricter_one_joined_after_it(
    sessions: SessionStore, endings: SessionEndings, clock: MovableClock, joins: str
) -> None:
    """It was to be looked at when the session would have ended; that moment is nearer now."""
    login = _business(clock, AccountLevel.TOTP, "one")
    first, _, _ = sessions.open(login, replaces=None, now=clock())
    sessions.tell_at_end(first, KnownAt("one", "subject"), now=clock())
    tight = Limits(timedelta(minutes=5), timedelta(minutes=30))
    if joins == "by its session":
        sessions.touch(first, now=clock(), limits=tight)
    else:
        sessions.open(replace(login, portal="two", limits=tight), replaces=first, now=clock())
    told: list[str] = []

    def lives_until(brand: str, sid: str) -> datetime | None:
        found = sessions.find_by_sid(brand, sid, now=clock())
        return found.expires_at if found else None

    clock.advance(seconds=299)
    endings.sweep(lives_until, lambda portal: told.append(portal.client_id))
    assert told == []
    clock.advance(seconds=1)
    endings.sweep(lives_until, lambda portal: told.append(portal.client_id))
    assert told == ["one"]


def test_tighter_limits_of_a_second_portal_hold_from_then_on(
    sessions: SessionStore, clock: MovableClock
) -> None:
    """The strictest portal of a session decides how long it lasts; a looser one changes nothing."""
    opened, cookie, _ = sessions.open(_business(clock, AccountLevel.TOTP, "one"), replaces=None, now=clock())
    clock.advance(seconds=60)
    tight = Limits(timedelta(minutes=5), timedelta(minutes=30))
    told = sessions.touch(opened, now=clock(), limits=tight)
    assert told.idle_expires_at == clock() + tight.idle
    assert told.absolute_expires_at == opened.started_at + tight.absolute
    loose = sessions.touch(told, now=clock(), limits=Limits(timedelta(hours=1), timedelta(hours=8)))
    found = sessions.find("cz", cookie, now=clock())
    assert found is not None
    for session in (loose, found):
        assert (session.idle, session.expires_at) == (tight.idle, told.idle_expires_at)


class Overtaken(RecordStore):
    """A store that lets another request in after a record was read to be changed."""

    def __init__(self, redis: RedisConnection, keys: RecordKeys, clock: MovableClock) -> None:
        super().__init__(redis, keys, clock)
        self.others: list[Callable[[], object]] = []

    def get_versioned(self, key: RecordKey) -> Versioned | None:
        """What was there; the next of the others has been in since."""
        found = super().get_versioned(key)
        if self.others:
            self.others.pop()()
        return found


def test_tighter_limits_hold_also_when_another_request_was_faster(
    sessions: SessionStore,
    endings: SessionEndings,
    redis_connection: RedisConnection,
    record_keys: RecordKeys,
    clock: MovableClock,
) -> None:
    """Activity elsewhere at that moment lets no session last longer than its strictest portal allows."""
    opened, cookie, _ = sessions.open(_business(clock, AccountLevel.TOTP, "one"), replaces=None, now=clock())
    clock.advance(seconds=60)
    overtaken = Overtaken(redis_connection, record_keys, clock)
    overtaken.others.append(lambda: sessions.touch(opened, now=clock()))
    tight = Limits(timedelta(minutes=5), timedelta(minutes=30))
    SessionStore(overtaken, endings).touch(opened, now=clock(), limits=tight)
    found = sessions.find("cz", cookie, now=clock())
    assert found is not None
    assert (found.idle, found.absolute_expires_at) == (tight.idle, opened.started_at + tight.absolute)


def test_session_that_is_too_old_for_a_stricter_portal_is_over_there(
    sessions: SessionStore, clock: MovableClock
) -> None:
    """Six minutes of silence are too much where five are allowed, whatever the first portal allows."""
    opened, _, _ = sessions.open(_business(clock, AccountLevel.TOTP, "one"), replaces=None, now=clock())
    clock.advance(seconds=360)
    assert opened.is_live(clock())
    assert not opened.within(Limits(timedelta(minutes=5), ABSOLUTE)).is_live(clock())


def test_ended_session_is_gone_for_browser_and_tokens(sessions: SessionStore, clock: MovableClock) -> None:
    """Ending is once; the second time there is nothing to end."""
    session, cookie, _ = sessions.open(_login(clock), replaces=None, now=clock())
    assert sessions.end(session, now=clock())
    assert not sessions.end(session, now=clock())
    assert sessions.find("cz", cookie, now=clock()) is None
    assert sessions.find_by_sid("cz", session.sid, now=clock()) is None


def test_index_gives_an_account_its_live_sessions_and_heals(
    sessions: SessionStore, clock: MovableClock
) -> None:
    """An entry whose session is gone is taken out on the way."""
    first, _, _ = sessions.open(_login(clock), replaces=None, now=clock())
    second, _, _ = sessions.open(_login(clock), replaces=None, now=clock())
    other, _, _ = sessions.open(_login(clock, person="bea"), replaces=None, now=clock())
    assert {found.sid for found in sessions.of_account("cz", AccountId("ans"), now=clock())} == {
        first.sid,
        second.sid,
    }
    sessions.end(first, now=clock())
    assert [found.sid for found in sessions.of_account("cz", AccountId("ans"), now=clock())] == [second.sid]
    assert [found.sid for found in sessions.of_account("cz", AccountId("bea"), now=clock())] == [other.sid]


def test_session_hides_its_secret_and_its_person(sessions: SessionStore, clock: MovableClock) -> None:
    """Printing a session shows neither the digest of its secret nor the BSN."""
    session, cookie, _ = sessions.open(_login(clock), replaces=None, now=clock())
    shown = repr(session)
    assert session.secret_sha256 not in shown
    assert "999990019" not in shown
    assert cookie.partition(".")[2] not in shown
    assert replace(session, bsn=None).encode() != session.encode()


def test_renewed_session_keeps_its_sid_and_has_another_secret(
    sessions: SessionStore, clock: MovableClock
) -> None:
    """A27: the cookie of before proves nothing any more, and the proof's moment is kept."""
    session, cookie, _ = sessions.open(_login(clock), replaces=None, now=clock())
    renewed = sessions.renew(session, proven_at=clock(), now=clock())
    assert renewed is not None
    assert renewed.session.sid == session.sid
    assert sessions.find("cz", cookie, now=clock()) is None
    found = sessions.find("cz", renewed.cookie, now=clock())
    assert found is not None
    assert found.proven_at == clock()


def test_renewing_with_a_secret_of_before_does_nothing(sessions: SessionStore, clock: MovableClock) -> None:
    """Of two requests with one cookie the second has a secret that is dead; an ended session stays ended."""
    session, _, _ = sessions.open(_login(clock), replaces=None, now=clock())
    renewed = sessions.renew(session, proven_at=None, now=clock())
    assert renewed is not None
    assert sessions.renew(session, proven_at=clock(), now=clock()) is None
    sessions.end(renewed.session, now=clock())
    assert sessions.renew(renewed.session, proven_at=None, now=clock()) is None
