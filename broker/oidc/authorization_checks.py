"""What an authorization request must satisfy once client and redirect URI are proved, as a table.

Each check looks at one rule and raises `Refusal`; the readers further down give the values. A security
review reads `CHECKS` from top to bottom.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from broker.oidc.clients import Client
from broker.oidc.errors import OAuthCode, Refusal
from broker.oidc.parameters import Parameters, is_plain_text
from broker.oidc.vocabulary import (
    CHALLENGE_METHOD,
    OPENID_SCOPE,
    RESPONSE_TYPE,
    SCOPES,
    ClientProfile,
    Prompt,
    ResponseMode,
)

MAX_STATE_BYTES = 2048
MAX_NONCE_BYTES = 1024
MAX_LISTED = 20
_MAX_BYTES = {
    "scope": 1024,
    "acr_values": 1024,
    "login_hint": 320,
    "ui_locales": 256,
    "id_token_hint": 8192,
    "display": 64,
    "claims_locales": 256,
}
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)
_SECONDS = re.compile(r"[0-9]{1,9}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a check may look at: the parameters, and the client that they are proved to come from."""

    parameters: Parameters
    client: Client


def _invalid(description: str) -> Refusal:
    return Refusal(OAuthCode.INVALID_REQUEST, description)


def each_parameter_once(asked: Asked) -> None:
    """No parameter stands twice, not even an unknown one (RFC 6749 3.1)."""
    if asked.parameters.repeated:
        raise _invalid("a parameter is repeated")


def no_request_object(asked: Asked) -> None:
    """Request objects are refused with the code made for that (Core 6.1)."""
    if asked.parameters.get("request") is not None:
        raise Refusal(OAuthCode.REQUEST_NOT_SUPPORTED, "request objects are not supported")


def no_request_uri(asked: Asked) -> None:
    """Nothing is fetched from where a request points: that would be a request forged by the server."""
    if asked.parameters.get("request_uri") is not None:
        raise Refusal(OAuthCode.REQUEST_URI_NOT_SUPPORTED, "request_uri is not supported")


def no_registration(asked: Asked) -> None:
    """Clients register through the operator only (Core 7.2.1)."""
    if asked.parameters.get("registration") is not None:
        raise Refusal(OAuthCode.REGISTRATION_NOT_SUPPORTED, "registration is not supported")


def response_type_is_code(asked: Asked) -> None:
    """Only the code flow (NL GOV OIDC 3; RFC 9700 2.1.2)."""
    response_type = asked.parameters.get("response_type")
    if response_type is None:
        raise _invalid("response_type is missing")
    if response_type != RESPONSE_TYPE:
        raise Refusal(OAuthCode.UNSUPPORTED_RESPONSE_TYPE, "response_type must be code")


def response_mode_is_known(asked: Asked) -> None:
    """Answers go by query or form_post."""
    mode = asked.parameters.get("response_mode")
    if mode is not None and mode not in set(ResponseMode):
        raise _invalid("response_mode must be query or form_post")


def scope_asks_openid(asked: Asked) -> None:
    """Without `openid` this is not an OpenID Connect request (Core 3.1.2.1)."""
    if OPENID_SCOPE not in (asked.parameters.get("scope") or "").split(" "):
        raise Refusal(OAuthCode.INVALID_SCOPE, "scope must contain openid")


def challenge_is_s256(asked: Asked) -> None:
    """PKCE with S256 for every client; an absent method would mean plain (RFC 7636 4.3; RFC 9700 2.1.1)."""
    challenge = asked.parameters.get("code_challenge")
    if challenge is None:
        raise _invalid("code_challenge is missing")
    if asked.parameters.get("code_challenge_method") != CHALLENGE_METHOD:
        raise _invalid("code_challenge_method must be S256")
    if not _CHALLENGE.fullmatch(challenge):
        raise _invalid("code_challenge must be 43 characters base64url")


def state_and_nonce_are_usable(asked: Asked) -> None:
    """Both are echoed byte for byte, so that they must be short and decodable."""
    for name, max_bytes in (("state", MAX_STATE_BYTES), ("nonce", MAX_NONCE_BYTES)):
        value = asked.parameters.get(name)
        if value is not None and not is_plain_text(value, max_bytes):
            raise _invalid(f"{name} is longer than {max_bytes} bytes or holds control characters")


def nlgov_has_state_and_nonce(asked: Asked) -> None:
    """The stricter profile requires both (NL GOV OIDC 4.2.1)."""
    if asked.client.profile is not ClientProfile.NLGOV:
        return
    for name in ("state", "nonce"):
        if asked.parameters.get(name) is None:
            raise _invalid(f"{name} is required of this client")


def other_values_are_short(asked: Asked) -> None:
    """Every parameter that we keep has a cap; unknown ones are ignored (Core 3.1.2.1)."""
    for name, max_bytes in _MAX_BYTES.items():
        value = asked.parameters.get(name)
        if value is not None and not is_plain_text(value, max_bytes):
            raise _invalid(f"{name} is longer than {max_bytes} bytes or holds control characters")


CHECKS: tuple[Callable[[Asked], None], ...] = (
    each_parameter_once,
    response_mode_is_known,
    state_and_nonce_are_usable,
    no_request_object,
    no_request_uri,
    no_registration,
    response_type_is_code,
    other_values_are_short,
    scope_asks_openid,
    challenge_is_s256,
    nlgov_has_state_and_nonce,
)


def echoed_state(parameters: Parameters) -> str | None:
    """The state to send back: as received, or None when it is unusable or stands twice."""
    state = parameters.get("state")
    return state if state is not None and is_plain_text(state, MAX_STATE_BYTES) else None


def read_response_mode(parameters: Parameters) -> ResponseMode:
    """The mode asked for; query when absent, and also for telling that the mode is unknown."""
    asked = parameters.get("response_mode")
    return ResponseMode(asked) if asked in set(ResponseMode) else ResponseMode.QUERY


def read_scope(parameters: Parameters) -> tuple[str, ...]:
    """The scopes that we know, in the order asked; others are ignored (Core 3.1.2.1)."""
    asked = (parameters.get("scope") or "").split(" ")
    return tuple(dict.fromkeys(scope for scope in asked if scope in SCOPES))


def read_prompt(parameters: Parameters) -> frozenset[Prompt]:
    """The prompts asked; `Refusal` for an unknown one, and for `none` together with another."""
    asked = _listed(parameters, "prompt")
    if not set(asked) <= set(Prompt):
        raise _invalid("prompt knows none, login, consent and select_account")
    prompts = frozenset(Prompt(word) for word in asked)
    if Prompt.NONE in prompts and len(prompts) > 1:
        raise _invalid("prompt none goes with no other")
    return prompts


def read_max_age_seconds(parameters: Parameters) -> int | None:
    """How old the login may be, or None; `Refusal` unless it is a whole number of at most nine digits."""
    asked = parameters.get("max_age")
    if asked is None:
        return None
    if not _SECONDS.fullmatch(asked):
        raise _invalid("max_age must be a whole number of seconds")
    return int(asked)


def read_list(parameters: Parameters, name: str) -> tuple[str, ...]:
    """A space-separated list in order of preference, each once; `Refusal` for more than twenty."""
    return _listed(parameters, name)


def _listed(parameters: Parameters, name: str) -> tuple[str, ...]:
    words = tuple(dict.fromkeys((parameters.get(name) or "").split()))
    if len(words) > MAX_LISTED:
        raise _invalid(f"{name} holds more than {MAX_LISTED} values")
    return words
