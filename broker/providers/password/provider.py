"""Judges an address with a password; whatever the reason to refuse, it was the same work."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from broker.domain.accounts import Account, AccountId, AccountState
from broker.domain.assurance import AccountLevel, Assurance, Scheme
from broker.domain.identity import (
    AccountIdentity,
    Authenticated,
    Evidence,
    Failed,
    ProviderOutcome,
    password_mark,
)
from broker.domain.login_place import Admission, LoginPlace
from broker.errors import BrokerError
from broker.providers.base import PasswordAnswer

UNKNOWN: Final = "password.unknown"
WRONG: Final = "password.wrong"
HELD: Final = "password.held"
NOT_ACTIVE: Final = "password.not-active"
TOO_LARGE: Final = "password.too-large"

NOBODY: Final = AccountId("00000000-0000-0000-0000-000000000000")
"""Whose password and devices are looked up when there is no account: as many questions, no answer."""

# A flood need not cost what judging does: no name has a part in the one, and the other is told to nobody but
# who holds a token that the account knows.
_COSTS_NO_HASH: Final = frozenset({Admission.NETWORK_HELD, Admission.DEVICE_HELD})
# More than any address or password that we take can have (RFC 5321; four code points compose to one).
_LONGEST_ADDRESS = 320
_LONGEST_PASSWORD = 512
# What a token of ours fits in with room to spare; a longer cookie is no token.
_LONGEST_TOKEN = 200


class Accounts(Protocol):
    """Finds accounts that people log in to with a password."""

    def find_by_address(self, brand: str, email: str) -> Account | None:
        """The account of this address at this brand, in one look-up whoever is asked for."""
        ...


class Passwords(Protocol):
    """Keeps hashes."""

    def get(self, account_id: AccountId) -> str | None:
        """The hash of an account's password."""
        ...

    def replace_hash(self, account_id: AccountId, old: str, new: str) -> bool:
        """Another hash of the same password, unless it was changed meanwhile."""
        ...


class Devices(Protocol):
    """Remembers devices."""

    def is_known(self, account_id: AccountId, token: str) -> bool:
        """Whether the account was used on the device that holds this token."""
        ...


class Judgement(Protocol):
    """Whether a password was right, and its hash under newer parameters, where there is one."""

    @property
    def right(self) -> bool:
        """It was."""
        ...

    @property
    def rehashed(self) -> str | None:
        """To be kept instead of the hash that it was judged by."""
        ...


class Hashing(Protocol):
    """Judges passwords."""

    def verify(self, stored: str | None, password: str) -> Judgement:
        """With the same work for None; raises `BrokerError` when there is no room for it."""
        ...


class Guard(Protocol):
    """Limits how often passwords are tried."""

    def admits(self, brand: str, name: str, place: LoginPlace, *, now: datetime) -> Admission:
        """Counts the try, and says whether it may be judged."""
        ...

    def succeeded(self, brand: str, name: str, place: LoginPlace, *, now: datetime) -> None:
        """The try that was admitted was right."""
        ...

    def not_judged(self, brand: str, name: str, place: LoginPlace, *, now: datetime) -> None:
        """The try that was admitted could not be judged."""
        ...


@dataclass(frozen=True, slots=True)
class Parts:
    """What passwords are judged with."""

    accounts: Accounts
    passwords: Passwords
    devices: Devices
    hashing: Hashing
    guard: Guard


class PasswordProvider:
    """`broker.providers.base.AnswersDirectly` for addresses and passwords of our own accounts.

    The reason in `Failed` is for the audit log; whoever typed is told the same for each of them.
    """

    def __init__(self, parts: Parts) -> None:
        self._with = parts

    @property
    def scheme(self) -> Scheme:
        """Password, alone; a second factor makes more of its evidence."""
        return Scheme.PASSWORD

    def check(self, answer: PasswordAnswer, *, brand: str, now: datetime) -> ProviderOutcome:
        """Judge what was typed; the account, its state and whether it is held are looked at last.

        The order of questions and their number are the same for everybody (security A08, B4-03): the account,
        the device, the guard, the hash, and one judgement.
        """
        if len(answer.password) > _LONGEST_PASSWORD or len(answer.email) > _LONGEST_ADDRESS:
            # Nothing of an account has a part in this, so it may be quick.
            return Failed(TOO_LARGE, "more than we take")
        account = self._with.accounts.find_by_address(brand, answer.email)
        account_id = account.id if account else NOBODY
        place = self._place(answer, account_id)
        admission = self._with.guard.admits(brand, answer.email, place, now=now)
        if admission in _COSTS_NO_HASH:
            return Failed(HELD, admission.value)
        stored = self._with.passwords.get(account_id)
        try:
            judged = self._with.hashing.verify(stored, answer.password)
        except BrokerError:
            if admission is Admission.ADMITTED:
                self._with.guard.not_judged(brand, answer.email, place, now=now)
            raise
        found = _accepted(account, admission, right=judged.right)
        if isinstance(found, Failed):
            return found
        self._with.guard.succeeded(brand, answer.email, place, now=now)
        if stored is not None and judged.rehashed is not None:
            stored = self._renewed(found.id, stored, judged.rehashed, answer.password)
        return Authenticated(_evidence(found, stored, now))

    def _renewed(self, account_id: AccountId, stored: str, rehashed: str, password: str) -> str:
        """The hash that this password has from now on; that of before when it was changed meanwhile."""
        if self._with.passwords.replace_hash(account_id, stored, rehashed):
            return rehashed
        # Another login renewed it first, or it is another password now: only the first is worth anything.
        latest = self._with.passwords.get(account_id)
        is_same = latest is not None and self._with.hashing.verify(latest, password).right
        return latest if latest is not None and is_same else stored

    def _place(self, answer: PasswordAnswer, account_id: AccountId) -> LoginPlace:
        """A device counts as one when the account was used on it; anything else is where it comes from."""
        token = answer.device.token if answer.device else ""
        token = token if len(token) <= _LONGEST_TOKEN else ""
        known = self._with.devices.is_known(account_id, token)
        return LoginPlace(answer.source, known_device=token if known and token else None)


def _accepted(account: Account | None, admission: Admission, *, right: bool) -> Account | Failed:
    """The account whose owner this is, or why not, for the audit log."""
    if admission is not Admission.ADMITTED:
        return Failed(HELD, admission.value)
    if account is None:
        return Failed(UNKNOWN, "no account of this address")
    if not right:
        return Failed(WRONG, "not the password of the account")
    if account.state is not AccountState.ACTIVE:
        return Failed(NOT_ACTIVE, account.state.value)
    return account


def _evidence(account: Account, stored: str | None, now: datetime) -> Evidence:
    return Evidence(
        brand=account.brand,
        identity=AccountIdentity(account.id),
        assurance=Assurance(Scheme.PASSWORD, AccountLevel.PASSWORD),
        authenticated_at=now,
        password_mark=None if stored is None else password_mark(stored),
    )
