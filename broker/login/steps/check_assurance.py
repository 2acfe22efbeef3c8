"""What was returned must be at least what was asked, whoever returned it."""

from __future__ import annotations

from broker.login.progress import Decision, Progress, Refuse


def check_assurance(progress: Progress) -> Decision | None:
    """Refuse evidence of another brand, of a scheme that is not allowed, or below the level required.

    The provider compared the level as well (Koppelvlakspecificatie DigiD 3.x); this is the decision that
    counts, because a portal's minimum is known only here.
    """
    evidence = progress.evidence
    if evidence is None:
        return None
    if evidence.brand != progress.brand:
        return Refuse("evidence-of-other-brand")
    required = progress.wish.requirement_for(evidence.assurance.scheme)
    if required is None:
        return Refuse("provider-not-allowed")
    return None if evidence.assurance.meets(required) else Refuse("level-too-low")
