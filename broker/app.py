"""The composition root: the one place where the parts of the broker are put together."""

from __future__ import annotations

from functools import partial
from urllib.parse import urlsplit

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from broker.accounts.registration.confirmation import Confirmation
from broker.accounts.registration.service import RegistrationService
from broker.audit.recorder import Auditor
from broker.errors import ConfigurationError
from broker.login.parked_outcomes import ParkedOutcomes
from broker.login.service import LoginService
from broker.login.surroundings import Surroundings
from broker.login.transactions import Transactions
from broker.login.upstream_logouts import UpstreamLogouts
from broker.login.upstream_requests import UpstreamRequests
from broker.mfa.service import SecondFactors
from broker.oidc.clients import ClientRegistry
from broker.oidc.current_facts import CurrentFacts
from broker.oidc.keys import SigningKeys, ensure_signing_keys
from broker.oidc.provider import OpenIDProvider, build_provider
from broker.settings import Settings
from broker.settings.roles_section import catalogues_of
from broker.storage.passwords import PasswordRepository
from broker.storage.second_factors import SecondFactorRepository
from broker.storage.signing_keys import SigningKeyRepository
from broker.web.account.blueprint import account_blueprint
from broker.web.account_request_pages import AccountRequestPages, account_request_blueprint
from broker.web.activation_pages import ActivationPages, activation_blueprint
from broker.web.address_pages import AddressPages, address_blueprint
from broker.web.authorize import AuthorizePages, authorize_blueprint
from broker.web.backstage import Backstage
from broker.web.binding_pages import BindingPages, binding_blueprint
from broker.web.collectivity_pages import CollectivityPages, collectivity_blueprint
from broker.web.headers import install_headers
from broker.web.health import Readiness, health_blueprint
from broker.web.home import home_blueprint
from broker.web.language import current_language
from broker.web.login_pages import LoginPages, login_blueprint
from broker.web.logout import LogoutPages, logout_blueprint
from broker.web.look import install_look
from broker.web.metrics import metrics_blueprint
from broker.web.network_limits import NetworkLimits, install_network_limits
from broker.web.new_password_pages import NewPasswordPages, new_password_blueprint
from broker.web.oidc_machine import MachineEndpoints, machine_blueprint
from broker.web.password_login import password_blueprint
from broker.web.portal_answers import PortalAnswers
from broker.web.portals import Portals
from broker.web.registration_pages import RegistrationPages, registration_blueprint
from broker.web.request_line import note_event
from broker.web.reset_pages import ResetPages, reset_blueprint
from broker.web.rim import install_rim
from broker.web.saml_endpoints import SamlEndpoints, saml_blueprint
from broker.web.second_factor_pages import second_factor_blueprint
from broker.web.second_factor_state import PageStates
from broker.web.second_factor_visit import SecondFactorPages
from broker.web.session_lookup import LiveSessions
from broker.web.source_address import request_origin, source_block
from broker.web.staff_pages import staff_blueprint
from broker.web.support_code import support_code
from broker.web.trimmed_flask import TrimmedFlask
from broker.web.upstream_logout import upstream_logout_blueprint
from broker.wiring.account_area import account_area
from broker.wiring.audit import audit_room_of
from broker.wiring.clients import clients_of
from broker.wiring.collectivities import current_rights_of, rights_of
from broker.wiring.configuration import start_faults
from broker.wiring.devices import device_book
from broker.wiring.eherkenning_accounts import account_requests, eherkenning_binding
from broker.wiring.figures import figures
from broker.wiring.limits import address_guard
from broker.wiring.passwords import ways_by_password
from broker.wiring.portals import portals_of
from broker.wiring.probes import probes_of
from broker.wiring.registration import registration_surroundings
from broker.wiring.repositories import account_repository
from broker.wiring.resets import link_requests, password_choice, reset_surroundings
from broker.wiring.second_factors import enrolments_of, second_factor_mails, second_factor_surroundings
from broker.wiring.stores import Stores, open_stores, session_store
from broker.wiring.upstream import (
    Connections,
    guarded_providers,
    sso_url,
    upstream_connections,
    upstream_logouts,
    upstream_metadata,
)


def create_app(settings: Settings) -> Flask:
    """The whole broker as a WSGI application.

    Raises `ConfigurationError` with every fault, or `StorageUnavailable`, before anything is served.
    """
    faults = list(start_faults(settings))
    clients = clients_of(settings, faults)
    upstream = upstream_connections(settings, faults)
    if faults:
        raise ConfigurationError(tuple(faults))
    stores = open_stores(settings)
    app = TrimmedFlask("broker.web", static_folder="static")
    app.config["PREFERRED_URL_SCHEME"] = urlsplit(settings.broker.issuer).scheme
    _trust_proxies(app, settings)
    portals = portals_of(settings)
    issuer = settings.broker.issuer
    install_rim(app, portals, urlsplit(issuer).netloc)
    install_headers(app, secure=issuer.startswith("https://"))
    install_look(app)
    _register(app, settings, stores, portals, clients, upstream)
    return app


