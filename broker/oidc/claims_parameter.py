"""The `claims` request parameter (OpenID Connect Core 5.5): which claims, and which are essential."""

from __future__ import annotations

from dataclasses import dataclass, field

from broker.domain.assurance import ACR_VALUES
from broker.oidc.claims import CLAIM_NAMES, NOTHING_REQUESTED, RequestedClaims
from broker.oidc.errors import OAuthCode, Refusal
from broker.oidc.parameters import Parameters
from broker.oidc.strict_json import NotStrictJson, strict_json_object

MAX_CHARACTERS = 4096
MAX_VALUES = 20
_MALFORMED = "claims must be a JSON object as in OpenID Connect Core 5.5"


@dataclass(frozen=True, slots=True)
class ClaimsParameter:
    """What the parameter asks.

    `essential_acr`: the login must reach one of these, or fail (Core 5.5.1.1); empty: nothing essential.
    `voluntary_acr`: wishes, to be treated as `acr_values`. `subject`: only this person (Core 5.5.1).
    """

    requested: RequestedClaims = NOTHING_REQUESTED
    essential_acr: tuple[str, ...] = ()
    voluntary_acr: tuple[str, ...] = ()
    subject: str | None = field(default=None, repr=False)


def read_claims_parameter(parameters: Parameters) -> ClaimsParameter:
    """Parse `claims`; `Refusal` when it is malformed or asks an acr that we can never give."""
    text = parameters.get("claims")
    if text is None:
        return ClaimsParameter()
    if len(text) > MAX_CHARACTERS:
        raise _malformed()
    try:
        asked = strict_json_object(text)
    except NotStrictJson as error:
        raise _malformed() from error
    id_token = _members(asked.get("id_token"))
    userinfo = _members(asked.get("userinfo"))
    acr = id_token.get("acr", {})
    values = _values(acr)
    essential = acr.get("essential") is True and bool(values)
    if essential and not set(values) & set(ACR_VALUES):
        raise Refusal(
            OAuthCode.UNMET_AUTHENTICATION_REQUIREMENTS, "none of the essential acr values exists here"
        )
    return ClaimsParameter(
        RequestedClaims(CLAIM_NAMES & id_token.keys(), CLAIM_NAMES & userinfo.keys()),
        values if essential else (),
        () if essential else values,
        _subject(id_token.get("sub", {}), userinfo.get("sub", {})),
    )


def _malformed() -> Refusal:
    return Refusal(OAuthCode.INVALID_REQUEST, _MALFORMED)


def _members(asked: object) -> dict[str, dict[str, object]]:
    """The claims of one place; null and an absent place ask nothing in particular."""
    if asked is None:
        return {}
    if not isinstance(asked, dict):
        raise _malformed()
    members: dict[str, dict[str, object]] = {}
    for name, wish in asked.items():
        if wish is None:
            members[name] = {}
        elif isinstance(wish, dict) and isinstance(wish.get("essential", False), bool):
            members[name] = wish
        else:
            raise _malformed()
    return members


def _values(wish: dict[str, object]) -> tuple[str, ...]:
    """`value` and `values` as one tuple of strings, in order."""
    listed = wish.get("values", [])
    if not isinstance(listed, list):
        raise _malformed()
    everything = [wish["value"], *listed] if "value" in wish else listed
    strings = tuple(value for value in everything if isinstance(value, str) and value)
    if len(strings) != len(everything) or len(strings) > MAX_VALUES:
        raise _malformed()
    return strings


def _subject(*wishes: dict[str, object]) -> str | None:
    subjects = {value for wish in wishes for value in _values(wish)}
    if len(subjects) > 1:
        raise _malformed()
    return next(iter(subjects), None)
