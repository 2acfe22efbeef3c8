"""Discovery metadata (OpenID Connect Discovery 3, RFC 8414): generated from what the code accepts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from broker.domain.assurance import ACR_VALUES, acr_values_of
from broker.oidc.authorization_details import DETAILS_TYPE
from broker.oidc.claims import CLAIM_NAMES
from broker.oidc.clients import Client
from broker.oidc.documents import DISCOVERY_MAX_AGE_SECONDS, PublicDocument, public_document
from broker.oidc.vocabulary import (
    CHALLENGE_METHOD,
    RESPONSE_TYPE,
    SCOPES,
    AuthMethod,
    ClientProfile,
    ContentEncryption,
    GrantType,
    KeyEncryption,
    Prompt,
    ResponseMode,
    SigningAlgorithm,
)

PROTOCOL_CLAIMS = ("iss", "sub", "aud", "exp", "iat", "nbf", "jti", "nonce", "acr", "auth_time", "sid")


@dataclass(frozen=True, slots=True)
class Endpoints:
    """The provider's addresses below one issuer, which is configuration and never a Host header."""

    issuer: str

    AUTHORIZATION_PATH = "/oauth2/authorize"
    TOKEN_PATH = "/oauth2/token"
    USERINFO_PATH = "/oauth2/userinfo"
    REVOCATION_PATH = "/oauth2/revoke"
    INTROSPECTION_PATH = "/oauth2/introspect"
    JWKS_PATH = "/oauth2/jwks"
    END_SESSION_PATH = "/oauth2/logout"
    COLLECTIVITIES_PATH = "/oauth2/collectivities"

    def url(self, path: str) -> str:
        """The absolute address of one of the paths."""
        return self.issuer.rstrip("/") + path

    @property
    def well_known_paths(self) -> tuple[str, ...]:
        """Where the document stands: after the issuer's path (Discovery 4), and before it (RFC 8414 3)."""
        path = urlsplit(self.issuer).path.rstrip("/")
        return (
            f"{path}/.well-known/openid-configuration",
            f"/.well-known/oauth-authorization-server{path}",
        )


@dataclass(frozen=True, slots=True)
class Offer:
    """What this deployment offers beyond what all do: that which some client of it uses, or can reach."""

    auth_methods: frozenset[AuthMethod] = frozenset(AuthMethod)
    grant_types: frozenset[GrantType] = frozenset({GrantType.AUTHORIZATION_CODE})
    acr_values: tuple[str, ...] = ACR_VALUES
    has_collectivities: bool = False


def offer_of(clients: Iterable[Client]) -> Offer:
    """What `clients` use. NL GOV allows refresh tokens yet not listing them, so its clients do not count."""
    listed = tuple(clients)
    told = [client for client in listed if client.profile is not ClientProfile.NLGOV]
    grants = {grant for client in told for grant in client.grant_types}
    return Offer(
        frozenset(client.token_endpoint_auth_method for client in listed),
        frozenset({GrantType.AUTHORIZATION_CODE, *grants}),
        acr_values_of({reached for client in listed for reached in client.reach}),
        any(client.access is not None for client in listed),
    )


def discovery_document(issuer: str, offer: Offer = Offer()) -> PublicDocument:
    """The document for both well-known paths."""
    methods = sorted(method.value for method in offer.auth_methods)
    at = Endpoints(issuer)
    signing = [algorithm.value for algorithm in SigningAlgorithm]
    return public_document(
        {
            "issuer": issuer,
            "authorization_endpoint": at.url(at.AUTHORIZATION_PATH),
            "token_endpoint": at.url(at.TOKEN_PATH),
            "userinfo_endpoint": at.url(at.USERINFO_PATH),
            "revocation_endpoint": at.url(at.REVOCATION_PATH),
            "introspection_endpoint": at.url(at.INTROSPECTION_PATH),
            "jwks_uri": at.url(at.JWKS_PATH),
            "end_session_endpoint": at.url(at.END_SESSION_PATH),
            "response_types_supported": [RESPONSE_TYPE],
            "response_modes_supported": [mode.value for mode in ResponseMode],
            "grant_types_supported": [grant.value for grant in GrantType if grant in offer.grant_types],
            "scopes_supported": list(SCOPES),
            "subject_types_supported": ["pairwise"],
            "acr_values_supported": list(offer.acr_values),
            "prompt_values_supported": [prompt.value for prompt in Prompt],
            "code_challenge_methods_supported": [CHALLENGE_METHOD],
            **_authentication("token", methods, signing),
            **_authentication("revocation", methods, signing),
            **_authentication("introspection", methods, signing),
            "id_token_signing_alg_values_supported": signing,
            "id_token_encryption_alg_values_supported": [alg.value for alg in KeyEncryption],
            "id_token_encryption_enc_values_supported": [enc.value for enc in ContentEncryption],
            "userinfo_signing_alg_values_supported": signing,
            "userinfo_encryption_alg_values_supported": [alg.value for alg in KeyEncryption],
            "userinfo_encryption_enc_values_supported": [enc.value for enc in ContentEncryption],
            "backchannel_logout_supported": True,
            "backchannel_logout_session_supported": True,
            "claim_types_supported": ["normal"],
            "claims_supported": [*PROTOCOL_CLAIMS, *sorted(CLAIM_NAMES - set(PROTOCOL_CLAIMS))],
            "claims_parameter_supported": True,
            "request_parameter_supported": False,
            "request_uri_parameter_supported": False,
            **(_collectivities(at) if offer.has_collectivities else {}),
            "authorization_response_iss_parameter_supported": True,
            "ui_locales_supported": ["nl", "en"],
        },
        max_age_seconds=DISCOVERY_MAX_AGE_SECONDS,
    )


def _collectivities(at: Endpoints) -> dict[str, object]:
    """Where portals search, and how they ask for a collectivity (RFC 9396 10)."""
    return {
        "collectivities_endpoint": at.url(at.COLLECTIVITIES_PATH),
        "authorization_details_types_supported": [DETAILS_TYPE],
    }


def _authentication(endpoint: str, methods: list[str], signing: list[str]) -> dict[str, object]:
    """How clients prove themselves at an endpoint (RFC 8414 2); the same at each."""
    return {
        f"{endpoint}_endpoint_auth_methods_supported": methods,
        f"{endpoint}_endpoint_auth_signing_alg_values_supported": signing,
    }
