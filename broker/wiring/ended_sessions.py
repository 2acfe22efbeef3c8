"""The jobs that tell portals of ended sessions, for the worker."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from broker.errors import ConfigurationError
from broker.oidc.backchannel_logout import BackchannelLogout, LogoutTokens
from broker.oidc.guarded_post import GuardedPost
from broker.sessions.endings import PortalToTell, SessionEndings
from broker.settings import Environment, Settings
from broker.storage.logout_notices import LogoutNoticeRepository
from broker.wiring.audit import system_auditor
from broker.wiring.clients import clients_of
from broker.wiring.signing_keys import signing_keys
from broker.wiring.stores import Stores, session_store


def endings_sweep(stores: Stores) -> Callable[[], int]:
    """Finds sessions that ended, by time or by hand, and queues a notice for each portal they knew."""
    endings, sessions = SessionEndings(stores.due_index), session_store(stores)
    notices = LogoutNoticeRepository(stores.database, stores.keys.columns)

    def lives_until(brand: str, sid: str) -> datetime | None:
        session = sessions.find_by_sid(brand, sid, now=stores.clock())
        return session.expires_at if session else None

    def queue(portal: PortalToTell) -> None:
        notices.add(
            brand=portal.brand,
            sid=portal.sid,
            client_id=portal.client_id,
            subject=portal.subject,
            now=stores.clock(),
        )

    return lambda: endings.sweep(lives_until, queue)


def backchannel_logout(settings: Settings, stores: Stores) -> BackchannelLogout:
    """What sends the notices; in the demo to this machine alone, elsewhere to public addresses alone."""
    faults: list[str] = []
    clients = clients_of(settings, faults)
    if faults:
        raise ConfigurationError(tuple(faults))
    return BackchannelLogout(
        LogoutNoticeRepository(stores.database, stores.keys.columns),
        clients,
        LogoutTokens(settings.broker.issuer, signing_keys(stores), stores.clock),
        GuardedPost(loopback_only=settings.broker.environment is Environment.DEMO),
        system_auditor(stores),
        stores.clock,
    )
