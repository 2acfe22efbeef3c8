"""What is written down when somebody is in: who, where, how sure, and for whom they act."""

from __future__ import annotations

from broker.domain.events import LoginGranted, Result
from broker.login.progress import Grant
from broker.sessions.session import Session


def granted_event(grant: Grant, session: Session, client_id: str) -> LoginGranted:
    """The event of a login, by its own evidence or by a running session."""
    assurance, represents = grant.authentication.assurance, session.represents
    through = represents.intermediary if represents is not None else None
    return LoginGranted(
        brand=session.brand,
        result=Result.SUCCESS,
        client_id=client_id,
        account_id=grant.account.id,
        sid=session.sid,
        scheme=assurance.scheme.value,
        level=assurance.level.label,
        by_earlier_login=grant.by_earlier_login,
        collectivity=grant.relation.number.number if grant.relation else None,
        on_behalf_of=represents.party if represents is not None else None,
        service=represents.service if represents is not None else None,
        mandate=represents.mandate if represents is not None else None,
        intermediary=f"kvk:{through.number}" if through is not None else None,
    )
