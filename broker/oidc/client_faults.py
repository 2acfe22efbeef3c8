"""What is wrong with a registration, as a list of sentences for `broker check`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from ipaddress import ip_address
from urllib.parse import SplitResult, parse_qsl, urlsplit

from broker.oidc.claims import CLAIM_NAMES, CLAIMS_OF_RIGHTS
from broker.oidc.clients import Client
from broker.oidc.vocabulary import AuthMethod, ClientProfile, GrantType, SigningAlgorithm

_URI = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+", re.ASCII)
_SHA256_HEX = re.compile(r"[0-9a-f]{64}", re.ASCII)
_RESPONSE_PARAMETERS = frozenset({"code", "state", "iss", "error", "error_description", "response"})


def client_faults(client: Client, *, allow_loopback_http: bool = False) -> list[str]:
    """Every fault of one registration, each a sentence that starts with the key; empty when it is sound.

    `allow_loopback_http` belongs to the demo environment alone.
    """
    faults: list[str] = []
    for rule in _RULES:
        faults.extend(rule(client))
    told = (client.backchannel_logout_uri,) if client.backchannel_logout_uri else ()
    registered = {
        "redirect_uris": client.redirect_uris,
        "post_logout_redirect_uris": client.post_logout_redirect_uris,
        "backchannel_logout_uri": told,
    }
    for key, uris in registered.items():
        for uri in uris:
            faults.extend(
                f"{key}: {fault}" for fault in _uri_faults(uri, allow_loopback_http=allow_loopback_http)
            )
    return faults


def _identity(client: Client) -> Iterator[str]:
    for key in ("client_id", "portal", "brand", "sector", "resource"):
        if not getattr(client, key).strip():
            yield f"{key}: must not be empty"
    if client.resource == client.client_id:
        yield "resource: must differ from client_id, or access tokens look like ID tokens"
    if not client.redirect_uris and not client.is_resource_server:
        yield "redirect_uris: at least one is needed"


def _grants(client: Client) -> Iterator[str]:
    if GrantType.AUTHORIZATION_CODE not in client.grant_types and not client.is_resource_server:
        yield "grant_types: authorization_code is how a portal gets any tokens at all"


def _authentication(client: Client) -> Iterator[str]:
    secret = client.client_secret_sha256
    if client.token_endpoint_auth_method is AuthMethod.PRIVATE_KEY_JWT:
        if not client.jwks.signing:
            yield "jwks: private_key_jwt needs a key for signatures"
        if secret is not None:
            yield "client_secret_sha256: a client has one way of proving itself; leave it out"
    elif secret is None or not _SHA256_HEX.fullmatch(secret):
        yield "client_secret_sha256: client_secret_basic needs the SHA-256 of the secret, 64 hex digits"


def _nlgov(client: Client) -> Iterator[str]:
    if client.profile is not ClientProfile.NLGOV:
        return
    if client.token_endpoint_auth_method is not AuthMethod.PRIVATE_KEY_JWT:
        yield "token_endpoint_auth_method: the nlgov profile forbids shared secrets (NL GOV OIDC 4.3.1)"
    if client.id_token_signed_response_alg is SigningAlgorithm.ES256:
        yield "id_token_signed_response_alg: the nlgov profile wants PS256 or RS256 (NL GOV OIDC 7.2.1)"
    if "amr" in client.claims:
        yield "claims: the nlgov profile forbids amr (NL GOV OIDC 5.2.5)"
    if client.userinfo_signed_response_alg is SigningAlgorithm.ES256:
        yield "userinfo_signed_response_alg: the nlgov profile wants PS256 or RS256 (NL GOV OIDC 7.2.1)"


def _encryption(client: Client) -> Iterator[str]:
    if client.encrypts_id_tokens and client.jwks.encryption is None:
        yield "jwks: encrypted ID tokens need an RSA key with use `enc`"
    if client.userinfo_encrypted_response_alg is None:
        return
    if client.jwks.encryption is None:
        yield "jwks: encrypted userinfo needs an RSA key with use `enc`"
    if client.userinfo_signed_response_alg is None:
        yield "userinfo_signed_response_alg: encrypted userinfo is signed first"


def _claims(client: Client) -> Iterator[str]:
    for name in sorted(client.claims - CLAIM_NAMES):
        yield f"claims: there is no claim {name!r}"
    if client.access is None:
        for name in sorted(client.claims & CLAIMS_OF_RIGHTS):
            yield f"claims: {name} is for a portal that roles open"
    asks_bsn = "bsn" in client.claims
    if asks_bsn and not (client.bsn_legal_ground or "").strip():
        yield "bsn_legal_ground: the BSN may be told only on a legal ground; name it"
    if client.bsn_legal_ground and not asks_bsn:
        yield "claims: a legal ground for the BSN is given, yet `bsn` is not among the claims"
    if asks_bsn and not client.encrypts_id_tokens:
        yield "id_token_encrypted_response_alg: the BSN travels only in an encrypted ID token"


_RULES: tuple[Callable[[Client], Iterator[str]], ...] = (
    _identity,
    _grants,
    _authentication,
    _nlgov,
    _encryption,
    _claims,
)


def _uri_faults(uri: str, *, allow_loopback_http: bool) -> Iterator[str]:
    """Why an address may not be registered; what is registered is later compared byte for byte."""
    if not _URI.fullmatch(uri):
        yield f"{uri!r} holds characters that a URI cannot have"
        return
    try:
        parts = urlsplit(uri)
        port = parts.port
    except ValueError:
        yield f"{uri!r} is not a URI"
        return
    if not parts.hostname or "@" in parts.netloc or port == 0:
        yield f"{uri!r} needs a host, and no user name"
    loopback = allow_loopback_http and parts.scheme == "http" and _is_loopback(parts.hostname or "")
    if parts.scheme != "https" and not loopback:
        yield f"{uri!r} must be https"
    yield from _ambiguities(uri, parts)


def _ambiguities(uri: str, parts: SplitResult) -> Iterator[str]:
    """What browsers, proxies and portals may read differently."""
    if "#" in uri:
        yield f"{uri!r} must have no fragment"
    if "*" in parts.netloc or "*" in parts.path:
        yield f"{uri!r} must have no wildcard"
    if {".", ".."} & set(parts.path.lower().replace("%2e", ".").split("/")):
        yield f"{uri!r} must have no dot segments"
    if _RESPONSE_PARAMETERS & {name for name, _ in parse_qsl(parts.query, keep_blank_values=True)}:
        yield f"{uri!r} has a query parameter that responses use"


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
