"""The OpenID Provider and the pages of a login, put together for the composition root."""

from __future__ import annotations

from functools import partial

from broker.audit.recorder import Auditor
from broker.login.parked_outcomes import ParkedOutcomes
from broker.login.service import LoginService
from broker.login.surroundings import Surroundings
from broker.login.transactions import Transactions
from broker.login.upstream_logouts import UpstreamLogouts
from broker.login.upstream_requests import UpstreamRequests
from broker.mfa.service import SecondFactors
from broker.oidc.clients import ClientRegistry
from broker.oidc.current_facts import CurrentFacts
from broker.oidc.provider import OpenIDProvider, build_provider
from broker.settings import Settings
from broker.settings.roles_section import catalogues_of
from broker.settings.work_address_section import work_address_rules_of
from broker.storage.passwords import PasswordRepository
from broker.storage.second_factors import SecondFactorRepository
from broker.web.account_request_pages import AccountRequestPages
from broker.web.backstage import Backstage
from broker.web.language import current_language
from broker.web.login_pages import LoginPages
from broker.web.portal_answers import PortalAnswers
from broker.web.portals import Portals
from broker.web.second_factor_state import PageStates
from broker.web.second_factor_visit import SecondFactorPages
from broker.web.source_address import source_block
from broker.wiring.collectivities import rights_of
from broker.wiring.devices import device_book
from broker.wiring.eherkenning_accounts import account_requests
from broker.wiring.passwords import ways_by_password
from broker.wiring.repositories import account_repository
from broker.wiring.second_factors import enrolments_of, second_factor_mails, second_factor_surroundings
from broker.wiring.signing_keys import signing_keys
from broker.wiring.stores import Stores, session_store
from broker.wiring.upstream import (
    Connections,
    guarded_providers,
    sso_url,
    upstream_logouts,
)


def openid_provider(
    issuer: str, stores: Stores, clients: ClientRegistry, facts: CurrentFacts
) -> OpenIDProvider:
    """The OpenID Provider of this deployment."""
    return build_provider(
        issuer,
        clients=clients,
        keys=signing_keys(stores),
        records=stores.records,
        facts=facts,
        clock=stores.clock,
    )


def login_pages(
    settings: Settings,
    stores: Stores,
    portals: Portals,
    provider: OpenIDProvider,
    auditor: Auditor,
    upstream: Connections,
) -> LoginPages:
    """What every page of a login has to hand."""
    login = LoginService(_surroundings(settings, stores, auditor, upstream))
    return LoginPages(
        login=login,
        logouts=UpstreamLogouts(stores.records, upstream_logouts(upstream), auditor, stores.clock),
        sessions=session_store(stores),
        portals=portals,
        answers=PortalAnswers(_backstage(settings, stores, provider, auditor)),
        provider_url=partial(sso_url, upstream),
        base_url=settings.broker.issuer,
        clock=stores.clock,
    )


def _surroundings(
    settings: Settings, stores: Stores, auditor: Auditor, upstream: Connections
) -> Surroundings:
    accounts = account_repository(stores)
    return Surroundings(
        transactions=Transactions(stores.records),
        upstream=UpstreamRequests(stores.records),
        parked=ParkedOutcomes(stores.records),
        providers=guarded_providers(stores, upstream),
        direct=ways_by_password(settings, stores, accounts, auditor),
        accounts=accounts,
        factors=SecondFactorRepository(stores.database, stores.keys.columns),
        relations=rights_of(settings, stores),
        passwords=PasswordRepository(stores.database),
        sessions=session_store(stores),
        auditor=auditor,
        clock=stores.clock,
    )


def _backstage(settings: Settings, stores: Stores, provider: OpenIDProvider, auditor: Auditor) -> Backstage:
    return Backstage(
        issuer=settings.broker.issuer,
        clients=provider.clients,
        hints=provider.hints,
        codes=provider.codes,
        sessions=session_store(stores),
        transactions=Transactions(stores.records),
        accounts=account_repository(stores),
        passwords=PasswordRepository(stores.database),
        devices=device_book(settings, stores),
        auditor=auditor,
        clock=stores.clock,
    )


def second_factor_pages(
    settings: Settings, stores: Stores, pages: LoginPages, auditor: Auditor
) -> SecondFactorPages:
    """The pages on which a second factor is asked or set up."""
    surroundings = second_factor_surroundings(
        settings, stores, auditor, language=lambda: current_language().value, source=source_block
    )
    accounts = account_repository(stores)
    letters = second_factor_mails(settings, stores, accounts)
    return SecondFactorPages(
        pages=pages,
        accounts=accounts,
        factors=SecondFactors(surroundings),
        enrolments=enrolments_of(settings, stores, surroundings, letters),
        states=PageStates(stores.records),
    )


def account_request_pages(
    settings: Settings, stores: Stores, pages: LoginPages, auditor: Auditor
) -> AccountRequestPages:
    """The pages on which somebody asks for an account."""
    requests = account_requests(settings, stores, auditor)
    return AccountRequestPages(pages, requests, catalogues_of(settings), work_address_rules_of(settings))
