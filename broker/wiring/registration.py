"""What registrations are made with, from the configuration and the stores."""

from __future__ import annotations

from broker.accounts.registration.links import ConfirmationLinks
from broker.accounts.registration.store import PendingRegistrations
from broker.accounts.registration.surroundings import Surroundings
from broker.audit.recorder import Auditor
from broker.settings import Settings
from broker.storage.accounts import AccountRepository
from broker.web.registration_mails import RegistrationMails
from broker.wiring.letters import letterbox
from broker.wiring.stores import Stores


def registration_surroundings(
    settings: Settings, stores: Stores, accounts: AccountRepository, auditor: Auditor
) -> Surroundings:
    """Everything that a registration needs."""
    return Surroundings(
        pending=PendingRegistrations(stores.records),
        links=ConfirmationLinks(stores.records, stores.clock),
        accounts=accounts,
        letters=RegistrationMails(letterbox(settings, stores), settings.broker.issuer),
        auditor=auditor,
        together=stores.database.writing,
        clock=stores.clock,
    )
