"""Who is on the pages for people without an account: a browser for which eHerkenning vouched just now."""

from __future__ import annotations

from dataclasses import dataclass

from flask import url_for

from broker.domain.identity import EherkenningIdentity
from broker.domain.representation import Representation
from broker.login.progress import AskCollectivity, Grant, OfferBinding, Refuse
from broker.login.received import Judged
from broker.login.transaction import LoginTransaction
from broker.web.dead_end import DeadEnd
from broker.web.login_pages import LoginPages, find_attempt
from broker.web.portals import PortalView
from broker.web.refusals import refused_at


@dataclass(frozen=True, slots=True)
class Visitor:
    """A browser with its attempt, who came by eHerkenning, and what the pipeline makes of that now."""

    transaction: LoginTransaction
    portal: PortalView
    secret: str
    judged: Judged
    identity: EherkenningIdentity
    represents: Representation

    @property
    def is_bound(self) -> bool:
        """Whether there is an account by now."""
        return not isinstance(self.judged.decision, OfferBinding)

    @property
    def granted(self) -> Grant | None:
        """The way in, for somebody who was bound meanwhile."""
        return self.judged.decision if isinstance(self.judged.decision, Grant) else None

    def url(self, endpoint: str) -> str:
        """Where a link or button of these pages leads."""
        return url_for(endpoint, brand=self.transaction.brand, attempt=self.transaction.id)


def visitor_of(pages: LoginPages, brand: str, attempt: str) -> Visitor:
    """Who looks at the page; `DeadEnd` for anybody else than somebody who came by eHerkenning."""
    return _visitor(pages, *find_attempt(pages, brand, attempt))


def acting_visitor(pages: LoginPages, brand: str, attempt: str) -> Visitor:
    """Who pressed a button of ours; a forged request ends here, before anything else is looked at."""
    transaction, portal, secret = find_attempt(pages, brand, attempt)
    pages.answers.require_own_page(transaction.brand, secret)
    return _visitor(pages, transaction, portal, secret)


def _visitor(pages: LoginPages, transaction: LoginTransaction, portal: PortalView, secret: str) -> Visitor:
    judged = pages.login.resume(transaction)
    evidence = judged.evidence if judged is not None else None
    if judged is None or evidence is None or not isinstance(evidence.identity, EherkenningIdentity):
        raise DeadEnd("transaction-unknown", 400, portal=portal)
    if evidence.represents is None:
        raise DeadEnd("transaction-unknown", 400, portal=portal)
    decision = judged.decision
    if isinstance(decision, Refuse):
        raise refused_at(pages.portals, portal, decision.reason)
    if not isinstance(decision, OfferBinding | Grant | AskCollectivity):
        raise DeadEnd("evidence-too-old", 403, portal=portal)
    return Visitor(transaction, portal, secret, judged, evidence.identity, evidence.represents)
