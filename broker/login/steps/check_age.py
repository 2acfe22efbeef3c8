"""Evidence that waited here is worth as much as it is young."""

from __future__ import annotations

from datetime import datetime, timedelta

from broker.domain.factor_strength import TAKES_SECOND_FACTOR
from broker.domain.identity import Evidence
from broker.login.progress import Decision, Progress, Refuse
from broker.login.transaction import KEPT_EVIDENCE_LIFETIME


def check_age(progress: Progress) -> Decision | None:
    """Refuse kept evidence that is older than we allow, or than the portal does (`max_age`).

    Evidence that comes straight from its provider was judged there, and is told with its own moment.
    """
    evidence = progress.evidence
    if evidence is None or not progress.evidence_was_kept:
        return None
    too_old = progress.now - _waits_since(progress, evidence) > _allowed(progress, evidence)
    return Refuse("evidence-too-old") if too_old else None


def _waits_since(progress: Progress, evidence: Evidence) -> datetime:
    """When it was given; what a running session lent to the attempt was good until then."""
    return max(evidence.authenticated_at, progress.lent_at or evidence.authenticated_at)


def _allowed(progress: Progress, evidence: Evidence) -> timedelta:
    """A login that waits for its second factor is not over: it gets its moment when that is given.

    Who asks with 0 wants a login of this attempt, which this is; being found, and choosing, takes a moment.
    """
    max_age_seconds = progress.wish.max_age_seconds
    if not max_age_seconds or evidence.assurance.scheme in TAKES_SECOND_FACTOR:
        return KEPT_EVIDENCE_LIFETIME
    return min(KEPT_EVIDENCE_LIFETIME, timedelta(seconds=max_age_seconds))
