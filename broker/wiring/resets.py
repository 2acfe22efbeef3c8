"""What links for passwords are made and used with, from the configuration and the stores."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from broker.abuse.login_guard import LoginGuard
from broker.abuse.reset_limits import ResetLimits
from broker.accounts.reset.asking import PasswordLinkRequests
from broker.accounts.reset.choosing import PasswordChoice
from broker.accounts.reset.inviting import Invitations
from broker.accounts.reset.links import PasswordLinks
from broker.accounts.reset.surroundings import Credentials, Surroundings
from broker.audit.recorder import Auditor
from broker.sessions.ender import SessionEnder
from broker.settings import Settings
from broker.storage.accounts import AccountRepository
from broker.storage.known_devices import KnownDevices
from broker.storage.passwords import PasswordRepository
from broker.storage.used_messages import UsedMessages
from broker.web.language import Language
from broker.web.password_mails import PasswordMails
from broker.wiring.audit import operator_auditor
from broker.wiring.letters import letterbox, writing_in
from broker.wiring.limits import allowances
from broker.wiring.passwords import password_hashing
from broker.wiring.repositories import account_repository
from broker.wiring.stores import Stores, session_store


class HashingOnDemand:
    """Hashes with what the whole process shares; made by the first who needs it, since that costs a hash."""

    def hash(self, password: str) -> str:
        """The hash of a password; raises `Busy` when there is no room for the work."""
        return password_hashing().hash(password)


def reset_surroundings(
    settings: Settings, stores: Stores, accounts: AccountRepository, auditor: Auditor
) -> Surroundings:
    """What every link needs."""
    return Surroundings(
        links=PasswordLinks(stores.records, stores.clock),
        accounts=accounts,
        letters=PasswordMails(letterbox(settings, stores), settings.broker.issuer),
        auditor=auditor,
        together=stores.database.writing,
        clock=stores.clock,
    )


def link_requests(surroundings: Surroundings, stores: Stores) -> PasswordLinkRequests:
    """Takes wishes for links."""
    return PasswordLinkRequests(surroundings, ResetLimits(allowances(stores)))


def password_choice(surroundings: Surroundings, stores: Stores, auditor: Auditor) -> PasswordChoice:
    """Lets people choose a password by a link."""
    return PasswordChoice(surroundings, credentials_of(stores, auditor))


def credentials_of(stores: Stores, auditor: Auditor) -> Credentials:
    """What a new password changes."""
    return Credentials(
        passwords=PasswordRepository(stores.database),
        hashing=HashingOnDemand(),
        used=UsedMessages(stores.database),
        devices=KnownDevices(stores.database, stores.keys.columns),
        sessions=SessionEnder(session_store(stores), auditor, stores.clock),
        guard=LoginGuard(allowances(stores)),
    )


@contextmanager
def invitations_by_operator(settings: Settings, stores: Stores, language: Language) -> Iterator[Invitations]:
    """Lets an operator invite people, outside any request: the mails are written in `language`."""
    accounts, auditor = account_repository(stores), operator_auditor(stores)
    surroundings = reset_surroundings(settings, stores, accounts, auditor)
    with writing_in(language):
        yield Invitations(surroundings)
