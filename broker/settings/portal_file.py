"""`portals/<portal>.toml`: a site that receives our tokens, and what it may ask and have."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Literal

from pydantic import Field, field_validator

from broker.domain.accounts import AccountType
from broker.domain.assurance import Assurance, Scheme
from broker.domain.factor_strength import strongest
from broker.domain.second_factors import FactorKind
from broker.settings.access_section import Access
from broker.settings.desk_section import Desk
from broker.settings.model import ConfiguredPath, Identifier, Section, WebUrl


class Profile(StrEnum):
    """Which rule book a portal follows (docs/reference/claims.md)."""

    STANDARD = "standard"
    NLGOV = "nlgov"


class ClientMetadata(Section):
    """The registration, in the words of OpenID Connect Registration and RFC 7591."""

    client_id: str = Field(pattern=r"^[A-Za-z0-9._~-]{1,128}$", description="The portal's identifier.")
    redirect_uris: tuple[WebUrl, ...] = Field(
        min_length=1, description="Where answers may go; compared byte for byte."
    )
    token_endpoint_auth_method: Literal["private_key_jwt", "client_secret_basic"] = Field(
        description="The one way in which this client proves itself."
    )
    client_secret_sha256: str | None = Field(
        default=None,
        pattern="^[0-9a-f]{64}$",
        description="SHA-256 (hex) of a random secret of 256 bits, for client_secret_basic.",
    )
    jwks: dict[str, Any] | None = Field(default=None, description="The client's public keys.")
    jwks_file: ConfiguredPath | None = Field(
        default=None, description="The same, in a file beside the configuration."
    )
    id_token_signed_response_alg: Literal["ES256", "RS256", "PS256"] = Field(
        description="How its ID tokens are signed; there is no default."
    )
    id_token_encrypted_response_alg: Literal["RSA-OAEP-256"] | None = Field(
        default=None, description="When given, ID tokens are signed and then encrypted to the client's key."
    )
    id_token_encrypted_response_enc: Literal["A256GCM"] = Field(
        default="A256GCM", description="Content encryption of ID tokens."
    )
    userinfo_signed_response_alg: Literal["ES256", "RS256", "PS256"] | None = Field(
        default=None, description="When given, userinfo answers with a signed token in place of JSON."
    )
    userinfo_encrypted_response_alg: Literal["RSA-OAEP-256"] | None = Field(
        default=None,
        description="When given, the signed answer of userinfo is encrypted to the client's key; needs "
        "`userinfo_signed_response_alg`.",
    )
    userinfo_encrypted_response_enc: Literal["A256GCM"] = Field(
        default="A256GCM", description="Content encryption of userinfo."
    )
    post_logout_redirect_uris: tuple[WebUrl, ...] = Field(
        default=(), description="Where people may be sent after logging out; compared byte for byte."
    )
    backchannel_logout_uri: WebUrl | None = Field(
        default=None, description="Where the portal is told that a session ended (Back-Channel Logout 1.0)."
    )
    backchannel_logout_session_required: bool = Field(
        default=True, description="Whether the portal needs `sid` in logout tokens; it is always there."
    )
    grant_types: tuple[Literal["authorization_code", "refresh_token"], ...] = Field(
        default=("authorization_code",),
        description="What the token endpoint exchanges; with `refresh_token` the portal can keep a session "
        "alive, never longer than the session's absolute end.",
    )
    resource: str | None = Field(
        default=None,
        min_length=1,
        max_length=256,
        description="Audience of its access tokens; default: urn:voordeur:portal:<client_id>.",
    )
    subject_type: Literal["pairwise"] = Field(default="pairwise", description="Always pairwise.")


class ResourceServer(Section):
    """The portal's API, when it asks us itself whether an access token lives (RFC 7662)."""

    client_id: str = Field(pattern=r"^[A-Za-z0-9._~-]{1,128}$", description="The API's own identifier.")
    token_endpoint_auth_method: Literal["private_key_jwt", "client_secret_basic"] = Field(
        description="The one way in which the API proves itself."
    )
    client_secret_sha256: str | None = Field(
        default=None, pattern="^[0-9a-f]{64}$", description="As for the client."
    )
    jwks: dict[str, Any] | None = Field(default=None, description="The API's public keys.")
    jwks_file: ConfiguredPath | None = Field(
        default=None, description="The same, in a file beside the configuration."
    )


class MinimumLevel(Section):
    """The least that is accepted, per scheme; a portal's request can only raise it."""

    digid: Literal["basis", "midden", "substantieel", "hoog"] = Field(
        default="midden", description="Least DigiD level."
    )
    eherkenning: Literal["eh2plus", "eh3", "eh4"] = Field(
        default="eh2plus", description="Least eHerkenning level; the brand needs a service of that level."
    )
    password: Literal["password", "sms", "totp"] = Field(
        default="sms",
        description="Least of a login by e-mail address and password: `sms` needs a second factor of any "
        "kind, `totp` an authenticator app, `password` leaves a second factor to the person.",
    )

    def of(self, scheme: Scheme) -> Assurance:
        """The least of one scheme, as a value of the domain."""
        return Assurance.of(scheme.value, getattr(self, scheme.value))


