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
from broker.web.binding_mails import BindingMails
from broker.web.language import Language
from broker.wiring.audit import operator_auditor
from broker.wiring.letters import letterbox, writing_in
from broker.wiring.repositories import account_repository, binding_repository
from broker.wiring.stores import Stores, session_store


def eherkenning_binding(settings: Settings, stores: Stores, auditor: Auditor) -> EherkenningBinding:
    """Hands codes out and uses them."""
    return EherkenningBinding(
        BindingSurroundings(
            bindings=binding_repository(stores),
            accounts=account_repository(stores),
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
            requests=_requests(stores),
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
    with writing_in(language):
        yield eherkenning_binding(settings, stores, operator_auditor(stores))


@contextmanager
def request_desk(settings: Settings, stores: Stores, language: Language) -> Iterator[RequestDesk]:
    """Lets an operator decide upon requests, outside any request: the mails are written in `language`."""
    auditor = operator_auditor(stores)
    with writing_in(language):
        yield RequestDesk(
            DeskSurroundings(
                requests=_requests(stores),
                accounts=account_repository(stores),
                codes=eherkenning_binding(settings, stores, auditor),
                letters=BindingMails(letterbox(settings, stores)),
                auditor=auditor,
                together=stores.database.writing,
                clock=stores.clock,
            )
        )


def _requests(stores: Stores) -> AccountRequestRepository:
    return AccountRequestRepository(stores.database, stores.keys.columns, stores.clock)
