"""Deciding upon requests: who asked is read, each is approved or refused, and the applicant hears by mail."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from broker.accounts.requesting.service import MAIL_LIFETIME, ApplicantLetter
from broker.domain.accounts import Account
from broker.domain.auditing import Auditor, Together
from broker.domain.clock import Clock
from broker.domain.email_address import EmailAddress, parse_email_address
from broker.domain.events import AccountRequestDecided, AccountRequestsRead, Result
from broker.domain.representation import Representation
from broker.domain.roles import RoleId


class Kept(Protocol):
    """A request as the store has it."""

    @property
    def id(self) -> str:
        """Which one."""

    @property
    def portal(self) -> str:
        """Where it was made."""

    @property
    def created_at(self) -> datetime:
        """When, aware UTC."""

    @property
    def content(self) -> Mapping[str, Any]:
        """As `AccountRequests` wrote it."""


class Requests(Protocol):
    """Keeps requests."""

    def waiting(self, brand: str) -> tuple[Kept, ...]:
        """Those that nobody decided upon yet, oldest first."""

    def find(self, brand: str, request_id: str) -> Kept | None:
        """One that nobody decided upon yet."""

    def decide(self, brand: str, request_id: str, *, approved: bool) -> bool:
        """Close one and wipe its content; False when somebody else did so first."""


class Letters(Protocol):
    """Writes and queues mail, within the transaction at hand."""

    def refuse(self, letter: ApplicantLetter) -> None:
        """Queue the mail that says that there will be no account."""


class Accounts(Protocol):
    """Finds accounts."""

    def find_any_by_address(self, brand: str, email: str) -> Account | None:
        """The account of any type that owns this address at the brand."""


class Codes(Protocol):
    """Hands out codes that bind eHerkenning."""

    def hand_out(self, account: Account, portal: str | None) -> bool:
        """Mail a new code to the account's owner; False for an account that cannot be bound."""


@dataclass(frozen=True, slots=True)
class WaitingRequest:
    """Who asked, for what, as eHerkenning vouched for them."""

    id: str
    portal: str
    asked_at: datetime
    name: str = field(repr=False)
    email: EmailAddress = field(repr=False)
    roles: tuple[RoleId, ...]
    represents: Representation
    level: str


class Decision(StrEnum):
    """What came of deciding."""

    DONE = "done"
    UNKNOWN = "unknown"
    NO_ACCOUNT = "no-account"


@dataclass(frozen=True, slots=True)
class DeskSurroundings:
    """What requests are decided upon with."""

    requests: Requests
    accounts: Accounts
    codes: Codes
    letters: Letters
    auditor: Auditor
    together: Together
    clock: Clock


class RequestDesk:
    """Reads requests and decides upon them."""

    def __init__(self, surroundings: DeskSurroundings) -> None:
        self._with = surroundings

    def waiting(self, brand: str) -> tuple[WaitingRequest, ...]:
        """Those that nobody decided upon yet, oldest first; that they were read is written down."""
        found = tuple(_read(kept) for kept in self._with.requests.waiting(brand))
        self._with.auditor.record(
            AccountRequestsRead(brand=brand, result=Result.SUCCESS, requests=len(found))
        )
        return found

    def approve(self, brand: str, request_id: str) -> Decision:
        """Mail the code that binds the applicant's eHerkenning to the account at their address.

        The account has to be there: what it may do is given where all accounts get it, by an import.
        """
        kept = self._with.requests.find(brand, request_id)
        if kept is None:
            return Decision.UNKNOWN
        wanted = _read(kept)
        account = self._with.accounts.find_any_by_address(brand, wanted.email.text)
        if account is None:
            return Decision.NO_ACCOUNT
        with self._with.together():
            if not self._with.requests.decide(brand, request_id, approved=True):
                return Decision.UNKNOWN
            if not self._with.codes.hand_out(account, wanted.portal):
                raise AccountCannotBeBound
            self._decided(brand, request_id, account)
        return Decision.DONE

    def refuse(self, brand: str, request_id: str) -> Decision:
        """Mail the applicant that there will be no account, and whom to ask."""
        kept = self._with.requests.find(brand, request_id)
        if kept is None:
            return Decision.UNKNOWN
        wanted = _read(kept)
        with self._with.together():
            if not self._with.requests.decide(brand, request_id, approved=False):
                return Decision.UNKNOWN
            expires_at = self._with.clock() + MAIL_LIFETIME
            letter = ApplicantLetter(brand, wanted.portal, wanted.email.ascii, expires_at)
            self._with.letters.refuse(letter)
            self._decided(brand, request_id, None)
        return Decision.DONE

    def _decided(self, brand: str, request_id: str, account: Account | None) -> None:
        self._with.auditor.record(
            AccountRequestDecided(
                brand=brand,
                result=Result.SUCCESS,
                request_id=request_id,
                approved=account is not None,
                of_account=None if account is None else account.id,
            )
        )


class AccountCannotBeBound(Exception):
    """The account at the applicant's address is closed, or no business account; nothing was decided."""


def _read(kept: Kept) -> WaitingRequest:
    content = kept.content
    return WaitingRequest(
        id=kept.id,
        portal=kept.portal,
        asked_at=kept.created_at,
        name=content["name"],
        email=parse_email_address(content["email"]),
        roles=tuple(RoleId(role) for role in content["roles"]),
        represents=Representation.decode(content["represents"]),
        level=content["level"],
    )
