"""Portals' files as OpenID Connect clients."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace

from broker.domain.assurance import Assurance, Scheme
from broker.oidc.claims import COLLECTIVITIES_TOTAL
from broker.oidc.client_faults import client_faults
from broker.oidc.client_keys import NO_KEYS, ClientKeyFault, ClientKeys, parse_client_keys
from broker.oidc.clients import Client, ClientRegistry
from broker.oidc.vocabulary import (
    AuthMethod,
    ClientProfile,
    ContentEncryption,
    GrantType,
    KeyEncryption,
    SigningAlgorithm,
)
from broker.settings import Environment, Portal, Settings
from broker.settings.portal_file import ClientMetadata, ResourceServer


def clients_of(settings: Settings, faults: list[str]) -> ClientRegistry:
    """The registrations of all portals; what is wrong with their keys or rules is added to `faults`."""
    demo = settings.broker.environment is Environment.DEMO
    clients = []
    for name, portal in settings.portals.items():
        keys = _keys(settings, f"portals/{name}.toml: client", portal.client, faults)
        client = _client(name, portal, keys or NO_KEYS, _reach(settings, portal))
        found = client_faults(client, allow_loopback_http=demo)
        faults.extend(_beside(keys, f"portals/{name}.toml: client", found))
        clients.append(client)
        if portal.resource_server is not None:
            clients.append(_resource_server(settings, client, portal.resource_server, faults))
    return ClientRegistry(clients)


def _resource_server(
    settings: Settings, portal: Client, registered: ResourceServer, faults: list[str]
) -> Client:
    """The portal's API as a client that may introspect and nothing else."""
    where = f"portals/{portal.portal}.toml: resource_server"
    keys = _keys(settings, where, registered, faults)
    client = replace(
        portal,
        client_id=registered.client_id,
        token_endpoint_auth_method=AuthMethod(registered.token_endpoint_auth_method),
        client_secret_sha256=registered.client_secret_sha256,
        jwks=keys or NO_KEYS,
        redirect_uris=(),
        post_logout_redirect_uris=(),
        grant_types=frozenset(),
        claims=frozenset(),
        bsn_legal_ground=None,
        id_token_encrypted_response_alg=None,
        userinfo_encrypted_response_alg=None,
        backchannel_logout_uri=None,
        is_resource_server=True,
    )
    faults.extend(_beside(keys, where, client_faults(client)))
    return client


def _beside(keys: ClientKeys | None, where: str, found: list[str]) -> Iterator[str]:
    """What is wrong besides keys that could not be read: without them nobody knows what they lack."""
    yield from (f"{where}: {fault}" for fault in found if keys is not None or not fault.startswith("jwks: "))


def _keys(
    settings: Settings, table: str, registered: ClientMetadata | ResourceServer, faults: list[str]
) -> ClientKeys | None:
    """None when they have a fault, which is told."""
    where = f"{table}.jwks"
    jwks: object = registered.jwks
    if registered.jwks_file is not None:
        where = f"{table}.jwks_file"
        try:
            jwks = json.loads(settings.path(registered.jwks_file).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            faults.append(f"{where}: cannot be read as JSON ({type(error).__name__})")
            return None
    if jwks is None:
        return NO_KEYS
    if not isinstance(jwks, Mapping):
        faults.append(f"{where}: is not a JWK Set")
        return None
    try:
        return parse_client_keys(jwks)
    except ClientKeyFault as fault:
        faults.append(f"{where}: {fault}")
        return None


def _reach(settings: Settings, portal: Portal) -> tuple[Assurance, ...]:
    """The strongest of each way of logging in; eHerkenning brings what the brand has a service for."""
    connection = settings.brands[portal.brand].eherkenning
    return tuple(
        connection.highest_level if reached.scheme is Scheme.EHERKENNING and connection else reached
        for reached in portal.login.reach
    )


def _client(name: str, portal: Portal, keys: ClientKeys, reach: tuple[Assurance, ...]) -> Client:
    metadata = portal.client
    encryption = metadata.id_token_encrypted_response_alg
    userinfo_signing = metadata.userinfo_signed_response_alg
    userinfo_encryption = metadata.userinfo_encrypted_response_alg
    return Client(
        client_id=metadata.client_id,
        portal=name,
        brand=portal.brand,
        sector=portal.subject_sector,
        resource=metadata.resource or f"urn:voordeur:portal:{metadata.client_id}",
        redirect_uris=metadata.redirect_uris,
        token_endpoint_auth_method=AuthMethod(metadata.token_endpoint_auth_method),
        id_token_signed_response_alg=SigningAlgorithm(metadata.id_token_signed_response_alg),
        client_secret_sha256=metadata.client_secret_sha256,
        jwks=keys,
        id_token_encrypted_response_alg=KeyEncryption(encryption) if encryption else None,
        id_token_encrypted_response_enc=ContentEncryption(metadata.id_token_encrypted_response_enc),
        grant_types=frozenset(GrantType(grant) for grant in metadata.grant_types),
        userinfo_signed_response_alg=SigningAlgorithm(userinfo_signing) if userinfo_signing else None,
        userinfo_encrypted_response_alg=KeyEncryption(userinfo_encryption) if userinfo_encryption else None,
        userinfo_encrypted_response_enc=ContentEncryption(metadata.userinfo_encrypted_response_enc),
        backchannel_logout_uri=metadata.backchannel_logout_uri,
        backchannel_logout_session_required=metadata.backchannel_logout_session_required,
        post_logout_redirect_uris=metadata.post_logout_redirect_uris,
        profile=ClientProfile(portal.profile.value),
        claims=_contract(portal),
        bsn_legal_ground=portal.claims.bsn_legal_ground,
        reach=reach,
        access=portal.access.as_domain if portal.access else None,
    )


def _contract(portal: Portal) -> frozenset[str]:
    """What the portal may have; how many collectivities there are, where it may have them all."""
    allowed = frozenset(portal.claims.allow)
    return allowed | {COLLECTIVITIES_TOTAL} if "collectivities" in allowed else allowed
