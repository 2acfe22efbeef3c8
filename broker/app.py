"""The composition root: the one place where the parts of the broker are put together."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from broker.accounts.registration.confirmation import Confirmation
from broker.accounts.registration.service import RegistrationService
from broker.errors import ConfigurationError
from broker.oidc.clients import ClientRegistry
from broker.oidc.current_facts import CurrentFacts
from broker.settings import Settings
from broker.web.account.blueprint import account_blueprint
from broker.web.account_request_pages import account_request_blueprint
from broker.web.activation_pages import ActivationPages, activation_blueprint
from broker.web.address_pages import AddressPages, address_blueprint
from broker.web.authorize import AuthorizePages, authorize_blueprint
from broker.web.binding_pages import BindingPages, binding_blueprint
from broker.web.collectivity_pages import CollectivityPages, collectivity_blueprint
from broker.web.headers import install_headers
from broker.web.health import Readiness, health_blueprint
from broker.web.home import home_blueprint
from broker.web.login_pages import login_blueprint
from broker.web.logout import LogoutPages, logout_blueprint
from broker.web.look import install_look
from broker.web.metrics import metrics_blueprint
from broker.web.network_limits import NetworkLimits, install_network_limits
from broker.web.new_password_pages import NewPasswordPages, new_password_blueprint
from broker.web.oidc_machine import MachineEndpoints, machine_blueprint
from broker.web.password_login import password_blueprint
from broker.web.portals import Portals
from broker.web.registration_pages import RegistrationPages, registration_blueprint
from broker.web.request_line import note_event
from broker.web.reset_pages import ResetPages, reset_blueprint
from broker.web.rim import install_rim
from broker.web.saml_endpoints import SamlEndpoints, saml_blueprint
from broker.web.second_factor_pages import second_factor_blueprint
from broker.web.session_lookup import LiveSessions
from broker.web.source_address import request_origin
from broker.web.staff_pages import staff_blueprint
from broker.web.support_code import support_code
from broker.web.trimmed_flask import TrimmedFlask
from broker.web.upstream_logout import upstream_logout_blueprint
from broker.wiring.account_area import account_area
from broker.wiring.audit import audit_room_of
from broker.wiring.clients import clients_of
from broker.wiring.collectivities import current_rights_of, rights_of
from broker.wiring.configuration import start_faults
from broker.wiring.eherkenning_accounts import eherkenning_binding
from broker.wiring.figures import figures
from broker.wiring.limits import address_guard
from broker.wiring.pages import account_request_pages, login_pages, openid_provider, second_factor_pages
from broker.wiring.portals import portals_of
from broker.wiring.probes import probes_of
from broker.wiring.registration import registration_surroundings
from broker.wiring.repositories import account_repository
from broker.wiring.resets import link_requests, password_choice, reset_surroundings
from broker.wiring.stores import Stores, open_stores, session_store
from broker.wiring.upstream import (
    Connections,
    upstream_connections,
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
    provider = openid_provider(
        issuer, stores, clients, CurrentFacts(lookup, current_rights_of(stores, rights))
    )
    auditor = audit_room_of(stores).auditor(support_code, origin=request_origin, told=note_event)
    pages = login_pages(settings, stores, portals, provider, auditor, upstream)
    registering = registration_surroundings(settings, stores, account_repository(stores), auditor)
    registrations = RegistrationService(registering)
    saml = SamlEndpoints(pages, registrations, upstream_metadata(upstream))
    second = second_factor_pages(settings, stores, pages, auditor)
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
        account_request_blueprint(account_request_pages(settings, stores, pages, auditor)),
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


def _trust_proxies(app: Flask, settings: Settings) -> None:
    """Believe the address of the caller from as many proxies as are ours, and nothing else they say."""
    if hops := settings.broker.http.trusted_proxy_hops:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=0, x_host=0)  # type: ignore[method-assign]  # Flask's own advice.
