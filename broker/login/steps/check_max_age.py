"""A login to which nothing is missing any more grows old while it waits, and the portal may say how old."""

from __future__ import annotations

from datetime import timedelta

from broker.login.progress import Decision, Progress, Refuse


def check_max_age(progress: Progress) -> Decision | None:
    """Refuse kept evidence that is older than the portal allows (`max_age`), by the moment that it is told.

    `check age` lets a password wait for its factor; this stands behind it, for who chooses a collectivity or
    keeps recovery codes. Who asks with 0 wants a login of now, and choosing takes a moment.
    """
    evidence, max_age_seconds = progress.evidence, progress.wish.max_age_seconds
    if evidence is None or not progress.evidence_was_kept or not max_age_seconds:
        return None
    too_old = progress.now - evidence.authenticated_at > timedelta(seconds=max_age_seconds)
    return Refuse("evidence-too-old") if too_old else None
