"""Portals' files as OpenID Connect clients."""

from __future__ import annotations

import json
from collections.abc import Mapping

from broker.oidc.client_faults import client_faults
from broker.oidc.client_keys import NO_KEYS, ClientKeyFault, ClientKeys, parse_client_keys
from broker.oidc.clients import Client, ClientRegistry
from broker.oidc.vocabulary import (
    AuthMethod,
    ClientProfile,
    ContentEncryption,
    KeyEncryption,
    SigningAlgorithm,
)
from broker.settings import Environment, Portal, Settings


def clients_of(settings: Settings, faults: list[str]) -> ClientRegistry:
    """The registrations of all portals; what is wrong with their keys or rules is added to `faults`."""
    demo = settings.broker.environment is Environment.DEMO
    clients = []
    for name, portal in settings.portals.items():
        client = _client(name, portal, _keys(settings, name, portal, faults))
        found = client_faults(client, allow_loopback_http=demo)
        faults.extend(f"portals/{name}.toml: client: {fault}" for fault in found)
        clients.append(client)
    return ClientRegistry(clients)


def _keys(settings: Settings, name: str, portal: Portal, faults: list[str]) -> ClientKeys:
    where = f"portals/{name}.toml: client.jwks"
    jwks: object = portal.client.jwks
    if portal.client.jwks_file is not None:
        where = f"portals/{name}.toml: client.jwks_file"
        try:
            jwks = json.loads(settings.path(portal.client.jwks_file).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            faults.append(f"{where}: cannot be read as JSON ({type(error).__name__})")
            return NO_KEYS
    if jwks is None:
        return NO_KEYS
    if not isinstance(jwks, Mapping):
        faults.append(f"{where}: is not a JWK Set")
        return NO_KEYS
    try:
        return parse_client_keys(jwks)
    except ClientKeyFault as fault:
        faults.append(f"{where}: {fault}")
        return NO_KEYS


def _client(name: str, portal: Portal, keys: ClientKeys) -> Client:
    metadata = portal.client
    encryption = metadata.id_token_encrypted_response_alg
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
        post_logout_redirect_uris=metadata.post_logout_redirect_uris,
        profile=ClientProfile(portal.profile.value),
        claims=frozenset(portal.claims.allow),
        bsn_legal_ground=portal.claims.bsn_legal_ground,
    )
