"""Logging out at the provider as well, after the session here has ended: offered, sent once, answered once.

The session here is over before any of this begins, and whatever becomes of it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from broker.domain.assurance import Scheme
from broker.domain.auditing import Auditor
from broker.domain.clock import Clock
from broker.domain.events import LogoutAnswered, LogoutSentUpstream, Result
from broker.domain.identity import Failed, UpstreamSession
from broker.login.upstream_requests import new_relay_state
from broker.providers.base import Send
from broker.providers.logout import LogoutMessage, SentLogout, UpstreamEnd, UpstreamLogout
from broker.sessions.secrets import matches, new_secret
from broker.sessions.session import Session
from broker.storage.records import RecordKey, RecordKind, RecordStore

OFFERED_FOR: Final = timedelta(minutes=5)
"""How long the button on the page of a logout works."""
ANSWERED_WITHIN: Final = timedelta(minutes=15)
"""How long an answer is waited for: as long as somebody may be busy at their supplier."""

_UNKNOWN: Final = Failed("answer-unknown", "no open logout has this relay state")
_NO_ANSWER: Final = Failed("request-not-taken", "no answer: the scheme has no such request to us")


class UpstreamLogouts:
    """Offers, sends and takes answers, for the brands and schemes where a provider keeps logins of ours."""

    def __init__(
        self,
        records: RecordStore,
        ways: Mapping[tuple[str, Scheme], UpstreamLogout],
        auditor: Auditor,
        clock: Clock,
    ) -> None:
        self._records = records
        self._ways = ways
        self._auditor = auditor
        self._clock = clock

    def url(self, brand: str, scheme: Scheme) -> str | None:
        """Where the browser goes; None where there is no such way."""
        way = self._ways.get((brand, scheme))
        return None if way is None else way.url

    def offer(self, ended: Session, *, to_be_proved: bool) -> str | None:
        """The handle (256 random bits) by which the browser may go on to the provider; None if it cannot.

        What names the login there stays sealed behind the handle for a few minutes, and is then gone. Where
        it is still `to_be_proved` that the session was this browser's, the handle alone is worth nothing.
        """
        login = ended.upstream
        if login is None or self.url(ended.brand, login.scheme) is None:
            return None
        handle = new_secret()
        proof = ended.secret_sha256 if to_be_proved else None
        value = json.dumps([ended.sid, login.encode(), proof]).encode()
        key = _key(RecordKind.UPSTREAM_LOGOUT, ended.brand, login.scheme, handle)
        self._records.put(key, value, expires_at=self._clock() + OFFERED_FOR)
        return handle

    def send(self, brand: str, scheme: Scheme, handle: str, held: str) -> Send | None:
        """Where the browser goes with a signed request, for the first who brings the handle; else None.

        `held` is what the browser has as its session's cookie, though that session is over.
        """
        way = self._ways.get((brand, scheme))
        found = self._records.take(_key(RecordKind.UPSTREAM_LOGOUT, brand, scheme, handle))
        sid, raw, proof = json.loads(found) if found is not None else ("", None, None)
        login = UpstreamSession.decode(raw)
        if way is None or login is None:
            self._note_sent(brand, scheme, None, "offer-unknown")
            return None
        if proof is not None and not _proves(held, sid, proof):
            self._note_sent(brand, scheme, sid, "other-browser")
            return None
        now, relay_state = self._clock(), new_relay_state()
        begun = way.begin(login, sid=sid, relay_state=relay_state, now=now)
        if begun is None:
            self._note_sent(brand, scheme, sid, "no-way-there")
            return None
        key = _key(RecordKind.SENT_LOGOUT, brand, scheme, relay_state)
        self._records.put(key, begun.sent.encode(), expires_at=now + ANSWERED_WITHIN)
        self._note_sent(brand, scheme, sid, None)
        return begun.send

    def answered(
        self, brand: str, scheme: Scheme, relay_state: str, answer: LogoutMessage
    ) -> UpstreamEnd | Failed:
        """What became of it. The request is used up first, whatever the answer is worth."""
        way = self._ways.get((brand, scheme))
        stored = self._records.take(_key(RecordKind.SENT_LOGOUT, brand, scheme, relay_state))
        if way is None or stored is None:
            self._note_answered(brand, scheme, _UNKNOWN, None)
            return _UNKNOWN
        sent = SentLogout.decode(stored)
        became = way.complete(answer, sent, now=self._clock())
        self._note_answered(brand, scheme, became, sent.sid)
        return became

    def asked(self, brand: str, scheme: Scheme) -> Failed:
        """A request that somebody logs out: whoever sent it, it ends nothing here."""
        self._note_answered(brand, scheme, _NO_ANSWER, None)
        return _NO_ANSWER

    def _note_answered(
        self, brand: str, scheme: Scheme, became: UpstreamEnd | Failed, sid: str | None
    ) -> None:
        self._auditor.record(
            LogoutAnswered(
                brand=brand,
                result=Result.REFUSED if isinstance(became, Failed) else Result.SUCCESS,
                scheme=scheme.value,
                outcome="failed" if isinstance(became, Failed) else became.value,
                reason=became.reason if isinstance(became, Failed) else None,
                sid=sid,
            )
        )

    def _note_sent(self, brand: str, scheme: Scheme, sid: str | None, reason: str | None) -> None:
        self._auditor.record(
            LogoutSentUpstream(
                brand=brand,
                result=Result.SUCCESS if reason is None else Result.REFUSED,
                scheme=scheme.value,
                sid=sid,
                reason=reason,
            )
        )


def _proves(held: str, sid: str, secret_sha256: str) -> bool:
    of, _, secret = held.partition(".")
    return of == sid and matches(secret, secret_sha256)


def _key(kind: RecordKind, brand: str, scheme: Scheme, name: str) -> RecordKey:
    return RecordKey(kind, brand, f"{scheme.value} {name}")
