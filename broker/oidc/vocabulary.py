"""The closed sets of words that the OpenID Provider accepts and states."""

from __future__ import annotations

from enum import StrEnum


class SigningAlgorithm(StrEnum):
    """What we sign with and accept signatures in (NL GOV OIDC 7.2.1); nothing symmetric, never none."""

    ES256 = "ES256"
    PS256 = "PS256"
    RS256 = "RS256"


class KeyEncryption(StrEnum):
    """How the content key of an encrypted ID token is wrapped (NL GOV OIDC 7.2.1); RSA1_5 is left out."""

    RSA_OAEP = "RSA-OAEP"
    RSA_OAEP_256 = "RSA-OAEP-256"


class ContentEncryption(StrEnum):
    """How the content of an encrypted ID token is sealed."""

    A256GCM = "A256GCM"


class ClientProfile(StrEnum):
    """Which rules a portal keeps to; `NLGOV` is the stricter one (NL GOV OIDC 1.0.1)."""

    STANDARD = "standard"
    NLGOV = "nlgov"


class AuthMethod(StrEnum):
    """How a client proves itself at the token endpoint; one per client, fixed at registration."""

    PRIVATE_KEY_JWT = "private_key_jwt"
    CLIENT_SECRET_BASIC = "client_secret_basic"


class GrantType(StrEnum):
    """What the token endpoint exchanges; a client may use those that its registration lists."""

    AUTHORIZATION_CODE = "authorization_code"
    REFRESH_TOKEN = "refresh_token"


class ResponseMode(StrEnum):
    """How the authorization response travels back; fragment is refused, for it leaks and is never needed."""

    QUERY = "query"
    FORM_POST = "form_post"


class Prompt(StrEnum):
    """What the portal wants the person to see (OpenID Connect Core 3.1.2.1)."""

    NONE = "none"
    LOGIN = "login"
    CONSENT = "consent"
    SELECT_ACCOUNT = "select_account"


RESPONSE_TYPE = "code"
CHALLENGE_METHOD = "S256"
OPENID_SCOPE = "openid"
SCOPES = (OPENID_SCOPE, "profile", "email")
CODE_LIFETIME_SECONDS = 60
ID_TOKEN_LIFETIME_SECONDS = 300
ACCESS_TOKEN_LIFETIME_SECONDS = 600
# No session may be configured longer than this, so nothing that hangs on a session lives longer either.
LONGEST_SESSION_SECONDS = 24 * 3600
# Our clocks and those of portals may differ this much (design 9 refuses 5 s between our own machines).
CLOCK_SKEW_SECONDS = 60