class AccountHelp(Section):
    """How people get an account when they cannot make one here, in the portal's own words."""

    nl: str = Field(min_length=1, max_length=500, description="In Dutch.")
    en: str = Field(min_length=1, max_length=500, description="The same in English.")


class LoginPolicy(Section):
    """Who may come in, and how."""

    providers: tuple[Literal["digid", "eherkenning", "password"], ...] = Field(
        min_length=1,
        description="Ways of logging in, in order; `password` is an e-mail address with a password of ours.",
    )
    minimum_level: MinimumLevel = MinimumLevel()
    account_type: Literal["consumer", "business"] = Field(
        description="The kind of account this portal is for: `consumer` goes with DigiD, `business` with "
        "eHerkenning and passwords."
    )
    representation: bool = Field(
        default=False,
        description="Whether the portal understands that `sub` acts for the party in `represents`; without "
        "it nobody who acts for another party is let in.",
    )
    second_factors: tuple[Literal["totp", "sms", "voice"], ...] = Field(
        default=(),
        description="What people may choose here as second factor beside their password: `totp` an "
        "authenticator app, `sms` a code by text message, `voice` the same code read out by telephone.",
    )
    without_account: Literal["register", "explain"] = Field(
        default="explain",
        description="What happens to somebody who logs in and has no account: `register` lets the person "
        "make one (name, and an e-mail address that is confirmed by mail), `explain` tells how to get one "
        "and whom to call.",
    )
    account_help: AccountHelp | None = Field(
        default=None,
        description="With `explain`: how to get an account here; default: ask the desk.",
    )

    @property
    def schemes(self) -> tuple[Scheme, ...]:
        """`providers` as values of the domain."""
        return tuple(Scheme(name) for name in self.providers)

    @property
    def kind_of_account(self) -> AccountType:
        """`account_type` as a value of the domain."""
        return AccountType(self.account_type)

    @property
    def factor_kinds(self) -> tuple[FactorKind, ...]:
        """`second_factors` as values of the domain."""
        return tuple(FactorKind(name) for name in self.second_factors)

    @property
    def reach(self) -> tuple[Assurance, ...]:
        """The strongest that each way of logging in can bring, with the second factors that are offered."""
        return tuple(strongest(scheme, self.factor_kinds) for scheme in self.schemes)


ClaimName = Literal[
    "name",
    "acr",
    "auth_time",
    "email",
    "amr",
    "assurance",
    "idp",
    "account_type",
    "session_expires_at",
    "session_idle_expires_at",
    "collectivities",
    "collectivity",
    "collectivity_details",
    "organisation",
    "roles",
    "roles_withheld",
    "represents",
    "sub_id_type",
    "bsn",
]


class Claims(Section):
    """What this portal may know."""

    allow: tuple[ClaimName, ...] = Field(default=(), description="Claims beyond the protocol's own.")
    bsn_legal_ground: str | None = Field(
        default=None, description="The law that entitles this portal to the BSN; required with claim `bsn`."
    )


class SessionLimits(Section):
    """How long a session lasts, in seconds."""

    idle_seconds: int = Field(
        default=900, ge=60, le=3600, description="Without activity (DigiD: 900 at most)."
    )
    absolute_seconds: int = Field(default=7200, ge=300, le=86400, description="In all.")


class Portal(Section):
    """One site of one brand."""

    brand: Identifier = Field(description="The brand it belongs to.")
    name: str = Field(description="The portal's name on screen.")
    url: WebUrl = Field(description="Where people start (again).")
    profile: Profile = Field(default=Profile.STANDARD, description="`standard` or `nlgov`.")
    sector: str | None = Field(
        default=None,
        min_length=1,
        max_length=128,
        description="Portals with the same sector see the same subject; default: the brand.",
    )
    desk: Desk | None = Field(default=None, description="Absent: the desk of its brand.")
    client: ClientMetadata
    resource_server: ResourceServer | None = None
    login: LoginPolicy
    access: Access | None = Field(
        default=None, description="Absent: the portal has nothing to do with collectivities and roles."
    )
    claims: Claims = Claims()
    session: SessionLimits = SessionLimits()

    @field_validator("sector")
    @classmethod
    def _no_blank_sector(cls, value: str | None) -> str | None:
        if value is not None and not value.strip():
            raise ValueError("must not be blank")
        return value

    @property
    def subject_sector(self) -> str:
        """The string that the pairwise subject is derived for."""
        return self.sector or self.brand