def _register(
    app: Flask,
    settings: Settings,
    stores: Stores,
    portals: Portals,
    clients: ClientRegistry,
    upstream: Connections,
) -> None:
    issuer = settings.broker.issuer
    sessions = session_store(stores)
    lookup = LiveSessions(sessions, account_repository(stores), stores.clock)
    rights = rights_of(settings, stores)
    provider = _openid_provider(
        issuer, stores, clients, CurrentFacts(lookup, current_rights_of(stores, rights))
    )
    auditor = audit_room_of(stores).auditor(support_code, origin=request_origin, told=note_event)
    pages = _login_pages(settings, stores, portals, provider, auditor, upstream)
    registering = registration_surroundings(settings, stores, account_repository(stores), auditor)
    registrations = RegistrationService(registering)
    saml = SamlEndpoints(pages, registrations, upstream_metadata(upstream))
    second = _second_factor_pages(settings, stores, pages, auditor)
    resetting = reset_surroundings(settings, stores, account_repository(stores), auditor)
    area = account_area(settings, stores, second)
    guard = address_guard(settings, stores)
    install_network_limits(app, NetworkLimits(guard, portals, auditor, stores.clock))
    readiness = Readiness(probes_of(settings, stores))
    for blueprint in (
        home_blueprint(portals),
        health_blueprint(readiness),
        login_blueprint(pages),
        staff_blueprint(pages),
        password_blueprint(pages, second),
        second_factor_blueprint(second),
        collectivity_blueprint(CollectivityPages(pages, rights)),
        account_blueprint(area),
        address_blueprint(AddressPages(pages, area.addresses)),
        saml_blueprint(saml),
        registration_blueprint(RegistrationPages(pages, registrations)),
        binding_blueprint(BindingPages(pages, eherkenning_binding(settings, stores, auditor))),
        account_request_blueprint(_account_requests(settings, stores, pages, auditor)),
        reset_blueprint(ResetPages(pages, link_requests(resetting, stores))),
        new_password_blueprint(NewPasswordPages(pages, password_choice(resetting, stores, auditor))),
        activation_blueprint(ActivationPages(pages, Confirmation(registering))),
        authorize_blueprint(
            AuthorizePages(issuer, clients, provider.hints, provider.grants, stores.records, pages)
        ),
        logout_blueprint(LogoutPages(provider.end_session, pages)),
        upstream_logout_blueprint(pages),
        machine_blueprint(MachineEndpoints(provider, auditor, guard, stores.clock)),
    ):
        app.register_blueprint(blueprint)
    if settings.broker.metrics.on_main_port:
        app.register_blueprint(metrics_blueprint(figures(settings, stores, readiness)))


def _openid_provider(
    issuer: str, stores: Stores, clients: ClientRegistry, facts: CurrentFacts
) -> OpenIDProvider:
    source = SigningKeyRepository(stores.database, stores.keys.columns)
    ensure_signing_keys(source, now=stores.clock())
    return build_provider(
        issuer,
        clients=clients,
        keys=SigningKeys(source, stores.clock),
        records=stores.records,
        facts=facts,
        clock=stores.clock,
    )


def _login_pages(
    settings: Settings,
    stores: Stores,
    portals: Portals,
    provider: OpenIDProvider,
    auditor: Auditor,
    upstream: Connections,
) -> LoginPages:
    issuer, clock = settings.broker.issuer, stores.clock
    transactions, sessions = Transactions(stores.records), session_store(stores)
    accounts, passwords = account_repository(stores), PasswordRepository(stores.database)
    surroundings = Surroundings(
        transactions=transactions,
        upstream=UpstreamRequests(stores.records),
        parked=ParkedOutcomes(stores.records),
        providers=guarded_providers(stores, upstream),
        direct=ways_by_password(settings, stores, accounts, auditor),
        accounts=accounts,
        factors=SecondFactorRepository(stores.database, stores.keys.columns),
        relations=rights_of(settings, stores),
        passwords=passwords,
        sessions=sessions,
        auditor=auditor,
        clock=clock,
    )
    login = LoginService(surroundings)
    backstage = Backstage(
        issuer=issuer,
        clients=provider.clients,
        hints=provider.hints,
        codes=provider.codes,
        sessions=sessions,
        transactions=transactions,
        accounts=accounts,
        passwords=passwords,
        devices=device_book(settings, stores),
        auditor=auditor,
        clock=clock,
    )
    return LoginPages(
        login=login,
        logouts=UpstreamLogouts(stores.records, upstream_logouts(upstream), auditor, clock),
        sessions=sessions,
        portals=portals,
        answers=PortalAnswers(backstage),
        provider_url=partial(sso_url, upstream),
        base_url=issuer,
        clock=clock,
    )


def _second_factor_pages(
    settings: Settings, stores: Stores, pages: LoginPages, auditor: Auditor
) -> SecondFactorPages:
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


def _account_requests(
    settings: Settings, stores: Stores, pages: LoginPages, auditor: Auditor
) -> AccountRequestPages:
    requests = account_requests(settings, stores, auditor)
    return AccountRequestPages(pages, requests, catalogues_of(settings))


def _trust_proxies(app: Flask, settings: Settings) -> None:
    """Believe the address of the caller from as many proxies as are ours, and nothing else they say."""
    if hops := settings.broker.http.trusted_proxy_hops:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=0, x_host=0)  # type: ignore[method-assign]  # Flask's own advice.
