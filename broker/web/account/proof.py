"""How fresh the proof is of who is at this browser: what changes how somebody logs in asks for it anew.

A proof is good for five minutes (ASVS 7.5.1): a login with all that the account has, or all of that once
more on our own page. Consumers have nothing of ours to show, so for them it is a login with DigiD.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from broker.domain.accounts import AccountType
from broker.domain.assurance import AccountLevel, Scheme
from broker.domain.identity import AccountIdentity, Authenticated, Evidence, Failed
from broker.domain.second_factors import SecondFactor
from broker.providers.base import PasswordAnswer
from broker.sessions.session import Session
from broker.web.account.area import AccountArea, Visitor
from broker.web.devices import device_of_request
from broker.web.source_address import source_block

GOOD_FOR: Final = timedelta(minutes=5)


def is_fresh(
    session: Session, factors: Sequence[SecondFactor], now: datetime, *, good_for: timedelta = GOOD_FOR
) -> bool:
    """Whether the person of this session proved so lately who they are, with all that they have."""
    moments = [session.proven_at] if session.proven_at is not None else []
    if _showed_all(session, factors):
        # A second factor that was added to a running login proves nothing of its password.
        moments.append(min(session.started_at, session.authenticated_at))
    return any(now - moment < good_for for moment in moments)


def is_proven(area: AccountArea, visitor: Visitor, *, good_for: timedelta = GOOD_FOR) -> bool:
    """The same for who is here."""
    factors = area.factors.service.kinds_of(visitor.account.id) if visitor.has_password else ()
    return is_fresh(visitor.session, factors, area.pages.clock(), good_for=good_for)


def to_proof(visitor: Visitor, goal: str) -> ResponseReturnValue:
    """To the page that asks for a proof, and back to the page `goal` from there."""
    return redirect(url_for("account.confirm", brand=visitor.brand.id, to=goal), 303)


def judged_password(area: AccountArea, visitor: Visitor, password: str) -> Evidence | Failed:
    """Whether this is the password of who is here.

    It counts among the tries to log in, with the same limits, so that a stolen session is no place to guess.
    """
    way = area.passwords.ways.get((visitor.brand.id, Scheme.PASSWORD))
    if way is None:
        return Failed("password.unknown", "this brand has no passwords")
    answer = PasswordAnswer(
        email=visitor.account.email,
        password=password,
        device=device_of_request(visitor.brand.id),
        source=source_block(),
    )
    outcome = way.check(answer, brand=visitor.brand.id, now=area.pages.clock())
    if isinstance(outcome, Authenticated) and outcome.evidence.identity == AccountIdentity(
        visitor.account.id
    ):
        return outcome.evidence
    return outcome if isinstance(outcome, Failed) else Failed("password.unknown", "of another account")


def _showed_all(session: Session, factors: Sequence[SecondFactor]) -> bool:
    """Whether the login of this session asked for everything that the account has today.

    eHerkenning vouches for a person and asks for nothing of the account's own: it stands in for no factor.
    """
    if session.account_type is AccountType.CONSUMER or not factors:
        return True
    reached = session.assurance
    return reached.scheme is Scheme.PASSWORD and reached.level is not AccountLevel.PASSWORD
