"""The gate for signed tokens from outside: form, size and header first, then one key and one algorithm.

joserfc does the cryptography; which key and which algorithm count is decided here, never by the token.
"""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from dataclasses import dataclass, field

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

from broker.oidc.client_keys import MAX_KID_CHARACTERS
from broker.oidc.strict_json import NotStrictJson, strict_json_object
from broker.oidc.vocabulary import SigningAlgorithm

MAX_TOKEN_CHARACTERS = 8192
_COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+", re.ASCII)
# They would let a token bring its own key, change what is signed, or hide another token (RFC 7515 4.1).
_REFUSED_MEMBERS = frozenset(
    {"crit", "b64", "zip", "jku", "jwk", "x5u", "x5c", "cty", "enc", "epk", "apu", "apv", "iv", "tag"}
)
_LONGEST_TEXT = 255
_SURROGATE = re.compile("[\ud800-\udfff]")
_LATEST = 2**53
_ALGORITHMS = {algorithm.value: algorithm for algorithm in SigningAlgorithm}


class TokenRefused(Exception):
    """The token is not one that we take; the message is for the log and repeats nothing of the token."""


@dataclass(frozen=True, slots=True)
class UnverifiedToken:
    """A token whose form is in order and whose content is nobody's word yet."""

    text: str = field(repr=False)
    algorithm: SigningAlgorithm
    kid: str | None
    type: str | None
    claims: Mapping[str, object] = field(repr=False)


def read_token(text: str) -> UnverifiedToken:
    """Take a compact JWS (RFC 7515 7.1) apart without believing it.

    Raises `TokenRefused` unless it is at most 8 KiB, three canonical parts, a header with an algorithm
    of ours and no member that we refuse, and JSON objects with one meaning.
    """
    if len(text) > MAX_TOKEN_CHARACTERS or not _COMPACT.fullmatch(text):
        raise TokenRefused("not a compact JWS of at most 8 KiB")
    first, second, _ = text.split(".")
    header, claims = _object(first), _object(second)
    if _REFUSED_MEMBERS & header.keys():
        raise TokenRefused("the header holds a member that is refused")
    return UnverifiedToken(text, _algorithm(header), _kid(header), _type(header), claims)


def _object(part: str) -> dict[str, object]:
    try:
        return strict_json_object(urlsafe_b64decode(part + "=" * (-len(part) % 4)).decode())
    except (ValueError, NotStrictJson) as error:
        raise TokenRefused("a part is not base64url of a JSON object") from error


def _algorithm(header: Mapping[str, object]) -> SigningAlgorithm:
    named = header.get("alg")
    algorithm = _ALGORITHMS.get(named) if isinstance(named, str) else None
    if algorithm is None:
        raise TokenRefused("the algorithm is not on the list")
    return algorithm


def _kid(header: Mapping[str, object]) -> str | None:
    kid = header.get("kid")
    if kid is None:
        return None
    if not isinstance(kid, str) or not 0 < len(kid) <= MAX_KID_CHARACTERS:
        raise TokenRefused(f"kid is not a text of at most {MAX_KID_CHARACTERS} characters")
    return kid


def _type(header: Mapping[str, object]) -> str | None:
    typ = header.get("typ")
    if typ is None:
        return None
    if not isinstance(typ, str):
        raise TokenRefused("typ is not a text")
    return typ.lower().removeprefix("application/")


def verify(token: UnverifiedToken, key: ECKey | RSAKey) -> Mapping[str, object]:
    """The claims, once `key` is proved to have signed exactly these bytes; else `TokenRefused`.

    The caller has matched the algorithm with the key, so that a key never serves another algorithm.
    """
    try:
        signed = jws.deserialize_compact(token.text, key, algorithms=[token.algorithm.value])
        if signed.payload is None:
            raise TokenRefused("nothing was signed")
        return strict_json_object(signed.payload)
    except (JoseError, NotStrictJson, ValueError, TypeError) as error:
        raise TokenRefused("the signature does not hold") from error


def text_claim(claims: Mapping[str, object], name: str) -> str:
    """A claim that must be one non-empty text; `TokenRefused` otherwise (a list is not a text)."""
    value = claims.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= _LONGEST_TEXT:
        raise TokenRefused(f"{name} is not a text of at most {_LONGEST_TEXT} characters")
    if _SURROGATE.search(value):
        raise TokenRefused(f"{name} is not Unicode")
    return value


def time_claim(claims: Mapping[str, object], name: str) -> float | None:
    """A NumericDate in seconds (RFC 7519 2), or None when absent; `TokenRefused` for anything else."""
    value = claims.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TokenRefused(f"{name} is not a number")
    # Infinity and not-a-number fail this comparison as well.
    if not 0 <= value < _LATEST:
        raise TokenRefused(f"{name} is not a moment")
    return value
