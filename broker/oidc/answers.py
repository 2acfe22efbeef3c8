"""JSON answers of the endpoints that programs call, ready to be sent."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from broker.oidc.errors import OAuthCode, Refusal

_encode_json = json.JSONEncoder(separators=(",", ":")).encode
_NO_STORE = (
    ("Content-Type", "application/json"),
    ("Cache-Control", "no-store"),
    ("Pragma", "no-cache"),
)


@dataclass(frozen=True, slots=True)
class JsonAnswer:
    """Status, headers and body of an answer.

    `reason` is for the log and the audit only: a stable word for what happened, without personal data.
    `client_id` and `sid` name whom it concerned, once that is proved.
    """

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes = field(repr=False)
    reason: str = ""
    client_id: str | None = None
    sid: str | None = None


TokenAnswer = JsonAnswer
UserinfoAnswer = JsonAnswer


def success(content: Mapping[str, object], *, client_id: str, sid: str, reason: str) -> JsonAnswer:
    """200, never to be kept by a cache (RFC 6749 5.1)."""
    body = _encode_json(content).encode()
    return JsonAnswer(200, _NO_STORE, body, reason, client_id, sid)


def as_token(answer: JsonAnswer, token: str) -> JsonAnswer:
    """The same answer with a signed or sealed token in place of JSON (OpenID Connect Core 5.3.2)."""
    headers = tuple(
        (name, "application/jwt" if name == "Content-Type" else value) for name, value in answer.headers
    )
    return replace(answer, headers=headers, body=token.encode())


def nothing_more(*, client_id: str, sid: str | None, reason: str) -> JsonAnswer:
    """200 without content: it is done, or there was nothing to do (RFC 7009 2.2)."""
    return JsonAnswer(200, _NO_STORE, b"", reason, client_id, sid)


def token_error(refusal: Refusal, *, realm: str, client_id: str | None, reason: str) -> JsonAnswer:
    """RFC 6749 5.2: 400, and 401 with a challenge when the client did not prove itself."""
    body = json.dumps({"error": refusal.error.value, "error_description": refusal.description}).encode()
    if refusal.error is OAuthCode.INVALID_CLIENT:
        challenge = (("WWW-Authenticate", f'Basic realm="{realm}", charset="UTF-8"'),)
        return JsonAnswer(401, _NO_STORE + challenge, body, reason, client_id)
    return JsonAnswer(400, _NO_STORE, body, reason, client_id)


def bearer_error(refusal: Refusal | None, *, realm: str, reason: str) -> JsonAnswer:
    """RFC 6750 3: without a token only the challenge, with a bad one also why in general terms."""
    if refusal is None:
        challenge = f'Bearer realm="{realm}"'
        return JsonAnswer(401, (*_NO_STORE, ("WWW-Authenticate", challenge)), b"{}", reason)
    status = 401 if refusal.error is OAuthCode.INVALID_TOKEN else 400
    challenge = (
        f'Bearer realm="{realm}", error="{refusal.error.value}", error_description="{refusal.description}"'
    )
    body = json.dumps({"error": refusal.error.value, "error_description": refusal.description}).encode()
    return JsonAnswer(status, (*_NO_STORE, ("WWW-Authenticate", challenge)), body, reason)


def forbidden(*, realm: str, client_id: str) -> JsonAnswer:
    """403 (RFC 6750 3.1): the token is good, and its portal may not have what this endpoint tells."""
    refusal = Refusal(OAuthCode.INSUFFICIENT_SCOPE, "this client may not have what is asked")
    told = bearer_error(refusal, realm=realm, reason="not-in-contract")
    return replace(told, status=403, client_id=client_id)
