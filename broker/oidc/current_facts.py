"""The facts of a grant as they are at this moment: when its session ends, and what its person may do."""

from __future__ import annotations

from dataclasses import replace

from broker.oidc.claims import ClaimSource, SessionEnds
from broker.oidc.clients import Client
from broker.oidc.grants import Grant
from broker.oidc.rights import CurrentRights
from broker.oidc.sessions import SessionLookup


class NothingLeft(Exception):
    """The grant has nothing to stand on any more; the text says what it lost."""


class CurrentFacts:
    """One judgement for every token that is made, and for every one that is asked about."""

    def __init__(self, sessions: SessionLookup, rights: CurrentRights) -> None:
        self._sessions = sessions
        self.rights = rights

    def live(self, client: Client, grant: Grant) -> ClaimSource:
        """The facts now; `NothingLeft` when the session ended, or the last role in the collectivity did."""
        return self._with(client, grant, self._sessions.live(grant.sid, brand=client.brand))

    def touch(self, client: Client, grant: Grant) -> ClaimSource:
        """As `live`, and it counts as activity."""
        return self._with(client, grant, self._sessions.touch(grant.sid, brand=client.brand))

    def with_reach(self, client: Client, grant: Grant, source: ClaimSource) -> ClaimSource:
        """The same facts, with all that the person reaches, for a client that hears of it."""
        if source.rights is None or grant.acting is None or "collectivities" not in client.claims:
            return source
        reach = self.rights.reach(client, grant.acting, source.assurance)
        return replace(source, rights=replace(source.rights, reach=reach))

    def for_userinfo(self, client: Client, grant: Grant, source: ClaimSource) -> ClaimSource:
        """The same, and what is told nowhere else: how the collectivity is reached."""
        told = self.with_reach(client, grant, source)
        if told.rights is None or "collectivity_details" not in client.claims:
            return told
        return replace(told, rights=self.rights.with_contact(client, told.rights))

    def _with(self, client: Client, grant: Grant, ends: SessionEnds | None) -> ClaimSource:
        if ends is None:
            raise NothingLeft("the session has ended")
        source = grant.source.ending(ends)
        if client.access is None:
            return source
        rights = self.rights.active(client, grant.acting, source.assurance)
        if rights is None:
            raise NothingLeft("the person has no role there any more")
        return replace(source, rights=rights)
