"""Taking a request in: kept, written down, confirmed to the applicant by mail; all in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, Protocol
from uuid import uuid4

from broker.domain.assurance import Assurance
from broker.domain.auditing import Auditor, Together
from broker.domain.clock import Clock
from broker.domain.email_address import EmailAddress
from broker.domain.events import AccountRequested, Result
from broker.domain.identity import EherkenningIdentity
from broker.domain.representation import Representation
from broker.domain.roles import RoleId

MAIL_LIFETIME: Final = timedelta(days=2)
"""For how long sending a mail about a request has a use."""


@dataclass(frozen=True, slots=True)
class Applicant:
    """Who asks, as eHerkenning vouched for them, and where."""

    brand: str
    portal: str
    client_id: str
    identity: EherkenningIdentity
    represents: Representation
    assurance: Assurance


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the applicant filled in, judged."""

    name: str = field(repr=False)
    email: EmailAddress = field(repr=False)
    roles: tuple[RoleId, ...]


@dataclass(frozen=True, slots=True)
class ApplicantLetter:
    """A mail to the applicant about their request."""

    brand: str
    portal: str
    to_ascii: str = field(repr=False)
    expires_at: datetime


class Requests(Protocol):
    """Keeps requests."""

    def add(self, request_id: str, brand: str, portal: str, content: Mapping[str, Any]) -> None:
        """Keep a new one, to be decided upon; `content` is sealed."""


class Letters(Protocol):
    """Writes and queues mail, within the transaction at hand."""

    def confirm(self, letter: ApplicantLetter) -> None:
        """Queue the mail in the language of the person at hand."""


class Limits(Protocol):
    """Counts requests."""

    def may_ask(self, brand: str, identity: EherkenningIdentity) -> bool:
        """Count one more for this person; False when there were too many today."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What requests are taken in with."""

    requests: Requests
    limits: Limits
    letters: Letters
    auditor: Auditor
    together: Together
    clock: Clock


class AccountRequests:
    """Takes requests in."""

    def __init__(self, surroundings: Surroundings) -> None:
        self._with = surroundings

    def ask(self, applicant: Applicant, wanted: Wanted) -> bool:
        """Keep the request and confirm it; False when this person asked too often today."""
        parts = self._with
        if not parts.limits.may_ask(applicant.brand, applicant.identity):
            return False
        request_id = str(uuid4())
        with parts.together():
            content = _content(applicant, wanted)
            parts.requests.add(request_id, applicant.brand, applicant.portal, content)
            parts.letters.confirm(
                ApplicantLetter(
                    brand=applicant.brand,
                    portal=applicant.portal,
                    to_ascii=wanted.email.ascii,
                    expires_at=parts.clock() + MAIL_LIFETIME,
                )
            )
            parts.auditor.record(
                AccountRequested(
                    brand=applicant.brand,
                    result=Result.SUCCESS,
                    client_id=applicant.client_id,
                    request_id=request_id,
                    organisation=applicant.represents.party,
                )
            )
        return True


def _content(applicant: Applicant, wanted: Wanted) -> dict[str, Any]:
    """What a desk needs to decide, and what an approval binds later."""
    return {
        "name": wanted.name,
        "email": wanted.email.text,
        "roles": list(wanted.roles),
        "pseudonym": applicant.identity.pseudonym,
        "represents": applicant.represents.encode(),
        "scheme": applicant.assurance.scheme.value,
        "level": applicant.assurance.level.label,
    }
