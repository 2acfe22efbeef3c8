"""What the audit log hears is counted too, so that both tell the same story."""

from __future__ import annotations

from broker.domain.events import (
    LoginGranted,
    LoginRefused,
    MessageDelivered,
    MessageFailed,
    ProviderAnswered,
    Result,
    SecurityEvent,
    TurnedAway,
)
from broker.metrics.catalogue import LOGINS, MESSAGES, SECURITY_EVENTS


def count_event(event: SecurityEvent) -> None:
    """Count an event that was written down."""
    SECURITY_EVENTS.add(brand=event.brand, kind=event.kind, result=event.result.value)
    match event:
        case LoginGranted():
            outcome = "granted-by-session" if event.by_earlier_login else "granted"
            LOGINS.add(brand=event.brand, provider=event.scheme, outcome=outcome, level=event.level)
        case ProviderAnswered() if event.result is not Result.SUCCESS:
            LOGINS.add(brand=event.brand, provider=event.scheme, outcome=event.outcome, level=event.level)
        case TurnedAway():
            LOGINS.add(brand=event.brand, provider=event.scheme, outcome="turned-away", level=None)
        case LoginRefused():
            # By then the provider is behind us: the reason stands in the audit log.
            LOGINS.add(brand=event.brand, provider=None, outcome="refused", level=None)
        case MessageDelivered():
            MESSAGES.add(brand=event.brand, channel=event.channel, outcome="delivered")
        case MessageFailed():
            MESSAGES.add(brand=event.brand, channel=event.channel, outcome="given-up")
        case _:
            pass
