"""Telling portals that a session ended (Back-Channel Logout 1.0, 2.5): lease, post, say how it ended.

Any number of workers may do this at once. Each attempt has a token of its own, since a portal takes none
twice and an answer may get lost.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from http import HTTPStatus
from typing import Final, Protocol

import structlog

from broker.domain.clock import Clock
from broker.domain.events import PortalNotTold, PortalTold, Result, SecurityEvent
from broker.oidc import logout_token
from broker.oidc.clients import Client, ClientRegistry
from broker.oidc.guarded_post import PostFailed, PostRefused
from broker.oidc.keys import SigningKeys
from broker.oidc.signed_jwt import sign
from broker.storage.logout_notices import LeasedNotice, LogoutNoticeRepository

LEASE: Final = timedelta(minutes=1)
_MOST_IN_A_ROUND: Final = 50
# After the last of these the portal's own session has long run out by itself.
_WAITS_SECONDS: Final = (5, 15, 60, 300, 900, 1800)
_GOOD: Final = frozenset({HTTPStatus.OK, HTTPStatus.NO_CONTENT})

_log = structlog.get_logger("broker.backchannel")


class Recorder(Protocol):
    """What writes events down."""

    def record(self, event: SecurityEvent) -> None:
        """Write it down."""


Post = Callable[[str, dict[str, str]], int]
"""Posts a form and gives the status; raises `PostRefused` or `PostFailed`."""


class LogoutTokens:
    """Makes signed logout tokens."""

    def __init__(self, issuer: str, keys: SigningKeys, clock: Clock) -> None:
        self._issuer = issuer
        self._keys = keys
        self._clock = clock

    def make(self, client: Client, *, sid: str, subject: str) -> str:
        """One token, good for two minutes."""
        claims: Mapping[str, object] = logout_token.logout_token_claims(
            self._issuer, client, sid=sid, subject=subject, now=self._clock()
        )
        return sign(self._keys, client.id_token_signed_response_alg, claims, typ=logout_token.TYPE)


class BackchannelLogout:
    """Sends what is due."""

    def __init__(
        self,
        notices: LogoutNoticeRepository,
        clients: ClientRegistry,
        tokens: LogoutTokens,
        post: Post,
        recorder: Recorder,
        clock: Clock,
    ) -> None:
        self._notices = notices
        self._clients = clients
        self._tokens = tokens
        self._post = post
        self._recorder = recorder
        self._clock = clock

    def run(self) -> int:
        """One round: at most fifty notices; answers how many portals know now."""
        told = 0
        for _ in range(_MOST_IN_A_ROUND):
            now = self._clock()
            notice = self._notices.lease(now, now + LEASE)
            if notice is None:
                break
            told += self._send(notice)
        return told

    def _send(self, notice: LeasedNotice) -> bool:
        client = self._clients.find(notice.client_id)
        if client is None or client.backchannel_logout_uri is None:
            return self._fail(notice, "no-address", for_good=True)
        token = self._tokens.make(client, sid=notice.sid, subject=notice.subject)
        try:
            status = self._post(client.backchannel_logout_uri, {"logout_token": token})
        except PostRefused as refused:
            return self._fail(notice, refused.fault, for_good=True)
        except PostFailed as failed:
            return self._fail(notice, failed.fault)
        if status not in _GOOD:
            return self._fail(notice, f"status-{status}")
        self._notices.delivered(notice, self._clock())
        self._recorder.record(
            PortalTold(
                brand=notice.brand,
                result=Result.SUCCESS,
                client_id=notice.client_id,
                sid=notice.sid,
                attempts=notice.attempts,
            )
        )
        return True

    def _fail(self, notice: LeasedNotice, fault: str, *, for_good: bool = False) -> bool:
        """Later, or never; always False, for the portal does not know."""
        now = self._clock()
        _log.warning("portal not told", client_id=notice.client_id, fault=fault, attempts=notice.attempts)
        if not for_good and notice.attempts <= len(_WAITS_SECONDS):
            wait = timedelta(seconds=_WAITS_SECONDS[notice.attempts - 1])
            self._notices.postpone(notice, until=now + wait, fault=fault)
            return False
        self._notices.give_up(notice, now, fault=fault)
        self._recorder.record(
            PortalNotTold(
                brand=notice.brand,
                result=Result.REFUSED,
                client_id=notice.client_id,
                sid=notice.sid,
                attempts=notice.attempts,
                reason=fault,
            )
        )
        return False
