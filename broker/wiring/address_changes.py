"""What a change of e-mail address is made with, from the configuration and the stores."""

from __future__ import annotations

from broker.abuse.address_change_limits import AddressChangeLimits
from broker.accounts.address.changing import AddressChanges
from broker.accounts.address.links import AddressLinks
from broker.accounts.address.ports import Keeping, Surroundings
from broker.audit.recorder import Auditor
from broker.sessions.ender import SessionEnder
from broker.settings import Settings
from broker.storage.accounts import AccountRepository
from broker.storage.passwords import PasswordRepository
from broker.storage.used_messages import UsedMessages
from broker.web.address_mails import AddressMails
from broker.wiring.letters import letterbox
from broker.wiring.limits import allowances
from broker.wiring.stores import Stores, session_store


def address_changes(
    settings: Settings, stores: Stores, accounts: AccountRepository, auditor: Auditor
) -> AddressChanges:
    """Lets people change their address by a link."""
    keeping = Keeping(
        links=AddressLinks(stores.records, stores.clock),
        accounts=accounts,
        passwords=PasswordRepository(stores.database),
        used=UsedMessages(stores.database),
        together=stores.database.writing,
    )
    return AddressChanges(
        Surroundings(
            keeping=keeping,
            limits=AddressChangeLimits(allowances(stores)),
            letters=AddressMails(letterbox(settings, stores), settings.broker.issuer),
            sessions=SessionEnder(session_store(stores), auditor, stores.clock),
            auditor=auditor,
            clock=stores.clock,
        )
    )
