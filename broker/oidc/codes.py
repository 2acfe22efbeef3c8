"""Authorization codes: made for one client, good for one minute and for one redemption."""

from __future__ import annotations

import hmac
import json
import re
import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha256

from authlib.oauth2.rfc7636 import create_s256_code_challenge

from broker.domain.clock import Clock
from broker.oidc.authorization_request import AuthorizationRequest
from broker.oidc.claims import ClaimSource
from broker.oidc.clients import Client
from broker.oidc.errors import OAuthCode, Refusal
from broker.oidc.grants import Grant, GrantStore, decode_grant, encode_grant
from broker.oidc.rights import Acting
from broker.oidc.vocabulary import (
    ACCESS_TOKEN_LIFETIME_SECONDS,
    CLOCK_SKEW_SECONDS,
    CODE_LIFETIME_SECONDS,
    LONGEST_SESSION_SECONDS,
)
from broker.storage.records import NeverThere, RecordKey, RecordKind, RecordStore, SpentAgain

CODE_BYTES = 32
_CODE = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}", re.ASCII)
# The trace of a spent code outlives every token that came of it, so that a replay still finds them.
_GRANT_LIFETIME = timedelta(
    seconds=CODE_LIFETIME_SECONDS + ACCESS_TOKEN_LIFETIME_SECONDS + CLOCK_SKEW_SECONDS
)
_REFRESHED_LIFETIME = _GRANT_LIFETIME + timedelta(seconds=LONGEST_SESSION_SECONDS)


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """Who logged in: the session's stable id, the pairwise subject for the client, and the facts.

    `acting` says for which collectivity; `replaces` is the grant that this one takes the place of.
    """

    sid: str
    subject: str = field(repr=False)
    source: ClaimSource
    acting: Acting | None = None
    replaces: str | None = None


class CodeReplayed(Refusal):
    """The code was used before; the tokens of the first use have been ended. `grant_id` is for the audit."""

    def __init__(self, grant_id: str) -> None:
        super().__init__(OAuthCode.INVALID_GRANT, _REFUSED)
        self.grant_id = grant_id


_REFUSED = "the code is unknown, expired, used before or not meant for this request"


class CodeStore:
    """Issues and redeems codes; a redemption is one atomic step over all processes."""

    def __init__(self, records: RecordStore, grants: GrantStore, clock: Clock) -> None:
        self._records = records
        self._grants = grants
        self._clock = clock

    def issue(self, request: AuthorizationRequest, client: Client, login: LoggedIn) -> str:
        """A code of 256 random bits for `client`, good for 60 s (RFC 6749 4.1.2).

        The grant is opened now and not at redemption: a replay that comes between the two can then
        always end it. The BSN, for a client that may have it, is kept with the code alone: it stands in
        the ID token and nowhere after.
        """
        if client.client_id != request.client_id:
            raise ValueError("the request is of another client")
        code = secrets.token_urlsafe(CODE_BYTES)
        now = self._clock()
        source = login.source if login.source.bsn is None else replace(login.source, bsn=None)
        lasting = Grant(
            id=_grant_id(code),
            client_id=client.client_id,
            sid=login.sid,
            subject=login.subject,
            scope=request.scope,
            nonce=request.nonce,
            requested_claims=request.requested_claims,
            source=source,
            acting=login.acting,
            replaces=login.replaces,
        )
        grant = replace(lasting, source=login.source) if client.may_have_bsn else lasting
        self._grants.open(lasting, expires_at=_grant_end(client, login.source, now))
        self._records.put(
            _key(client, code),
            _encode(_BoundCode(request.redirect_uri, request.code_challenge, grant)),
            expires_at=now + timedelta(seconds=CODE_LIFETIME_SECONDS),
        )
        return code

    def redeem(self, client: Client, *, code: str, redirect_uri: str, code_verifier: str) -> Grant:
        """The grant behind `code`, for the first caller only; `Refusal` (invalid_grant) for all others.

        Any attempt spends the code, also one with a wrong verifier: whoever has a code and not its
        verifier is not the portal. Raises `CodeReplayed` when it was spent before.
        """
        if not _CODE.fullmatch(code):
            raise _refused()
        grant_id = _grant_id(code)
        lifetime = _REFRESHED_LIFETIME if client.refreshes else _GRANT_LIFETIME
        outcome = self._records.spend(
            _key(client, code), trace=grant_id.encode(), keep_trace_until=self._clock() + lifetime
        )
        if isinstance(outcome, NeverThere):
            raise _refused()
        if isinstance(outcome, SpentAgain):
            self._grants.end(client.client_id, outcome.trace.decode())
            raise CodeReplayed(outcome.trace.decode())
        bound = _decode(outcome.value)
        if bound.redirect_uri != redirect_uri or not _answers(code_verifier, bound.code_challenge):
            self._grants.end(client.client_id, grant_id)
            raise _refused()
        if bound.grant.replaces is not None:
            # Nobody has new tokens while those of the collectivity before still live.
            self._grants.end(client.client_id, bound.grant.replaces)
        return bound.grant


@dataclass(frozen=True, slots=True)
class _BoundCode:
    """What stands behind a code: all that the redemption must repeat, and what it gives."""

    redirect_uri: str
    code_challenge: str
    grant: Grant


def _encode(bound: _BoundCode) -> bytes:
    parts = (bound.redirect_uri, bound.code_challenge, encode_grant(bound.grant).decode())
    return json.dumps(parts).encode()


def _decode(encoded: bytes) -> _BoundCode:
    redirect_uri, code_challenge, grant = json.loads(encoded.decode())
    return _BoundCode(redirect_uri, code_challenge, decode_grant(grant.encode()))


def _refused() -> Refusal:
    return Refusal(OAuthCode.INVALID_GRANT, _REFUSED)


def _key(client: Client, code: str) -> RecordKey:
    """The client is part of the key: to another client the code does not exist."""
    return RecordKey(RecordKind.CODE, client.client_id, code)


def _grant_end(client: Client, source: ClaimSource, now: datetime) -> datetime:
    """A grant that can be refreshed lives as long as its session may, and the last access token after it."""
    if not client.refreshes:
        return now + _GRANT_LIFETIME
    return max(now, source.session.absolute_at) + _GRANT_LIFETIME


def _grant_id(code: str) -> str:
    """Derived one way from the code, so that the trace is known before the code's record is read."""
    digest = sha256(b"grant\0" + code.encode()).digest()
    return urlsafe_b64encode(digest).rstrip(b"=").decode()


def is_code_verifier(text: str) -> bool:
    """Whether `text` has the form of RFC 7636 4.1: 43 to 128 unreserved characters."""
    return _VERIFIER.fullmatch(text) is not None


def _answers(verifier: str, challenge: str) -> bool:
    """Whether the verifier hashes to the challenge (RFC 7636 4.6), compared in constant time."""
    if not is_code_verifier(verifier):
        return False
    return hmac.compare_digest(create_s256_code_challenge(verifier), challenge)
