"""Stopping a registration at the moment at which its link is used: one of the two wins, and both know."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import pytest

from broker.accounts.registration.confirmation import Confirmation
from broker.accounts.registration.links import LinkFault
from broker.accounts.registration.pending import Attempt, Details, PendingRegistration
from broker.accounts.registration.ports import Letter
from broker.accounts.registration.service import Applicant, RegistrationService
from broker.accounts.registration.store import Held, PendingRegistrations
from broker.accounts.registration.surroundings import Surroundings
from broker.domain.bsn import Bsn
from broker.errors import StorageUnavailable
from broker.wiring.audit import AuditRoom
from broker.wiring.registration import registration_surroundings
from broker.wiring.repositories import account_repository
from tests.support.registration import EMAIL, NAME, READY, Newcomer, has_account
from tests.support.system import System, digid_of

pytestmark = pytest.mark.flow

ROUNDS = 15
OF_EACH = 4
JELLE = Bsn(digid_of("jelle").bsn)
CANCELLED, COMPLETED = "registration.cancelled", "registration.completed"


@dataclass
class Kept:
    """The mail that would be written."""

    letters: list[Letter] = field(default_factory=list)

    def write(self, letter: Letter) -> None:
        """Keep it."""
        self.letters.append(letter)

    @property
    def token(self) -> str:
        """The link of the last one."""
        token = self.letters[-1].token
        assert token is not None
        return token


class Interrupted(PendingRegistrations):
    """Lets a test act just before a registration is changed."""

    before: Callable[[], object] | None = None

    def change(self, held: Held, changed: PendingRegistration) -> bool:
        """Act, once, and go on."""
        act, self.before = self.before, None
        if act is not None:
            act()
        return super().change(held, changed)


@dataclass
class Desk:
    """Registrations below the pages, on the stores of a system."""

    system: System
    bsn: Bsn = JELLE
    before_account: Callable[[], object] | None = None

    def __post_init__(self) -> None:
        stores = self.system.stores
        auditor = AuditRoom(stores.database, stores.keys.columns, stores.clock).auditor(lambda: None)
        accounts = account_repository(stores)
        self.pending, self.mail = Interrupted(stores.records), Kept()
        real = registration_surroundings(self.system.settings, stores, accounts, auditor)
        surroundings: Surroundings = replace(
            real, pending=self.pending, letters=self.mail, together=self._together
        )
        self.service, self.confirmation = RegistrationService(surroundings), Confirmation(surroundings)
        self.applicant = Applicant("cz", self.bsn, Attempt("a1", "mijn-cz", "mijn-cz"))
        self.service.fill_in(self.applicant, Details(NAME, EMAIL.replace("@", f".{self.bsn.number}@")))
        self.service.mail(self.applicant, again=False)

    @contextmanager
    def _together(self) -> Iterator[object]:
        act, self.before_account = self.before_account, None
        if act is not None:
            act()
        with self.system.stores.database.writing() as connection:
            yield connection

    def cancel(self) -> bool:
        """Whether it was stopped."""
        return self.service.cancel(self.applicant)

    def confirm(self) -> PendingRegistration | LinkFault:
        """Use the link."""
        return self.confirmation.confirm("cz", self.mail.token)

    def has_account(self) -> bool:
        """Whether an account came of it."""
        return account_repository(self.system.stores).find_by_digid("cz", self.bsn) is not None


def test_cancel_that_is_first_leaves_no_account(own_system: System) -> None:
    """Also when the link had been looked at already: what was stopped is not made after all."""
    desk, story, stopped = Desk(own_system), own_system.story(), list[bool]()
    desk.pending.before = lambda: stopped.append(desk.cancel())
    assert desk.confirm() is LinkFault.STOPPED
    assert stopped == [True]
    assert not desk.has_account()
    assert story.kinds() == [CANCELLED, "registration.link-refused"]


def test_cancel_that_comes_while_the_account_is_made_is_told_so(own_system: System) -> None:
    """The word was given: the account is there, written down once, and nothing says that it was stopped."""
    desk, story, stopped = Desk(own_system), own_system.story(), list[bool]()
    desk.before_account = lambda: stopped.append(desk.cancel())
    assert isinstance(desk.confirm(), PendingRegistration)
    assert stopped == [False]
    assert desk.has_account()
    assert story.kinds() == [COMPLETED]
    assert desk.cancel() is False


def test_nothing_else_undoes_what_is_confirmed(own_system: System) -> None:
    """Going back to the form, new details or another mail come too late, so that a cancel stays too late."""
    desk, story, stopped = Desk(own_system), own_system.story(), list[bool]()

    def act() -> None:
        desk.service.change(desk.applicant)
        desk.service.fill_in(desk.applicant, Details("Other", "other@post.example"))
        desk.service.mail(desk.applicant, again=True)
        stopped.append(desk.cancel())

    desk.before_account = act
    assert isinstance(desk.confirm(), PendingRegistration)
    assert stopped == [False]
    assert story.kinds() == [COMPLETED]


def _die() -> None:
    raise StorageUnavailable("database")


def test_confirmation_that_was_cut_off_is_carried_on(own_system: System) -> None:
    """The process died after the decision: a cancel makes the account that was confirmed, once."""
    desk, story = Desk(own_system), own_system.story()
    desk.before_account = _die
    with pytest.raises(StorageUnavailable):
        desk.confirm()
    assert not desk.has_account()
    assert desk.cancel() is False
    assert desk.has_account()
    assert isinstance(desk.confirm(), PendingRegistration)
    assert desk.confirm() is LinkFault.USED
    assert [kind for kind in story.kinds() if kind != "registration.link-refused"] == [COMPLETED]


def test_confirmation_that_can_come_to_nothing_is_no_hindrance(own_system: System) -> None:
    """Meanwhile the address became somebody else's: there is no account to keep, so a cancel stops it."""
    desk = Desk(own_system)
    desk.before_account = _die
    with pytest.raises(StorageUnavailable):
        desk.confirm()
    registration = desk.service.find(desk.applicant)
    assert registration is not None
    account_repository(own_system.stores).add_consumer(
        "cz", "Other", registration.details.email, Bsn(digid_of("henk").bsn)
    )
    assert desk.cancel() is True
    assert not desk.has_account()
    assert desk.service.find(desk.applicant) is None


