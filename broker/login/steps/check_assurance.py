"""What was returned must be at least what was asked, whoever returned it."""

from __future__ import annotations

from broker.domain.factor_strength import TAKES_SECOND_FACTOR
from broker.login.progress import Decision, Progress, Refuse


def check_assurance(progress: Progress) -> Decision | None:
    """Refuse evidence of another brand, of a scheme that is not allowed, or below the level required.

    What a second factor of ours can still raise passes here; `second factor` and `grant` decide on it.

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
    can_be_raised = evidence.assurance.scheme in TAKES_SECOND_FACTOR
    return None if can_be_raised or evidence.assurance.meets(required) else Refuse("level-too-low")
