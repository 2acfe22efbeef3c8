"""What comes into the login service and what it makes of it: closed sets of values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from broker.domain.identity import Cancelled, Evidence, Failed, Unavailable
from broker.login.progress import (
    AskCollectivity,
    AskProvider,
    AskSecondFactor,
    GoUpstream,
    Grant,
    OfferBinding,
    OfferEnrolment,
    OfferRegistration,
    Refuse,
)
from broker.login.transaction import LoginTransaction, Wish

Settled = (
    AskProvider
    | GoUpstream
    | OfferRegistration
    | OfferBinding
    | AskSecondFactor
    | OfferEnrolment
    | AskCollectivity
    | Refuse
    | Grant
)
"""A decision that needs nothing more from the store."""


@dataclass(frozen=True, slots=True)
class Visit:
    """A portal's wish that somebody logs in."""

    brand: str
    portal: str
    client_id: str
    wish: Wish
    answer_to: bytes


@dataclass(frozen=True, slots=True)
class UnknownAnswer:
    """An answer to nothing that is open here: made up, late, or used before."""


@dataclass(frozen=True, slots=True)
class OtherBrowser:
    """An answer brought by a browser that did not begin this login (login CSRF). The request is used up."""


@dataclass(frozen=True, slots=True)
class NotAuthenticated:
    """The provider did not vouch for anybody; the attempt goes on, with a message.

    `outcome` is what the provider gave; None when it vouched and the pipeline wanted more.
    """

    transaction: LoginTransaction
    notice: str
    outcome: Cancelled | Failed | Unavailable | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """The provider vouched for somebody and the pipeline decided."""

    transaction: LoginTransaction
    evidence: Evidence
    decision: Settled


Received = UnknownAnswer | OtherBrowser | NotAuthenticated | Judged
BrowserSecret = Callable[[str], str | None]
"""Gives the secret of this browser's cookie for a transaction id."""
