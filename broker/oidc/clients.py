"""The portals as OpenID Connect clients: what each registered, and finding one by its id."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from broker.domain.access import PortalAccess
from broker.domain.assurance import Assurance
from broker.oidc.client_keys import NO_KEYS, ClientKeys, Envelope
from broker.oidc.vocabulary import (
    AuthMethod,
    ClientProfile,
    ContentEncryption,
    GrantType,
    KeyEncryption,
    SigningAlgorithm,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """One registration, with the names of RFC 7591 and OpenID Connect Registration where they have one.

    `sector` is what the pairwise subject is derived for; `claims` is the portal's contract: nothing
    outside it is ever released. `resource` is the audience of its access tokens, a name of the portal's
    API that is not the client_id, so that an access token never looks like an ID token. A resource server
    is such an API with credentials of its own: it may introspect the tokens that are meant for it, and
    nothing else. `reach` is the most that each way of logging in can bring at the portal. `access` is None
    at a portal that has nothing to do with collectivities.
    """

    client_id: str
    portal: str
    brand: str
    sector: str
    resource: str
    redirect_uris: tuple[str, ...]
    token_endpoint_auth_method: AuthMethod
    id_token_signed_response_alg: SigningAlgorithm
    client_secret_sha256: str | None = field(default=None, repr=False)
    jwks: ClientKeys = NO_KEYS
    id_token_encrypted_response_alg: KeyEncryption | None = None
    id_token_encrypted_response_enc: ContentEncryption = ContentEncryption.A256GCM
    userinfo_signed_response_alg: SigningAlgorithm | None = None
    userinfo_encrypted_response_alg: KeyEncryption | None = None
    userinfo_encrypted_response_enc: ContentEncryption = ContentEncryption.A256GCM
    grant_types: frozenset[GrantType] = frozenset({GrantType.AUTHORIZATION_CODE})
    post_logout_redirect_uris: tuple[str, ...] = ()
    backchannel_logout_uri: str | None = None
    backchannel_logout_session_required: bool = False
    is_resource_server: bool = False
    profile: ClientProfile = ClientProfile.STANDARD
    claims: frozenset[str] = frozenset()
    bsn_legal_ground: str | None = None
    reach: tuple[Assurance, ...] = ()
    access: PortalAccess | None = None

    @property
    def encrypts_id_tokens(self) -> bool:
        """Whether this client registered for encrypted ID tokens."""
        return self.id_token_encrypted_response_alg is not None

    @property
    def id_token_envelope(self) -> Envelope | None:
        """How its ID tokens are encrypted, when it registered for that and gave a key."""
        return self._envelope(self.id_token_encrypted_response_alg, self.id_token_encrypted_response_enc)

    @property
    def userinfo_envelope(self) -> Envelope | None:
        """The same for what userinfo tells."""
        return self._envelope(self.userinfo_encrypted_response_alg, self.userinfo_encrypted_response_enc)

    def _envelope(self, alg: KeyEncryption | None, enc: ContentEncryption) -> Envelope | None:
        key = self.jwks.encryption
        return None if alg is None or key is None else Envelope(alg, enc, key)

    @property
    def refreshes(self) -> bool:
        """Whether this client gets refresh tokens."""
        return GrantType.REFRESH_TOKEN in self.grant_types

    @property
    def may_have_bsn(self) -> bool:
        """Whether the BSN may be told to this client: contract, legal ground and encryption all present."""
        return "bsn" in self.claims and bool(self.bsn_legal_ground) and self.encrypts_id_tokens


class ClientRegistry:
    """All clients of this deployment, immutable."""

    def __init__(self, clients: Iterable[Client]) -> None:
        listed = tuple(clients)
        self._by_id = {client.client_id: client for client in listed}
        if len(self._by_id) != len(listed):
            raise ValueError("two clients have the same client_id")

    def find(self, client_id: str | None) -> Client | None:
        """The client by that id, or None."""
        return None if client_id is None else self._by_id.get(client_id)

    def all(self) -> tuple[Client, ...]:
        """Every client, in the order given."""
        return tuple(self._by_id.values())
