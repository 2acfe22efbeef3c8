"""What the account area is made with, from the configuration and the stores."""

from __future__ import annotations

from broker.mfa.upkeep import FactorUpkeep
from broker.settings import Settings
from broker.storage.account_events import AccountEvents
from broker.storage.known_devices import KnownDevices
from broker.storage.passwords import PasswordRepository
from broker.storage.role_grants import RoleGrantRepository
from broker.web.account.area import AccountArea, FactorParts, PasswordParts, RecordParts
from broker.web.account.mails import ChangeMails
from broker.web.account.memory import AccountMemory
from broker.web.enrolment_wizard import Wizard
from broker.web.language import current_language
from broker.web.second_factor_visit import SecondFactorPages
from broker.web.source_address import source_block
from broker.wiring.account_administration import own_account_administration
from broker.wiring.address_changes import address_changes
from broker.wiring.letters import letterbox
from broker.wiring.passwords import password_hashing, ways_by_password
from broker.wiring.repositories import binding_repository, collectivity_repository
from broker.wiring.second_factors import second_factor_surroundings
from broker.wiring.stores import Stores


def account_area(settings: Settings, stores: Stores, second: SecondFactorPages) -> AccountArea:
    """The same factors as at a login, with the means to change them."""
    pages = second.pages
    surroundings = second_factor_surroundings(
        settings,
        stores,
        pages.answers.auditor,
        language=lambda: current_language().value,
        source=source_block,
    )
    return AccountArea(
        pages=pages,
        accounts=second.accounts,
        passwords=PasswordParts(
            ways=ways_by_password(settings, stores, second.accounts, pages.answers.auditor),
            hashing=password_hashing,
            kept=PasswordRepository(stores.database),
        ),
        factors=FactorParts(
            service=second.factors,
            enrolments=second.enrolments,
            upkeep=FactorUpkeep(surroundings),
            states=second.states,
        ),
        addresses=address_changes(settings, stores, second.accounts, pages.answers.auditor),
        records=RecordParts(
            events=AccountEvents(stores.database),
            devices=KnownDevices(stores.database, stores.keys.columns),
            members=collectivity_repository(stores),
            roles=RoleGrantRepository(stores.database),
            bindings=binding_repository(stores),
            erase=own_account_administration(stores, pages.answers.auditor).erase_own,
        ),
        wizard=Wizard(second.enrolments, second.states, stores.clock),
        memory=AccountMemory(stores.records),
        mails=ChangeMails(letterbox(settings, stores), stores.clock),
        together=stores.database.writing,
    )
