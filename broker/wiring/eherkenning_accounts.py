"""What binds eHerkenning to accounts, and takes requests for accounts in, from configuration and stores."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from broker.abuse.binding_guesses import BindingGuesses
from broker.accounts.binding.service import EherkenningBinding
from broker.accounts.binding.service import Surroundings as BindingSurroundings
from broker.accounts.requesting.desk import DeskSurroundings, RequestDesk
from broker.accounts.requesting.service import AccountRequests
from broker.accounts.requesting.service import Surroundings as RequestSurroundings
from broker.audit.recorder import Auditor
from broker.sessions.ender import SessionEnder
from broker.settings import Settings
from broker.storage.account_requests import AccountRequestRepository
from broker.storage.accounts import AccountRepository
from broker.storage.eherkenning_bindings import EherkenningBindingRepository
from broker.web.binding_mails import BindingMails
from broker.web.language import Language
from broker.wiring.audit import AuditRoom, operator_origin
from broker.wiring.letters import letterbox, writing_in
from broker.wiring.stores import Stores, session_store


def eherkenning_binding(settings: Settings, stores: Stores, auditor: Auditor) -> EherkenningBinding:
    """Hands codes out and uses them."""
    return EherkenningBinding(
        BindingSurroundings(
            bindings=binding_repository(stores),
            accounts=_accounts(stores),
            guesses=BindingGuesses(stores.records),
            letters=BindingMails(letterbox(settings, stores)),
            sessions=SessionEnder(session_store(stores), auditor, stores.clock),
            auditor=auditor,
            together=stores.database.writing,
            clock=stores.clock,
        )
    )


def account_requests(settings: Settings, stores: Stores, auditor: Auditor) -> AccountRequests:
    """Takes requests for accounts in."""
    return AccountRequests(
        RequestSurroundings(
            requests=AccountRequestRepository(stores.database, stores.keys.columns, stores.clock),
            limits=BindingGuesses(stores.records),
            letters=BindingMails(letterbox(settings, stores)),
            auditor=auditor,
            together=stores.database.writing,
            clock=stores.clock,
        )
    )


@contextmanager
def binding_by_operator(
    settings: Settings, stores: Stores, language: Language
) -> Iterator[EherkenningBinding]:
    """Lets an operator hand codes out, outside any request: the mails are written in `language`."""
    room = AuditRoom(stores.database, stores.keys.columns, stores.clock)
    with writing_in(language):
        yield eherkenning_binding(settings, stores, room.auditor(origin=operator_origin))


@contextmanager
def request_desk(settings: Settings, stores: Stores, language: Language) -> Iterator[RequestDesk]:
    """Lets an operator decide upon requests, outside any request: the mails are written in `language`."""
    keys = stores.keys
    room = AuditRoom(stores.database, keys.columns, stores.clock)
    auditor = room.auditor(origin=operator_origin)
    with writing_in(language):
        yield RequestDesk(
            DeskSurroundings(
                requests=AccountRequestRepository(stores.database, keys.columns, stores.clock),
                accounts=_accounts(stores),
                codes=eherkenning_binding(settings, stores, auditor),
                letters=BindingMails(letterbox(settings, stores)),
                auditor=auditor,
                together=stores.database.writing,
                clock=stores.clock,
            )
        )


def binding_repository(stores: Stores) -> EherkenningBindingRepository:
    """What is bound to which account."""
    keys = stores.keys
    return EherkenningBindingRepository(stores.database, keys.columns, keys.blind_indexes, stores.clock)


def _accounts(stores: Stores) -> AccountRepository:
    keys = stores.keys
    return AccountRepository(stores.database, keys.columns, keys.blind_indexes, stores.clock)
