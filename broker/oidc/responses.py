"""Authorization responses: a code or an error, always with `iss` (RFC 9207), by query or form_post."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import quote, urlencode, urlsplit

from broker.oidc.authorization_request import AuthorizationRequest
from broker.oidc.errors import OAuthCode, RedirectedError, Refusal
from broker.oidc.vocabulary import ResponseMode


@dataclass(frozen=True, slots=True)
class AuthorizationResponse:
    """What goes back to the portal.

    For `QUERY`: answer 303 to `location`. For `FORM_POST`: show a form that posts `fields`, which the
    page escapes as HTML, to `redirect_uri`, as it was registered.
    """

    response_mode: ResponseMode
    redirect_uri: str
    fields: tuple[tuple[str, str], ...] = field(repr=False)

    @property
    def location(self) -> str:
        """The redirect URI with the fields added; a query that was registered stays as it is."""
        query = urlencode(self.fields, quote_via=quote, safe="")
        if "?" not in self.redirect_uri:
            return f"{self.redirect_uri}?{query}"
        glue = "" if self.redirect_uri[-1] in "?&" else "&"
        return f"{self.redirect_uri}{glue}{query}"

    @property
    def origin(self) -> str:
        """Scheme, host and port of the redirect URI, for `form-action` of the content policy."""
        parts = urlsplit(self.redirect_uri)
        return f"{parts.scheme}://{parts.netloc}"


def granted(request: AuthorizationRequest, code: str, *, issuer: str) -> AuthorizationResponse:
    """The login succeeded: here is the code."""
    return _respond(request.redirect_uri, request.response_mode, (("code", code),), request.state, issuer)


def refused(error: RedirectedError, *, issuer: str) -> AuthorizationResponse:
    """The portal is told why not; the description is ours alone and repeats no input."""
    fields = (("error", error.error.value), ("error_description", error.description))
    return _respond(error.redirect_uri, error.response_mode, fields, error.state, issuer)


def refusal_of(request: AuthorizationRequest, error: OAuthCode, description: str) -> RedirectedError:
    """The refusal of a valid request that fails later: cancelled, login required, level not reached."""
    return RedirectedError(
        Refusal(error, description),
        redirect_uri=request.redirect_uri,
        response_mode=request.response_mode,
        state=request.state,
    )


def _respond(
    redirect_uri: str, mode: ResponseMode, fields: tuple[tuple[str, str], ...], state: str | None, issuer: str
) -> AuthorizationResponse:
    echoed = () if state is None else (("state", state),)
    return AuthorizationResponse(mode, redirect_uri, (*fields, *echoed, ("iss", issuer)))
