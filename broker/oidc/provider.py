"""The OpenID Provider as one value: every endpoint, put together from its parts for the composition root."""

from __future__ import annotations

from dataclasses import dataclass

from broker.domain.clock import Clock
from broker.oidc.access_token import AccessTokenReader
from broker.oidc.client_assertion import AssertionVerifier
from broker.oidc.client_authentication import ClientAuthenticator
from broker.oidc.clients import ClientRegistry
from broker.oidc.codes import CodeStore
from broker.oidc.collectivities import CollectivitiesEndpoint
from broker.oidc.current_facts import CurrentFacts
from broker.oidc.discovery import Endpoints, discovery_document, offer_of
from broker.oidc.documents import PublicDocument
from broker.oidc.end_session import EndSessionEndpoint
from broker.oidc.grants import GrantStore
from broker.oidc.id_token_hint import HintReader
from broker.oidc.introspection import IntrospectionEndpoint
from broker.oidc.keys import SigningKeys
from broker.oidc.living_tokens import LivingTokens
from broker.oidc.refresh_tokens import RefreshTokens
from broker.oidc.revocation import RevocationEndpoint
from broker.oidc.token import TokenEndpoint
from broker.oidc.tokens import TokenMinter
from broker.oidc.userinfo import UserinfoEndpoint
from broker.storage.records import RecordStore


@dataclass(frozen=True, slots=True)
class OpenIDProvider:
    """What `broker.web` calls. Nothing in it changes."""

    issuer: str
    endpoints: Endpoints
    clients: ClientRegistry
    keys: SigningKeys
    hints: HintReader
    codes: CodeStore
    grants: GrantStore
    token: TokenEndpoint
    userinfo: UserinfoEndpoint
    revocation: RevocationEndpoint
    introspection: IntrospectionEndpoint
    end_session: EndSessionEndpoint
    collectivities: CollectivitiesEndpoint
    discovery: PublicDocument


def build_provider(
    issuer: str,
    *,
    clients: ClientRegistry,
    keys: SigningKeys,
    records: RecordStore,
    facts: CurrentFacts,
    clock: Clock,
) -> OpenIDProvider:
    """Put the provider together for one issuer. Reads nothing from the stores yet."""
    endpoints = Endpoints(issuer)
    grants = GrantStore(records)
    codes = CodeStore(records, grants, clock)
    hints = HintReader(issuer, keys, clients)
    audiences = frozenset({issuer, endpoints.url(endpoints.TOKEN_PATH)})
    authenticator = ClientAuthenticator(clients, AssertionVerifier(audiences, records, clock))
    minter = TokenMinter(issuer, keys, clock)
    refresh_tokens = RefreshTokens(records, grants, clock)
    reader = AccessTokenReader(issuer, keys, clients)
    living = LivingTokens(reader, refresh_tokens, grants, facts, clock)
    return OpenIDProvider(
        issuer=issuer,
        endpoints=endpoints,
        clients=clients,
        keys=keys,
        hints=hints,
        codes=codes,
        grants=grants,
        token=TokenEndpoint(issuer, authenticator, codes, facts, minter, refresh_tokens),
        userinfo=UserinfoEndpoint(issuer, living, keys, clock),
        revocation=RevocationEndpoint(issuer, authenticator, living, refresh_tokens, grants),
        introspection=IntrospectionEndpoint(issuer, authenticator, living),
        end_session=EndSessionEndpoint(hints, clients),
        collectivities=CollectivitiesEndpoint(issuer, living, facts.rights),
        discovery=discovery_document(issuer, offer_of(clients.all())),
    )
