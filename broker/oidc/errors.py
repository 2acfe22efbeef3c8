"""The two kinds of refusal at the authorization endpoint, and the standard's codes.

A `ShownError` stays on our own page: until client and redirect URI are proved, sending the browser
anywhere would make us an open redirector. A `RedirectedError` travels back to the portal.
The codes are taken from Authlib's error classes, so that a spelling is written in one place only.
"""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from authlib.oauth2.rfc6749 import errors as oauth
from authlib.oauth2.rfc6750 import errors as bearer
from authlib.oidc.core import errors as openid

from broker.errors import BrokerError
from broker.oidc.vocabulary import ResponseMode


class OAuthCode(StrEnum):
    """Error codes that leave the house (RFC 6749 4.1.2.1, 5.2; RFC 6750 3.1; OpenID Connect Core 3.1.2.6)."""

    INVALID_REQUEST = oauth.InvalidRequestError.error
    INVALID_CLIENT = oauth.InvalidClientError.error
    INVALID_GRANT = oauth.InvalidGrantError.error
    INVALID_SCOPE = oauth.InvalidScopeError.error
    UNAUTHORIZED_CLIENT = oauth.UnauthorizedClientError.error
    UNSUPPORTED_RESPONSE_TYPE = oauth.UnsupportedResponseTypeError.error
    UNSUPPORTED_GRANT_TYPE = oauth.UnsupportedGrantTypeError.error
    ACCESS_DENIED = oauth.AccessDeniedError.error
    INVALID_TOKEN = bearer.InvalidTokenError.error
    INSUFFICIENT_SCOPE = bearer.InsufficientScopeError.error
    LOGIN_REQUIRED = openid.LoginRequiredError.error
    INTERACTION_REQUIRED = openid.InteractionRequiredError.error
    CONSENT_REQUIRED = openid.ConsentRequiredError.error
    REQUEST_NOT_SUPPORTED = openid.RequestNotSupportedError.error
    REQUEST_URI_NOT_SUPPORTED = openid.RequestURINotSupportedError.error
    REGISTRATION_NOT_SUPPORTED = openid.RegistrationNotSupportedError.error
    # Authlib has no classes for these: RFC 6749 4.1.2.1, and OpenID Connect's own text on unmet requirements.
    SERVER_ERROR = "server_error"
    TEMPORARILY_UNAVAILABLE = "temporarily_unavailable"
    UNMET_AUTHENTICATION_REQUIREMENTS = "unmet_authentication_requirements"
    # RFC 9396 5.
    INVALID_AUTHORIZATION_DETAILS = "invalid_authorization_details"


class Refusal(Exception):
    """One check says no. `description` is a fixed ASCII sentence for developers, without input."""

    def __init__(self, error: OAuthCode, description: str) -> None:
        super().__init__(f"{error}: {description}")
        self.error = error
        self.description = description


class ShownError(BrokerError):
    """The request cannot be answered to a portal; the person reads why on our page."""

    code: ClassVar[str] = "request-unreadable"
    status: ClassVar[int] = 400


class UnknownClient(ShownError):
    """No portal goes by this client_id."""

    code: ClassVar[str] = "portal-unknown"


class UnregisteredRedirectUri(ShownError):
    """The redirect_uri is missing, or is not byte for byte one that the portal registered."""

    code: ClassVar[str] = "return-address-unknown"


class RedirectedError(BrokerError):
    """A refusal that the portal itself is told, at a redirect URI that is proved to be its own.

    `state` is what the portal sent, or None when it sent none or an unusable one. Turn it into a
    response with `broker.oidc.responses.refused`.
    """

    code: ClassVar[str] = "authorization-request-refused"
    status: ClassVar[int] = 400

    def __init__(
        self, refusal: Refusal, *, redirect_uri: str, response_mode: ResponseMode, state: str | None
    ) -> None:
        super().__init__(str(refusal))
        self.error = refusal.error
        self.description = refusal.description
        self.redirect_uri = redirect_uri
        self.response_mode = response_mode
        self.state = state
