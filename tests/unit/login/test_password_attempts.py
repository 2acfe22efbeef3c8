"""Attempts by password on real stores: what waits, what a second factor makes of it, and what ends it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from broker.collectivities.rights import Rights
from broker.domain.accounts import Account, AccountId, AccountState, AccountType
from broker.domain.assurance import AccountLevel, Assurance, Scheme
from broker.domain.events import SecurityEvent
from broker.domain.identity import (
    AccountIdentity,
    Authenticated,
    Authentication,
    Evidence,
    Failed,
    ProviderOutcome,
)
from broker.domain.second_factors import FactorKind
from broker.login.parked_outcomes import ParkedOutcomes
from broker.login.progress import AskProvider, AskSecondFactor, EarlierLogin, Grant, OfferEnrolment, Refuse
from broker.login.received import Judged, NotAuthenticated, Visit
from broker.login.second_step import OVERTAKEN
from broker.login.service import TO_SET_UP, LoginService
from broker.login.surroundings import Surroundings
from broker.login.transaction import LoginTransaction, Wish
from broker.login.transactions import Begun, Transactions
from broker.login.upstream_requests import UpstreamRequests
from broker.providers.base import PasswordAnswer
from broker.sessions.endings import SessionEndings
from broker.sessions.new_login import NewLogin, Opened
from broker.sessions.session import Limits
from broker.sessions.store import SessionStore
from broker.storage.accounts import AccountRepository
from broker.storage.database import Database
from broker.storage.due_index import DueIndex
from broker.storage.key_ring import KeyRing
from broker.storage.passwords import PasswordRepository
from broker.storage.record_keys import RecordKeys
from broker.storage.records import RecordStore
from broker.storage.redis_connection import RedisConnection
from broker.storage.relations import RelationRepository
from broker.storage.second_factors import SecondFactorRepository
from tests.support.moments import MovableClock

EMAIL, PASSWORD = "bea@bedrijf.example", "drie groene olifanten"
TOTP, SMS = FactorKind.TOTP, FactorKind.SMS


@dataclass
class PlainPasswords:
    """A way of logging in that compares what was typed with what it was told."""

    account: Account
    passwords: PasswordRepository
    scheme: Scheme = Scheme.PASSWORD

    def check(self, answer: PasswordAnswer, *, brand: str, now: datetime) -> ProviderOutcome:
        if (answer.email, answer.password) != (EMAIL, PASSWORD):
            return Failed("password.wrong", "")
        proven = Assurance(Scheme.PASSWORD, AccountLevel.PASSWORD)
        mark = self.passwords.mark(self.account.id)
        return Authenticated(
            Evidence(brand, AccountIdentity(self.account.id), proven, now, password_mark=mark)
        )


@dataclass
class Heard:
    """Everything that was written down."""

    events: list[SecurityEvent] = field(default_factory=list)

    def record(self, event: SecurityEvent) -> None:
        self.events.append(event)

    @property
    def kinds(self) -> list[str]:
        return [event.kind for event in self.events]


@dataclass
class World:
    """The login service of one brand with one business account."""

    login: LoginService
    account: Account
    accounts: AccountRepository
    factors: SecondFactorRepository
    passwords: PasswordRepository
    sessions: SessionStore
    clock: MovableClock
    heard: Heard

    def visit(self, required: AccountLevel = AccountLevel.PASSWORD, *offered: FactorKind) -> Visit:
        wish = Wish((Assurance(Scheme.PASSWORD, required),), AccountType.BUSINESS, second_factors=offered)
        return Visit("cz", "zakelijk", "zakelijk", wish, b"{}")

    def begin(self, required: AccountLevel = AccountLevel.PASSWORD, *offered: FactorKind) -> Begun:
        visit = self.visit(required, *offered)
        return self.login.begin(visit, self.login.arrive(visit, None), None)

    def again(self, begun: Begun) -> LoginTransaction:
        """The attempt as the next request of its browser finds it."""
        found = self.login.transactions.find("cz", begun.transaction.id, begun.browser_secret)
        assert found is not None
        return found

    def typed(
        self, begun: Begun, *, email: str = EMAIL, password: str = PASSWORD
    ) -> NotAuthenticated | Judged | Refuse:
        answer = PasswordAnswer(email, password, None, "203.0.113.7")
        return self.login.try_password(self.again(begun), answer)

    def judged(self, begun: Begun) -> Judged:
        found = self.typed(begun)
        assert isinstance(found, Judged)
        return found

    def given(self, begun: Begun, kind: FactorKind) -> Judged:
        found = self.login.second_factor_given(self.again(begun), kind, self.clock())
        assert found is not None
        return found

    def running(self, level: AccountLevel) -> tuple[Opened, EarlierLogin]:
        """A session by password, as it runs, and as the pipeline hears of it."""
        reached = Assurance(Scheme.PASSWORD, level)
        limits = Limits(timedelta(hours=1), timedelta(hours=8))
        login = NewLogin(
            Authentication(self.account.id, "cz", reached, self.clock()),
            AccountType.BUSINESS,
            "zakelijk",
            limits,
            None,
        )
        opened = self.sessions.open(login, replaces=None, now=self.clock())
        session = opened.session
        return opened, EarlierLogin(
            session.sid, self.account.id, AccountType.BUSINESS, "zakelijk", reached, self.clock()
        )


@pytest.fixture
def world(
    record_store: RecordStore,
    redis_connection: RedisConnection,
    record_keys: RecordKeys,
    sqlite_database: Database,
    open_ring: Callable[[Database], KeyRing],
    clock: MovableClock,
) -> World:
    """A login service over a real Redis and a real database."""
    keys = open_ring(sqlite_database)
    accounts = AccountRepository(sqlite_database, keys.columns, keys.blind_indexes, clock)
    account = accounts.add_business(
        "cz", "Bea", EMAIL, state=AccountState.ACTIVE, new_id=AccountId(str(uuid4()))
    )
    assert isinstance(account, Account)
    factors = SecondFactorRepository(sqlite_database, keys.columns)
    passwords = PasswordRepository(sqlite_database)
    passwords.put(account.id, "a hash", at=clock())
    sessions = SessionStore(record_store, SessionEndings(DueIndex(redis_connection, record_keys, clock)))
    heard = Heard()
    surroundings = Surroundings(
        transactions=Transactions(record_store),
        upstream=UpstreamRequests(record_store),
        parked=ParkedOutcomes(record_store),
        providers={},
        direct={("cz", Scheme.PASSWORD): PlainPasswords(account, passwords)},
        accounts=accounts,
        factors=factors,
        relations=Rights(RelationRepository(sqlite_database), {}, clock),
        passwords=passwords,
        sessions=sessions,
        auditor=heard,
        clock=clock,
    )
    return World(LoginService(surroundings), account, accounts, factors, passwords, sessions, clock, heard)


def test_password_is_enough_where_the_portal_says_so_and_there_is_no_factor(world: World) -> None:
    """The straight road."""
    decision = world.judged(world.begin()).decision
    assert isinstance(decision, Grant)
    assert decision.authentication.assurance == Assurance(Scheme.PASSWORD, AccountLevel.PASSWORD)
    assert world.heard.kinds == ["login.provider-answered"]


@pytest.mark.parametrize(
    "typed", [{"password": "x"}, {"email": "x@y.example"}, {"email": "", "password": ""}]
)
def test_wrong_password_leaves_nothing_with_the_attempt(world: World, typed: dict[str, str]) -> None:
    """One message for every reason, and the attempt goes on."""
    begun = world.begin()
    found = world.typed(begun, **typed)
    assert isinstance(found, NotAuthenticated)
    assert found.notice == "password-failed"
    assert world.again(begun).evidence is None


def test_wrong_password_forgets_the_right_one_of_before(world: World) -> None:
    """Somebody else may sit there now; the factor of the first person opens nothing for the second."""
    world.factors.add_totp(world.account.id, b"k" * 20, 1, world.clock())
    begun = world.begin()
    assert isinstance(world.judged(begun).decision, AskSecondFactor)
    world.typed(begun, password="wrong")
    assert world.login.second_factor_given(world.again(begun), TOTP, world.clock()) is None


def test_portal_without_passwords_refuses_one(world: World) -> None:
    """An address that was typed by hand opens no way that the portal does not offer."""
    begun = world.begin()
    elsewhere = replace(begun.transaction, wish=replace(begun.transaction.wish, required=()))
    answer = PasswordAnswer(EMAIL, PASSWORD, None, "")
    assert world.login.try_password(elsewhere, answer) == Refuse("provider-not-allowed")
    foreign = replace(begun.transaction, brand="vgz")
    assert world.login.try_password(foreign, answer) == Refuse("provider-not-allowed")
    assert world.heard.events == []


def test_second_factor_raises_what_waited_and_opens_the_door(world: World) -> None:
    """The evidence waits with the attempt; the login gets the level and the moment of the factor."""
    world.factors.add_totp(world.account.id, b"k" * 20, 1, world.clock())
    begun = world.begin(AccountLevel.SMS)
    assert world.judged(begun).decision == AskSecondFactor((TOTP,))
    world.clock.advance(seconds=60)
    decision = world.given(begun, TOTP).decision
    assert isinstance(decision, Grant)
    assert decision.authentication.assurance == Assurance(Scheme.PASSWORD, AccountLevel.TOTP)
    assert decision.authentication.authenticated_at == world.clock()
    assert world.heard.kinds == ["login.provider-answered", "second-factor.asked", "second-factor.given"]


def test_reload_of_the_attempt_asks_the_same_again(world: World) -> None:
    """Looking at the page changes nothing."""
    world.factors.add_phone(world.account.id, SMS, "+31612345678", world.clock())
    begun = world.begin()
    world.judged(begun)
    for _ in range(2):
        resumed = world.login.resume(world.again(begun))
        assert resumed is not None
        assert resumed.decision == AskSecondFactor((SMS,))


def test_weak_factor_is_shown_before_the_strong_one_is_set_up(world: World) -> None:
    """A portal that demands an app: SMS first, then the app, then the door."""
    world.factors.add_phone(world.account.id, SMS, "+31612345678", world.clock())
    begun = world.begin(AccountLevel.TOTP, TOTP)
    assert world.judged(begun).decision == AskSecondFactor((SMS,))
    assert world.given(begun, SMS).decision == OfferEnrolment((TOTP,))
    assert world.given(begun, TOTP).decision == Refuse("second-factor-gone")
    world.factors.add_totp(world.account.id, b"k" * 20, 1, world.clock())
    assert isinstance(world.given(begun, TOTP).decision, Grant)


def test_factor_that_the_account_does_not_have_raises_nothing(world: World) -> None:
    """Also when a page says that it was shown."""
    begun = world.begin(AccountLevel.SMS, SMS)
    assert world.judged(begun).decision == OfferEnrolment((SMS,))
    assert world.given(begun, TOTP).decision == Refuse("second-factor-gone")
    assert world.given(begun, FactorKind.RECOVERY).decision == Refuse("second-factor-gone")
    kept = world.again(begun).evidence
    assert kept is not None
    assert kept.assurance == Assurance(Scheme.PASSWORD, AccountLevel.PASSWORD)
    assert "second-factor.refused" in world.heard.kinds


def test_factor_after_a_quarter_of_an_hour_opens_nothing(world: World) -> None:
    """Whoever finds the browser later types the password again."""
    world.factors.add_totp(world.account.id, b"k" * 20, 1, world.clock())
    begun = world.begin()
    world.judged(begun)
    world.clock.advance(seconds=901)
    assert world.given(begun, TOTP).decision == Refuse("evidence-too-old")


def test_account_that_was_held_meanwhile_is_refused_at_the_factor(world: World) -> None:
    """The account is looked at again at every step."""
    world.factors.add_totp(world.account.id, b"k" * 20, 1, world.clock())
    begun = world.begin()
    world.judged(begun)
    world.accounts.set_state(world.account.id, AccountState.HELD)
    assert world.given(begun, TOTP).decision == Refuse("account-disabled")


def test_slow_factor_brings_back_nothing_that_was_given_up(world: World) -> None:
    """A request that began before somebody started over does not put the evidence back."""
    world.factors.add_phone(world.account.id, SMS, "+31612345678", world.clock())
    begun = world.begin(AccountLevel.TOTP, TOTP)
    world.judged(begun)
    slow = world.again(begun)
    world.login.transactions.start_over(slow)
    world.login.second_factor_given(slow, SMS, world.clock())
    assert world.again(begun).evidence is None


def test_attempt_in_which_too_much_was_guessed_is_no_browsers_any_more(world: World) -> None:
    """One of all who notice gives it up; whoever comes back finds nothing."""
    world.factors.add_totp(world.account.id, b"k" * 20, 1, world.clock())
    begun = world.begin()
    world.judged(begun)
    transactions, here = world.login.transactions, world.again(begun)
    assert [transactions.give_up(here) for _ in range(2)] == [True, False]
    assert transactions.find("cz", begun.transaction.id, begun.browser_secret) is None
    assert transactions.finish(here)
    assert not transactions.give_up(here)


def test_right_code_that_was_judged_in_time_opens_an_attempt_that_others_gave_up(world: World) -> None:
    """B4-08: of many codes at once, those that came too late shut no door on the one that was right."""
    world.factors.add_totp(world.account.id, b"k" * 20, 1, world.clock())
    begun = world.begin(AccountLevel.TOTP, TOTP)
    world.judged(begun)
    transactions, here = world.login.transactions, world.again(begun)
    assert transactions.give_up(here)
    judged = world.login.second_factor_given(here, TOTP, world.clock())
    assert judged is not None
    assert isinstance(judged.decision, Grant)
    assert not transactions.give_up(here)
    assert world.again(begun).evidence == judged.evidence
    assert transactions.finish(judged.transaction)


def test_running_session_lends_its_password_and_the_factor_does_the_rest(world: World) -> None:
    """Step-up: an attempt that asks only for what is missing, and knows which session it adds to."""
    world.factors.add_totp(world.account.id, b"k" * 20, 1, world.clock())
    opened, earlier = world.running(AccountLevel.PASSWORD)
    world.clock.advance(seconds=1800)
    visit = world.visit(AccountLevel.TOTP, TOTP)
    decision = world.login.arrive(visit, earlier)
    assert decision == AskSecondFactor((TOTP,))
    begun = world.login.begin(visit, decision, earlier)
    assert world.again(begun).steps_up == opened.session.sid
    after = world.given(begun, TOTP).decision
    assert isinstance(after, Grant)
    assert after.authentication.assurance == Assurance(Scheme.PASSWORD, AccountLevel.TOTP)
    assert world.heard.kinds == ["second-factor.asked", "second-factor.given"]


def test_session_that_ended_lends_nothing_any_more(world: World) -> None:
    """Whoever logged out, or was logged out, begins with the password."""
    world.factors.add_totp(world.account.id, b"k" * 20, 1, world.clock())
    opened, earlier = world.running(AccountLevel.PASSWORD)
    visit = world.visit(AccountLevel.TOTP, TOTP)
    begun = world.login.begin(visit, world.login.arrive(visit, earlier), earlier)
    world.sessions.end(opened.session, now=world.clock())
    assert world.given(begun, TOTP).decision == Refuse(OVERTAKEN)


def test_password_that_was_changed_after_it_was_judged_opens_nothing(world: World) -> None:
    """The second factor comes too late for it, and one that was given before waits in vain as well."""
    world.factors.add_totp(world.account.id, b"k" * 20, 1, world.clock())
    first, second = world.begin(), world.begin()
    for begun in (first, second):
        assert isinstance(world.judged(begun).decision, AskSecondFactor)
    assert isinstance(world.given(second, TOTP).decision, Grant)
    world.clock.advance(seconds=1)
    world.passwords.put(world.account.id, "another hash", at=world.clock())
    assert world.given(first, TOTP).decision == Refuse(OVERTAKEN)
    again = world.login.resume(world.again(second))
    assert again is not None
    assert again.decision == Refuse(OVERTAKEN)
    world.clock.advance(seconds=1)
    anew = world.begin()
    world.judged(anew)
    assert isinstance(world.given(anew, TOTP).decision, Grant)


def test_password_changed_in_the_same_moment_opens_nothing_either(world: World) -> None:
    """Which of the two was first is not for a clock to say, nor for one that was set back."""
    world.factors.add_totp(world.account.id, b"k" * 20, 1, world.clock())
    begun = world.begin()
    world.judged(begun)
    world.passwords.put(world.account.id, "another hash", at=world.clock() - timedelta(seconds=1))
    assert world.given(begun, TOTP).decision == Refuse(OVERTAKEN)


def test_evidence_that_names_no_password_and_no_session_opens_nothing(world: World) -> None:
    """Of whichever password it was, nobody can tell any more."""
    world.factors.add_totp(world.account.id, b"k" * 20, 1, world.clock())
    begun = world.begin()
    judged = world.judged(begun)
    world.login.transactions.keep_evidence(judged.transaction, replace(judged.evidence, password_mark=None))
    assert world.given(begun, TOTP).decision == Refuse(OVERTAKEN)


def test_owner_who_changed_the_password_in_a_session_still_steps_it_up(world: World) -> None:
    """That session goes on, and what it lends is as good as it was."""
    world.factors.add_totp(world.account.id, b"k" * 20, 1, world.clock())
    _, earlier = world.running(AccountLevel.PASSWORD)
    world.clock.advance(seconds=60)
    world.passwords.put(world.account.id, "another hash", at=world.clock())
    visit = world.visit(AccountLevel.TOTP, TOTP)
    begun = world.login.begin(visit, world.login.arrive(visit, earlier), earlier)
    assert isinstance(world.given(begun, TOTP).decision, Grant)


def test_session_without_the_factor_that_can_be_set_up_leads_to_a_new_login_that_says_why(
    world: World,
) -> None:
    """A notice on the login page; without a session, or with a wish for a new login, there is none."""
    _, earlier = world.running(AccountLevel.PASSWORD)
    visit = world.visit(AccountLevel.TOTP, TOTP)
    fresh = replace(visit, wish=replace(visit.wish, fresh=True))
    for wanted, running, notice in ((visit, earlier, TO_SET_UP), (visit, None, None), (fresh, earlier, None)):
        decision = world.login.arrive(wanted, running)
        assert isinstance(decision, AskProvider)
        assert world.again(world.login.begin(wanted, decision, running)).notice == notice


def test_factor_raises_nothing_in_an_attempt_that_began_anew_meanwhile(world: World) -> None:
    """A code that is judged while the form is posted again must not pass for a whole login."""
    world.factors.add_totp(world.account.id, b"k" * 20, 1, world.clock())
    _, earlier = world.running(AccountLevel.PASSWORD)
    visit = world.visit(AccountLevel.TOTP, TOTP)
    begun = world.login.begin(visit, world.login.arrive(visit, earlier), earlier)
    lent = world.again(begun)
    assert lent.steps_up is not None
    world.login.transactions.start_over(lent)
    judged = world.login.second_factor_given(lent, TOTP, world.clock())
    assert judged is not None
    assert judged.decision == Refuse(OVERTAKEN)
    assert world.again(begun).evidence is None


def test_password_typed_in_a_step_up_stands_on_its_own(world: World) -> None:
    """The session that ran has nothing to do with it from then on."""
    world.factors.add_totp(world.account.id, b"k" * 20, 1, world.clock())
    opened, earlier = world.running(AccountLevel.PASSWORD)
    visit = world.visit(AccountLevel.TOTP, TOTP)
    begun = world.login.begin(visit, world.login.arrive(visit, earlier), earlier)
    world.judged(begun)
    assert world.again(begun).steps_up is None
    world.sessions.end(opened.session, now=world.clock())
    assert isinstance(world.given(begun, TOTP).decision, Grant)


def test_attempt_that_asks_for_a_way_in_is_lent_nothing(world: World) -> None:
    """A running session that cannot be raised stays out of the new attempt."""
    _, earlier = world.running(AccountLevel.PASSWORD)
    visit = world.visit(AccountLevel.TOTP, TOTP)
    begun = world.login.begin(visit, world.login.arrive(visit, earlier), earlier)
    assert (begun.transaction.evidence, begun.transaction.steps_up) == (None, None)


def test_nothing_typed_shows_in_a_repr() -> None:
    """Neither address nor password reaches a log by way of a value that is printed."""
    shown = repr(PasswordAnswer(EMAIL, PASSWORD, None, "203.0.113.7"))
    assert not {EMAIL, PASSWORD, "203.0.113.7"} & set(shown.split("'"))