def _numbers(many: int) -> list[Bsn]:
    """Numbers that pass the eleven-test and are nobody's in the demo."""
    weights = (9, 8, 7, 6, 5, 4, 3, 2, -1)
    found = (
        number
        for number in (f"{count:09d}" for count in range(999_980_000, 999_990_000))
        if sum(weight * int(digit) for weight, digit in zip(weights, number, strict=True)) % 11 == 0
    )
    return [Bsn(next(found)) for _ in range(many)]


def test_one_of_two_wins_whatever_the_moment(own_system: System) -> None:
    """Threads that stop and confirm at once: all agree afterwards, and so do the accounts."""
    for bsn in _numbers(ROUNDS):
        desk, start = Desk(own_system, bsn), threading.Barrier(2 * OF_EACH)

        def contend(act: Callable[[], object], start: threading.Barrier = start) -> object:
            start.wait()
            return act()

        with ThreadPoolExecutor(2 * OF_EACH) as pool:
            cancels = [pool.submit(contend, desk.cancel) for _ in range(OF_EACH)]
            confirms = [pool.submit(contend, desk.confirm) for _ in range(OF_EACH)]
        made = [one.result() for one in confirms if isinstance(one.result(), PendingRegistration)]
        assert len(made) == int(desk.has_account())
        assert {one.result() for one in cancels} == {not desk.has_account()}


def test_person_who_cancels_after_the_link_was_used_elsewhere_reads_that_it_is_done(
    newcomer: Newcomer,
) -> None:
    """The page says that the account is there and leads on; the portal is not told of a refusal."""
    mail = newcomer.mailed()
    newcomer.elsewhere().open_link(mail)
    assert newcomer.browser.press("Annuleren").heading == READY
    assert has_account(newcomer.system)
    newcomer.browser.press("Verder naar Mijn CZ")
    assert newcomer.is_in
