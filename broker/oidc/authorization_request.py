"""From raw parameters to a validated authorization request: one function for every way in.

GET and POST, and later pushed and signed requests, all pass here, so that no door is laxer than another.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from broker.oidc import authorization_checks as checks
from broker.oidc.authorization_details import CollectivityAsked, read_authorization_details
from broker.oidc.claims import RequestedClaims
from broker.oidc.claims_parameter import ClaimsParameter, read_claims_parameter
from broker.oidc.clients import Client, ClientRegistry
from broker.oidc.errors import (
    RedirectedError,
    Refusal,
    ShownError,
    UnknownClient,
    UnregisteredRedirectUri,
)
from broker.oidc.parameters import Parameters, read_parameters
from broker.oidc.vocabulary import Prompt, ResponseMode

_encode_json = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizationRequest:
    """A request that passed every check; it travels inside the login transaction.

    `acr_values` are wishes in order of preference; of `essential_acr`, when not empty, one must be
    reached. `required_subject` is the only pairwise subject the portal will take. `id_token_hint` is
    as received: `broker.oidc.id_token_hint` verifies it. `collectivity` is what `authorization_details` asks.
    """

    client_id: str
    redirect_uri: str
    response_mode: ResponseMode
    scope: tuple[str, ...]
    code_challenge: str = field(repr=False)
    state: str | None = field(repr=False)
    nonce: str | None = field(repr=False)
    prompt: frozenset[Prompt]
    max_age_seconds: int | None
    acr_values: tuple[str, ...]
    essential_acr: tuple[str, ...]
    requested_claims: RequestedClaims
    required_subject: str | None = field(repr=False)
    id_token_hint: str | None = field(repr=False)
    login_hint: str | None = field(repr=False)
    ui_locales: tuple[str, ...]
    collectivity: CollectivityAsked | None = None

    @property
    def silent(self) -> bool:
        """Whether no page may be shown (`prompt=none`)."""
        return Prompt.NONE in self.prompt

    @property
    def wants_interaction(self) -> bool:
        """Whether a session that exists is not enough.

        `select_account` and `consent` count too: the login page, which names the portal, is where the
        person chooses. There is no consent to ask besides, for the portal belongs to the brand.
        """
        return bool(self.prompt - {Prompt.NONE}) or self.max_age_seconds == 0

    def to_bytes(self) -> bytes:
        """JSON, to be sealed by the store."""
        plain: dict[str, object] = {name: getattr(self, name) for name in self.__slots__}
        plain["prompt"] = sorted(self.prompt)
        plain["requested_claims"] = {
            "id_token": sorted(self.requested_claims.id_token),
            "userinfo": sorted(self.requested_claims.userinfo),
        }
        if self.collectivity is not None:
            plain["collectivity"] = [self.collectivity.identifier, self.collectivity.actions]
        return _encode_json(plain).encode()

    @classmethod
    def from_bytes(cls, encoded: bytes) -> AuthorizationRequest:
        """The inverse of `to_bytes`, for bytes that we wrote and sealed ourselves."""
        return _decoded(encoded)


# Each request of an attempt reads it, some of them twice.
@lru_cache(maxsize=256)
def _decoded(encoded: bytes) -> AuthorizationRequest:
    plain = json.loads(encoded.decode())
    asked = plain["requested_claims"]
    for name in ("scope", "acr_values", "essential_acr", "ui_locales"):
        plain[name] = tuple(plain[name])
    if (collectivity := plain.get("collectivity")) is not None:
        identifier, actions = collectivity
        plain["collectivity"] = CollectivityAsked(identifier, tuple(actions))
    plain["prompt"] = frozenset(Prompt(word) for word in plain["prompt"])
    plain["response_mode"] = ResponseMode(plain["response_mode"])
    plain["requested_claims"] = RequestedClaims(frozenset(asked["id_token"]), frozenset(asked["userinfo"]))
    return AuthorizationRequest(**plain)


def validate_authorization_request(
    pairs: Sequence[tuple[str, str]], clients: ClientRegistry
) -> AuthorizationRequest:
    """Judge the decoded name-value pairs of one request.

    Raises `ShownError` (never to be redirected) until client and redirect URI are proved, and
    `RedirectedError` for everything after that.
    """
    parameters = read_parameters(pairs)
    client = _find_client(parameters, clients)
    redirect_uri = _find_redirect_uri(parameters, client)
    try:
        for check in checks.CHECKS:
            check(checks.Asked(parameters, client))
        return _build(parameters, client, redirect_uri, read_authorization_details(parameters, client))
    except Refusal as refusal:
        raise RedirectedError(
            refusal,
            redirect_uri=redirect_uri,
            response_mode=checks.read_response_mode(parameters),
            state=checks.echoed_state(parameters),
        ) from refusal


def _find_client(parameters: Parameters, clients: ClientRegistry) -> Client:
    if parameters.repeated & {"client_id", "redirect_uri"}:
        raise ShownError("client_id or redirect_uri is repeated")
    client = clients.find(parameters.get("client_id"))
    if client is None:
        raise UnknownClient("no such client_id")
    return client


def _find_redirect_uri(parameters: Parameters, client: Client) -> str:
    """Compared as strings, nothing normalised (RFC 9700 2.1): what differs in one byte is another address."""
    redirect_uri = parameters.get("redirect_uri")
    if redirect_uri is None or redirect_uri not in client.redirect_uris:
        raise UnregisteredRedirectUri(f"client {client.client_id} did not register this redirect_uri")
    return redirect_uri


def _build(
    parameters: Parameters, client: Client, redirect_uri: str, collectivity: CollectivityAsked | None
) -> AuthorizationRequest:
    asked: ClaimsParameter = read_claims_parameter(parameters)
    return AuthorizationRequest(
        client_id=client.client_id,
        redirect_uri=redirect_uri,
        response_mode=checks.read_response_mode(parameters),
        scope=checks.read_scope(parameters),
        code_challenge=parameters.get("code_challenge") or "",
        state=parameters.get("state"),
        nonce=parameters.get("nonce"),
        prompt=checks.read_prompt(parameters),
        max_age_seconds=checks.read_max_age_seconds(parameters),
        acr_values=checks.read_list(parameters, "acr_values") or asked.voluntary_acr,
        essential_acr=asked.essential_acr,
        requested_claims=asked.requested,
        required_subject=asked.subject,
        id_token_hint=parameters.get("id_token_hint"),
        login_hint=parameters.get("login_hint"),
        ui_locales=checks.read_list(parameters, "ui_locales"),
        collectivity=collectivity,
    )
