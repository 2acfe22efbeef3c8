"""What a program posts to us: one form, read once, by the rules of RFC 6749 3.2."""

from __future__ import annotations

from dataclasses import dataclass, field

from broker.oidc.errors import OAuthCode, Refusal, ShownError
from broker.oidc.parameters import Parameters, read_parameters

FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class FormRequest:
    """A POST as it came in: the headers that matter, and body and query apart, decoded, in order."""

    content_type: str | None
    authorization: str | None = field(repr=False)
    body: tuple[tuple[str, str], ...] = field(repr=False)
    query: tuple[tuple[str, str], ...] = field(repr=False, default=())


def read_form(request: FormRequest) -> Parameters:
    """The body alone counts, as a form, each parameter once; `Refusal` (invalid_request) otherwise."""
    media_type = (request.content_type or "").partition(";")[0].strip().lower()
    if media_type != FORM:
        raise Refusal(OAuthCode.INVALID_REQUEST, f"the body must be {FORM}")
    if request.query:
        raise Refusal(OAuthCode.INVALID_REQUEST, "parameters belong in the body, not in the URL")
    try:
        form = read_parameters(request.body)
    except ShownError as error:
        raise Refusal(OAuthCode.INVALID_REQUEST, error.detail) from error
    if form.repeated:
        raise Refusal(OAuthCode.INVALID_REQUEST, "a parameter is repeated")
    return form


def required(form: Parameters, name: str) -> str:
    """The value of a parameter that must be there; `Refusal` (invalid_request) when it is not."""
    value = form.get(name)
    if value is None:
        raise Refusal(OAuthCode.INVALID_REQUEST, f"{name} is missing")
    return value
