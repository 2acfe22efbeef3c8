"""Evidence that waited here is worth as much as it is young."""

from __future__ import annotations

from datetime import timedelta

from broker.login.progress import Decision, Progress, Refuse
from broker.login.transaction import KEPT_EVIDENCE_LIFETIME


def check_age(progress: Progress) -> Decision | None:
    """Refuse kept evidence that is older than we allow, or than the portal does (`max_age`).

    Evidence that comes straight from its provider was judged there, and is told with its own moment.
    """
    evidence, max_age_seconds = progress.evidence, progress.wish.max_age_seconds
    if evidence is None or not progress.evidence_was_kept:
        return None
    allowed = KEPT_EVIDENCE_LIFETIME
    if max_age_seconds is not None:
        allowed = min(allowed, timedelta(seconds=max_age_seconds))
    return Refuse("evidence-too-old") if progress.now - evidence.authenticated_at > allowed else None
